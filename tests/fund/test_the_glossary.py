"""The glossary speaks of names that exist, and leaves out no page, field, document or reason."""

import importlib
import re
from pathlib import Path

import fund
from businesses.rent import journey, policy
from businesses.rent.case import RentCase
from businesses.rent.terms import Terms
from fund import application, errors, people
from fund.correction import Corrections
from fund.intake import Intake
from fund.notice import Channel
from fund.ports import CardVerdict
from fund.reasons import Reason
from fund.records import Records
from fund.review import Review
from tests.makers import a_case, answers

ROOT = Path(fund.__file__).parent.parent
TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", TEXT))
HOLDERS = [
    Channel, Corrections, Intake, Records, Review, RentCase, Terms, Reason, CardVerdict, application, application.Application, application.State,
    application.Move, application.Role, people, people.Account, people.AccountStatus, people.Employer, people.Member, people.Person,
    people.Home, errors,
]  # fmt: skip
KNOWN_ELSEWHERE = {
    "code",
    "terms.toml",
    "decisions.toml",
    "calendar.toml",
    "masked",
    "yuan",
    "str()",
    "submission_key",
    "tests/fund/test_the_glossary.py",
}


def exists(name: str) -> bool:
    """A dotted path from a package, or a name that one of the glossary's own things has."""
    parts = name.split(".")
    if parts[0] in ("fund", "businesses"):
        for split in range(len(parts), 0, -1):
            try:
                found: object = importlib.import_module(".".join(parts[:split]))
            except ModuleNotFoundError:
                continue
            for part in parts[split:]:
                found = getattr(found, part, None)
            return found is not None
        return False
    owner, _, attribute = name.rpartition(".")
    return any(has(holder, attribute) for holder in HOLDERS if not owner or getattr(holder, "__name__", "") == owner)


def has(holder: object, attribute: str) -> bool:
    return hasattr(holder, attribute) or attribute in getattr(holder, "__dataclass_fields__", {})


def asked_for() -> set[str]:
    steps = journey.JOURNEY.steps
    kinds = {kind.name for kind in journey.photo_kinds(a_case(married=True), answers())}
    return {step.name for step in steps} | {f.name for step in steps for f in step.fields} | kinds


def reason_codes() -> set[str]:
    source = Path(policy.__file__).read_text(encoding="utf-8")
    return set(re.findall(r"Reason\(\s*\"([a-z_]+)\"", source))


def test_every_name_in_the_glossary_exists() -> None:
    known = KNOWN_ELSEWHERE | asked_for() | reason_codes()
    assert {name for name in NAMED - known if not exists(name)} == set()


def test_a_name_that_does_not_exist_would_be_noticed() -> None:
    for name in ("fund.people.Citizen", "fund.nowhere", "Account.iban", "Reasonable"):
        assert not exists(name)


def test_every_page_field_document_and_reason_is_in_the_glossary() -> None:
    assert len(reason_codes()) > 12
    assert (asked_for() | reason_codes()) - NAMED == set()
    assert {
        error for error, thing in vars(errors).items() if isinstance(thing, type) and thing is not errors.FundError
    } <= NAMED
