"""重复线索, one line for each other application: whose it is and all that it has in common with this one."""

from collections.abc import Sequence
from dataclasses import dataclass

from fund.application import State
from fund.cases import Signal

STRONGEST_FIRST = ("photo", "card", "spouse", "address")
"""The same picture or card of somebody else is hardly chance; two tenants of one address may be."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One other application. ``signals`` are the strongest first; of a couple's one home the address is no news."""

    signals: tuple[Signal, ...]

    @property
    def first(self) -> Signal:
        """Any of them says whose application it is and how it stands."""
        return self.signals[0]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is the same, each kind once."""
        found = tuple(dict.fromkeys(signal.kind for signal in self.signals))
        return tuple(kind for kind in found if kind != "address" or "spouse" not in found)

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Of the same photos: what the document is here, and over there."""
        return tuple(dict.fromkeys((s.document, s.theirs) for s in self.signals if s.kind == "photo"))

    @property
    def is_strong(self) -> bool:
        """Somebody else with the same picture or card."""
        return not self.first.own and self.first.kind in ("photo", "card")

    @property
    def is_quiet(self) -> bool:
        """The person's own, taken back: the same papers again are what one expects."""
        return self.first.own and self.first.state is State.WITHDRAWN


def look_alikes(signals: Sequence[Signal]) -> tuple[LookAlike, ...]:
    """Other people's first, by what they have in common; then the person's own; what they took back last. Newest
    first among equals."""
    by_reference: dict[str, list[Signal]] = {}
    for signal in signals:
        by_reference.setdefault(signal.reference, []).append(signal)
    found = [LookAlike(tuple(sorted(some, key=_strength))) for some in by_reference.values()]
    newest = sorted(found, key=lambda one: one.first.submitted_at, reverse=True)
    return tuple(sorted(newest, key=lambda one: (one.is_quiet, one.first.own, _strength(one.first))))


def _strength(signal: Signal) -> int:
    return STRONGEST_FIRST.index(signal.kind)
