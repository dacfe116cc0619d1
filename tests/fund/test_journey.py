"""A journey is data; where a person stands in it is computed, never stored."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.fields import CONSENT, MONEY, Field, choice, text
from fund.journey import Journey, PhotoKind, Step, read_step
from fund.reasons import Reason

YES_NO = choice((("yes", "是"), ("no", "否")), "请选择")
ANY = text(1, 20, "请填写")
FACTS = object()


def asked_if(name: str) -> object:
    return lambda facts, answers: answers.get(name) == "yes"


def a_journey(**different: object) -> Journey:
    """Have you a dog → (yes) has it a kennel → (yes) the kennel, its photos; and at the end the consent."""
    kennel = (PhotoKind("front", "狗窝正面", ""), PhotoKind("back", "狗窝背面", "", required=False))
    steps = (
        Step("read", "请先阅读"),
        Step("dog", "狗", (Field("dog", "有狗吗", YES_NO),)),
        Step("kennel", "狗窝", (Field("kennel", "有狗窝吗", YES_NO),), when=asked_if("dog")),  # type: ignore[arg-type]
        Step(
            "size",
            "大小",
            (Field("size", "大小", ANY), Field("price", "价格", MONEY)),
            when=asked_if("kennel"),  # type: ignore[arg-type]
        ),
        Step("photos", "照片", when=asked_if("kennel"), photos=lambda facts, answers: kennel),  # type: ignore[arg-type]
        Step("agree", "同意", (Field("agreed", "同意", CONSENT),)),
    )
    return Journey("dog", "养狗", steps, **different)  # type: ignore[arg-type]


ALL = {"dog": "yes", "kennel": "yes", "size": "大", "price": "10.00", "agreed": "yes"}
READ = frozenset({"read"})
JOURNEY = a_journey()


def names(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps]


def problems(answers: Mapping[str, str], done: frozenset[str] = READ, **photos: int) -> dict[str, list[str]]:
    return {
        step: [p.field or p.code for p in found]
        for step, found in JOURNEY.problems(FACTS, answers, done, photos).items()
    }


some_answers = st.fixed_dictionaries(
    {},
    optional={
        "dog": st.sampled_from(["yes", "no", "", "maybe"]),
        "kennel": st.sampled_from(["yes", "no", "", "maybe"]),
        "size": st.sampled_from(["大", "小", "", "x" * 21]),
        "price": st.sampled_from(["10.00", "0", "ten", ""]),
        "agreed": st.sampled_from(["yes", "no", ""]),
        "left_over": st.just("from an older journey"),
    },
)


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({}, ["read", "dog", "agree"]),
        ({"dog": "no"}, ["read", "dog", "agree"]),
        ({"dog": "yes"}, ["read", "dog", "kennel", "agree"]),
        (ALL, ["read", "dog", "kennel", "size", "photos", "agree"]),
        ({**ALL, "kennel": "no"}, ["read", "dog", "kennel", "agree"]),
    ],
)
def test_the_path_holds_the_pages_that_are_asked_in_order(answers: dict[str, str], path: list[str]) -> None:
    assert names(JOURNEY.path(FACTS, answers)) == path


def test_answers_of_a_page_that_vanished_are_pruned() -> None:
    assert JOURNEY.prune(FACTS, {**ALL, "kennel": "no"}) == {"dog": "yes", "kennel": "no", "agreed": "yes"}
    assert JOURNEY.prune(FACTS, {**ALL, "left_over": "x"}) == ALL


def test_a_page_that_hangs_on_a_page_that_vanished_vanishes_with_it() -> None:
    """No dog: the kennel is not asked about, so what was once said of it must not keep its pages alive."""
    changed = {**ALL, "dog": "no"}
    assert names(JOURNEY.path(FACTS, changed)) == ["read", "dog", "agree"]
    assert JOURNEY.prune(FACTS, changed) == {"dog": "no", "agreed": "yes"}


@given(some_answers)
def test_pruned_answers_lead_down_the_same_path_and_prune_to_themselves(answers: dict[str, str]) -> None:
    kept = JOURNEY.prune(FACTS, answers)
    assert JOURNEY.path(FACTS, kept) == JOURNEY.path(FACTS, answers)
    assert JOURNEY.prune(FACTS, kept) == kept
    assert set(kept.items()) <= set(answers.items())


@given(
    some_answers,
    st.sampled_from([frozenset(), READ]),
    st.dictionaries(st.sampled_from(["front", "back"]), st.integers(0, 2)),
)
def test_the_pages_that_may_be_opened_are_those_in_order_and_the_first_that_is_not(
    answers: dict[str, str], done: frozenset[str], photos: dict[str, int]
) -> None:
    found = JOURNEY.problems(FACTS, answers, done, photos)
    path, open_now, first_wrong = (
        JOURNEY.path(FACTS, answers), JOURNEY.reachable(FACTS, answers, found), JOURNEY.next(FACTS, answers, found),
    )  # fmt: skip
    assert path[: len(open_now)] == open_now, "a beginning of the path"
    assert set(found) <= set(names(path)), "no problem about a page that is not asked"
    assert all(found.values()), "no page with an empty list of problems"
    assert [step.name for step in open_now[:-1] if step.name in found] == []
    if first_wrong is None:
        assert open_now == path and not found
    else:
        assert open_now[-1] is first_wrong


def test_everything_missing_is_told_page_by_page() -> None:
    assert problems({}, frozenset()) == {"read": ["not_confirmed"], "dog": ["dog"], "agree": ["agreed"]}
    assert problems({"dog": "yes", "kennel": "yes"}) == {
        "size": ["size", "price"], "photos": ["front"], "agree": ["agreed"],
    }  # fmt: skip


def test_all_in_order_leaves_no_problem_and_no_next_page() -> None:
    assert problems(ALL, front=1) == {}
    assert JOURNEY.next(FACTS, ALL, {}) is None


def test_a_page_without_fields_is_done_when_it_was_confirmed() -> None:
    assert "read" in problems(ALL, frozenset(), front=1)
    assert "read" not in problems(ALL, READ, front=1)


def test_only_photos_that_are_required_are_missed_and_the_words_name_them() -> None:
    [problem] = JOURNEY.problems(FACTS, ALL, READ, {"back": 1})["photos"]
    assert (problem.field, problem.text, problem.code) == ("front", "请上传狗窝正面", "photo_missing")


def test_an_answer_accepted_long_ago_is_read_again_by_todays_kinds() -> None:
    assert problems({**ALL, "price": "0"}, front=1) == {"size": ["price"]}
    assert problems({**ALL, "dog": "perhaps"}, front=1) == {"dog": ["dog"]}


def test_the_rules_see_only_what_is_still_asked() -> None:
    seen: list[Mapping[str, str]] = []

    def look(facts: object, answers: Mapping[str, str]) -> tuple[Reason, ...]:
        seen.append(dict(answers))
        return ()

    journey = a_journey(rules=look)
    journey.problems(FACTS, {**ALL, "kennel": "no", "left_over": "x"}, READ, {})
    assert seen == [{"dog": "yes", "kennel": "no", "agreed": "yes"}]


def test_a_reason_is_told_on_the_page_that_mends_it() -> None:
    journey = a_journey(rules=lambda facts, answers: [Reason("barks", "太吵了", "条例", "dog", "dog")])
    [problem] = journey.problems(FACTS, ALL, READ, {"front": 1})["dog"]
    assert (problem.step, problem.field, problem.text, problem.code) == ("dog", "dog", "太吵了", "barks")


@pytest.mark.parametrize("step", ["", "nowhere", "size"])
def test_a_reason_that_names_no_page_of_the_path_still_stops_the_application(step: str) -> None:
    """A no that falls between the pages would be a yes."""
    journey = a_journey(rules=lambda facts, answers: [Reason("barks", "太吵了", "条例", step)])
    found = journey.problems(FACTS, {"dog": "no", "agreed": "yes"}, READ, {})
    assert [(p.step, p.text) for some in found.values() for p in some] == [("read", "太吵了")]


def test_one_page_is_read_without_judging_the_others() -> None:
    given_answers, wrong = read_step(JOURNEY.step("size"), {"size": " 大 ", "price": "ten", "dog": "no"})
    assert given_answers == {"size": "大"}
    assert [(p.step, p.field, p.typed, p.code) for p in wrong] == [("size", "price", "ten", "money_format")]


def test_a_journey_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        JOURNEY.steps = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        JOURNEY.step("dog").button = "跳过"  # type: ignore[misc]
