"""A journey: the pages of one kind of business, as frozen data, and the pure functions over it.

Nothing about progress is stored. Path, next, reachable and prune are computed from the answers each time,
so a rule that changed or an answer that was changed moves the person to where they now belong.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import field as _hidden
from typing import Any

from fund.errors import InvalidValue
from fund.fields import Field
from fund.reasons import Reason

MOST_PHOTO_MB = 15
"""A photo of a document may be as large as this, in MB."""

Answers = Mapping[str, str]
"""Canonical text by field name."""


@dataclass(frozen=True, slots=True)
class PhotoKind:
    """One sort of document that has to be photographed. ``most`` photos at the most; paper names why."""

    name: str
    label: str
    hint: str
    required: bool = True
    most: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One page. ``when`` decides from the facts and earlier answers whether the page is asked at all;
    ``photos`` gives the documents it asks for; ``confirms`` marks a page that is only read and confirmed."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()
    when: Callable[[Any, Answers], bool] | None = None
    photos: Callable[[Any, Answers], tuple[PhotoKind, ...]] | None = None
    button: str = "下一步"
    intro: str = ""

    def is_asked(self, facts: Any, answers: Answers) -> bool:
        """Whether this page belongs to the person's path."""
        return self.when is None or self.when(facts, answers)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a step from being done: a message beside ``field``, or about the page when it is empty.

    ``typed`` may be personal and is left out of the ``repr``.
    """

    step: str
    field: str
    text: str
    code: str = ""
    typed: str = _hidden(default="", repr=False)


Rules = Callable[[Any, Answers], Iterable[Reason]]
"""The business's own rules over all answers so far; each reason names the step and field that mend it."""


@dataclass(frozen=True, slots=True)
class Journey:
    """The steps top to bottom, and the rules that run over their answers."""

    name: str
    title: str
    steps: tuple[Step, ...]
    rules: Rules = field(default=lambda facts, answers: ())

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError."""
        return next_or_key_error(self.steps, name)

    def path(self, facts: Any, answers: Answers) -> tuple[Step, ...]:
        """The pages this person is asked, in order. A page is decided on by the answers of the pages before it
        that are asked themselves, so a page that hangs on one that vanished vanishes with it."""
        pages: list[Step] = []
        known: dict[str, str] = {}
        for step in self.steps:
            if step.is_asked(facts, known):
                pages.append(step)
                known |= {f.name: answers[f.name] for f in step.fields if f.name in answers}
        return tuple(pages)

    def prune(self, facts: Any, answers: Answers) -> dict[str, str]:
        """The answers of steps that are still asked. Answers of steps that vanished are never handed in."""
        names = {f.name for step in self.path(facts, answers) for f in step.fields}
        return {name: value for name, value in answers.items() if name in names}

    def problems(
        self, facts: Any, answers: Answers, done: frozenset[str], photo_counts: Mapping[str, int]
    ) -> dict[str, tuple[Problem, ...]]:
        """Everything that is missing or wrong, by step; a step that is in order has no entry.

        ``done`` names the steps the person has confirmed; ``photo_counts`` counts stored photos by kind.
        Every earlier answer is read again with today's rules, whatever was accepted before. A reason that names
        no page of the path is told on the first: a no that fell between the pages would be a yes.
        """
        kept, path = self.prune(facts, answers), self.path(facts, answers)
        reasons = _by_page(self.rules(facts, kept), path)
        found: dict[str, tuple[Problem, ...]] = {}
        for step in path:
            wrong = list(_missing(step, kept))
            wrong += [Problem(step.name, r.field, r.text, r.code) for r in reasons.get(step.name, ())]
            if not step.fields and step.photos is None and step.name not in done:
                wrong.append(Problem(step.name, "", f"请先完成“{step.title}”", "not_confirmed"))
            if step.photos is not None:
                wrong += _missing_photos(step, facts, kept, photo_counts)
            if wrong:
                found[step.name] = tuple(wrong)
        return found

    def next(self, facts: Any, answers: Answers, problems: Mapping[str, object]) -> Step | None:
        """The first page that still has a problem; None when everything is in order."""
        return next((step for step in self.path(facts, answers) if step.name in problems), None)

    def reachable(self, facts: Any, answers: Answers, problems: Mapping[str, object]) -> tuple[Step, ...]:
        """The pages that may be opened now: all that are in order, and the first that is not."""
        pages: list[Step] = []
        for step in self.path(facts, answers):
            pages.append(step)
            if step.name in problems:
                break
        return tuple(pages)


def next_or_key_error(steps: tuple[Step, ...], name: str) -> Step:
    """The step called ``name``. Raises KeyError."""
    for step in steps:
        if step.name == name:
            return step
    raise KeyError(name)


def read_step(step: Step, typed: Mapping[str, str]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Read what was typed on one page: the canonical answers of the fields that are right, and a problem for
    each that is not. Nothing typed is judged across fields here; that is the rules' work."""
    answers: dict[str, str] = {}
    wrong: list[Problem] = []
    for f in step.fields:
        raw = typed.get(f.name, "")
        try:
            answers[f.name] = f.read(raw)
        except InvalidValue as error:
            wrong.append(Problem(step.name, f.name, error.message, error.code, raw))
    return answers, tuple(wrong)


def _by_page(reasons: Iterable[Reason], path: tuple[Step, ...]) -> dict[str, list[Reason]]:
    asked, found = {step.name for step in path}, dict[str, list[Reason]]()
    for reason in reasons:
        if reason.step not in asked:
            reason = replace(reason, step=path[0].name, field="")
        found.setdefault(reason.step, []).append(reason)
    return found


def _missing(step: Step, answers: Answers) -> Iterable[Problem]:
    for f in step.fields:
        try:
            f.read(answers.get(f.name, ""))
        except InvalidValue as error:
            yield Problem(step.name, f.name, error.message, error.code)


def _missing_photos(step: Step, facts: Any, answers: Answers, counts: Mapping[str, int]) -> Iterable[Problem]:
    assert step.photos is not None
    for kind in step.photos(facts, answers):
        if kind.required and not counts.get(kind.name):
            yield Problem(step.name, kind.name, f"请上传{kind.label}", "photo_missing")
