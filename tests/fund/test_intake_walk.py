"""Page by page: the guard, change mode, consent, and what is kept when something is wrong."""

import pytest

from fund.errors import NotFound, Refused, Unavailable
from tests.fakes import a_counter
from tests.makers import ANSHAN, CARD, DALIAN, answers

DETAILS = ("region", "address", "first_month", "last_month", "monthly_rent", "amount")


def details(**different: str) -> dict[str, str]:
    given = answers(**different)
    return {name: given[name] for name in DETAILS}


def test_looking_reads_only() -> None:
    counter = a_counter()
    first, second = counter.look(), counter.look()
    assert len(counter.drafts) == 0
    assert first.draft.version == second.draft.version == 0
    assert first.next.name == "info" and [s.name for s in first.reachable] == ["info"]


def test_a_plain_case_goes_from_page_to_page_to_the_receipt() -> None:
    counter = a_counter()
    visited = []
    for step in ("info", "details", "account"):
        outcome = counter.answer(step, {n: v for n, v in answers().items()})
        visited.append(outcome.goto.name)
    assert visited == ["details", "account", "pledge"]
    outcome = counter.answer("pledge", {"agreed": "yes"})
    assert outcome.receipt is not None and outcome.goto is None
    assert outcome.problems == outcome.clashes == ()


def test_a_home_in_another_city_adds_the_photos_page_after_the_pledge() -> None:
    counter = a_counter()
    outcome = counter.walk(answers(region=DALIAN))
    assert outcome.goto.name == "photos" and outcome.receipt is None
    assert counter.applications.rows == ()
    counter.upload_all()
    assert counter.answer("photos").receipt is not None


@pytest.mark.parametrize("step", ["details", "account", "pledge", "photos", "nowhere", "", "info/../photos"])
def test_a_page_skipped_to_by_its_address_leads_to_the_first_that_is_not_in_order(step: str) -> None:
    counter = a_counter()
    outcome = counter.answer(step, {**answers(region=DALIAN)})
    assert outcome.goto.name == "info"
    assert outcome.receipt is None and counter.applications.rows == ()
    assert not counter.look().can_open(step)


@pytest.mark.parametrize(
    ("until", "skipped_to"),
    [("details", "account"), ("details", "pledge"), ("account", "pledge"), ("account", "photos"), ("pledge", "photos")],
)
def test_the_guard_holds_at_every_page(until: str, skipped_to: str) -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN), until=until)
    outcome = counter.answer(skipped_to, answers())
    assert outcome.goto.name == until
    assert counter.look().next.name == until


def test_a_consent_given_by_skipping_ahead_does_not_count() -> None:
    counter = a_counter()
    counter.answer("pledge", {"agreed": "yes"})
    outcome = counter.walk(answers(), until="pledge")
    assert outcome.goto.name == "pledge"
    assert counter.look().next.name == "pledge" and counter.applications.rows == ()


def test_what_was_right_is_kept_though_another_answer_was_wrong() -> None:
    counter = a_counter()
    counter.walk(answers(), until="details")
    outcome = counter.answer("details", details(amount="a lot", first_month=""))
    assert {p.field for p in outcome.problems} == {"amount", "first_month"}
    assert dict(counter.look().answers) == {
        n: v for n, v in details().items() if n not in ("amount", "first_month")
    } | {n: "" for n in ("amount", "first_month") if n in counter.look().answers}
    assert counter.answer("details", details()).goto.name == "account"


def test_a_wrong_value_does_not_leave_the_old_one_to_be_handed_in() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    counter.answer("details", details(amount="a lot"))
    assert not counter.look().answers.get("amount")
    assert counter.answer("pledge", {"agreed": "yes"}).goto.name == "details"


def test_an_earlier_page_can_be_given_again_and_later_answers_stay() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    assert counter.answer("details", details(amount="8000")).goto.name == "account"
    now = counter.look()
    assert now.answers["amount"] == "8000.00" and now.answers["card"] == CARD and now.next.name == "pledge"


def test_from_a_change_link_the_way_leads_back_to_where_the_person_was() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    assert counter.answer("details", details(amount="8000"), changing=True).goto.name == "pledge"


def test_a_change_that_asks_for_more_leads_to_what_is_asked_first() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    outcome = counter.answer("details", details(region=ANSHAN), changing=True)
    assert outcome.goto.name == "pledge"
    assert counter.answer("pledge", {"agreed": "yes"}).goto.name == "photos"


