"""Photos belong to one person and one draft, are kept sealed, and none is lost or left behind."""

import io
import os
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from adapters.crypto import Undecipherable
from adapters.files.local import LocalFiles
from adapters.photos import Picture, StoredPhotos, cleaned
from adapters.photos import store as store_module
from adapters.postgres.photos import PhotoRows
from fund.errors import InvalidValue, NotFound, Unavailable, WrongState
from fund.people import Person
from fund.ports import Photo
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import CIPHER, SHANGHAI, Stores, an_application, its_event


@dataclass
class Corner:
    """One person with one draft, and a photo store of their own."""

    photos: StoredPhotos
    stores: Stores
    root: Path
    person: Person
    key: str
    now: datetime

    def files(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.is_file()]

    def add(self, upload: bytes | None = None, kind: str = "lease", most: int = 3) -> Photo:
        return self.photos.add(self.person.id, self.key, kind, upload or a_photo(), most=most)

    def sweep(self, in_use: bool = False) -> int:
        """Only of this corner: photos of other tests in the same database count as in use."""
        return self.photos.sweep(
            lambda owner, key: in_use or owner != self.person.id or key != self.key, after=timedelta(days=31)
        )


@pytest.fixture
def corner(stores: Stores, tmp_path: Path) -> Iterator[Corner]:
    root = tmp_path / "files"
    made: Corner
    photos = StoredPhotos(PhotoRows(stores.database), LocalFiles(root), CIPHER, lambda: made.now)
    made = Corner(photos, stores, root, stores.someone(), uuid.uuid4().hex, datetime.now(SHANGHAI))
    yield made


def a_photo(colour: int | None = None) -> bytes:
    """A picture no other test uploads."""
    drawn = uuid.uuid4().bytes[:3]
    out = io.BytesIO()
    Image.new("RGB", (320, 240), tuple(drawn) if colour is None else (colour, 0, 0)).save(out, "PNG")
    return out.getvalue()


def test_a_photo_is_kept_and_read_back_as_a_jpeg(corner: Corner) -> None:
    photo = corner.add()
    assert (photo.kind, photo.width, photo.height, photo.stored_at) == ("lease", 320, 240, corner.now)
    jpeg = corner.photos.read(corner.person.id, photo.id)
    assert len(jpeg) == photo.bytes_
    assert Image.open(io.BytesIO(jpeg)).format == "JPEG"
    assert list(corner.photos.of(corner.person.id, corner.key)) == [photo]


def test_the_file_is_sealed_and_its_name_tells_nothing(corner: Corner) -> None:
    photo = corner.add()
    (path,) = corner.files()
    assert path.read_bytes().startswith(b"a1.k1.")
    assert b"JFIF" not in path.read_bytes()
    assert str(photo.id) not in str(path)
    assert str(corner.person.id) not in str(path)


def test_a_file_exchanged_for_another_does_not_open(corner: Corner) -> None:
    first, second = corner.add(), corner.add()
    one, other = corner.files()
    one.write_bytes(other.read_bytes())
    outcomes = []
    for photo in (first, second):
        try:
            corner.photos.read(corner.person.id, photo.id)
            outcomes.append("opened")
        except Undecipherable:
            outcomes.append("refused")
    assert sorted(outcomes) == ["opened", "refused"]


def test_the_same_upload_again_is_the_photo_already_there(corner: Corner) -> None:
    upload = a_photo()
    assert corner.add(upload, most=1) == corner.add(upload, most=1)
    assert corner.add(upload, kind="receipt").kind == "receipt"
    assert len(corner.files()) == 2


def test_the_same_upload_many_times_at_once_is_one_photo_and_one_file(corner: Corner) -> None:
    upload = a_photo()
    with ThreadPoolExecutor(6) as pool:
        photos = list(pool.map(lambda _: corner.add(upload, most=1), range(6)))
    assert all(photo == photos[0] for photo in photos)
    assert len(corner.files()) == 1


def test_no_more_than_most_even_at_once(corner: Corner) -> None:
    def add(_: int) -> str:
        try:
            corner.add(most=2)
        except InvalidValue as refused:
            return refused.code
        return "stored"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(add, range(8)))
    assert sorted(outcomes) == ["photo_most"] * 6 + ["stored"] * 2
    assert len(corner.files()) == 2
    with pytest.raises(InvalidValue, match="最多上传2张"):
        corner.add(most=2)


def test_another_person_sees_nothing(corner: Corner) -> None:
    photo, other = corner.add(), corner.stores.someone()
    assert list(corner.photos.of(other.id, corner.key)) == []
    with pytest.raises(NotFound):
        corner.photos.read(other.id, photo.id)
    corner.photos.remove(other.id, photo.id)
    assert corner.photos.read(corner.person.id, photo.id)


def test_a_removed_photo_is_gone_with_its_file_and_makes_room(corner: Corner) -> None:
    photo = corner.add(most=1)
    corner.photos.remove(corner.person.id, photo.id)
    corner.photos.remove(corner.person.id, photo.id)
    assert corner.files() == []
    with pytest.raises(NotFound):
        corner.photos.read(corner.person.id, photo.id)
    corner.add(most=1)


