"""The pledge names the person and shows a masked number; its version and whole text are kept."""

import re

from businesses.rent.business import RentBusiness
from businesses.rent.terms import load
from fund.business import Pledge
from tests.fakes import a_counter
from tests.makers import DALIAN, a_case, a_person, answers, the_terms


def the_pledge(**different: object) -> Pledge:
    return RentBusiness(load()).pledge(a_case(**different))  # type: ignore[arg-type]


def test_it_names_the_person_and_shows_the_number_masked_only() -> None:
    person = a_person()
    text = the_pledge().text
    assert "本人张伟（证件号码210***********0015）" in text
    assert person.id_number.value not in text and person.mobile not in text
    assert not re.search(r"\d{5}", text.replace("12329", ""))


def test_it_speaks_of_the_city_of_the_account_and_of_the_years_of_the_terms() -> None:
    text = the_pledge(employer_city=DALIAN, terms=the_terms(restrict_years=3)).text
    assert "在大连市没有自有住房" in text and "3年内不再申请" in text


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.search(r"[{}]", the_pledge().text)


def test_a_name_with_braces_is_a_name() -> None:
    assert "本人{id}（" in the_pledge(person=a_person(name="{id}")).text


def test_it_has_a_title_six_numbered_clauses_and_a_version() -> None:
    pledge = the_pledge()
    assert pledge.version and pledge.title == "租房提取住房公积金承诺书"
    assert [clause[:2] for clause in pledge.clauses] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    assert pledge.text.split("\n") == [pledge.title, pledge.opening, *pledge.clauses, pledge.closing]


def test_version_and_whole_text_are_kept_with_the_application() -> None:
    counter = a_counter()
    shown = counter.look().pledge
    kept = counter.walk(answers()).receipt
    assert (kept.pledge_version, kept.pledge_text) == (shown.version, shown.text)
