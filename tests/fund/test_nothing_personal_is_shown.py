"""Things that hold personal values do not show them when they land in a log, a trace or an assertion."""

import uuid

import pytest

from businesses.rent.business import RentBusiness
from businesses.rent.terms import load
from fund.draft import Clash, Draft
from fund.errors import FundError
from fund.journey import Problem, read_step
from fund.numbers import IdNumber
from fund.people import Identity
from fund.progress import Answered
from tests.fakes import a_counter
from tests.makers import CARD, SPOUSE, SUMMER_NOON, a_case, a_member, a_person, an_application, answers

ADDRESS = answers()["address"]
SECRETS = (CARD, ADDRESS, "张伟", "210102199001010015", SPOUSE.value, "13800000001", "210000001")

COUNTER = a_counter(married=True)
COUNTER.walk(answers(), until="pledge")
PROGRESS = COUNTER.look()
OBSERVED = {"card_checked": f"CCB:{CARD}", "card_matches": "yes"}
DRAFT = Draft("rent", uuid.uuid4().hex, "AC34-DE67-FG99", SUMMER_NOON, answers=answers(), observed=OBSERVED)
PROBLEM = Problem("account", "card", "卡号应为16至19位数字", "card_length", f"{CARD}0")

HOLDERS = {
    "identity": Identity("张伟", IdNumber("210102199001010015"), "13800000001", "trs_ids"),
    "person": a_person(),
    "member": a_member(married=True),
    "account": a_member().account,
    "case": a_case(married=True, observed=OBSERVED, earlier=(an_application(),)),
    "draft": DRAFT,
    "application": an_application(pledge_text=PROGRESS.pledge.text),
    "progress": PROGRESS,
    "pledge": RentBusiness(load()).pledge(a_case()),
    "problem": PROBLEM,
    "clash": Clash("card", mine=CARD, theirs=ADDRESS),
    "answered": Answered(
        PROGRESS, problems=(PROBLEM,), clashes=(Clash("address", ADDRESS, CARD),), receipt=an_application()
    ),
    "what was read of a page": read_step(PROGRESS.path[2], {"bank": "X", "card": CARD + "0"})[1],
}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_holder_of_personal_values_does_not_show_them(name: str) -> None:
    for shown in (repr(HOLDERS[name]), str(HOLDERS[name]), f"{HOLDERS[name]}", repr([HOLDERS[name]])):
        found = [secret for secret in SECRETS if secret in shown]
        assert found == [], f"the repr of {name} shows what it should not"


@pytest.mark.parametrize("name", HOLDERS)
def test_a_holder_still_says_what_it_is(name: str) -> None:
    assert len(repr(HOLDERS[name])) > 3


def test_an_error_says_its_code_when_it_has_no_message() -> None:
    assert (FundError(code="busy").message, str(FundError(code="busy"))) == ("busy", "busy")
    assert (FundError("words", code="busy").message, FundError("words").code) == ("words", "")
