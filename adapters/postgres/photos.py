"""The rows of photos. The pictures themselves are the file store's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from adapters.postgres.database import Database
from adapters.postgres.people import lock_person
from adapters.postgres.tables import ApplicationRow, PhotoRow
from fund.errors import NotFound, WrongState
from fund.ports import Photo

_HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose photo it is, and what of."""

    owner: UUID
    submission_key: str
    kind: str


@dataclass(frozen=True, slots=True)
class Loose:
    """A photo that was never handed in."""

    id: UUID
    owner: UUID
    submission_key: str


class PhotoRows:
    """Keeps what is known of each photo."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at(self, place: Place) -> dict[str, Photo]:
        """What is stored there now, by the SHA-256 of what was uploaded. Raises Unavailable."""
        with self._database.reading() as session:
            rows = session.scalars(select(PhotoRow).where(_at(place)))
            return {row.sha256_original: _photo(row) for row in rows}

    def keep(
        self, place: Place, photo: Photo, *, file_key: str, sha256_original: str, most: int
    ) -> tuple[Photo, bool] | None:
        """Store the row unless ``most`` are there already (None). The flag says whether it is new: the same
        upload twice at once gives one row. Raises NotFound, WrongState once handed in, Unavailable,
        OutcomeUnknown."""

        def keep(session: Session) -> tuple[Photo, bool] | None:
            lock_person(session, place.owner)
            there = session.scalar(select(PhotoRow).where(_at(place), PhotoRow.sha256_original == sha256_original))
            if there is not None:
                return _photo(there), there.id == photo.id
            if session.scalar(select(exists().where(ApplicationRow.submission_key == place.submission_key))):
                raise WrongState("the application was handed in meanwhile", code="handed_in")
            if _count(session, place) >= most:
                return None
            row = PhotoRow(
                id=photo.id,
                owner_id=place.owner,
                submission_key=place.submission_key,
                kind=place.kind,
                file_key=file_key,
                sha256_original=sha256_original,
                sha256_stored=photo.sha256,
                width=photo.width,
                height=photo.height,
                bytes=photo.bytes_,
                stored_at=photo.stored_at,
            )
            session.add(row)
            return _photo(row), True

        return self._database.settled(keep)

    def of(self, owner: UUID, submission_key: str) -> Sequence[Photo]:
        """All of a draft; once it is handed in, those that are part of the application: handed in with it, or with a
        correction. Oldest first."""
        application = select(ApplicationRow.id).where(ApplicationRow.submission_key == submission_key)
        of_the_draft = and_(PhotoRow.submission_key == submission_key, ~application.exists())
        statement = (
            select(PhotoRow)
            .where(PhotoRow.owner_id == owner)
            .where(or_(PhotoRow.application_id == application.scalar_subquery(), of_the_draft))
            .order_by(PhotoRow.stored_at, PhotoRow.id)
        )
        with self._database.reading() as session:
            return tuple(_photo(row) for row in session.scalars(statement))

    def file_key(self, owner: UUID, photo_id: UUID) -> str:
        """Where the picture lies. Raises NotFound, also when it is somebody else's; Unavailable."""
        statement = select(PhotoRow.file_key).where(PhotoRow.id == photo_id, PhotoRow.owner_id == owner)
        with self._database.reading() as session:
            found = session.scalar(statement)
        if found is None:
            raise NotFound("no such photo of this person", code="no_such_photo")
        return found

    def file_key_of(self, application_id: UUID, photo_id: UUID) -> str:
        """Where the picture of an application lies, whoever's. Raises NotFound, Unavailable."""
        statement = select(PhotoRow.file_key).where(PhotoRow.id == photo_id, PhotoRow.application_id == application_id)
        with self._database.reading() as session:
            found = session.scalar(statement)
        if found is None:
            raise NotFound("no such photo of this application", code="no_such_photo")
        return found

    def remove(self, owner: UUID, photo_id: UUID) -> str | None:
        """Delete the row and return the key of the file to delete; None when there was no row.

        Raises WrongState once handed in, Unavailable.
        """
        own = and_(PhotoRow.id == photo_id, PhotoRow.owner_id == owner)

        def remove(session: Session) -> str | None:
            key = session.scalar(
                delete(PhotoRow).where(own, PhotoRow.application_id.is_(None)).returning(PhotoRow.file_key)
            )
            if key is None and session.scalar(select(exists().where(own))):
                raise WrongState("the photo is part of an application", code="handed_in")
            return key

        return self._database.settled(remove)

    def loose(self, before: datetime, most: int) -> Sequence[Loose]:
        """Photos stored before a moment and never handed in, oldest first."""
        statement = (
            select(PhotoRow.id, PhotoRow.owner_id, PhotoRow.submission_key)
            .where(PhotoRow.application_id.is_(None), PhotoRow.stored_at < before)
            .order_by(PhotoRow.stored_at)
            .limit(most)
        )
        with self._database.reading() as session:
            return tuple(Loose(*row) for row in session.execute(statement))

    def known(self, file_keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that a row speaks of."""
        with self._database.reading() as session:
            return frozenset(session.scalars(select(PhotoRow.file_key).where(PhotoRow.file_key.in_(file_keys))))


def _at(place: Place) -> ColumnElement[bool]:
    return and_(
        PhotoRow.owner_id == place.owner,
        PhotoRow.submission_key == place.submission_key,
        PhotoRow.kind == place.kind,
    )


def _count(session: Session, place: Place) -> int:
    return session.scalar(select(func.count()).select_from(PhotoRow).where(_at(place))) or 0


def _photo(row: PhotoRow) -> Photo:
    return Photo(
        id=row.id,
        kind=row.kind,
        width=row.width,
        height=row.height,
        bytes_=row.bytes,
        sha256=row.sha256_stored,
        stored_at=row.stored_at.astimezone(_HERE),
    )
