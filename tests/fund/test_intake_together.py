"""Several pages on one screen (the desktop hall): the same rules, the same versions, the same receipt."""

import pytest

from fund.consent import words_mark
from fund.draft import Clash
from tests.fakes import Counter, a_counter
from tests.fund.test_intake_walk import details
from tests.makers import CARD, DALIAN, OTHER_CARD, answers

TOGETHER = ("info", "details", "account", "pledge")


def given(counter: Counter, typed: dict[str, str], **window: object):  # type: ignore[no-untyped-def]
    """The whole screen, from a window opened just now unless ``window`` says otherwise."""
    return counter.intake.answer_together(
        counter.person,
        "rent",
        TOGETHER,
        typed,
        **{**a_window(counter), **window},  # type: ignore[arg-type]
    )


def kept(counter: Counter, typed: dict[str, str], **window: object):  # type: ignore[no-untyped-def]
    return counter.intake.keep(counter.person, "rent", TOGETHER, typed, **{**a_window(counter), **window})  # type: ignore[arg-type]


def a_window(counter: Counter) -> dict[str, object]:
    draft = counter.look().draft
    return {"seen_version": draft.version, "submission_key": draft.submission_key}


def test_one_screen_in_good_order_is_handed_in_at_once() -> None:
    counter = a_counter()
    outcome = given(counter, answers())
    assert outcome.receipt.answers == answers()
    assert given(counter, answers(), submission_key=outcome.receipt.submission_key).receipt == outcome.receipt
    assert len(counter.applications.rows) == 1


def test_a_screen_that_was_never_kept_before_sent_twice_is_one_application() -> None:
    counter = a_counter()
    window = a_window(counter)
    first, second = (given(counter, answers(), **window).receipt for _ in range(2))
    assert first == second and len(counter.applications.rows) == 1
    assert counter.look().draft.version == 0, "nothing is left over"


def test_the_key_of_one_taken_back_or_of_an_old_window_is_not_taken_up_again() -> None:
    counter = a_counter()
    window = a_window(counter)
    receipt = given(counter, answers(), **window).receipt
    counter.records.withdraw(counter.person, receipt.reference)
    shown = given(counter, answers(), **window)
    assert shown.receipt is None and [p.code for p in shown.problems] == ["agreed_to_other"]
    assert "撤销" in shown.problems[0].text and dict(counter.look().draft.answers) == answers(agreed=None)
    assert counter.look().draft.submission_key != receipt.submission_key
    assert given(counter, answers()).receipt.submission_key != receipt.submission_key
    other = a_counter()
    kept(other, answers(agreed=None))
    old = a_window(other)
    other.drafts.expire()
    assert kept(other, answers(agreed=None), **old).progress.draft.submission_key != old["submission_key"]


def test_a_page_of_an_application_that_was_taken_back_does_not_hand_in_the_next_one() -> None:
    counter = a_counter()
    given(counter, answers(region=DALIAN))
    counter.upload_all()
    old = a_window(counter)
    first = counter.answer("photos").receipt
    counter.records.withdraw(counter.person, first.reference)
    given(counter, answers(region=DALIAN, amount="8000"))
    counter.upload_all()
    outcome = counter.answer("photos", **old)
    assert outcome.receipt is None and outcome.goto.name == "photos"
    assert counter.answer("photos").receipt.answers["amount"] == "8000.00"


def test_photos_follow_where_they_are_needed_and_complete_it() -> None:
    counter = a_counter()
    assert given(counter, answers(region=DALIAN)).goto.name == "photos"
    assert counter.applications.rows == ()
    counter.upload_all()
    assert counter.answer("photos").receipt.answers["region"] == DALIAN


def test_all_that_is_wrong_is_told_at_once_from_top_to_bottom_and_all_that_is_right_is_kept() -> None:
    counter = a_counter(employer_city=DALIAN)
    counter.cards.usual = counter.cards.usual.__class__(matches=False)
    outcome = given(counter, answers(address="短", monthly_rent="许多", amount="99999", agreed=None))
    assert [p.field for p in outcome.problems] == ["address", "monthly_rent", "card", "agreed"]
    assert outcome.goto is None and outcome.receipt is None
    now = counter.look()
    assert (now.answers["region"], now.answers["amount"], now.answers["bank"]) == ("210102", "99999.00", "CCB")
    assert "address" not in {name for name, value in now.answers.items() if value}


