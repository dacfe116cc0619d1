"""Several windows of one person: phone and desktop, an old tab, one left open for a month."""

import pytest

from fund.draft import Clash
from fund.errors import Unavailable
from tests.fakes import Counter, a_counter
from tests.fund.test_intake_walk import details
from tests.makers import CARD, DALIAN, OTHER_CARD, answers


def a_window(counter: Counter) -> dict[str, object]:
    """A page opened now: what its form will send along."""
    draft = counter.look().draft
    return {"seen_version": draft.version, "submission_key": draft.submission_key}


def begun(**different: str) -> Counter:
    """Someone who has given all but the consent."""
    counter = a_counter()
    counter.walk(answers(**different), until="pledge")
    return counter


def test_a_journey_begun_in_one_window_is_finished_in_another() -> None:
    counter = begun()
    counter.answer("details", details(amount="8000"))
    assert counter.answer("pledge", {"agreed": "yes"}).receipt.answers["amount"] == "8000.00"


def test_changes_of_different_fields_in_two_windows_are_both_kept() -> None:
    counter = begun()
    one, other = a_window(counter), a_window(counter)
    counter.answer("details", details(amount="8000"), **one)
    outcome = counter.answer("details", details(address="中山路200号5单元101"), **other)
    assert outcome.clashes == ()
    now = counter.look().answers
    assert (now["amount"], now["address"]) == ("8000.00", "中山路200号5单元101")


def test_a_field_changed_in_two_windows_is_shown_with_both_values_and_the_page_stays() -> None:
    counter = begun()
    one, other = a_window(counter), a_window(counter)
    counter.answer("details", details(amount="8000"), **one)
    outcome = counter.answer("details", details(amount="7000", address="中山路200号5单元101"), **other)
    assert outcome.clashes == (Clash("amount", "7000.00", "8000.00"),)
    assert outcome.goto is None and outcome.receipt is None
    now = counter.look().answers
    assert (now["amount"], now["address"]) == ("8000.00", "中山路200号5单元101")
    decided = counter.answer("details", details(amount="7000", address="中山路200号5单元101"))
    assert decided.clashes == () and counter.look().answers["amount"] == "7000.00"


def test_a_window_that_gets_in_between_reading_and_writing_is_merged_as_well() -> None:
    counter = begun()
    window = a_window(counter)
    counter.drafts.before_save = lambda: counter.answer("account", {"bank": "ICBC", "card": OTHER_CARD}, **window)
    counter.answer("details", details(amount="8000"), **window)
    now = counter.look().answers
    assert (now["amount"], now["card"], now["bank"]) == ("8000.00", OTHER_CARD, "ICBC")


def test_a_store_that_never_stands_still_is_given_up_with_a_kind_error_and_nothing_is_half_kept() -> None:
    counter = begun()
    window = a_window(counter)
    rents = iter(range(1000, 9999))

    def another_window_again() -> None:
        draft = counter.drafts.load(counter.person.id, "rent")
        assert draft is not None
        changed, _ = draft.merge({"monthly_rent": f"{next(rents)}.00"}, draft.version)
        counter.drafts._kept[counter.person.id, "rent"] = changed
        counter.drafts.before_save = another_window_again

    counter.drafts.before_save = another_window_again
    with pytest.raises(Unavailable) as refused:
        counter.answer("details", details(amount="8000"), **window)
    assert refused.value.code == "busy"
    counter.drafts.before_save = lambda: None
    assert counter.look().answers["amount"] == "8400.00"


def test_what_is_typed_on_a_page_is_kept_when_another_window_has_put_an_earlier_page_out_of_order() -> None:
    """Nothing a person gave is lost on the way: they are led back, mend it, and find their card again."""
    counter = a_counter()
    counter.walk(answers(), until="account")
    window = a_window(counter)
    counter.answer("details", details(amount="a lot"))
    outcome = counter.answer("account", {"bank": "ICBC", "card": OTHER_CARD}, **window)
    assert outcome.goto.name == "details"
    counter.answer("details", details())
    assert counter.look().draft.answers.get("card") == OTHER_CARD


def test_what_is_typed_on_a_page_is_kept_when_the_year_has_turned_meanwhile() -> None:
    counter = a_counter()
    counter.walk(answers(), until="account")
    window = a_window(counter)
    counter.clock.now = counter.clock.now.replace(year=2027)
    assert counter.answer("account", {"bank": "ICBC", "card": OTHER_CARD}, **window).goto.name == "details"
    assert counter.look().draft.answers.get("card") == OTHER_CARD


def test_a_consent_typed_ahead_is_not_kept() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    window = a_window(counter)
    counter.answer("details", details(amount="a lot"))
    assert counter.answer("pledge", {"agreed": "yes"}, **window).goto.name == "details"
    counter.answer("details", details())
    assert "agreed" not in counter.look().answers and counter.applications.rows == ()


def test_a_window_of_a_draft_that_expired_does_not_overwrite_the_new_one_silently() -> None:
    counter = begun()
    for amount in ("8100", "8200", "8300"):
        counter.answer("details", details(amount=amount))
    month_old = a_window(counter)
    counter.drafts.expire()
    counter.walk(answers(amount="5000.00"), until="account")
    outcome = counter.answer("details", details(amount="8300"), **month_old)
    assert [(c.field, c.mine, c.theirs) for c in outcome.clashes] == [("amount", "8300.00", "5000.00")]
    assert counter.look().answers["amount"] == "5000.00"


# ---- 承诺只对看到的内容有效


def test_a_consent_given_to_what_another_window_has_since_changed_does_not_count() -> None:
    """The pledge page shows what is handed in; agreeing to 8400 is not agreeing to 5000 in another place."""
    counter = begun()
    pledge_page = a_window(counter)
    counter.answer("details", details(amount="5000", address="中山路200号5单元101"))
    outcome = counter.answer("pledge", {"agreed": "yes"}, **pledge_page)
    assert outcome.receipt is None and counter.applications.rows == ()
    [problem] = outcome.problems
    assert problem.field == "agreed"
    assert counter.answer("pledge", {"agreed": "yes"}).receipt.answers["amount"] == "5000.00"


def test_a_consent_is_not_lost_to_a_window_that_changed_nothing() -> None:
    counter = begun()
    pledge_page = a_window(counter)
    counter.answer("info")
    counter.answer("details", details())
    counter.answer("account", {"bank": "CCB", "card": CARD})
    assert counter.answer("pledge", {"agreed": "yes"}, **pledge_page).receipt is not None


def test_a_consent_given_before_a_window_changed_the_card_is_asked_for_again() -> None:
    counter = begun(region=DALIAN)
    counter.answer("pledge", {"agreed": "yes"})
    counter.upload_all()
    photos_page = a_window(counter)
    counter.answer("account", {"bank": "ICBC", "card": OTHER_CARD})
    outcome = counter.answer("photos", {}, **photos_page)
    assert outcome.receipt is None and outcome.goto.name == "pledge"
    assert counter.applications.rows == ()