def test_looking_again_without_changing_anything_leads_back_to_the_last_page() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    assert counter.look().next is None
    assert counter.answer("details", details(region=DALIAN), changing=True).goto.name == "photos"


@pytest.mark.parametrize("step", ["details", "account"])
def test_whatever_was_agreed_to_is_agreed_to_again_after_a_change(step: str) -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    assert counter.look().answers["agreed"] == "yes"
    counter.answer(step, answers(region=DALIAN, amount="8000.00", card="6217000000000000020"))
    assert "agreed" not in counter.look().answers
    assert counter.look().next.name == "pledge"


def test_giving_a_page_unchanged_leaves_the_consent() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.answer("details", details(region=DALIAN))
    assert counter.look().answers["agreed"] == "yes"


def test_a_consent_can_be_taken_back() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    outcome = counter.answer("pledge", {})
    assert [p.field for p in outcome.problems] == ["agreed"]
    assert counter.look().next.name == "pledge"


def test_reasons_no_answer_can_mend_are_all_told_on_the_first_page() -> None:
    counter = a_counter(status="06", months_in_a_row=1, balance="0.00")
    assert {p.code for p in counter.look().blockers} == {"account_status", "paid_in_too_short", "no_balance"}
    outcome = counter.answer("info")
    assert {p.code for p in outcome.problems} == {"account_status", "paid_in_too_short", "no_balance"}
    assert [s.name for s in counter.look().reachable] == ["info"]


def test_before_the_first_page_was_confirmed_that_alone_is_no_blocker() -> None:
    assert a_counter().look().blockers == ()


def test_the_pages_before_and_behind_a_page_are_those_of_the_path() -> None:
    now = a_counter().look()
    assert [(now.before(s.name) or s).name for s in now.path] == ["info", "info", "details", "account"]
    assert [now.after(s.name) and now.after(s.name).name for s in now.path] == ["details", "account", "pledge", None]


def test_each_persons_draft_is_their_own() -> None:
    counter, other = a_counter(), a_counter()
    other.drafts._kept = counter.drafts._kept  # one store, two people
    other.person = type(other.person)(
        id=__import__("uuid").uuid4(), name="李娜", id_number=other.person.id_number, mobile=other.person.mobile
    )
    counter.walk(answers(), until="pledge")
    assert dict(other.look().answers) == {} and other.look().next.name == "info"


def test_an_unknown_kind_of_business_is_not_found() -> None:
    counter = a_counter()
    for use in (
        lambda: counter.intake.look(counter.person, "loans"),
        lambda: counter.intake.answer(counter.person, "loans", "info", {}, seen_version=0),
        lambda: counter.intake.attach(counter.person, "loans", "lease", b"x"),
        lambda: counter.intake.estimate(counter.person, "loans", "details", {}),
    ):
        with pytest.raises(NotFound) as refused:
            use()
        assert refused.value.code == "no_such_page"


@pytest.mark.parametrize(
    "error", [Refused("none", code="no_account"), Refused("other", code="name_mismatch"), Unavailable("down")]
)
def test_what_the_core_system_says_reaches_the_face_and_nothing_typed_is_lost(error: Exception) -> None:
    counter = a_counter()
    counter.walk(answers(), until="account")
    counter.members.error = error
    with pytest.raises(type(error)):
        counter.look()
    with pytest.raises(type(error)):
        counter.answer("account", answers(), seen_version=2, submission_key="x")
    counter.members.error = None
    assert counter.look().answers["address"] == answers()["address"]


# ---- 试算


def test_an_estimate_follows_what_is_being_typed_and_keeps_nothing() -> None:
    counter = a_counter()
    counter.walk(answers(), until="details")
    version = counter.look().draft.version
    so_far = counter.intake.estimate(counter.person, "rent", "details", details(monthly_rent="1000"))
    assert str(so_far.allowance.most) == "6,000.00"
    assert counter.look().draft.version == version and dict(counter.look().answers) == {}


def test_an_estimate_does_not_rest_on_an_old_answer_that_is_being_typed_over() -> None:
    counter = a_counter()
    counter.walk(answers(), until="pledge")
    so_far = counter.intake.estimate(counter.person, "rent", "details", details(monthly_rent="12oo"))
    assert not so_far.allowance.complete
    assert "实际房租" not in [line.label for line in so_far.allowance.lines]


@pytest.mark.parametrize("step", ["nowhere", "", "Details"])
def test_an_estimate_for_a_page_that_does_not_exist_is_not_found(step: str) -> None:
    counter = a_counter()
    with pytest.raises(NotFound):
        counter.intake.estimate(counter.person, "rent", step, {})
