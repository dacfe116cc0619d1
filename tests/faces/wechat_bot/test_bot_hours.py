"""When 人工 hands a conversation over: in the hours that are set, and never while the centre is closed."""

from datetime import datetime

import pytest

from bootstrap.bot import on_duty
from fund import calendar

DAYS = calendar.load()


@pytest.mark.parametrize(
    ("hours", "at", "there"),
    [
        ("1-5 08:30-17:00", "2026-11-24T08:30", True),
        ("1-5 08:30-17:00", "2026-11-24T08:29", False),
        ("1-5 08:30-17:00", "2026-11-24T17:00", False),
        ("1-5 08:30-17:00", "2026-11-22T12:00", False),
        ("1-5 08:30-17:00", "2026-10-01T12:00", False),
        ("1-7 08:30-17:00", "2026-10-04T12:00", False),
        ("1-7 08:30-17:00", "2026-11-22T12:00", True),
        ("1-5 08:30-17:00", "2026-10-10T12:00", True),
        ("1-5 08:30-17:00", "2026-10-10T18:00", False),
        ("", "2026-11-24T12:00", False),
    ],
    ids=[
        "opening", "before opening", "closing", "a Sunday", "国庆节", "国庆节, seven days a week", "a Sunday, seven days",
        "a Saturday worked instead", "its evening", "no customer service",
    ],
)  # fmt: skip
def test_somebody_is_there_in_the_hours_of_working_days(hours: str, at: str, there: bool) -> None:
    assert on_duty(hours, datetime.fromisoformat(at), DAYS) is there
