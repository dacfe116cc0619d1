"""An application, its states, and the one table of moves between them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fund.errors import NotAllowed, WrongState
from fund.money import Money

# No 0/O/Q, 1/I/L, 2/Z, 5/S, 8/B: a number is read out over the telephone.
ALPHABET = "34679ACDEFGHJKMNPRTUVWXY"


def new_reference() -> str:
    """A number to quote: twelve characters in threes of four, about 55 bits, nothing that looks alike."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


class State(StrEnum):
    """Where an application stands. ``words`` has at most five characters (a template notice's limit)."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    NEEDS_FIX = "needs_fix"
    CHECKED = "checked"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"
    PAY_FAILED = "pay_failed"
    CARD_REVIEW = "card_review"
    CARD_CHECKED = "card_checked"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """What the citizen reads."""
        return _STATES[self.value][0]

    @property
    def staff_words(self) -> str:
        """What the desk reads: who has to do something now."""
        return _STATES[self.value][1]

    @property
    def is_live(self) -> bool:
        """Whether it uses up the person's one application of the year."""
        return self not in (State.WITHDRAWN, State.REJECTED)

    @property
    def is_open(self) -> bool:
        """Whether its money is still to come: what the core system has booked is not counted twice."""
        return self.is_live and self is not State.PAID


_STATES = {
    "submitted": ("已提交", "待初审"),
    "in_review": ("审核中", "初审中"),
    "needs_fix": ("需补正", "待本人补正"),
    "checked": ("审核中", "待复核"),
    "approved": ("审核通过", "待付款"),
    "paying": ("付款中", "付款中"),
    "paid": ("已到账", "已付款"),
    "pay_failed": ("付款失败", "待本人更正收款信息"),
    "card_review": ("更正审核中", "收款信息待初审"),
    "card_checked": ("更正审核中", "收款信息待复核"),
    "rejected": ("审核未通过", "不予通过"),
    "withdrawn": ("已撤销", "已撤销"),
}


class Move(StrEnum):
    """What can happen to an application; past tense in the citizen's timeline."""

    HAND_IN = "hand_in"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    RETURN = "return"
    CORRECT = "correct"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    REJECT = "reject"
    INSTRUCT = "instruct"
    PAY = "pay"
    NOT_PAID = "not_paid"
    FAIL = "fail"
    FIX_CARD = "fix_card"

    @property
    def words(self) -> str:
        """The timeline's title."""
        return _MOVES[self.value]


_MOVES = {
    "hand_in": "提交申请",
    "withdraw": "本人撤销申请",
    "claim": "开始审核",
    "return": "退回补正",
    "correct": "本人提交补正",
    "approve": "初审通过",
    "send_back": "退回上一环节",
    "confirm": "复核通过",
    "reject": "审核未通过",
    "instruct": "开始付款",
    "pay": "资金到账",
    "not_paid": "付款未受理，等待重新付款",
    "fail": "付款未成功",
    "fix_card": "本人更正收款信息",
}


