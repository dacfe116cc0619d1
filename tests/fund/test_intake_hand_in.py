"""Handing in: once, with everything it was decided on, whatever happens in between."""

import uuid

import pytest

from fund.application import Move, State
from fund.errors import NotFound, OutcomeUnknown, Refused, Stale, Unavailable, WrongState
from fund.money import Money
from fund.ports import CardVerdict
from tests.fakes import Counter, a_counter
from tests.makers import CARD, DALIAN, SUMMER_NOON, a_home, a_member, a_person, an_application, answers


def at_the_last_page(**different: str) -> tuple[Counter, dict[str, object]]:
    """Everything given but the consent; and what the window on the pledge page would send with it."""
    counter = a_counter()
    counter.walk(answers(**different), until="pledge")
    draft = counter.look().draft
    return counter, {"seen_version": draft.version, "submission_key": draft.submission_key}


def test_what_is_handed_in_is_what_was_answered_with_all_it_was_decided_on() -> None:
    counter, window = at_the_last_page()
    draft = counter.look().draft
    kept = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    assert dict(kept.answers) == answers()
    assert (kept.reference, kept.submission_key) == (draft.reference, draft.submission_key)
    assert (kept.person_id, kept.business, kept.year) == (counter.person.id, "rent", 2026)
    assert (kept.state, kept.version, kept.amount) == (State.SUBMITTED, 1, Money(840_000))
    assert (kept.terms_version, kept.pledge_version) == ("rent-2026", "pledge-2026-01")
    assert [line["label"] for line in kept.working] == ["实际房租", "提取限额", "账户可用余额"]
    assert kept.figures["balance"] == "52340.18" and kept.figures["card_class"] == "1"
    assert kept.submitted_at == SUMMER_NOON
    [event] = counter.applications.events(kept.id)
    assert (event.seq, event.move, event.state, event.actor.id) == (1, Move.HAND_IN, State.SUBMITTED, counter.person.id)
    assert len(counter.drafts) == 0


def test_what_was_handed_in_cannot_be_changed_afterwards() -> None:
    counter, _ = at_the_last_page()
    kept = counter.answer("pledge", {"agreed": "yes"}).receipt
    with pytest.raises(TypeError):
        kept.answers["amount"] = "1.00"


def test_pressing_the_button_twice_gives_the_same_receipt() -> None:
    counter, window = at_the_last_page()
    first = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    again = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    assert first == again and len(counter.applications.rows) == 1


@pytest.mark.parametrize("step", ["info", "details", "account", "pledge", "photos", "nowhere"])
def test_any_page_of_a_draft_already_handed_in_leads_to_its_receipt(step: str) -> None:
    counter, window = at_the_last_page()
    receipt = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    assert counter.answer(step, answers(), **window).receipt == receipt


def test_somebody_elses_key_gives_no_receipt() -> None:
    counter, window = at_the_last_page()
    counter.answer("pledge", {"agreed": "yes"}, **window)
    counter.person = a_person(id=uuid.uuid4(), name="李娜")
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.receipt is None and outcome.goto.name == "info"


def test_an_application_that_came_in_between_wins_and_its_number_is_told() -> None:
    counter, window = at_the_last_page()
    other = an_application(reference="KMNP-3467-RTUV")
    counter.applications.before_hand_in = lambda: counter.applications._rows.update({other.id: other})
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.receipt is None and outcome.goto.name == "info"
    assert [p.code for p in outcome.progress.blockers] == ["already_open"]
    assert "KMNP-3467-RTUV" in outcome.progress.blockers[0].text
    assert len(counter.applications.rows) == 1


def test_a_photo_deleted_in_the_last_moment_is_asked_for_again() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    lease = counter.look().photos["lease"][0]
    counter.applications.before_hand_in = lambda: counter.photos.remove(counter.person.id, lease.id)
    outcome = counter.answer("photos")
    assert outcome.receipt is None
    assert [(p.field, p.text) for p in outcome.problems] == [("lease", "请上传房屋租赁合同")]
    counter.upload_all()
    assert counter.answer("photos").receipt is not None


