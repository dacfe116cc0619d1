"""The button pressed fifty times at once, and windows that save at the same moment."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fund.errors import Unavailable
from tests.fakes import Counter, a_counter
from tests.fund.test_intake_walk import details
from tests.makers import DALIAN, answers

AT_ONCE = 50


@pytest.fixture(autouse=True)
def threads_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def at_once(work: Callable[[int], Any], many: int = AT_ONCE) -> list[Any]:
    """Call ``work`` from many threads that all set off together."""
    line = threading.Barrier(many, timeout=10)

    def set_off(number: int) -> Any:
        line.wait()
        return work(number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(set_off, range(many), timeout=20))


def ready(**different: str) -> tuple[Counter, dict[str, Any]]:
    """One press of the last button is left; and what every one of the windows would send."""
    counter = a_counter()
    counter.walk(answers(**different), until="" if different else "pledge")
    if different:
        counter.upload_all()
    draft = counter.look().draft
    return counter, {"seen_version": draft.version, "submission_key": draft.submission_key}


def press_the_last_button(counter: Counter, window: dict[str, Any], step: str = "pledge") -> list[Any]:
    """From fifty windows at once: the receipts."""
    typed = {"agreed": "yes"} if step == "pledge" else {}
    return [
        outcome.receipt
        for outcome in at_once(lambda n: counter.intake.answer(counter.person, "rent", step, typed, **window))
    ]


@pytest.mark.parametrize("again", range(5))
def test_fifty_hand_ins_at_once_give_one_application_and_fifty_identical_receipts(again: int) -> None:
    counter, window = ready()
    receipts = press_the_last_button(counter, window)
    [kept] = counter.applications.rows
    assert receipts == [kept] * AT_ONCE
    assert len(counter.applications.events(kept.id)) == 1
    assert len(counter.drafts) == 0


def test_fifty_hand_ins_that_all_reach_the_store_before_the_first_is_kept_give_one_application() -> None:
    counter, window = ready()
    store, line = counter.applications.hand_in, threading.Barrier(AT_ONCE, timeout=10)

    def hand_in(*what: Any) -> Any:
        line.wait()
        return store(*what)

    counter.applications.hand_in = hand_in  # type: ignore[assignment,method-assign]
    receipts = press_the_last_button(counter, window)
    [kept] = counter.applications.rows
    assert receipts == [kept] * AT_ONCE


def test_fifty_hand_ins_with_photos_hand_each_photo_in_once() -> None:
    counter, window = ready(region=DALIAN)
    receipts = press_the_last_button(counter, window, "photos")
    [kept] = counter.applications.rows
    assert receipts == [kept] * AT_ONCE
    assert sorted(counter.photos.handed_in(kept)) == sorted(
        ["id_front", "id_back", "lease", "rent_receipt", "no_home_proof", "workplace"]
    )


def test_hand_ins_while_the_draft_cannot_be_dropped_still_give_one_application() -> None:
    counter, window = ready()
    counter.drafts.drop_fails = True
    receipts = press_the_last_button(counter, window)
    assert len(counter.applications.rows) == 1
    assert receipts == list(counter.applications.rows) * AT_ONCE


def test_the_same_person_beginning_in_many_windows_has_one_draft() -> None:
    counter = a_counter()
    at_once(lambda n: counter.intake.answer(counter.person, "rent", "info", {}, seen_version=0), many=8)
    keys = at_once(lambda n: counter.look().draft.submission_key, many=8)
    assert len(counter.drafts) == 1 and len(set(keys)) == 1


def test_windows_that_save_different_fields_at_once_all_keep_their_change() -> None:
    counter, window = ready()
    changes = [
        {"amount": "8000"},
        {"address": "中山路200号5单元101室"},
        {"monthly_rent": "1350"},
        {"last_month": "2026-08"},
    ]

    def give(number: int) -> Any:
        return counter.intake.answer(counter.person, "rent", "details", details(**changes[number]), **window)

    outcomes = at_once(give, many=len(changes))
    assert all(not outcome.clashes for outcome in outcomes)
    now = counter.look().answers
    assert (now["amount"], now["address"], now["monthly_rent"], now["last_month"]) == (
        "8000.00", "中山路200号5单元101室", "1350.00", "2026-08",
    )  # fmt: skip


def test_windows_that_save_one_field_at_once_are_all_told_but_the_one_whose_value_stands() -> None:
    counter, window = ready()
    amounts = [f"{8000 + number}.00" for number in range(10)]

    def give(number: int) -> Any:
        return counter.intake.answer(counter.person, "rent", "details", details(amount=amounts[number]), **window)

    outcomes = at_once(give, many=len(amounts))
    stands = counter.look().answers["amount"]
    told = [amounts[n] for n, outcome in enumerate(outcomes) if outcome.clashes]
    assert sorted([*told, stands]) == amounts
    for outcome in outcomes:
        assert all(clash.theirs == stands for clash in outcome.clashes)


def test_hand_ins_against_an_unreliable_store_end_in_a_receipt_or_a_request_to_try_again() -> None:
    counter, window = ready()
    shaky, count = counter.drafts.save, iter(range(10_000))

    def save(*what: Any, **how: Any) -> None:
        if next(count) % 3 == 0:
            raise Unavailable("the store is away", code="unavailable")
        shaky(*what, **how)

    counter.drafts.save = save  # type: ignore[method-assign]

    def press(number: int) -> Any:
        try:
            return counter.intake.answer(counter.person, "rent", "pledge", {"agreed": "yes"}, **window).receipt
        except Unavailable:
            return None

    receipts = at_once(press)
    again = press(0)
    assert again is not None and {receipt for receipt in (r and r.id for r in receipts) if receipt} <= {again.id}
    assert len(counter.applications.rows) == 1