class Role(StrEnum):
    """Who acts. The first and the last are no roles of the staff."""

    CITIZEN = "citizen"
    REVIEWER = "reviewer"
    CONFIRMER = "confirmer"
    PAYER = "payer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"

    @property
    def words(self) -> str:
        """初审, 复核, 支付, 系统管理, 审计."""
        return {
            "citizen": "本人", "reviewer": "初审", "confirmer": "复核", "payer": "支付", "admin": "系统管理",
            "auditor": "审计", "system": "系统",
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who makes a move. ``id`` is ours, never a personal number."""

    role: Role
    id: UUID


def _by(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_CITIZEN, _REVIEWER, _CONFIRMER = _by(Role.CITIZEN), _by(Role.REVIEWER), _by(Role.CONFIRMER)
_PAYER, _SYSTEM = _by(Role.PAYER), _by(Role.SYSTEM)

MOVES: Mapping[tuple[State, Move], tuple[State, frozenset[Role]]] = {
    (State.SUBMITTED, Move.WITHDRAW): (State.WITHDRAWN, _CITIZEN),
    (State.SUBMITTED, Move.CLAIM): (State.IN_REVIEW, _REVIEWER),
    (State.IN_REVIEW, Move.APPROVE): (State.CHECKED, _REVIEWER),
    (State.IN_REVIEW, Move.RETURN): (State.NEEDS_FIX, _REVIEWER),
    (State.IN_REVIEW, Move.REJECT): (State.REJECTED, _REVIEWER),
    (State.NEEDS_FIX, Move.CORRECT): (State.IN_REVIEW, _CITIZEN),
    (State.NEEDS_FIX, Move.WITHDRAW): (State.WITHDRAWN, _CITIZEN),
    (State.CHECKED, Move.CONFIRM): (State.APPROVED, _CONFIRMER),
    (State.CHECKED, Move.SEND_BACK): (State.IN_REVIEW, _CONFIRMER),
    (State.CHECKED, Move.REJECT): (State.REJECTED, _CONFIRMER),
    (State.APPROVED, Move.INSTRUCT): (State.PAYING, _PAYER),
    (State.APPROVED, Move.SEND_BACK): (State.CHECKED, _PAYER),
    (State.PAYING, Move.PAY): (State.PAID, _SYSTEM),
    (State.PAYING, Move.NOT_PAID): (State.APPROVED, _SYSTEM),
    (State.PAYING, Move.FAIL): (State.PAY_FAILED, _SYSTEM),
    (State.PAID, Move.FAIL): (State.PAY_FAILED, _SYSTEM),
    (State.PAY_FAILED, Move.FIX_CARD): (State.CARD_REVIEW, _CITIZEN),
    (State.PAY_FAILED, Move.WITHDRAW): (State.WITHDRAWN, _CITIZEN),
    (State.CARD_REVIEW, Move.APPROVE): (State.CARD_CHECKED, _REVIEWER),
    (State.CARD_REVIEW, Move.RETURN): (State.PAY_FAILED, _REVIEWER),
    (State.CARD_REVIEW, Move.REJECT): (State.REJECTED, _REVIEWER),
    (State.CARD_CHECKED, Move.CONFIRM): (State.APPROVED, _CONFIRMER),
    (State.CARD_CHECKED, Move.SEND_BACK): (State.CARD_REVIEW, _CONFIRMER),
    (State.CARD_CHECKED, Move.REJECT): (State.REJECTED, _CONFIRMER),
}
"""(from, move) → (to, who may). Whatever is not here cannot happen."""


@dataclass(frozen=True, slots=True)
class Event:
    """One move that was made. ``seq`` counts from 1 within an application."""

    application_id: UUID
    seq: int
    move: Move
    state: State
    actor: Actor
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was decided or given with the move, as plain JSON: reasons, marks, what was before and after. May hold
    personal values; it is sealed where it is kept."""


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """What was handed in, with all it was decided on at that moment.

    ``answers`` are the canonical answers of the pages that were asked; ``working`` the explained amount;
    ``figures`` what the core system said (balances, months), for the auditor.
    """

    id: UUID
    reference: str
    submission_key: str
    person_id: UUID
    business: str
    year: int
    state: State
    version: int
    answers: Mapping[str, str]
    amount: Money
    working: tuple[Mapping[str, str], ...]
    figures: Mapping[str, str]
    terms_version: str
    pledge_version: str
    pledge_text: str
    submitted_at: datetime

    def __repr__(self) -> str:
        return f"Application({self.reference}, {self.state})"


def advance(
    application: Application, move: Move, actor: Actor, at: datetime, details: Mapping[str, Any] | None = None
) -> tuple[Application, Event]:
    """Make a move: the application afterwards and the event that says so, with its ``details``.

    Raises WrongState when the table has no such move from here, NotAllowed when the actor may not make it.
    A citizen may only move their own application.
    """
    try:
        to, roles = MOVES[application.state, move]
    except KeyError:
        raise WrongState(f"{application.reference}: {move} from {application.state}", code="wrong_state") from None
    own = actor.role is not Role.CITIZEN or actor.id == application.person_id
    if actor.role not in roles or not own:
        raise NotAllowed(f"{application.reference}: {move} by {actor.role}", code="not_allowed")
    moved = replace(application, state=to, version=application.version + 1)
    return moved, Event(application.id, moved.version, move, to, actor, at, dict(details or {}))
