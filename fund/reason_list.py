"""The centre's list of reasons (R01…) for 退回补正 and 不予通过, as data: codes, words with gaps, what each is for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from fund.decision import Because
from fund.errors import FundError, InvalidValue
from fund.typed import seen

USES = ("return", "reject", "both")
_GAP = re.compile(r"\{([^{}]*)\}")
MOST_SAID = 100
"""Characters of what fills a gap or is said with a reason."""
SAY = "说明"
"""The gap that staff fill in their own words beside what they mark."""
MOST_NOTE = 200
"""Characters of a note to the citizen."""


class ReasonListError(FundError):
    """A list of reasons cannot be used as it stands; the message names the entry."""


@dataclass(frozen=True, slots=True)
class ListedReason:
    """One entry. ``words`` may have gaps like ``{材料}``, to be filled by whoever decides. ``marks``: what it may be
    marked on in a return: ``field`` or ``photo`` for all of the kind, or names."""

    code: str
    words: str
    use: str
    marks: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """What has to be said with it, in the order of the words."""
        return tuple(dict.fromkeys(_GAP.findall(self.words)))

    @property
    def blank(self) -> str:
        """The words with their gaps left open, for choosing."""
        return _GAP.sub("…", self.words)

    def suits(self, use: str) -> bool:
        """Whether it is one for a ``return`` or a ``reject``."""
        return self.use in (use, "both")

    def choice(self, label: str) -> str:
        """The words beside something that is marked, which fills all gaps but the one for an explanation."""
        told = _GAP.sub(lambda found: f"（请写{SAY}）" if found[1] == SAY else label, self.words)
        return told.replace("：（", "（")

    def fits(self, kind: str, name: str) -> bool:
        """Whether it can be said of a field or a document."""
        return kind in self.marks or name in self.marks

    def because(self, filled: Mapping[str, str]) -> Because:
        """The reason with its gaps filled. Raises InvalidValue, for staff, when something is missing or too long."""
        said = {gap: line(filled.get(gap, ""), f"原因{self.code}的“{gap}”", MOST_SAID) for gap in self.gaps}
        if missing := [gap for gap in self.gaps if not said[gap]]:
            raise InvalidValue(f"原因{self.code}需要写明“{missing[0]}”", code="gap_missing")
        return Because(self.code, _GAP.sub(lambda found: said[found[1]], self.words))


@dataclass(frozen=True, slots=True)
class ReasonList:
    """All reasons of a kind of business, and the sentence about 申诉 that ends every rejection."""

    version: str
    reasons: tuple[ListedReason, ...]
    appeal: str

    def for_(self, use: str) -> tuple[ListedReason, ...]:
        """Those for a ``return`` or a ``reject``, in the list's order."""
        return tuple(reason for reason in self.reasons if reason.suits(use))

    def for_mark(self, kind: str, name: str) -> tuple[ListedReason, ...]:
        """Those for a return that can be said of a field or a document."""
        return tuple(reason for reason in self.for_("return") if reason.fits(kind, name))

    def find(self, code: str, use: str) -> ListedReason:
        """Raises InvalidValue for a code that is not one of these."""
        for reason in self.for_(use):
            if reason.code == code:
                return reason
        raise InvalidValue("请从列表中选择原因", code="reason_unknown")


def parse(source: str) -> ReasonList:
    """Read a list. Raises ReasonListError on what is missing, unknown, repeated or cannot be said."""
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ReasonListError(f"not TOML: {error}") from None
    if raw.keys() != {"version", "confirmed", "paper", "appeal", "reasons"}:
        raise ReasonListError("a list has version, confirmed, paper, appeal and [[reasons]], and nothing else")
    reasons = tuple(_entry(each) for each in raw["reasons"])
    if len({reason.code for reason in reasons}) != len(reasons):
        raise ReasonListError("a code is used twice")
    found = ReasonList(str(raw["version"]), reasons, str(raw["appeal"]).strip())
    if not found.appeal or not found.for_("return") or not found.for_("reject"):
        raise ReasonListError("there must be an appeal sentence, and a reason for a return and for a rejection")
    return found


def line(typed: str, what: str, most: int) -> str:
    """What staff typed, on one line. Raises InvalidValue when it is longer than ``most``."""
    said = re.sub(r"\s+", " ", "".join(c for c in seen(typed) if c.isprintable() or c.isspace())).strip()
    if len(said) > most:
        raise InvalidValue(f"{what}最多{most}个字", code="text_long")
    return said


def _entry(raw: Mapping[str, object]) -> ListedReason:
    code = str(raw.get("code", "?"))
    named = raw.get("marks", [])
    if raw.keys() - {"marks"} != {"code", "words", "use"} or not isinstance(named, list):
        raise ReasonListError(f"{code} needs code, words, use and, for a return, a list of marks, and nothing else")
    marks = tuple(str(name) for name in named)
    reason = ListedReason(code, str(raw["words"]).strip(), str(raw["use"]), marks)
    if bool(reason.marks) is (reason.use == "reject"):
        raise ReasonListError(f"{code}: what can be marked is said of a return, and only of a return")
    if not re.fullmatch(r"R[0-9]{2}", code) or reason.use not in USES or not reason.words:
        raise ReasonListError(f"{code}: the code is R and two digits, use is one of {', '.join(USES)}")
    if "" in reason.gaps or "{" in _GAP.sub("", reason.words) or "}" in _GAP.sub("", reason.words):
        raise ReasonListError(f"{code}: a gap is a word in braces")
    return reason
