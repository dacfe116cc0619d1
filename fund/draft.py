"""A draft belongs to a person and a kind of business, not to a session, a device or a channel.

Drafts are saved by compare-and-set on ``version``. Two windows merge field by field (three ways, with the
value both windows started from); what cannot be merged is shown to the person with both values.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import field as _hidden
from datetime import datetime, timedelta
from types import MappingProxyType

KEPT = timedelta(days=30)
"""How long a draft is kept after it was last written."""

_HISTORY = 12
"""How many earlier values of a field are kept to find what a window started from."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two windows gave one field different values; both are shown to the person, neither in the ``repr``."""

    field: str
    mine: str = _hidden(repr=False)
    theirs: str = _hidden(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Unfinished answers.

    ``submission_key`` and ``reference`` are born with the draft, so a repeated hand-in is recognised.
    ``answers`` holds canonical text by field; ``observed`` what neighbours said about them (card checks);
    ``done`` the pages that are only read and confirmed; ``history`` by field (version, value) pairs.
    """

    business: str
    submission_key: str
    reference: str
    started_at: datetime
    version: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    observed: Mapping[str, str] = field(default_factory=dict)
    done: frozenset[str] = frozenset()
    history: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    terms_version: str = ""

    def __repr__(self) -> str:
        return f"Draft({self.business}, version={self.version}, fields={sorted(self.answers)})"

    def value_at(self, name: str, version: int) -> str:
        """The value that a window of ``version`` was shown; empty when that is longer ago than what is kept, so
        that such a window is asked rather than believed."""
        known = self.history.get(name, ())
        shown = [value for since, value in known if since <= version]
        return shown[-1] if shown else ""

    def shown_to(self, name: str, version: int) -> str:
        """The same, for any window: one that is up to date was shown what is stored."""
        return self.answers.get(name, "") if version >= self.version else self.value_at(name, version)

    def changed_since(self, version: int, *, but: Collection[str]) -> bool:
        """Whether an answer, other than ``but``, has been changed since a window of ``version`` was shown."""
        return any(kept[-1][0] > version for name, kept in self.history.items() if kept and name not in but)

    def merge(self, typed: Mapping[str, str], seen_version: int) -> tuple["Draft", tuple[Clash, ...]]:
        """Take one page's answers, given by a window that was shown ``seen_version``.

        A field only one side changed keeps that change; a field both changed differently is a clash and
        keeps what is stored. The result has the next version unless nothing changed at all.
        """
        answers, history, clashes = dict(self.answers), dict(self.history), []
        for name, mine in typed.items():
            theirs = self.answers.get(name, "")
            if mine == theirs:
                continue
            start = self.shown_to(name, seen_version)
            if mine == start:
                continue
            if theirs not in (start, ""):
                clashes.append(Clash(name, mine, theirs))
                continue
            answers[name] = mine
            history[name] = (*history.get(name, ()), (self.version + 1, mine))[-_HISTORY:]
        if answers == dict(self.answers):
            return self, tuple(clashes)
        return self.changed(answers=MappingProxyType(answers), history=MappingProxyType(history)), tuple(clashes)

    def changed(self, **parts: object) -> "Draft":
        """A copy with some parts replaced and the next version."""
        return replace(self, version=self.version + 1, **parts)  # type: ignore[arg-type]
