"""An application, its states, and the one table of moves between them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
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
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """What the citizen reads."""
        return {"submitted": "已提交", "withdrawn": "已撤销"}[self.value]

    @property
    def is_live(self) -> bool:
        """Whether it uses up the person's one application of the year."""
        return self is not State.WITHDRAWN


class Move(StrEnum):
    """What can happen to an application; past tense in the citizen's timeline."""

    HAND_IN = "hand_in"
    WITHDRAW = "withdraw"

    @property
    def words(self) -> str:
        """The timeline's title."""
        return {"hand_in": "提交申请", "withdraw": "本人撤销申请"}[self.value]


class Role(StrEnum):
    """Who acts."""

    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who makes a move. ``id`` is ours, never a personal number."""

    role: Role
    id: UUID


MOVES: Mapping[tuple[State, Move], tuple[State, frozenset[Role]]] = {
    (State.SUBMITTED, Move.WITHDRAW): (State.WITHDRAWN, frozenset({Role.CITIZEN})),
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


def advance(application: Application, move: Move, actor: Actor, at: datetime) -> tuple[Application, Event]:
    """Make a move: the application afterwards and the event that says so.

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
    return moved, Event(application.id, moved.version, move, to, actor, at)
