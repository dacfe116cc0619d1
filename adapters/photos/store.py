"""Storing photos: bytes sealed into the file store, then the row that says whose they are.

The row is written last and deleted first, so a row always has its file. A file that lost its row (a process
died in between) is found and deleted by ``sweep``.
"""

import functools
import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from uuid import UUID

from adapters.crypto import FieldCipher
from adapters.files import FileStore, new_key
from adapters.photos.cleaning import cleaned
from adapters.postgres.photos import PhotoRows, Place
from fund.errors import FundError, InvalidValue, OutcomeUnknown, Unavailable, WrongState
from fund.ports import Clock, Photo

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Pictures decoded at the same time in one process: each may take 150 MB while it is being decoded. Of one
owner only one, so that nobody takes every turn."""

PATIENCE = 8.0
"""Seconds to wait for a turn at decoding."""

ORPHAN_AFTER = timedelta(days=1)
"""No upload takes this long, so a file that has no row by then lost it."""


class StoredPhotos:
    """Plays ``fund.ports.Photos``."""

    def __init__(self, rows: PhotoRows, files: FileStore, cipher: FieldCipher, clock: Clock) -> None:
        self._rows = rows
        self._files = files
        self._cipher = cipher
        self._clock = clock
        self._decoding: set[UUID] = set()  # owners
        self._turns = threading.Condition()

    def add(self, owner: UUID, submission_key: str, kind: str, upload: bytes, *, most: int) -> Photo:
        """Check, clean, seal, store. The same upload for the same kind returns the photo already there.

        Raises InvalidValue with a sentence for the person, WrongState once the draft was handed in,
        NotFound for an unknown owner, Unavailable.
        """
        place = Place(owner, submission_key, kind)
        original = hashlib.sha256(upload).hexdigest()
        there = self._rows.at(place)
        if original in there:
            return there[original]
        if len(there) >= most:
            raise _full(most)
        with self._turn(owner):
            picture = cleaned(upload)
        photo = Photo(
            id=uuid.uuid4(),
            kind=kind,
            width=picture.width,
            height=picture.height,
            bytes_=len(picture.jpeg),
            sha256=hashlib.sha256(picture.jpeg).hexdigest(),
            stored_at=self._clock(),
        )
        key = new_key()
        self._files.put(key, self._cipher.seal_bytes(picture.jpeg, about=_about(photo.id)))
        try:
            kept = self._rows.keep(place, photo, file_key=key, sha256_original=original, most=most)
        except OutcomeUnknown:
            raise  # the row may be there and need its file
        except FundError:
            self._delete_file(key)
            raise
        if kept is None or not kept[1]:
            self._delete_file(key)
        if kept is None:
            raise _full(most)
        return kept[0]

    def of(self, owner: UUID, submission_key: str) -> Sequence[Photo]:
        """All stored for this draft or application, oldest first. Raises Unavailable."""
        return self._rows.of(owner, submission_key)

    def read(self, owner: UUID, photo_id: UUID) -> bytes:
        """The JPEG. Raises NotFound, also for somebody else's; Unavailable."""
        return self._opened(self._rows.file_key(owner, photo_id), photo_id)

    def read_of(self, application_id: UUID, photo_id: UUID) -> bytes:
        """Plays ``fund.cases.CasePhotos``: the JPEG for staff, whoever's application it is part of. Raises NotFound,
        Unavailable."""
        return self._opened(self._rows.file_key_of(application_id, photo_id), photo_id)

    def remove(self, owner: UUID, photo_id: UUID) -> None:
        """Delete a photo not yet handed in; an absent one is fine. Raises WrongState, Unavailable."""
        key = self._rows.remove(owner, photo_id)
        if key is not None:
            self._delete_file(key)

    def sweep(self, in_use: Callable[[UUID, str], bool], *, after: timedelta) -> int:
        """Delete photos stored longer than ``after`` ago, never handed in and of no draft ``in_use`` (owner,
        submission key), and files without a row. Returns how many went. Raises Unavailable."""
        now, gone, in_use = self._clock(), 0, functools.cache(in_use)
        for loose in self._rows.loose(now - after, 10_000):
            if in_use(loose.owner, loose.submission_key):
                continue
            try:
                self.remove(loose.owner, loose.id)
            except WrongState:
                continue  # handed in since we looked
            gone += 1
        stored = self._files.stored_before(now - ORPHAN_AFTER)
        while keys := tuple(islice(stored, 500)):
            for key in set(keys) - self._rows.known(keys):
                self._files.delete(key)
                gone += 1
        return gone

    @contextmanager
    def _turn(self, owner: UUID) -> Iterator[None]:
        """A turn at decoding. Raises Unavailable after PATIENCE."""

        def free() -> bool:
            return len(self._decoding) < AT_ONCE and owner not in self._decoding

        with self._turns:
            if not self._turns.wait_for(free, PATIENCE):
                raise Unavailable("too many photos are being decoded", code="busy")
            self._decoding.add(owner)
        try:
            yield
        finally:
            with self._turns:
                self._decoding.discard(owner)
                self._turns.notify_all()

    def _opened(self, file_key: str, photo_id: UUID) -> bytes:
        return self._cipher.open_bytes(self._files.get(file_key), about=_about(photo_id))

    def _delete_file(self, key: str) -> None:
        try:
            self._files.delete(key)
        except FundError as error:
            log.warning("a file without a row is left to the sweep: %s", error)


def _about(photo_id: UUID) -> str:
    return f"photo:{photo_id}"


def _full(most: int) -> InvalidValue:
    return InvalidValue(f"这一项最多上传{most}张照片，请先删除一张再上传", code="photo_most")
