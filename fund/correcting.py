"""An application that is put right, seen as a kind of business: the same pages, rules and words, but only what was
marked is asked. Everything else of it is what it was, whatever a browser may send."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from fund.allowance import Allowance
from fund.application import Actor, Application, Event, Move, Role, advance
from fund.business import Business, Pledge
from fund.consent import consents
from fund.decision import Because, Correction
from fund.fields import Field
from fund.journey import Answers, Journey, PhotoKind, Step
from fund.money import Money
from fund.people import Member, Person
from fund.ports import Cards, Photo
from fund.progress import Progress
from fund.reasons import Reason

SAME_CARD = "付款没有成功的就是这张卡，请换一张本人名下的一类借记卡"
AMOUNT = "amount"
"""The page for an amount that was not marked and has become too high by what was put right."""


class Correcting:
    """Plays ``fund.business.Business`` for one application. ``move`` is what handing in will make: CORRECT, or
    FIX_CARD, of which only the payee's fields are asked and judged.

    ``fields`` and ``documents`` say what was marked and why; ``photos`` are those of the application that still count;
    ``refused`` names fields whose answer as it was cannot be given again: the card to which nothing could be paid.
    """

    def __init__(
        self,
        base: Business,
        application: Application,
        move: Move,
        fields: Mapping[str, Because],
        documents: Mapping[str, Because],
        photos: Mapping[str, tuple[Photo, ...]],
        refused: frozenset[str] = frozenset(),
    ) -> None:
        self._base = base
        self.refused = refused
        self.application, self.move = application, move
        self.fields, self.documents, self.photos = fields, documents, photos
        self.name = draft_name(base.name, application.id.hex)
        self.title = base.title
        self.payee_fields = base.payee_fields
        self.observed_figures = base.observed_figures
        self.journey = Journey(self.name, base.title, tuple(self._steps()), self._rules)

    def shown(self, answers: Answers) -> dict[str, str]:
        """What stands in the fields: what is in the application until something else was given."""
        marked = {name: self.application.answers.get(name, "") for name in (*self.fields, self.amount_field())}
        return {**marked, **dict.fromkeys(self.refused, ""), **answers}

    # what is asked

    def _steps(self) -> Iterable[Step]:
        whole = self.move is Move.CORRECT
        last: list[Step] = []
        for step in self._base.journey.steps:
            asked = tuple(self._with_why(f) for f in step.fields if f.name in self.fields)
            if consents((step,)):
                last += [replace(step, button="提交补正", when=None)] if whole else []
            elif asked:
                yield replace(step, fields=asked, when=self._when(step), button="下一步" if whole else "提交更正")
            for f in step.fields if whole and self.amount_field() not in self.fields else ():
                if f.name == self.amount_field():
                    yield Step(AMOUNT, f.label, (f,), when=self._amount_is_wrong)
            if step.photos is not None and whole:
                last.insert(0, self._photo_step(step))
        yield from last

    def _with_why(self, f: Field) -> Field:
        why = self.fields[f.name].words
        return replace(f, hint=f"{why}（{f.hint}）" if why and f.hint else why or f.hint)

    def _when(self, step: Step) -> Any:
        return lambda case, answers: step.is_asked(case, self._all(answers))

    def _amount_is_wrong(self, case: Any, answers: Answers) -> bool:
        reasons = self._base.journey.rules(case, self._all(answers))
        return any(reason.field == self.amount_field() for reason in reasons)

    def _photo_step(self, step: Step) -> Step:
        def wanted(case: Any, answers: Answers) -> tuple[PhotoKind, ...]:
            return tuple(self._documents(step, case, self._all(answers)))

        return replace(step, photos=wanted, when=lambda case, answers: bool(wanted(case, answers)), button="下一步")

    def _documents(self, step: Step, case: Any, answers: Answers) -> Iterable[PhotoKind]:
        """Those marked, unless what was put right makes all photos needless; and those that have become necessary."""
        assert step.photos is not None
        was, now = step.is_asked(case, self.application.answers), step.is_asked(case, answers)
        for kind in step.photos(case, answers):
            if kind.name in self.documents and (now or not was):
                why = self.documents[kind.name].words
                yield replace(kind, required=True, hint=f"{why}。{kind.hint}" if why else kind.hint)
            elif now and not self.photos.get(kind.name) and (kind.required or not self.photos):
                yield kind

    def _rules(self, case: Any, answers: Answers) -> Iterable[Reason]:
        """All reasons against it as it would be. One that no open field can mend is told of the page as a whole."""
        for step in self._base.journey.steps:
            for f in step.fields:
                if f.name in self.refused and answers.get(f.name) == self.application.answers.get(f.name):
                    yield Reason("same_again", SAME_CARD, step=step.name, field=f.name)
        for reason in self._base.journey.rules(case, self._all(answers)):
            if reason.field in self.fields:
                yield reason
            elif self.move is not Move.CORRECT:
                continue  # what was approved is not judged again for another card
            elif reason.field == self.amount_field():
                yield replace(reason, step=AMOUNT)
            else:
                yield replace(reason, field="")

    def _all(self, answers: Answers) -> Mapping[str, str]:
        return {**self.application.answers, **answers}

    # what the business itself says

    def case(
        self,
        person: Person,
        member: Member,
        earlier: Sequence[Application],
        today: date,
        observed: Mapping[str, str],
        spouses: Sequence[Application] = (),
    ) -> Any:
        """As of today, but within the year it counts for; it does not stand in its own way."""
        others = tuple(a for a in earlier if a.id != self.application.id)
        day = min(today, date(self.application.year, 12, 31))
        return self._base.case(person, member, others, day, observed, spouses)

    def terms_version(self, case: Any) -> str:
        return self._base.terms_version(case)

    def year(self, case: Any) -> int:
        return self.application.year

    def allowance(self, case: Any, answers: Answers) -> Allowance:
        return self._base.allowance(case, self._all(answers))

    def amount_field(self) -> str:
        return self._base.amount_field()

    def pledge(self, case: Any) -> Pledge:
        return self._base.pledge(case)

    def observe(self, step: str, person: Person, answers: Answers, cards: Cards) -> Mapping[str, str]:
        return self._base.observe(step, person, self._all(answers), cards)

    def figures(self, case: Any) -> Mapping[str, str]:
        """What was observed of a card stands until another card is given; the rest stands if only the card is asked."""
        known, fresh = self.application.figures, self._base.figures(case)
        other_card = bool(self.fields.keys() & set(self.payee_fields))
        kept = set(fresh) if self.move is not Move.CORRECT else set()
        kept = kept - self.observed_figures if other_card else kept | self.observed_figures
        return {name: known.get(name, "") if name in kept else value for name, value in fresh.items()}

    def warnings(self, case: Any, answers: Answers) -> Mapping[str, str]:
        return self._base.warnings(case, self._all(answers))


def put_right(now: Progress, business: Correcting) -> tuple[Application, Event]:
    """The application as it is after the move, and the event that keeps what was before and after.

    Its details are those of ``Correction``, with the ids of the photos that no longer count (``superseded``) and, of a
    CORRECT, the words that were agreed to for it (``pledge``) and the terms it was judged by.
    """
    application = business.application
    asked = [f.name for step in now.path for f in step.fields if f.name not in consents(now.path)]
    after = {name: now.answers[name] for name in asked}
    before = {name: application.answers.get(name, "") for name in asked}
    photos = {
        kind.name: tuple(str(photo.id) for photo in now.photos[kind.name])
        for step in now.path
        for kind in now.photo_kinds(step)
        if now.photos.get(kind.name)
    }
    details: dict[str, Any] = Correction(before, after, photos).details()
    details["superseded"] = [str(photo.id) for kind in photos for photo in business.photos.get(kind, ())]
    answers = MappingProxyType({**application.answers, **after})
    corrected = replace(application, answers=answers, figures=business.figures(now.case))
    if business.move is Move.CORRECT:
        terms, pledge = business.terms_version(now.case), now.pledge
        details |= {"pledge": {"version": pledge.version, "text": pledge.text}, "terms_version": terms}
        amount = Money.parse(answers[business.amount_field()])
        corrected = replace(corrected, amount=amount, working=now.allowance.trace(), terms_version=terms)
    return advance(corrected, business.move, Actor(Role.CITIZEN, application.person_id), now.at, details)


def draft_name(business: str, application: str) -> str:
    """Under what a correction's draft is kept: apart from the drafts of new applications. ``application`` is an id
    in hex."""
    return f"{business}:{application}"
