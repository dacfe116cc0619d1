"""办理进度 in plain words: what happened, what it means, what to do next. Staff are never named; what they do among
themselves is told kindly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fund.application import Event, Move, State
from fund.decision import Because, Correction, Decision, Mark
from h5.rent import label_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``items`` are (what, why) pairs, ``reasons`` sentences."""

    title: str
    at: datetime
    text: str = ""
    reasons: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    note: str = ""
    codes: tuple[str, ...] = ()
    """Of the reasons: what the guides say about them is found by these."""


_TOLD: Mapping[tuple[Move, State], tuple[str, str]] = {
    (Move.HAND_IN, State.SUBMITTED): ("提交申请", "申请已经收到，等待工作人员审核。"),
    (Move.CLAIM, State.IN_REVIEW): ("开始审核", "工作人员开始审核您的申请。"),
    (Move.APPROVE, State.CHECKED): ("初审通过", "正在复核。"),
    (Move.APPROVE, State.CARD_CHECKED): ("收款信息初审通过", "正在复核。"),
    (Move.SEND_BACK, State.IN_REVIEW): ("进一步核对", "正在进一步核对，暂时不需要您做什么。"),
    (Move.SEND_BACK, State.CHECKED): ("付款前再核对", "付款前需要再核对一次，暂时不需要您做什么。"),
    (Move.SEND_BACK, State.CARD_REVIEW): ("进一步核对", "正在进一步核对收款信息，暂时不需要您做什么。"),
    (Move.RETURN, State.NEEDS_FIX): ("需要补正", "请按下面的说明修改后重新提交。"),
    (Move.RETURN, State.PAY_FAILED): ("收款信息未通过审核", "请核对后重新更正收款信息。"),
    (Move.CORRECT, State.IN_REVIEW): ("本人提交补正", "工作人员会接着审核。"),
    (Move.CONFIRM, State.APPROVED): ("审核通过", "即将付款到您的银行卡。"),
    (Move.REJECT, State.REJECTED): ("审核未通过", "这笔申请没有通过审核，不会付款。"),
    (Move.INSTRUCT, State.PAYING): ("开始付款", "已通知银行付款，到账后会告诉您。"),
    (Move.NOT_PAID, State.APPROVED): ("等待重新付款", "银行没有受理刚才的付款，我们会重新为您付款，不需要您做什么。"),
    (Move.PAY, State.PAID): ("资金到账", "资金已划入您的银行卡，请查收。"),
    (Move.FAIL, State.PAY_FAILED): ("付款未成功", "请更正收款信息，核对无误后会重新为您付款。"),
    (Move.FIX_CARD, State.CARD_REVIEW): ("本人更正收款信息", "核对无误后会重新为您付款。"),
    (Move.WITHDRAW, State.WITHDRAWN): ("本人撤销申请", "这笔申请不会再审核和付款。"),
}


def timeline(events: Sequence[Event]) -> tuple[Entry, ...]:
    """All that happened, newest first."""
    return tuple(_entry(event) for event in reversed(events))


def failure_words(details: Mapping[str, Any]) -> str:
    """Why a payment did not arrive, with the tail of the card it went to."""
    words = str(details.get("reason", {}).get("words", "")) or "收款账户未能收款"
    tail = str(details.get("tail", ""))
    return f"{words}（尾号{tail}）" if tail else words


def marks_of(marks: Sequence[Mark]) -> tuple[tuple[str, str], ...]:
    """What has to be put right, and why."""
    return tuple((label_of(mark), mark.because.words) for mark in marks)


def _entry(event: Event) -> Entry:
    title, text = _TOLD.get((event.move, event.state), (event.move.words, ""))
    if event.move in (Move.RETURN, Move.REJECT):
        said = Decision.of(event.details)
        marked = {mark.because for mark in said.marks}
        reasons = tuple(because.words for because in said.reasons if because not in marked)
        codes = tuple(because.code for because in (*said.reasons, *(mark.because for mark in said.marks)))
        return Entry(title, event.at, text, reasons, marks_of(said.marks), said.note, codes)
    if event.move is Move.FAIL:
        code = str(event.details.get("reason", {}).get("code", ""))
        return Entry(title, event.at, text, (failure_words(event.details),), codes=(code, "pay_failed"))
    if event.move is Move.CORRECT:
        return Entry(title, event.at, text, items=tuple((name, "") for name in _corrected(event)))
    return Entry(title, event.at, text)


def _corrected(event: Event) -> tuple[str, ...]:
    made = Correction.of(event.details)
    fields = [name for name, value in made.after.items() if made.before.get(name) != value]
    return tuple(label_of(_mark("field", name)) for name in fields) + tuple(
        f"{label_of(_mark('photo', name))}（新照片{len(ids)}张）" for name, ids in made.photos.items()
    )


def _mark(kind: str, name: str) -> Mark:
    return Mark(kind, name, Because("", ""))
