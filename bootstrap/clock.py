"""The clock on the wall."""

from datetime import datetime
from zoneinfo import ZoneInfo

_HERE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The time in Asia/Shanghai."""
    return datetime.now(_HERE)