@pytest.mark.parametrize("error", [Unavailable("db"), OutcomeUnknown("cut"), Refused("taken", code="reference_taken")])
def test_a_hand_in_that_failed_leaves_everything_as_it_was_and_can_be_repeated(error: Exception) -> None:
    counter, window = at_the_last_page()

    def fails() -> None:
        raise error

    counter.applications.before_hand_in = fails
    with pytest.raises(type(error)):
        counter.answer("pledge", {"agreed": "yes"}, **window)
    assert dict(counter.look().answers) == answers()
    assert counter.answer("pledge", {"agreed": "yes"}, **window).receipt is not None
    assert len(counter.applications.rows) == 1


# ---- 最后一刻再核一次


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "06"}, "account_status"),
        ({"homes": (a_home(),)}, "owns_home"),
        ({"months_in_a_row": 0}, "paid_in_too_short"),
        ({"balance": "0.00"}, "no_balance"),
    ],
)
def test_the_core_system_is_asked_afresh_and_a_new_reason_stops_the_hand_in(
    facts: dict[str, object], code: str
) -> None:
    counter, window = at_the_last_page()
    counter.members.stale_copy = a_member()
    counter.members.facts.update(facts)
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.receipt is None and outcome.goto.name == "info"
    assert code in {p.code for p in outcome.progress.blockers}
    assert counter.applications.rows == ()


def test_less_in_the_account_than_applied_for_leads_back_to_the_amount() -> None:
    counter, window = at_the_last_page()
    counter.members.facts["balance"] = "8399.99"
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.goto.name == "details" and counter.applications.rows == ()
    [problem] = counter.look().problems["details"]
    assert problem.text == "提取金额不能超过 8,399.99 元，请调整后继续"


def test_an_employer_who_moved_in_between_asks_for_the_photos() -> None:
    counter, window = at_the_last_page()
    counter.members.facts["employer_city"] = DALIAN
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.receipt is None and counter.applications.rows == ()
    assert "photos" in [step.name for step in counter.look().path]


def test_a_card_the_bank_refuses_at_the_last_moment_is_told_on_the_page_it_leads_to() -> None:
    """The page is opened by a GET of its own, which must know why the person was sent there."""
    counter, window = at_the_last_page()
    counter.cards.usual = CardVerdict(matches=True, account_class=1, kind="debit", open=False)
    outcome = counter.answer("pledge", {"agreed": "yes"}, **window)
    assert outcome.receipt is None and outcome.goto.name == "account"
    assert [p.code for p in counter.look().problems["account"]] == ["card_closed"]


def test_a_bank_that_is_down_at_the_last_moment_stops_nobody_and_unsays_nothing() -> None:
    counter, window = at_the_last_page()
    counter.cards.error = Unavailable("down")
    kept = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    assert kept.figures["card_class"] == "1" and kept.figures["card_matches"] == "yes"


@pytest.mark.parametrize(
    "refused",
    [
        CardVerdict(matches=False),
        CardVerdict(True, 2, "debit"),
        CardVerdict(True, 1, "debit", open=False),
        CardVerdict(True, None, "credit"),
    ],
)
def test_a_card_the_bank_refused_does_not_pass_because_the_bank_is_down_when_asked_again(refused: CardVerdict) -> None:
    counter = a_counter()
    counter.walk(answers(), until="account")
    counter.cards.usual = refused
    given = {"bank": "CCB", "card": CARD}
    assert [p.field for p in counter.answer("account", given).problems] == ["card"]
    counter.cards.error = Unavailable("down")
    assert [p.field for p in counter.answer("account", given).problems] == ["card"]
    assert counter.look().next.name == "account"


def test_another_card_may_be_given_while_the_bank_is_down_and_nothing_is_said_of_it_in_the_record() -> None:
    counter = a_counter()
    counter.walk(answers(), until="account")
    counter.cards.usual = CardVerdict(True, 2, "debit")
    counter.answer("account", {"bank": "CCB", "card": CARD})
    counter.cards.error = Unavailable("down")
    assert counter.answer("account", {"bank": "CCB", "card": "6227000000000000011"}).goto.name == "pledge"
    kept = counter.answer("pledge", {"agreed": "yes"}).receipt
    assert (kept.figures["card_class"], kept.figures["card_matches"]) == ("", "")


