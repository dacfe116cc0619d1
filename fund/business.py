"""What a kind of business brings with it. ``businesses/<kind>/`` plays this part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from fund.allowance import Allowance
from fund.application import Application
from fund.journey import Answers, Journey
from fund.people import Member, Person
from fund.ports import Cards
from fund.reason_list import ReasonList


@dataclass(frozen=True, slots=True)
class Pledge:
    """The text a person agrees to, as shown to them. ``text`` names the person; ``version`` dates the wording.

    ``opening`` names the person too, and is left out of the ``repr``.
    """

    version: str
    title: str
    clauses: tuple[str, ...]
    opening: str = field(repr=False)
    closing: str

    @property
    def text(self) -> str:
        """The whole text, as kept with the application."""
        return "\n".join((self.title, self.opening, *self.clauses, self.closing))


@dataclass(frozen=True, slots=True)
class ThenNow:
    """One thing the core system said when the application was handed in, and says now; None when it was not asked."""

    label: str
    then: str
    now: str | None

    @property
    def changed(self) -> bool:
        """Whether it says something else now."""
        return self.now is not None and self.now != self.then


class Business(Protocol):
    """A kind of business: a journey with its rules, and the few things only it can say.

    ``payee_fields`` are the answers that say where the money goes; ``observed_figures`` the figures that rest on what
    neighbours said of those.
    """

    name: str
    title: str
    journey: Journey
    payee_fields: tuple[str, ...]
    observed_figures: frozenset[str]

    def case(
        self,
        person: Person,
        member: Member,
        earlier: Sequence[Application],
        today: date,
        observed: Mapping[str, str],
        spouses: Sequence[Application] = (),
    ) -> Any:
        """Everything the rules look at, put together once per request; ``spouses`` are the spouse's live
        applications."""
        ...

    def terms_version(self, case: Any) -> str:
        """Which dated figures apply."""
        ...

    def year(self, case: Any) -> int:
        """The business year an application handed in now would count for."""
        ...

    def allowance(self, case: Any, answers: Answers) -> Allowance:
        """The most that can be drawn, explained, as far as the answers go."""
        ...

    def amount_field(self) -> str:
        """The name of the field that holds the amount applied for."""
        ...

    def pledge(self, case: Any) -> Pledge:
        """The pledge as this person is shown it."""
        ...

    def observe(self, step: str, person: Person, answers: Answers, cards: Cards) -> Mapping[str, str]:
        """What neighbours say of the answers of a page just given (its own keys, possibly none).

        A neighbour that cannot be reached is recorded as such, never raised: the person goes on.
        """
        ...

    def figures(self, case: Any) -> Mapping[str, str]:
        """What the decision rests on, for the record: plain text, no personal values."""
        ...

    def warnings(self, case: Any, answers: Answers) -> Mapping[str, str]:
        """Friendly doubts by field name; they never stop anyone."""
        ...


class Reviewable(Business, Protocol):
    """A kind of business with what the desk needs of it besides. ``document_names`` has every document a photo may be
    of, by kind; ``reason_list`` is what staff may say against an application."""

    document_names: Mapping[str, str]
    reason_list: ReasonList

    def then_and_now(
        self, then: Mapping[str, str], now: Mapping[str, str] | None, answers: Answers
    ) -> Sequence[ThenNow]:
        """Two sets of figures beside each other, in words; ``answers`` are those that the first set is about."""
        ...

    def review_days(self, terms_version: str, submitted: date) -> int:
        """Within how many working days an application handed in under these terms, on that day, is decided."""
        ...
