"""What the queue tells of a case that has been here before: whether its citizen has put it right, and for whom it is
kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from fund.application import Event, Move
from fund.calendar import WorkCalendar
from fund.case_file import Back, kept_for
from fund.cases import WAITING, Cases, Line

_TURNS = frozenset({Move.CORRECT, Move.FIX_CARD, Move.RETURN, Move.FAIL})


def back(events: Sequence[Event], calendar: WorkCalendar, now: datetime, still_reviews: Callable[[UUID], bool]) -> Back:
    """Of one case, by its history. A case on which nobody at the centre has to decide comes back to nobody, and none is
    kept for an account that is closed."""
    if events[-1].state not in WAITING:
        return Back()
    turn = next((event.move for event in reversed(events) if event.move in _TURNS), None)
    kept = kept_for(events, calendar)
    if kept is not None and not (now < kept[1] and still_reviews(kept[0])):
        kept = None
    return Back(turn if turn in (Move.CORRECT, Move.FIX_CARD) else None, kept)


def backs(
    lines: Sequence[Line], cases: Cases, calendar: WorkCalendar, now: datetime, still_reviews: Callable[[UUID], bool]
) -> Mapping[UUID, Back]:
    """Of a page of the queue, by application. Raises Unavailable."""
    told, asked = cases.histories([line.id for line in lines if line.state in WAITING]), cache(still_reviews)
    return {line.id: back(told[line.id], calendar, now, asked) if line.id in told else Back() for line in lines}
