"""An application as rows, and back. Personal values are sealed here, each for its own place."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.crypto import BlindIndex, FieldCipher
from adapters.postgres.tables import ApplicationRow, EventRow
from fund.application import Actor, Application, Event, Move, Role, State
from fund.money import Money

_HERE = ZoneInfo("Asia/Shanghai")
_SEALED = "sealed"


class ApplicationRows:
    """Translates both ways. ``personal`` names the answers that are sealed; an answer that was sealed stays
    readable when its field is no longer called personal, and the other way round."""

    def __init__(
        self,
        cipher: FieldCipher,
        personal: frozenset[str],
        index: BlindIndex | None = None,
        marked: Mapping[str, str] | None = None,
    ) -> None:
        """``marked``: answer → column of its blind index, by which two applications with the same are found."""
        self._cipher = cipher
        self._personal = personal
        self._index = index
        self._marked = marked or {}

    def row(self, application: Application) -> dict[str, Any]:
        """The columns of an application."""
        return {
            "id": application.id,
            "reference": application.reference,
            "submission_key": application.submission_key,
            "person_id": application.person_id,
            "business": application.business,
            "year": application.year,
            "state": application.state.value,
            "version": application.version,
            "answers": self._sealed(application.id, application.answers),
            "amount_fen": application.amount.fen,
            "working": [dict(line) for line in application.working],
            "figures": dict(application.figures),
            "terms_version": application.terms_version,
            "pledge_version": application.pledge_version,
            "pledge_sealed": self._cipher.seal(application.pledge_text, about=_about(application.id, "pledge")),
            "submitted_at": application.submitted_at,
            **self._marks(application.answers),
        }

    def application(self, row: ApplicationRow) -> Application:
        """The application of a row."""
        return Application(
            id=row.id,
            reference=row.reference,
            submission_key=row.submission_key,
            person_id=row.person_id,
            business=row.business,
            year=row.year,
            state=State(row.state),
            version=row.version,
            answers=self._opened(row.id, row.answers),
            amount=Money(row.amount_fen),
            working=tuple(row.working),
            figures=row.figures,
            terms_version=row.terms_version,
            pledge_version=row.pledge_version,
            pledge_text=self._cipher.open(row.pledge_sealed, about=_about(row.id, "pledge")),
            submitted_at=row.submitted_at.astimezone(_HERE),
        )

    def corrected(self, application: Application) -> dict[str, Any]:
        """The columns that a move may change besides the state: what the citizen corrects, and what follows of it."""
        row = self.row(application)
        follows = ("answers", "amount_fen", "working", "figures", "terms_version", *self._marked.values())
        return {name: row[name] for name in follows}

    def event_row(self, event: Event) -> EventRow:
        """The row of an event."""
        text = json.dumps(event.details, ensure_ascii=False, sort_keys=True) if event.details else ""
        return EventRow(
            application_id=event.application_id,
            seq=event.seq,
            move=event.move.value,
            state=event.state.value,
            actor_role=event.actor.role.value,
            actor_id=event.actor.id,
            at=event.at,
            details_sealed=text and self._cipher.seal(text, about=_about(event.application_id, f"events.{event.seq}")),
        )

    def event(self, row: EventRow) -> Event:
        """The event of a row. Raises Undecipherable."""
        sealed, about = row.details_sealed, _about(row.application_id, f"events.{row.seq}")
        return Event(
            application_id=row.application_id,
            seq=row.seq,
            move=Move(row.move),
            state=State(row.state),
            actor=Actor(Role(row.actor_role), row.actor_id),
            at=row.at.astimezone(_HERE),
            details=json.loads(self._cipher.open(sealed, about=about)) if sealed else {},
        )

    def _marks(self, answers: Mapping[str, str]) -> dict[str, str]:
        """What is typed one way or another for the same thing gives the same mark: width, case and blanks aside."""
        marks = {}
        for name, column in self._marked.items():
            assert self._index is not None, "marks need the index key"
            plain = "".join(unicodedata.normalize("NFKC", answers.get(name, "")).split()).lower()
            marks[column] = self._index.of(name, plain) if plain else ""
        return marks

    def _sealed(self, application_id: UUID, answers: Mapping[str, str]) -> dict[str, Any]:
        return {
            name: {_SEALED: self._cipher.seal(value, about=_about(application_id, f"answers.{name}"))}
            if name in self._personal
            else value
            for name, value in answers.items()
        }

    def _opened(self, application_id: UUID, answers: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: self._cipher.open(value[_SEALED], about=_about(application_id, f"answers.{name}"))
            if isinstance(value, dict)
            else value
            for name, value in answers.items()
        }


def _about(application_id: UUID, field: str) -> str:
    return f"application:{application_id}:{field}"
