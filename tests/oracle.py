"""The rules of 租房提取 said a second time, in plain integers straight from the sentences they come from.

Nothing here uses the code it judges: dates are (year, month) pairs, money is fen, answers are read with int().
"""

from collections.abc import Mapping

CAP = {(True, False): 1400_00, (True, True): 2200_00, (False, False): 1400_00, (False, True): 2200_00}
"""Fen per month by (in 沈阳, married)."""


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def months(given: Mapping[str, str]) -> int:
    """Every month is counted on the fingers."""
    first, last = given["first_month"].split("-"), given["last_month"].split("-")
    return sum(
        (int(first[0]), int(first[1])) <= (year, month) <= (int(last[0]), int(last[1]))
        for year in range(2020, 2035)
        for month in range(1, 13)
    )


def most(
    given: Mapping[str, str], *, balance: int, frozen: int, kept: int, married: bool, drawn: int, cap: Mapping | None = None
) -> int:
    """min(balance − frozen − kept, months × rent, months × cap − drawn this year by self and spouse), not below 0."""
    in_shenyang = given["region"][:4] == "2101"
    count = months(given)
    by_rent = by_cap = 0
    for _ in range(count):
        by_rent += _fen(given["monthly_rent"])
        by_cap += (cap or CAP)[in_shenyang, married]
    return max(0, sorted([balance - frozen - kept, by_rent, by_cap - drawn])[0])
