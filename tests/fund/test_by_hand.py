"""核心系统人工处理: what the core system refuses for good, settled by two payers."""

from dataclasses import replace

import pytest

from fund.application import Application, Role, State
from fund.errors import InvalidValue, NotAllowed, Stale
from fund.payment import Payment
from tests.fund.money_fakes import Office, a_staff_member


def stuck(office: Office, kind: str) -> tuple[Application, Payment]:
    """Released, and the core system has let go of the money by itself meanwhile."""
    application = office.released(kind)
    payment = office.payment_of(application)
    end = "released" if kind == "good" else "booked"
    office.core.kept[payment.core_no] = (*office.core.kept[payment.core_no][:2], end, set())
    office.work()
    return application, office.payment_of(application)


@pytest.mark.parametrize(
    ("kind", "said", "ends"),
    [("good", "银行已付款，核心系统拒绝记账（业务状态不允许）", State.PAID),
     ("closed", "银行付款失败，核心系统拒绝解冻（业务状态不允许）", State.PAY_FAILED)],
)  # fmt: skip
def test_two_payers_settle_what_the_core_system_refuses(office: Office, kind: str, said: str, ends: State) -> None:
    application, payment = stuck(office, kind)
    assert office.state_of(application) is State.PAYING and payment.reason == said
    assert office.by_hand.may_say(office.maker, payment)
    office.by_hand.say(office.maker, payment.payment_no, "已在核心系统手工办理")
    office.work()
    office.by_hand.confirm(office.checker, payment.payment_no, "已在核心系统手工办理")
    assert office.state_of(application) is ends and office.payment_of(application).is_settled
    last = [e for e in office.books.events if e.application_id == application.id][-1]
    assert last.details["for_staff"] == "核心系统人工处理：已在核心系统手工办理"
    assert last.details["by_hand"] == [str(office.maker.id), str(office.checker.id)]


def test_one_alone_settles_nothing(office: Office) -> None:
    application, payment = stuck(office, "good")
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "")
    with pytest.raises(InvalidValue):
        office.by_hand.say(office.maker, payment.payment_no, "好")
    office.by_hand.say(office.maker, payment.payment_no, "已记账")
    again = replace(office.checker, same_person=frozenset({office.maker.id}))
    strangers = (a_staff_member(Role.PAYER, payment.person_mark), a_staff_member(Role.ADMIN), office.confirmer)
    for staff in (office.maker, again, *strangers):
        with pytest.raises(NotAllowed):
            office.by_hand.confirm(staff, payment.payment_no, "已记账")
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "别的说明")
    office.by_hand.take_back(office.checker, payment.payment_no)
    with pytest.raises(Stale):
        office.by_hand.confirm(office.checker, payment.payment_no, "已记账")
    assert office.state_of(application) is State.PAYING


def test_nothing_is_settled_by_hand_that_the_core_system_does_not_refuse(office: Office) -> None:
    application = office.released("later")
    office.work()
    payment = office.payment_of(application)
    assert not office.by_hand.may_say(office.maker, payment)
    with pytest.raises(Stale):
        office.by_hand.say(office.maker, payment.payment_no, "已记账")


def test_a_core_system_that_gives_in_needs_nobodys_word(office: Office) -> None:
    application, payment = stuck(office, "good")
    office.core.kept[payment.core_no] = (*office.core.kept[payment.core_no][:2], "frozen", set())
    office.work()
    assert office.state_of(application) is State.PAID and office.payment_of(application).core_refusal == ""
