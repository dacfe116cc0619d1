"""Forms made from steps: what a page draws for each question, whatever channel it belongs to.

A journey says what is asked; this says which control asks it, what stands in it, which words go beside it.
Nothing here decides: problems and clashes come from the use case, values from the draft or the form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from fund import regions
from fund.consent import TO_BE_TICKED_AGAIN, consents, words_mark
from fund.draft import Clash
from fund.errors import InvalidValue
from fund.fields import Field
from fund.journey import Problem, Step
from fund.money import Money
from fund.months import Month
from fund.numbers import CardNumber
from fund.progress import Progress

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Options of a select as (group label, ((value, words), …)); an empty label means no group."""

UNTOLD = frozenset({"missing", "not_confirmed", "photo_missing", "consent"})
"""Problems of a page not yet given; nobody is blamed for what they were not asked so far."""


@dataclass(frozen=True, slots=True)
class Control:
    """One question as it is drawn. ``value`` is what stands in it: typed text first, else the kept answer."""

    name: str
    label: str
    widget: str
    hint: str
    autocomplete: str
    value: str
    groups: Groups = ()
    problem: str = ""
    code: str = ""
    """Of the problem: what helps against it is looked up by it."""
    warning: str = ""
    clash: tuple[str, str] | None = None
    """(what was just typed, what another window had stored), in words."""
    renewed: bool = False
    """Another window changed it while this one stood open; what stands in it now is from there."""

    @property
    def id(self) -> str:
        """The control's id, for its label and the error summary."""
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of the texts that belong to the control."""
        said = {
            "hint": self.hint,
            "problem": self.problem,
            "clash": self.clash,
            "renewed": self.renewed,
            "warning": self.warning,
        }
        return " ".join(f"{self.id}-{part}" for part, there in said.items() if there)


@dataclass(frozen=True, slots=True)
class StepForm:
    """A page's form. ``problems`` are (anchor, text) pairs for the summary at the top, in page order; ``seen_pledge``
    marks the words of the pledge where they stand on the page, ``agreed_at`` what stood there when it was ticked; ``owner`` whom the form was made for (``web.kept``)."""

    controls: tuple[Control, ...]
    problems: tuple[tuple[str, str], ...]
    clashed: bool
    seen_version: int
    submission_key: str
    seen_pledge: str = ""
    owner: str = ""
    agreed_at: str = ""

    def __getitem__(self, name: str) -> Control:
        """The control of that name. Raises KeyError."""
        for control in self.controls:
            if control.name == name:
                return control
        raise KeyError(name)

    def problem_at(self, anchor: str) -> str:
        """What the summary says of a place on the page, or nothing."""
        return dict(reversed(self.problems)).get(anchor, "")


def step_form(
    progress: Progress,
    step: Step,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    clashes: Sequence[Clash] = (),
    renewed: Mapping[str, str] = MappingProxyType({}),
    kept: Mapping[str, str] | None = None,
    owner: str = "",
    hall: bool = False,
) -> StepForm:
    """The form of a step. ``typed`` wins over kept answers, so nothing typed is ever lost by an error; only what
    another window renewed wins over it.

    ``kept`` is a form that could not be taken and is shown again: it still is of the version, and of the words of the
    pledge, it was shown with. ``hall`` asks for the desktop hall's words.
    """
    typed = kept if kept is not None else typed
    if hall:
        problems = [replace(p, text=in_the_halls_words(p.text, step)) for p in problems]
    places = {f.name: place for place, f in enumerate(step.fields)}
    problems = sorted(problems, key=lambda p: places.get(p.field, -1))
    said = {problem.field: problem for problem in reversed(problems) if problem.field}
    disputed = {clash.field: clash for clash in clashes}
    controls = tuple(_control(progress, f, typed, said, disputed, renewed, hall) for f in step.fields)
    asked = {f.name for f in step.fields}
    # A problem of no field is told by the page itself (the reasons against the person on the first page).
    listed = [(f"{'f' if p.field in asked else 'kind'}-{p.field}", p.text) for p in problems if p.field]
    listed += [(c.id, f"“{c.label}”在另一个窗口改过，请核对后再继续") for c in controls if c.clash]
    version, pledge = progress.draft.version, words_mark(progress.pledge) if consents((step,)) else ""
    key, agreed_at = progress.draft.submission_key, ""
    if kept is not None:
        version, pledge = min(seen_version_of(kept), version), kept.get("seen_pledge", "") or pledge
        at = kept.get("agreed_at", "")
        agreed_at = "" if at == f"{kept.get('seen_version')}:{kept.get('submission_key')}" else at
    return StepForm(
        controls, tuple(listed), bool(disputed), version, key, pledge, owner, agreed_at or f"{version}:{key}"
    )


def _control(
    progress: Progress,
    f: Field,
    typed: Mapping[str, str] | None,
    said: Mapping[str, Problem],
    disputed: Mapping[str, Clash],
    renewed: Mapping[str, str],
    hall: bool,
) -> Control:
    kept = progress.draft.answers.get(f.name, "")
    clash, problem = disputed.get(f.name), said.get(f.name)
    return Control(
        name=f.name,
        label=(f.hall_label or f.label) if hall else f.label,
        widget=f.kind.widget,
        hint=f.hint,
        autocomplete=f.autocomplete,
        value=kept if typed is None else _typed(f, typed, problem, renewed),
        groups=_groups(f, progress),
        problem=problem.text if problem else "",
        code=problem.code if problem else "",
        warning=progress.warnings.get(f.name, "") if typed is None else "",
        clash=(words_of(f, clash.mine), words_of(f, clash.theirs)) if clash else None,
        renewed=f.name in renewed,
    )


def _typed(f: Field, typed: Mapping[str, str], problem: Problem | None, renewed: Mapping[str, str]) -> str:
    """What stands in a field that was typed in. A tick that was given for something else is taken off."""
    if problem is not None and problem.code == TO_BE_TICKED_AGAIN:
        return ""
    return renewed.get(f.name, typed.get(f.name, ""))


def _groups(f: Field, progress: Progress) -> Groups:
    if f.kind.widget == "region":
        return tuple((name, tuple((r.code, r.words) for r in some)) for name, some in regions.by_province())
    if f.kind.widget == "month":
        year = progress.business.year(progress.case)
        months = (Month(year, number) for number in range(1, 13))
        return (("", tuple((str(month), month.words) for month in months)),)
    return (("", f.kind.choices),) if f.kind.choices else ()


def in_the_halls_words(text: str, step: Step) -> str:
    """A sentence that names questions of a page by the phone's words, with those of the hall.

    >>> from fund.fields import MONEY
    >>> in_the_halls_words("请填写月租金额", Step("details", "", (Field("rent", "月租金额", MONEY, hall_label="月租金"),)))
    '请填写月租金'
    """
    for f in step.fields:
        text = text.replace(f.label, f.hall_label or f.label)
    return text


def window_of(form: Mapping[str, str]) -> dict[str, Any]:
    """What a posted page was shown with, as the use cases take it."""
    return {
        "seen_version": seen_version_of(form),
        "submission_key": form.get("submission_key", ""),
        "seen_pledge": form.get("seen_pledge", ""),
        "agreed_at": form.get("agreed_at", ""),
    }


def seen_version_of(form: Mapping[str, str]) -> int:
    """The draft version a posted page was shown with; anything odd counts as never seen, which is safe."""
    text = form.get("seen_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def words_of(f: Field, value: str) -> str:
    """A canonical answer in words for reading; card numbers masked. Empty stays empty."""
    try:
        match f.kind.widget if value else "":
            case "region":
                return regions.find(value).full
            case "month":
                return Month.parse(value).words
            case "money":
                return f"{Money.parse(value)} 元"
            case "card":
                return CardNumber(value).masked
            case "select":
                return dict(f.kind.choices).get(value, value)
            case "consent":
                return "已同意"
    except InvalidValue:
        # Kept under older rules: shown as it is rather than not at all.
        return value
    return value


def rows(steps: Sequence[Step], answers: Mapping[str, str]) -> Iterator[tuple[Step, tuple[tuple[str, str], ...]]]:
    """The answers of some steps in words, page by page; agreements and unanswered pages are left out."""
    for step in steps:
        told = tuple(
            (f.label, words_of(f, answers[f.name]))
            for f in step.fields
            if answers.get(f.name) and f.kind.widget != "consent"
        )
        if told:
            yield step, told