def test_after_the_hand_in_photos_stay_as_they_are(corner: Corner) -> None:
    photo, unused = corner.add(), corner.add(kind="not asked for any more")
    application = an_application(corner.person.id, key=corner.key)
    corner.stores.applications.hand_in(application, its_event(application), [photo.id])
    with pytest.raises(WrongState):
        corner.photos.remove(corner.person.id, photo.id)
    with pytest.raises(WrongState):
        corner.add()
    assert list(corner.photos.of(corner.person.id, corner.key)) == [photo]
    assert corner.photos.read(corner.person.id, unused.id)
    assert len(corner.files()) == 2


def test_an_unusable_upload_leaves_nothing(corner: Corner) -> None:
    with pytest.raises(InvalidValue):
        corner.add(b"GIF89a")
    assert corner.files() == []


def test_a_row_that_cannot_be_written_leaves_no_file(corner: Corner) -> None:
    stranger = uuid.uuid4()
    with pytest.raises(NotFound):
        corner.photos.add(stranger, corner.key, "lease", a_photo(), most=1)
    assert corner.files() == []


def test_forgotten_photos_are_swept_and_others_are_not(corner: Corner) -> None:
    handed_in, forgotten = corner.add(), corner.add()
    application = an_application(corner.person.id, key=corner.key)
    corner.stores.applications.hand_in(application, its_event(application), [handed_in.id])
    assert corner.sweep() == 0
    corner.now += timedelta(days=31, hours=1)
    _touch(corner.files(), corner.now - timedelta(hours=1))
    assert corner.sweep(in_use=True) == 0
    assert corner.sweep() == 1
    assert len(corner.files()) == 1
    assert corner.photos.read(corner.person.id, handed_in.id)
    with pytest.raises(NotFound):
        corner.photos.read(corner.person.id, forgotten.id)


def test_a_file_that_lost_its_row_is_swept_after_a_day(corner: Corner) -> None:
    photo = corner.add()
    LocalFiles(corner.root).put("aa/" + "0" * 38, b"lost")
    assert corner.sweep() == 0
    _touch(corner.files(), corner.now - timedelta(days=2))
    assert corner.sweep() == 1
    assert corner.photos.read(corner.person.id, photo.id)


def test_only_so_many_are_decoded_at_once_and_a_long_queue_is_told(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE", 0.1)
    busy, done = threading.Barrier(3), threading.Event()

    def slow(upload: bytes) -> Picture:
        busy.wait(10)
        done.wait(10)
        return cleaned(upload)

    monkeypatch.setattr(store_module, "cleaned", slow)
    people = [corner.stores.someone().id for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(corner.photos.add, owner, corner.key, "lease", a_photo(), most=1) for owner in people]
        busy.wait(10)
        with pytest.raises(Unavailable):
            corner.add()
        done.set()
        assert len({one.result(10).id for one in under_way}) == 2


def test_one_owner_never_takes_more_than_one_turn(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    other, others_photo = corner.stores.someone(), a_photo()
    begun, other_begun, done = threading.Semaphore(0), threading.Event(), threading.Event()

    def slow(upload: bytes) -> Picture:
        if upload == others_photo:
            other_begun.set()
        else:
            begun.release()
            done.wait(10)
        return cleaned(upload)

    monkeypatch.setattr(store_module, "cleaned", slow)
    with ThreadPoolExecutor(4) as pool:
        own = [pool.submit(corner.add) for _ in range(3)]
        assert begun.acquire(timeout=10)
        others = pool.submit(corner.photos.add, other.id, corner.key, "lease", others_photo, most=1)
        assert other_begun.wait(5), "the first owner has every turn"
        others.result(10)
        assert not begun.acquire(timeout=0.1)
        done.set()
        assert len({one.result(10).id for one in own}) == 3


def test_an_owner_who_waits_too_long_for_the_own_turn_is_told(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PATIENCE", 0.1)
    begun, done = threading.Event(), threading.Event()

    def slow(upload: bytes) -> Picture:
        begun.set()
        done.wait(10)
        return cleaned(upload)

    monkeypatch.setattr(store_module, "cleaned", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(corner.add)
        assert begun.wait(10)
        with pytest.raises(Unavailable) as told:
            corner.add()
        assert told.value.code == "busy"
        done.set()
        first.result(10)
    assert corner.add()


def test_a_photo_outlives_the_process_that_stored_it(corner: Corner) -> None:
    photo = corner.add()
    again = servers.stores(corner.stores.url)
    photos = StoredPhotos(PhotoRows(again.database), LocalFiles(corner.root), CIPHER, lambda: corner.now)
    assert photos.read(corner.person.id, photo.id) == corner.photos.read(corner.person.id, photo.id)
    again.database.close()


def _touch(paths: list[Path], moment: datetime) -> None:
    for path in paths:
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_nobody_is_a_person_by_accident(corner: Corner) -> None:
    with pytest.raises(NotFound):
        corner.photos.read(UUID(int=0), UUID(int=0))