# ---- 草稿没能删掉


def test_a_draft_that_could_not_be_dropped_does_no_harm() -> None:
    counter, window = at_the_last_page()
    counter.drafts.drop_fails = True
    receipt = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    assert receipt is not None and len(counter.drafts) == 1
    assert counter.answer("pledge", {"agreed": "yes"}, **window).receipt == receipt
    assert [p.code for p in counter.look().blockers] == ["already_open"]
    assert dict(counter.look().answers) == {}


def test_after_taking_it_back_one_can_apply_again_though_the_old_draft_was_never_dropped() -> None:
    """The process died, or the drafts were not reached, between the hand-in and the drop."""
    counter, window = at_the_last_page()
    counter.drafts.drop_fails = True
    receipt = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    counter.records.withdraw(counter.person, receipt.reference)
    counter.drafts.drop_fails = False
    again = counter.walk(answers(amount="5000.00")).receipt
    assert again is not None and again.submission_key != receipt.submission_key
    assert [a.amount.yuan for a in counter.records.applications(counter.person) if a.state.is_live] == ["5000.00"]


# ---- 撤销


def test_taking_an_application_back_frees_the_year() -> None:
    counter, window = at_the_last_page()
    first = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    withdrawn = counter.records.withdraw(counter.person, first.reference)
    assert withdrawn.state is State.WITHDRAWN
    assert counter.walk(answers()).receipt is not None
    assert [event.move for event in counter.applications.events(first.id)] == [Move.HAND_IN, Move.WITHDRAW]
    assert len(counter.applications.rows) == 2


@pytest.mark.parametrize("step", ["info", "details", "account", "pledge"])
def test_an_old_window_of_an_application_taken_back_is_not_told_that_it_was_handed_in(step: str) -> None:
    """“提交成功” for something that was withdrawn would let the person wait for money that never comes."""
    counter, window = at_the_last_page()
    first = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    counter.records.withdraw(counter.person, first.reference)
    outcome = counter.answer(step, answers(), **window)
    assert outcome.receipt is None and outcome.goto is not None
    assert not any(row.state.is_live for row in counter.applications.rows)
    assert counter.walk(answers()).receipt.reference != first.reference


def test_an_application_is_taken_back_once_and_by_its_owner_only() -> None:
    counter, window = at_the_last_page()
    first = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    stranger = a_person(id=uuid.uuid4())
    with pytest.raises(NotFound):
        counter.records.withdraw(stranger, first.reference)
    with pytest.raises(NotFound):
        counter.records.history(stranger, first.reference)
    assert counter.records.applications(stranger) == ()
    counter.records.withdraw(counter.person, first.reference)
    with pytest.raises(WrongState):
        counter.records.withdraw(counter.person, first.reference)


def test_two_windows_taking_it_back_at_once_are_told_apart() -> None:
    counter, window = at_the_last_page()
    first = counter.answer("pledge", {"agreed": "yes"}, **window).receipt
    read = counter.applications.by_reference
    held = read(counter.person.id, first.reference)
    counter.records.withdraw(counter.person, first.reference)
    counter.applications.by_reference = lambda *who: held  # type: ignore[method-assign]
    with pytest.raises(Stale):
        counter.records.withdraw(counter.person, first.reference)


def test_the_history_tells_events_and_photos_of_ones_own_application() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    receipt = counter.answer("photos").receipt
    application, events, photos = counter.records.history(counter.person, receipt.reference)
    assert application == receipt and [e.move for e in events] == [Move.HAND_IN]
    assert {p.kind for p in photos} == {"id_front", "id_back", "lease", "rent_receipt", "no_home_proof", "workplace"}
    assert counter.records.photo(counter.person, photos[0].id).startswith(b"photo of")