def test_a_rule_that_is_broken_is_told_beside_what_cannot_be_read() -> None:
    counter = a_counter()
    outcome = given(counter, answers(amount="52000", card="6217"))
    assert [p.field for p in outcome.problems] == ["amount", "card"]


def test_reasons_against_the_person_are_told_with_the_rest() -> None:
    counter = a_counter(status="06", months_in_a_row=0)
    outcome = given(counter, answers(card=""))
    assert [p.field for p in outcome.problems] == ["", "", "card"]


def test_a_tick_beside_something_wrong_counts_only_when_it_is_sent_again_with_all_in_order() -> None:
    counter = a_counter()
    outcome = given(counter, answers(amount="许多"))
    assert [p.field for p in outcome.problems] == ["amount"], "it still stands ticked: nobody is asked for it"
    assert "agreed" not in counter.look().answers
    assert given(counter, answers()).receipt is not None


def test_a_tick_does_not_count_for_what_was_changed_elsewhere_after_the_screen_was_opened() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    counter.answer("info")
    counter.answer("details", details(monthly_rent="1500"))
    outcome = given(counter, answers(), **window)
    assert outcome.receipt is None and dict(outcome.renewed) == {"monthly_rent": "1500.00"}
    assert [p.code for p in outcome.problems] == ["agreed_to_other"]
    assert counter.applications.rows == ()
    again = given(counter, answers(monthly_rent="1500"))
    assert again.receipt.answers["monthly_rent"] == "1500.00"


def test_a_tick_does_not_count_for_what_the_screen_was_given_from_elsewhere_after_it() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    ticked = f"{window['seen_version']}:{window['submission_key']}"
    counter.answer("info")
    counter.answer("details", details(monthly_rent="1500"))
    now = answers(monthly_rent="1500")
    outcome = given(counter, now, agreed_at=ticked)
    assert outcome.receipt is None and [p.code for p in outcome.problems] == ["agreed_to_other"]
    assert counter.applications.rows == ()
    page = a_window(counter)
    another = given(counter, now, agreed_at=f"{page['seen_version']}:{'0' * 32}")
    assert another.receipt is None, "ticked on another draft's screen"
    page = a_window(counter)
    assert given(counter, now, agreed_at=f"{page['seen_version']}:{page['submission_key']}").receipt is not None


def test_a_tick_counts_when_another_window_came_to_the_very_same_answers() -> None:
    counter = a_counter()
    window = a_window(counter)
    counter.walk(answers(), until="pledge")
    assert given(counter, answers(), **window).receipt.answers == answers()


def test_a_tick_does_not_count_for_other_words_than_those_on_the_screen() -> None:
    counter = a_counter()
    shown = words_mark(counter.look().pledge)
    counter.members.facts["employer_city"] = DALIAN
    outcome = given(counter, answers(), seen_pledge=shown)
    assert outcome.receipt is None and [p.field for p in outcome.problems] == ["agreed"]
    assert "更新" in outcome.problems[0].text
    assert given(counter, answers(), seen_pledge=words_mark(counter.look().pledge)).receipt is None, "photos first"
    assert counter.look().answers["agreed"] == "yes"


def test_what_both_windows_changed_is_shown_with_both_values_and_the_rest_is_kept() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    counter.answer("info")
    counter.answer("details", details(amount="8000"))
    outcome = given(counter, answers(amount="7000", card=OTHER_CARD, bank="ICBC"), **window)
    assert outcome.clashes == (Clash("amount", "7000.00", "8000.00"),)
    assert counter.look().answers["card"] == OTHER_CARD and "agreed" not in counter.look().answers
    assert given(counter, answers(amount="7000", card=OTHER_CARD, bank="ICBC")).receipt.answers["amount"] == "7000.00"


def test_what_was_left_blank_here_and_filled_in_on_the_phone_is_no_mistake() -> None:
    counter = a_counter()
    window = a_window(counter)
    counter.walk(answers(), until="account")
    outcome = given(counter, {"bank": "CCB", "card": CARD}, **window)
    assert [p.field for p in outcome.problems] == ["agreed"]
    assert outcome.renewed.keys() == details().keys()
    assert counter.look().answers.keys() == answers(agreed=None).keys()


