"""初审 and 复核: one person holds a case, two decide on it, and nobody near it is one of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from fund.application import Actor, Move, Role, State, advance
from fund.decision import Decision
from fund.errors import FundError, InvalidValue, NotAllowed, NotFound, Refused, Stale, Unavailable, WrongState
from fund.numbers import IdNumber
from fund.staff import StaffMember
from tests.fakes import mark_of
from tests.makers import ID_NUMBERS, SPOUSE, a_home, a_withdrawal
from tests.reviewing import Desk, a_desk, a_member

MINUTE = timedelta(minutes=1)


def refusal(act: Callable[..., Any], *given: Any) -> FundError:
    with pytest.raises(FundError) as refused:
        act(*given)
    return refused.value


# ---- holding


def test_the_first_to_take_a_case_begins_its_review_and_later_ones_only_hold_it() -> None:
    desk = a_desk()
    assert desk.claimed().state is State.IN_REVIEW
    desk.review.release(desk.reviewer, desk.ref)
    assert desk.claimed(desk.second).state is State.IN_REVIEW
    assert desk.events() == [Move.HAND_IN, Move.CLAIM]


def test_a_case_that_is_held_is_not_taken_until_the_lease_has_ended() -> None:
    desk = a_desk()
    desk.claimed()
    assert refusal(desk.review.claim, desk.second, desk.ref).code == "held"
    desk.counter.clock.now += 30 * MINUTE
    desk.claimed(desk.second)
    refused = refusal(desk.review.approve, desk.reviewer, desk.ref, desk.case.version)
    assert (type(refused), refused.code) == (NotAllowed, "not_held")


def test_working_on_a_case_renews_the_lease() -> None:
    desk = a_desk()
    desk.claimed()
    for _ in range(4):
        desk.counter.clock.now += 25 * MINUTE
        desk.review.look(desk.reviewer, desk.ref)
    desk.review.approve(desk.reviewer, desk.ref, desk.case.version)
    assert desk.case.state is State.CHECKED


def test_looking_at_somebody_elses_case_takes_nothing() -> None:
    desk = a_desk()
    desk.claimed()
    desk.counter.clock.now += 25 * MINUTE
    desk.review.look(desk.second, desk.ref)
    desk.counter.clock.now += 5 * MINUTE
    assert desk.cases.holder(desk.case.id, desk.counter.clock.now) is None


def test_a_case_withdrawn_while_it_was_being_taken_is_not_held() -> None:
    desk = a_desk()
    claim = desk.cases.claim

    def slowly(*given: Any) -> bool:
        got = claim(*given)
        desk.counter.records.withdraw(desk.counter.person, desk.ref)
        return got

    desk.cases.claim = slowly  # type: ignore[method-assign]
    assert isinstance(refusal(desk.review.claim, desk.reviewer, desk.ref), Stale)
    assert desk.cases.claims == {}
    assert desk.case.state is State.WITHDRAWN


def test_who_has_nothing_to_decide_takes_nothing() -> None:
    desk = a_desk()
    for member in (desk.confirmer, desk.auditor):
        assert refusal(desk.review.claim, member, desk.ref).code == "not_allowed"
    desk.approved()
    assert refusal(desk.review.claim, desk.reviewer, desk.ref).code == "not_allowed"


def test_nothing_is_decided_without_holding_the_case() -> None:
    desk = a_desk()
    desk.claimed()
    desk.review.release(desk.reviewer, desk.ref)
    version = desk.case.version
    for act in (
        lambda: desk.review.approve(desk.reviewer, desk.ref, version),
        lambda: desk.review.return_(desk.reviewer, desk.ref, version, [("field", "card", "R07", "")]),
        lambda: desk.review.reject(desk.reviewer, desk.ref, version, {"R01": {}}),
    ):
        assert refusal(act).code == "not_held"
    desk.approved()
    for act in (
        lambda: desk.review.confirm(desk.confirmer, desk.ref, desk.case.version),
        lambda: desk.review.send_back(desk.confirmer, desk.ref, desk.case.version, "请核对"),
        lambda: desk.review.reject(desk.confirmer, desk.ref, desk.case.version, {"R01": {}}),
    ):
        assert refusal(act).code == "not_held"


def test_after_a_decision_the_case_is_free_for_the_next() -> None:
    desk = a_desk()
    desk.approved()
    desk.claimed(desk.confirmer)
    desk.review.confirm(desk.confirmer, desk.ref, desk.case.version)
    assert desk.case.state is State.APPROVED
    assert desk.cases.claims == {}
    assert desk.events() == [Move.HAND_IN, Move.CLAIM, Move.APPROVE, Move.CONFIRM]


def test_a_lease_that_cannot_be_given_back_undoes_no_decision() -> None:
    desk = a_desk()
    desk.claimed()
    desk.cases.down = True
    desk.review.approve(desk.reviewer, desk.ref, desk.case.version)
    assert desk.case.state is State.CHECKED


# ---- the page that was decided on


def test_a_decision_on_a_page_that_is_no_longer_true_is_refused() -> None:
    desk = a_desk()
    shown = desk.case.version
    desk.claimed()
    assert isinstance(refusal(desk.review.approve, desk.reviewer, desk.ref, shown), Stale)
    assert desk.case.state is State.IN_REVIEW


def test_a_move_that_the_table_does_not_have_is_refused() -> None:
    desk = a_desk()
    desk.claimed()
    with pytest.raises(WrongState):
        desk.review.confirm(desk.confirmer, desk.ref, desk.case.version)
    with pytest.raises(NotAllowed):
        desk.review.approve(desk.confirmer, desk.ref, desk.case.version)
    with pytest.raises(NotFound):
        desk.review.approve(desk.reviewer, "AAAA-AAAA-AAAA", 1)


# ---- separation


def test_nobody_takes_or_decides_on_their_own_case() -> None:
    desk = a_desk()
    own = a_member(number=desk.counter.person.id_number)
    assert refusal(desk.review.claim, own, desk.ref).code == "own_case"
    desk.claimed()
    desk.cases.claim(desk.case.id, own.id, desk.counter.clock.now + 30 * MINUTE, desk.counter.clock.now + 60 * MINUTE)
    desk.counter.clock.now += 30 * MINUTE
    assert refusal(desk.review.approve, own, desk.ref, desk.case.version).code == "own_case"
    assert desk.review.look(own, desk.ref).offer.moves == frozenset()


def test_nobody_takes_or_decides_on_their_spouses_case_as_the_core_system_knows_it_now() -> None:
    desk = a_desk()
    spouse = a_member(number=SPOUSE)
    desk.claimed(spouse)
    desk.counter.members.facts["married"] = True
    assert refusal(desk.review.approve, spouse, desk.ref, desk.case.version).code == "spouse_case"
    assert desk.review.look(spouse, desk.ref).offer.why_not == ("spouse_case",)
    desk.review.release(spouse, desk.ref)
    assert refusal(desk.review.claim, spouse, desk.ref).code == "spouse_case"


@pytest.mark.parametrize("code", ["no_account", "name_mismatch"])
def test_a_spouse_known_at_hand_in_stays_away_when_the_core_system_no_longer_knows_the_applicant(code: str) -> None:
    desk = a_desk(married=True)
    spouse, other = a_member(number=SPOUSE), a_member(name="陈审核", number=IdNumber(ID_NUMBERS[1]))
    desk.counter.members.error = Refused("gone", code=code)
    assert refusal(desk.review.claim, spouse, desk.ref).code == "spouse_case"
    assert desk.review.look(spouse, desk.ref).offer.why_not == ("spouse_case",)
    desk.claimed(other)
    now = desk.counter.clock.now
    desk.cases.claim(desk.case.id, spouse.id, now + 30 * MINUTE, now + 60 * MINUTE)
    desk.counter.clock.now += 30 * MINUTE
    assert refusal(desk.review.reject, spouse, desk.ref, desk.case.version, {"R01": {}}).code == "spouse_case"
    desk.review.release(spouse, desk.ref)
    desk.claimed(other)
    desk.review.reject(other, desk.ref, desk.case.version, {"R99": {"说明": "账户已转出"}})
    assert desk.case.state is State.REJECTED


def test_the_spouse_of_the_day_it_was_handed_in_stays_away_after_a_divorce() -> None:
    desk = a_desk(married=True)
    desk.counter.members.facts["married"] = False
    assert refusal(desk.review.claim, a_member(number=SPOUSE), desk.ref).code == "spouse_case"


def test_while_it_cannot_be_told_whose_spouse_it_is_nobody_with_a_mark_decides() -> None:
    desk = a_desk()
    someone = a_member(number=SPOUSE)
    desk.claimed(someone)
    desk.counter.members.error = Unavailable("down")
    refused = refusal(desk.review.reject, someone, desk.ref, desk.case.version, {"R01": {}})
    assert (type(refused), refused.code) == (Unavailable, "core_down")


def test_nobody_confirms_what_they_approved_whatever_their_role_is_now() -> None:
    desk = a_desk()
    desk.approved()
    promoted = replace(desk.reviewer, role=Role.CONFIRMER)
    assert refusal(desk.review.claim, promoted, desk.ref).code == "own_approval"
    now = desk.counter.clock.now
    desk.cases.claim(desk.case.id, promoted.id, now, now + 30 * MINUTE)
    assert refusal(desk.review.confirm, promoted, desk.ref, desk.case.version).code == "own_approval"


def test_nobody_confirms_what_they_approved_under_another_account() -> None:
    """Another desk is another account: the old one is disabled, a new one made for the same person."""
    desk = a_desk()
    desk.approved()
    again = StaffMember(uuid4(), "wang.min2", desk.reviewer.name, Role.CONFIRMER, "m", frozenset({desk.reviewer.id}))
    assert refusal(desk.review.claim, again, desk.ref).code == "own_approval"


def test_an_earlier_approval_counts_too() -> None:
    desk = a_desk()
    desk.approved()
    desk.claimed(desk.confirmer)
    desk.review.send_back(desk.confirmer, desk.ref, desk.case.version, "租赁合同缺页")
    desk.counter.clock.now += timedelta(days=4)
    desk.claimed(desk.second)
    desk.review.approve(desk.second, desk.ref, desk.case.version)
    for member in (desk.reviewer, desk.second):
        assert refusal(desk.review.claim, replace(member, role=Role.CONFIRMER), desk.ref).code == "own_approval"


def test_whoever_confirmed_does_not_approve_when_the_case_comes_round_again() -> None:
    desk = a_desk()
    desk.approved()
    desk.claimed(desk.confirmer)
    desk.review.confirm(desk.confirmer, desk.ref, desk.case.version)
    payer = Actor(Role.PAYER, uuid4())
    desk.counter.applications.move(*advance(desk.case, Move.SEND_BACK, payer, desk.counter.clock.now, {}))
    third = a_member(Role.CONFIRMER, "吴复核")
    desk.staff.add(third)
    desk.claimed(third)
    desk.review.send_back(third, desk.ref, desk.case.version, "余额不足，请重新核定")
    desk.counter.clock.now += timedelta(days=4)
    moved = replace(desk.confirmer, role=Role.REVIEWER)
    assert refusal(desk.review.claim, moved, desk.ref).code == "own_confirmation"


# ---- what is said with a decision


def test_a_return_says_what_exactly_has_to_be_put_right() -> None:
    desk = a_desk(photos=True)
    desk.claimed()
    marks = [
        ("field", "address", "R09", ""),
        ("photo", "lease", "R08", "第2页看不清"),
        ("field", "card", "R99", "卡号看不清"),
    ]
    desk.review.return_(desk.reviewer, desk.ref, desk.case.version, marks, " 请尽快 补正 ")
    decision = Decision.of(desk.last().details)
    assert desk.case.state is State.NEEDS_FIX
    assert [(m.kind, m.name, m.because.code, m.because.words) for m in decision.marks] == [
        ("field", "address", "R09", "租赁合同信息与填写内容不一致：房屋地址"),
        ("photo", "lease", "R08", "影像材料不清晰、不完整，请重新拍摄：房屋租赁合同（第2页看不清）"),
        ("field", "card", "R99", "其他：卡号看不清"),
    ]
    assert decision.note == "请尽快 补正"


@pytest.mark.parametrize(
    "marks",
    [
        [],
        [("field", "agreed", "R99", "x")],
        [("field", "nothing", "R99", "x")],
        [("photo", "lease", "R08", "")],
        [("field", "card", "R01", "")],
        [("field", "card", "R98", "")],
        [("field", "card", "R99", " ")],
        [("field", "card", "R99", "长" * 101)],
        [("other", "card", "R07", "")],
        [("field", "card", "R09", "")],
        [("field", "card", "R08", "")],
    ],
)
def test_a_return_without_marks_or_with_marks_that_cannot_be_is_refused(marks: list[tuple[str, str, str, str]]) -> None:
    desk = a_desk()
    desk.claimed()
    with pytest.raises(InvalidValue):
        desk.review.return_(desk.reviewer, desk.ref, desk.case.version, marks)
    assert desk.case.state is State.IN_REVIEW


def test_a_rejection_tells_all_reasons_at_once_and_how_to_object() -> None:
    desk = a_desk()
    desk.claimed()
    desk.review.reject(desk.reviewer, desk.ref, desk.case.version, {"R99": {"说明": "合同系伪造"}, "R02": {}})
    decision = Decision.of(desk.last().details)
    assert desk.case.state is State.REJECTED
    assert [(r.code, r.words) for r in decision.reasons] == [
        ("R02", "经核查，您或配偶在核查范围内有自有住房"),
        ("R99", "其他：合同系伪造"),
    ]
    assert "12329" in decision.note


@pytest.mark.parametrize("reasons", [{}, {"R99": {}}, {"R77": {}}, {"R02": {}, "R77": {}}])
def test_a_rejection_without_a_reason_that_can_be_said_is_refused(reasons: dict[str, dict[str, str]]) -> None:
    desk = a_desk()
    desk.claimed()
    with pytest.raises(InvalidValue):
        desk.review.reject(desk.reviewer, desk.ref, desk.case.version, reasons)
    assert desk.case.state is State.IN_REVIEW


def test_sending_back_says_why_to_staff_and_nothing_to_the_citizen() -> None:
    desk = a_desk()
    desk.approved()
    desk.claimed(desk.confirmer)
    with pytest.raises(InvalidValue):
        desk.review.send_back(desk.confirmer, desk.ref, desk.case.version, " ")
    desk.review.send_back(desk.confirmer, desk.ref, desk.case.version, "租赁合同缺页")
    assert desk.case.state is State.IN_REVIEW
    assert desk.last().details == {"for_staff": "租赁合同缺页"}
    assert Decision.of(desk.last().details) == Decision()


# ---- the same case back


def test_a_corrected_case_is_not_kept_for_an_account_that_is_closed() -> None:
    desk = a_desk()
    desk.returned()
    desk.corrected(address="青年大街100号3单元502室")
    assert desk.review.look(desk.second, desk.ref).offer.why_not == ("kept_for_other",)
    del desk.staff.members[desk.reviewer.id]
    assert desk.review.look(desk.second, desk.ref).offer.can_claim
    desk.claimed(desk.second)


def test_a_corrected_case_is_kept_for_its_reviewer_to_the_end_of_the_next_working_day() -> None:
    desk = a_desk()
    desk.returned()
    desk.counter.clock.now = desk.counter.clock.now.replace(day=17, hour=22)  # a Friday evening
    desk.corrected(address="青年大街100号3单元502室")
    assert desk.case.state is State.IN_REVIEW
    assert refusal(desk.review.claim, desk.second, desk.ref).code == "kept_for_other"
    assert desk.review.look(desk.second, desk.ref).offer.why_not == ("kept_for_other",)
    desk.counter.clock.now = desk.counter.clock.now.replace(day=20, hour=23)
    assert refusal(desk.review.claim, desk.second, desk.ref).code == "kept_for_other"
    desk.claimed()
    desk.review.release(desk.reviewer, desk.ref)
    desk.counter.clock.now = desk.counter.clock.now.replace(day=21, hour=0)
    desk.claimed(desk.second)


def test_the_reviewer_sees_what_was_put_right() -> None:
    desk = a_desk()
    before = desk.case.answers["address"]
    desk.returned()
    desk.corrected(address="青年大街100号3单元502室")
    desk.claimed()
    correction = desk.review.look(desk.reviewer, desk.ref).correction
    assert correction is not None
    assert (correction.before, correction.after) == ({"address": before}, {"address": "青年大街100号3单元502室"})


# ---- then and now


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "06"}, "account_status"),
        ({"homes": (a_home(),)}, "owns_home"),
        ({"withdrawals": (a_withdrawal(),)}, "already_drawn"),
        ({"married": True, "withdrawals": (a_withdrawal("13000.00", of_spouse=True),)}, "amount_too_high"),
        ({"balance": "100.00"}, "amount_too_high"),
        ({"months_in_a_row": 2}, "paid_in_too_short"),
    ],
)
def test_what_got_worse_since_keeps_a_case_from_being_approved_and_from_being_confirmed(
    facts: dict[str, Any], code: str
) -> None:
    desk = a_desk()
    desk.claimed()
    good = dict(desk.counter.members.facts)
    desk.counter.members.facts.update(facts)
    file = desk.review.look(desk.reviewer, desk.ref)
    assert code in {reason.code for reason in file.core.reasons}
    assert any(row.changed for row in file.compared)
    assert Move.APPROVE not in file.offer.moves
    assert {Move.RETURN, Move.REJECT} <= file.offer.moves
    refused = refusal(desk.review.approve, desk.reviewer, desk.ref, desk.case.version)
    assert (type(refused), refused.code) == (Refused, "worse")
    desk.counter.members.facts = good
    desk.review.approve(desk.reviewer, desk.ref, desk.case.version)
    desk.claimed(desk.confirmer)
    desk.counter.members.facts = good | facts
    assert refusal(desk.review.confirm, desk.confirmer, desk.ref, desk.case.version).code == "worse"


def test_what_changed_but_not_for_the_worse_is_shown_and_stops_nothing() -> None:
    desk = a_desk()
    desk.claimed()
    desk.counter.members.facts["balance"] = "60000.00"
    file = desk.review.look(desk.reviewer, desk.ref)
    assert [(row.label, row.then, row.now) for row in file.compared if row.changed] == [
        ("账户余额", "52,340.18 元", "60,000.00 元")
    ]
    desk.review.approve(desk.reviewer, desk.ref, desk.case.version)


def test_a_case_is_judged_by_the_rules_of_the_day_it_came_in_and_of_the_year_it_counts_for() -> None:
    desk = a_desk()
    desk.returned()
    desk.counter.clock.now = desk.counter.clock.now.replace(year=2027, month=1)
    desk.corrected(address="青年大街100号3单元502室")
    desk.claimed()
    assert desk.review.look(desk.reviewer, desk.ref).core.reasons == ()


def test_while_the_core_system_is_down_the_page_says_so_and_approval_waits() -> None:
    desk = a_desk()
    desk.claimed()
    desk.counter.members.error = Unavailable("down")
    file = desk.review.look(desk.reviewer, desk.ref)
    assert file.core.is_down
    assert {row.now for row in file.compared} == {None}
    assert Move.APPROVE not in file.offer.moves
    assert refusal(desk.review.approve, desk.reviewer, desk.ref, desk.case.version).code == "core_down"
    desk.review.return_(desk.reviewer, desk.ref, desk.case.version, [("field", "card", "R07", "")])


def test_somebody_the_core_system_no_longer_knows_is_not_approved() -> None:
    desk = a_desk()
    desk.claimed()
    desk.counter.members.error = Refused("gone", code="no_account")
    assert refusal(desk.review.approve, desk.reviewer, desk.ref, desk.case.version).code == "worse"
    desk.review.reject(desk.reviewer, desk.ref, desk.case.version, {"R99": {"说明": "账户已转出"}})


# ---- what is shown is written down first


def test_what_is_shown_is_written_down_before() -> None:
    desk = a_desk(photos=True)
    photo = desk.counter.photos.of(desk.counter.person.id, desk.case.submission_key)[0]
    desk.review.look(desk.auditor, desk.ref)
    shown = desk.review.photo(desk.auditor, desk.ref, photo.id)
    assert desk.review.reveal(desk.auditor, desk.ref, "id_number") == desk.counter.person.id_number.value
    assert desk.review.reveal(desk.auditor, desk.ref, "card") == desk.case.answers["card"]
    assert [what for _, _, what, _ in desk.cases.looks] == [
        "case",
        f"photo:{photo.id}",
        "reveal:id_number",
        "reveal:card",
    ]
    assert shown.endswith(f"|{desk.auditor.login} 2026-07-15 12:00:00|赵审计".encode())


def test_what_cannot_be_written_down_is_not_shown() -> None:
    desk = a_desk(photos=True)
    photo = desk.counter.photos.of(desk.counter.person.id, desk.case.submission_key)[0]
    desk.cases.down = True
    for act in (
        lambda: desk.review.look(desk.auditor, desk.ref),
        lambda: desk.review.photo(desk.auditor, desk.ref, photo.id),
        lambda: desk.review.reveal(desk.auditor, desk.ref, "card"),
    ):
        with pytest.raises(Unavailable):
            act()


def test_nothing_else_can_be_revealed() -> None:
    desk = a_desk()
    with pytest.raises(NotFound):
        desk.review.reveal(desk.auditor, desk.ref, "mobile")
    assert desk.cases.looks == []


def test_the_age_is_in_working_days_and_begins_anew_with_a_correction() -> None:
    desk = a_desk()
    desk.returned()
    desk.counter.clock.now += timedelta(days=5)
    desk.corrected(address="青年大街100号3单元502室")
    desk.counter.clock.now += timedelta(days=1)
    file = desk.review.look(desk.reviewer, desk.ref)
    assert (file.age, file.days) == (1, 3)


def test_marks_are_compared_and_no_number_is_kept_with_staff(capsys: pytest.CaptureFixture[str]) -> None:
    desk: Desk = a_desk()
    print(desk.review.look(desk.reviewer, desk.ref), a_member(number=SPOUSE), desk.case)
    assert desk.counter.person.id_number.value not in capsys.readouterr().out
    assert mark_of(SPOUSE)
