"""租房提取 as a kind of business: hands its journey, rules and words to the use cases."""

from collections.abc import Mapping, Sequence
from datetime import date

from businesses.rent import facts
from businesses.rent.amount import allowance
from businesses.rent.cards import warning
from businesses.rent.case import RentCase
from businesses.rent.journey import JOURNEY
from businesses.rent.pledge import worded
from businesses.rent.terms import TermsTable
from fund import regions
from fund.allowance import Allowance
from fund.application import Application
from fund.business import Pledge, ThenNow
from fund.errors import InvalidValue, OutcomeUnknown, Refused, Unavailable
from fund.journey import Answers, Journey
from fund.numbers import CardNumber
from fund.people import Member, Person
from fund.ports import Cards

_YES = {True: "yes", False: "no", None: ""}


class RentBusiness:
    """Plays ``fund.business.Business``."""

    name = "rent"
    title = "租房提取"
    journey: Journey = JOURNEY
    document_names: Mapping[str, str] = facts.DOCUMENTS
    payee_fields: tuple[str, ...] = ("bank", "card")
    observed_figures: frozenset[str] = frozenset({"card_class", "card_matches"})

    def __init__(self, terms: TermsTable) -> None:
        """Raises ReasonListError when ``decisions.toml`` cannot be used."""
        self._terms = terms
        self.reason_list = facts.reasons()

    def case(
        self,
        person: Person,
        member: Member,
        earlier: Sequence[Application],
        today: date,
        observed: Mapping[str, str],
        spouses: Sequence[Application] = (),
    ) -> RentCase:
        """Raises TermsError when no terms are in force today."""
        return RentCase(person, member, self._terms.on(today), today, tuple(earlier), observed, tuple(spouses))

    def terms_version(self, case: RentCase) -> str:
        """Of the terms in force."""
        return case.terms.version

    def year(self, case: RentCase) -> int:
        """The calendar year: rent is drawn once in each."""
        return case.today.year

    def allowance(self, case: RentCase, answers: Answers) -> Allowance:
        """See ``businesses.rent.amount``."""
        return allowance(case, answers)

    def amount_field(self) -> str:
        """提取金额（元）."""
        return "amount"

    def pledge(self, case: RentCase) -> Pledge:
        """The wording in force, with this person's name and masked number filled in."""
        return worded(
            name=case.person.name,
            id_number=case.person.id_number.masked,
            cities=regions.city_name(case.member.employer.city),
            years=case.terms.restrict_years,
        )

    def observe(self, step: str, person: Person, answers: Answers, cards: Cards) -> Mapping[str, str]:
        """On the account page: what the bank says of the card. An unreachable bank says nothing new: what it
        said of this very card before still stands, so asking again while it is down turns no no into a yes."""
        if step != "account":
            return {}
        try:
            card = CardNumber(answers.get("card", ""))
        except InvalidValue:
            return {}
        asked = {"card_asked": f"{answers.get('bank', '')}:{card.value}"}
        try:
            said = cards.check(answers.get("bank", ""), card, person)
        except (Unavailable, OutcomeUnknown, Refused):
            return asked
        return asked | {
            "card_checked": asked["card_asked"],
            "card_matches": _YES[said.matches],
            "card_class": str(said.account_class or ""),
            "card_kind": said.kind,
            "card_open": _YES[said.open],
        }

    def figures(self, case: RentCase) -> Mapping[str, str]:
        """What the decision rests on. No names, no numbers of people."""
        account, seen = case.member.account, case.observed
        if seen.get("card_checked") != seen.get("card_asked"):
            seen = {}  # the bank's last word was about another card
        return {
            "account_status": account.status.value,
            "balance": account.balance.yuan,
            "frozen": account.frozen.yuan,
            "months_in_a_row": str(account.months_in_a_row),
            "paid_until": str(account.paid_until or ""),
            "employer_city": case.member.employer.city,
            "marital_status": case.member.marital_status.value,
            "drawn_this_year": case.drawn_this_year.yuan,
            "spouse_applied": case.applied_by_spouse.yuan,
            "homes": ",".join(f"{'spouse' if h.of_spouse else 'self'}:{h.city}" for h in case.member.homes),
            "card_class": seen.get("card_class", ""),
            "card_matches": seen.get("card_matches", ""),
        }

    def then_and_now(
        self, then: Mapping[str, str], now: Mapping[str, str] | None, answers: Answers
    ) -> tuple[ThenNow, ...]:
        """See ``businesses.rent.facts``."""
        return facts.then_and_now(then, now, answers.get("card", ""))

    def review_days(self, terms_version: str, submitted: date) -> int:
        """Of the terms it was handed in under."""
        for terms in self._terms.periods:
            if terms.version == terms_version:
                return terms.review_working_days
        return self._terms.on(submitted).review_working_days

    def warnings(self, case: RentCase, answers: Answers) -> Mapping[str, str]:
        """Doubts about the card number."""
        try:
            doubt = warning(answers.get("bank", ""), CardNumber(answers.get("card", "")))
        except InvalidValue:
            return {}
        return {"card": doubt} if doubt else {}