def test_begun_on_the_phone_and_finished_on_one_screen_and_the_other_way_round() -> None:
    counter = a_counter()
    counter.walk(answers(), until="account")
    assert given(counter, answers()).receipt is not None
    other = a_counter()
    kept(other, answers(agreed=None, card=None))
    other.walk(answers(), until="pledge")
    assert other.answer("pledge", {"agreed": "yes"}).receipt.answers == answers()


# ---- kept while it is being filled in


def test_a_half_filled_screen_is_kept_but_nothing_of_it_is_agreed_to_or_confirmed() -> None:
    counter = a_counter()
    now = kept(counter, {"region": "210102", "monthly_rent": "1400", "card": "6217", "agreed": "yes"}).progress
    assert dict(now.draft.answers) == {"region": "210102", "monthly_rent": "1400.00"}
    assert now.draft.done == frozenset() and now.next.name == "info"


def test_a_field_that_is_half_typed_leaves_what_was_there_and_one_that_is_emptied_is_emptied() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    kept(counter, answers(agreed=None, card="62", amount=" "))
    assert counter.look().answers["card"] == CARD and not counter.look().answers["amount"]


def test_keeping_brings_back_what_another_window_changed_and_stops_at_a_clash() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    counter.answer("info")
    counter.answer("details", details(monthly_rent="1500", amount="8000"))
    there = counter.look().draft.version
    clash = kept(counter, answers(agreed=None, amount="7000", bank="ICBC", card=OTHER_CARD), **window)
    assert [c.field for c in clash.clashes] == ["amount"]
    assert counter.look().draft.version == there, "all of it is told when the button is pressed"
    fine = kept(counter, answers(agreed=None, bank="ICBC", card=OTHER_CARD), **window)
    assert dict(fine.renewed) == {"monthly_rent": "1500.00", "amount": "8000.00"}
    assert counter.look().answers["bank"] == "ICBC"


def test_keeping_does_not_pass_over_what_was_changed_elsewhere_beside_a_field_that_cannot_be_read() -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    half = kept(counter, answers(agreed=None, monthly_rent="一千", card="62"), **window)
    assert half.clashes == () and set(half.unread) == {"monthly_rent", "card"}
    counter.answer("info")
    counter.answer("details", details(monthly_rent="1300", amount="7800"))
    outcome = kept(counter, answers(agreed=None, monthly_rent="一千"), **window)
    assert outcome.clashes == (Clash("monthly_rent", "一千", "1300.00"),)
    late = kept(counter, answers(agreed=None, monthly_rent="1200"), **window)
    assert late.clashes == (Clash("monthly_rent", "1200.00", "1300.00"),)
    assert counter.look().answers["monthly_rent"] == "1300.00"


@pytest.mark.parametrize(("typed", "differs"), [({}, False), ({"amount": "7000"}, True), ({"card": "62"}, True)])
def test_the_receipt_of_another_windows_hand_in_is_known_by_what_was_given(
    typed: dict[str, str], differs: bool
) -> None:
    counter = a_counter()
    kept(counter, answers(agreed=None))
    window = a_window(counter)
    counter.walk(answers(), until="pledge")
    first = counter.answer("pledge", {"agreed": "yes"}).receipt
    outcome = given(counter, answers(**typed), **window)
    assert outcome.receipt == first and outcome.elsewhere is differs


def test_keeping_what_has_been_handed_in_changes_nothing() -> None:
    counter = a_counter()
    window = a_window(counter)
    receipt = given(counter, answers()).receipt
    late = kept(counter, answers(amount="100"), **{**window, "submission_key": receipt.submission_key})
    assert late.receipt == receipt and counter.look().draft.version == 0


def test_a_kept_change_takes_an_agreement_back() -> None:
    counter = a_counter()
    given(counter, answers(region=DALIAN))
    assert counter.look().answers["agreed"] == "yes"
    kept(counter, answers(region=DALIAN, amount="100"))
    assert "agreed" not in counter.look().answers


@pytest.mark.parametrize("pages", [("details", "pledge"), ("pledge",), ("account", "photos")])
def test_pages_given_together_are_not_taken_while_one_in_front_of_them_is_open(pages: tuple[str, ...]) -> None:
    counter = a_counter()
    outcome = counter.intake.answer_together(counter.person, "rent", pages, answers(), **a_window(counter))
    assert outcome.goto.name == "info" and counter.applications.rows == ()
