"""What the guides of 租房提取 say comes from the terms, the journey and the pledge: nothing is written down twice."""

import re
from importlib.resources import files

import pytest

from businesses.rent import facts, leaflet
from businesses.rent.journey import photo_kinds
from fund.money import Money
from tests.fund.test_the_glossary import reason_codes
from tests.makers import a_case, answers, the_terms

SOURCES = {
    f"{room}/{each.name}": each.read_text(encoding="utf-8")
    for room, folder in (("rent", files("businesses.rent") / "guides"), ("web", files("web.guides") / "texts"))
    for each in folder.iterdir()
    if each.name.endswith(".md")
}
SELF_EXPLAINING = {"month_in_future", "month_other_year", "months_reversed", "R99"}
"""Reasons that say all there is to say."""


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_no_figure_is_typed_into_a_guide(name: str) -> None:
    assert re.findall(r"\d+", re.sub(r"^\d\. ", "", SOURCES[name], flags=re.MULTILINE)) == []


def test_every_word_that_is_handed_to_the_guides_stands_in_one() -> None:
    gaps = set(re.findall(r"\{([a-z_]+)\}", "".join(SOURCES.values())))
    assert leaflet.words(the_terms()).keys() - gaps == set()


def test_the_documents_are_those_of_the_journey() -> None:
    told = leaflet.words(the_terms(photo_most=4))["documents"]
    kinds = photo_kinds(a_case(married=True, terms=the_terms(photo_most=4)), answers())
    assert [re.findall(r"\*\*(.+)\*\*", line)[0] for line in told.splitlines()] == [kind.label for kind in kinds]
    assert told.count("最多4张") == sum(kind.most == 4 for kind in kinds) > 0


def test_the_pledge_is_the_one_that_is_signed_without_anybodys_name() -> None:
    told = leaflet.words(the_terms(restrict_years=7))["pledge_text"]
    assert "本人×××（证件号码×××）" in told and "7年内不再申请" in told
    assert told.count("\n\n") == 7 and "{" not in told


def test_what_is_kept_in_the_account_is_told_only_when_something_is() -> None:
    assert leaflet.words(the_terms())["balance_kept"] == ""
    assert "100.00 元" in leaflet.words(the_terms(balance_kept=Money(10_000)))["balance_kept"]


def test_every_reason_that_needs_explaining_has_its_section() -> None:
    chosen_by_staff = {reason.code for reason in facts.reasons().reasons}
    assert (reason_codes() | chosen_by_staff | {"pay_failed"}) - SELF_EXPLAINING == leaflet.REMEDIES.keys()
