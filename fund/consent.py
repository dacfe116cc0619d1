"""An agreement holds for what was shown when it was given: these answers, and these words of the pledge."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace

from fund.business import Pledge
from fund.draft import Draft
from fund.journey import Step

AGREED_TO = "agreed_to"
"""The key under which a draft's ``observed`` notes which words of the pledge were agreed to."""

TO_BE_TICKED_AGAIN = "agreed_to_other"
"""The code of a problem with a tick that was given for something else than what counts."""

CHANGED_ELSEWHERE = "您填写的内容刚在另一个窗口改过，请核对改动后重新勾选"
TAKEN_BACK = "这一页之前提交的申请已撤销或已办结。要重新申请的，请核对填写的内容后重新勾选"
OTHER_WORDS = "承诺书的内容已有更新，请重新阅读后再勾选"


def consents(steps: Iterable[Step]) -> frozenset[str]:
    """The names of the fields that agree to something."""
    return frozenset(f.name for step in steps for f in step.fields if f.kind.widget == "consent")


def without(draft: Draft, names: Collection[str]) -> Draft:
    """The draft as if these had not been answered: what was agreed to has changed, so it is asked again."""
    return replace(draft, answers={name: v for name, v in draft.answers.items() if name not in names})


def mark(pledge: Pledge) -> dict[str, str]:
    """What a draft notes of the words agreed to; the words themselves need not be kept with it."""
    return {AGREED_TO: words_mark(pledge)}


def words_mark(pledge: Pledge) -> str:
    """What tells these words from any others."""
    return hashlib.sha256(pledge.text.encode()).hexdigest()


def still_agreed(draft: Draft, steps: Iterable[Step], pledge: Pledge) -> Draft:
    """The draft, without its agreement if the words are others by now (new terms, another city)."""
    same = draft.observed.get(AGREED_TO) == words_mark(pledge)
    return draft if same else without(draft, consents(steps))
