"""The rules of 租房提取 said a second time, in plain integers, straight from the sentences they come from.

Nothing here uses the code it judges: months are counted on the fingers, money is fen, answers are read with int().
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

Caps = Mapping[tuple[bool, bool], int]

CAPS: Caps = {
    (True, False): 1400_00,
    (True, True): 2200_00,
    (False, False): 1400_00,
    (False, True): 2200_00,
}
"""Fen per month by (in 沈阳, married)."""


def fen(yuan: str) -> int:
    """``1400.50`` → 140050."""
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def months(given: Mapping[str, str]) -> int:
    """How many months are applied for: each month of fifteen years is looked at."""
    first, last = given["first_month"].split("-"), given["last_month"].split("-")
    return sum(
        (int(first[0]), int(first[1])) <= (year, month) <= (int(last[0]), int(last[1]))
        for year in range(2020, 2035)
        for month in range(1, 13)
    )


def most(
    given: Mapping[str, str],
    *,
    balance: int,
    frozen: int,
    kept: int,
    married: bool,
    drawn: int,
    cap: Caps | None = None,
) -> int:
    """min(balance − frozen − kept, months × rent, months × cap − drawn this year by self and spouse), or 0."""
    in_shenyang = given["region"][:4] == "2101"
    by_rent = by_cap = 0
    for _ in range(months(given)):
        by_rent += fen(given["monthly_rent"])
        by_cap += (cap or CAPS)[in_shenyang, married]
    return max(0, sorted([balance - frozen - kept, by_rent, by_cap - drawn])[0])


def objections(given: Mapping[str, str], facts: Mapping[str, Any], today: date, card_is_good: bool) -> Iterator[str]:
    """Everything that speaks against handing this in today; ``facts`` are what ``a_member`` was told."""
    married = facts.get("married", False)
    drawn = [w for w in facts.get("withdrawals", ()) if w.reason == "07" and w.on.year == today.year]
    if facts.get("status", "01") != "01":
        yield "the account is not in order"
    if facts.get("months_in_a_row", 36) < 3:
        yield "too few months paid"
    if any(home.city == facts.get("employer_city", "210100") for home in facts.get("homes", ())):
        yield "a home of their own"
    if any(not w.of_spouse for w in drawn):
        yield "drawn before this year"
    if any(int(given[name][:4]) != today.year for name in ("first_month", "last_month")):
        yield "months of another year"
    if months(given) < 1:
        yield "months out of order"
    allowed = most(
        given,
        balance=fen(facts.get("balance", "52340.18")),
        frozen=fen(facts.get("frozen", "0.00")),
        kept=0,
        married=married,
        drawn=sum(w.amount.fen for w in drawn),
    )
    if not 0 < fen(given["amount"]) <= allowed:
        yield f"{given['amount']} is more than {allowed} fen"
    if fen(given["monthly_rent"]) <= 0:
        yield "no rent"
    if given["bank"] not in ("CCB", "ICBC", "SJB"):
        yield "another bank"
    if not 16 <= len(given["card"]) <= 19 or not given["card"].isdecimal():
        yield "no card"
    if not card_is_good:
        yield "a card the bank refuses"
    if len(given["address"]) < 5:
        yield "no address"
    if given.get("agreed") != "yes":
        yield "the pledge was not agreed to"


def photos_wanted(given: Mapping[str, str], facts: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The kinds that must be there, and those that may."""
    city = given["region"][:4] + "00"
    if city == "210100" and facts.get("employer_city", "210100") == "210100":
        return set(), set()
    must = {"id_front", "id_back", "lease", "rent_receipt", "no_home_proof"}
    must |= {"marriage"} if facts.get("married", False) else set()
    return must, must | {"workplace"}
