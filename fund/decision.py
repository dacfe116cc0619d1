"""What staff decide and say: reasons with their codes, and what exactly has to be put right.

All of it travels as the ``details`` of an event: of RETURN and REJECT (reasons, marks), of CORRECT and FIX_CARD
(what was before and after), of FAIL (why the money did not arrive).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: its code (R01… of the centre's list) and the words the citizen reads."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that has to be put right. ``kind`` is ``field`` or ``photo``; ``name`` the field's or document's."""

    kind: str
    name: str
    because: Because


@dataclass(frozen=True, slots=True)
class Decision:
    """All that is said at once with a return or a rejection. ``note`` is for the citizen too."""

    reasons: tuple[Because, ...] = ()
    marks: tuple[Mark, ...] = ()
    note: str = ""

    def details(self) -> dict[str, Any]:
        """For the event."""
        return asdict(self)

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> "Decision":
        """Out of an event's details; one without a decision gives an empty one."""
        return cls(
            tuple(Because(**reason) for reason in details.get("reasons", ())),
            tuple(Mark(mark["kind"], mark["name"], Because(**mark["because"])) for mark in details.get("marks", ())),
            str(details.get("note", "")),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """What a citizen put right: canonical answers before and after by field, and new photos by document."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    photos: Mapping[str, tuple[str, ...]]
    """Document → ids of the photos that take the place of the ones marked."""

    def details(self) -> dict[str, Any]:
        """For the event."""
        photos = {kind: list(ids) for kind, ids in self.photos.items()}
        return {"before": dict(self.before), "after": dict(self.after), "photos": photos}

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> "Correction":
        """Out of an event's details."""
        photos = {kind: tuple(ids) for kind, ids in details.get("photos", {}).items()}
        return cls(dict(details.get("before", {})), dict(details.get("after", {})), photos)
