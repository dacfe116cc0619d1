"""The photos of a correction become part of the application with the move, all or none, and the old ones stay."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.files.local import LocalFiles
from adapters.photos import StoredPhotos
from adapters.postgres.photos import PhotoRows
from fund.application import Actor, Application, Event, Move, Role, State, advance
from fund.correction import drafts_of
from fund.errors import Stale, WrongState
from fund.notice import Channel
from fund.ports import Photo, SpouseSeen
from tests.adapters.postgres.servers import CIPHER, NOW, Stores, an_application, an_id_number, counts, its_event
from tests.pictures import a_photo


@dataclass
class Returned:
    """An application that waits for its person, with one photo handed in; ``key`` is its correction's."""

    stores: Stores
    photos: StoredPhotos
    application: Application
    old: Photo

    @property
    def key(self) -> str:
        return f"{self.application.id.hex}-{self.application.version}"

    def add(self, seed: int) -> Photo:
        owner = self.application.person_id
        return self.photos.add(owner, self.key, "lease", a_photo(seed, (300, 400)), most=3)

    def corrected(self) -> tuple[Application, Event]:
        actor = Actor(Role.CITIZEN, self.application.person_id)
        return advance(self.application, Move.CORRECT, actor, NOW + timedelta(days=1))

    @property
    def there(self) -> list[uuid.UUID]:
        return [p.id for p in self.photos.of(self.application.person_id, self.application.submission_key)]


@pytest.fixture
def case(stores: Stores, tmp_path: Path) -> Iterator[Returned]:
    photos = StoredPhotos(PhotoRows(stores.database), LocalFiles(tmp_path), CIPHER, lambda: NOW)
    person = stores.someone()
    application = an_application(person.id, state=State.NEEDS_FIX)
    old = photos.add(person.id, application.submission_key, "lease", a_photo(1, (300, 400)), most=3)
    stores.applications.hand_in(application, its_event(application), [old.id])
    yield Returned(stores, photos, application, old)


def test_they_are_tied_with_the_move_and_the_old_one_stays(case: Returned) -> None:
    new = case.add(2)
    assert case.there == [case.old.id]
    case.stores.applications.move(*case.corrected(), [new.id])
    assert set(case.there) == {case.old.id, new.id}
    with pytest.raises(WrongState):
        case.photos.remove(case.application.person_id, new.id)


def test_the_very_same_move_again_is_done_once(case: Returned) -> None:
    new, made = case.add(2), case.corrected()
    for _ in range(2):
        case.stores.applications.move(*made, [new.id])
    assert counts(case.stores, case.application) == (1, 2, 2, 2)


def test_with_a_photo_that_is_gone_nothing_is_moved(case: Returned) -> None:
    new = case.add(2)
    case.photos.remove(case.application.person_id, new.id)
    with pytest.raises(Stale):
        case.stores.applications.move(*case.corrected(), [new.id])
    row = case.stores.applications.by_reference(case.application.person_id, case.application.reference)
    assert row == case.application and counts(case.stores, case.application) == (1, 1, 1, 1)


def test_nobody_ties_a_photo_of_somebody_else(case: Returned) -> None:
    other = case.stores.someone()
    theirs = case.photos.add(other.id, uuid.uuid4().hex, "lease", a_photo(3, (300, 400)), most=3)
    with pytest.raises(Stale):
        case.stores.applications.move(*case.corrected(), [theirs.id])


def test_a_spouse_who_has_handed_in_meanwhile_is_noticed(case: Returned) -> None:
    seen = SpouseSeen(an_id_number(), frozenset({uuid.uuid4()}))
    with pytest.raises(Stale):
        case.stores.applications.move(*case.corrected(), [], seen)
    assert counts(case.stores, case.application) == (1, 1, 1, 1)


def test_what_waits_for_a_correction_counts_as_of_a_draft() -> None:
    application = uuid.uuid4()
    assert list(drafts_of(f"{application.hex}-3", ["rent"])) == ["rent", f"rent:{application.hex}"]
    assert list(drafts_of(uuid.uuid4().hex, ["rent"])) == ["rent"]


@pytest.mark.parametrize("move", Move)
def test_a_quiet_move_lies_in_the_inbox_and_has_no_job(case: Returned, move: Move) -> None:
    from dataclasses import replace

    from fund.notice import QUIET

    moved, event = case.corrected()
    person = case.application.person_id
    case.stores.applications.move(moved, replace(event, move=move))
    newest = case.stores.inbox.of(person)[0]
    assert newest.channel is (Channel.INBOX if move in QUIET else None)
    jobs = 1 if move in QUIET else 2
    assert counts(case.stores, case.application) == (1, 2, 2, jobs)
