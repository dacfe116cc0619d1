"""Two windows on one draft: what does not collide merges, what collides is shown with both values."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from fund.draft import _HISTORY, Clash, Draft
from tests.makers import CARD


def a_draft(**answers: str) -> Draft:
    draft = Draft("rent", "key", "AC34-DE67-FG99", datetime(2026, 7, 15, tzinfo=UTC))
    return draft.merge(answers, 0)[0] if answers else draft


def test_a_draft_begins_empty_at_version_zero() -> None:
    draft = a_draft()
    assert (draft.version, dict(draft.answers), draft.done) == (0, {}, frozenset())


def test_what_is_typed_is_kept_under_the_next_version() -> None:
    draft, clashes = a_draft().merge({"rent": "1400.00"}, 0)
    assert (draft.version, dict(draft.answers), clashes) == (1, {"rent": "1400.00"}, ())


def test_giving_the_same_page_again_changes_nothing_at_all() -> None:
    draft = a_draft(rent="1400.00")
    again, clashes = draft.merge({"rent": "1400.00"}, draft.version)
    assert again is draft and clashes == ()


def test_two_windows_that_change_different_fields_are_both_kept() -> None:
    shown = a_draft(rent="1400.00", address="青年大街100号")
    one, _ = shown.merge({"rent": "1500.00", "address": "青年大街100号"}, shown.version)
    both, clashes = one.merge({"rent": "1400.00", "address": "青年大街200号"}, shown.version)
    assert clashes == ()
    assert dict(both.answers) == {"rent": "1500.00", "address": "青年大街200号"}


def test_two_windows_that_change_one_field_are_shown_both_values_and_lose_nothing() -> None:
    shown = a_draft(rent="1400.00", address="青年大街100号")
    first, _ = shown.merge({"rent": "1500.00", "address": "青年大街100号"}, shown.version)
    second, clashes = first.merge({"rent": "1600.00", "address": "青年大街200号"}, shown.version)
    assert clashes == (Clash("rent", mine="1600.00", theirs="1500.00"),)
    assert dict(second.answers) == {"rent": "1500.00", "address": "青年大街200号"}, "what does not collide is kept"


def test_having_seen_both_values_the_person_decides() -> None:
    shown = a_draft(rent="1400.00")
    first, _ = shown.merge({"rent": "1500.00"}, shown.version)
    same, _ = first.merge({"rent": "1600.00"}, shown.version)
    decided, clashes = same.merge({"rent": "1600.00"}, same.version)
    assert clashes == () and decided.answers["rent"] == "1600.00"


def test_two_windows_that_type_the_same_do_not_collide() -> None:
    shown = a_draft(rent="1400.00")
    first, _ = shown.merge({"rent": "1500.00"}, shown.version)
    assert first.merge({"rent": "1500.00"}, shown.version) == (first, ())


def test_an_old_window_that_changed_nothing_does_not_turn_back_the_clock() -> None:
    shown = a_draft(rent="1400.00")
    newer, _ = shown.merge({"rent": "1500.00"}, shown.version)
    assert newer.merge({"rent": "1400.00"}, shown.version) == (newer, ())


def test_two_windows_opened_on_an_empty_draft_collide_on_the_field_both_filled() -> None:
    first, _ = a_draft().merge({"rent": "1500.00"}, 0)
    second, clashes = first.merge({"rent": "1600.00", "address": "青年大街200号"}, 0)
    assert clashes == (Clash("rent", "1600.00", "1500.00"),)
    assert second.answers["address"] == "青年大街200号"


def test_a_third_window_is_merged_against_what_it_was_shown() -> None:
    start = a_draft(rent="1", address="a", bank="CCB")
    one, _ = start.merge({"rent": "2"}, start.version)
    two, _ = one.merge({"rent": "3"}, one.version)
    third, clashes = two.merge({"rent": "1", "address": "b", "bank": "CCB"}, start.version)
    assert clashes == () and dict(third.answers) == {"rent": "3", "address": "b", "bank": "CCB"}
    fourth, clashes = third.merge({"rent": "9", "address": "a"}, one.version)
    assert clashes == (Clash("rent", "9", "3"),) and fourth.answers["address"] == "b"


def test_a_field_cleared_elsewhere_takes_what_is_typed_here() -> None:
    shown = a_draft(rent="1400.00")
    cleared, _ = shown.merge({"rent": ""}, shown.version)
    filled, clashes = cleared.merge({"rent": "1600.00"}, shown.version)
    assert clashes == () and filled.answers["rent"] == "1600.00"


def test_clearing_a_field_that_was_filled_anew_elsewhere_is_shown() -> None:
    shown = a_draft(rent="1400.00")
    newer, _ = shown.merge({"rent": "1500.00"}, shown.version)
    same, clashes = newer.merge({"rent": ""}, shown.version)
    assert same is newer and clashes == (Clash("rent", "", "1500.00"),)


@pytest.mark.parametrize("changes", [_HISTORY - 1, _HISTORY, _HISTORY + 1, 5 * _HISTORY])
def test_however_often_a_field_changes_its_history_stays_short_and_an_old_window_loses_nothing(changes: int) -> None:
    shown = draft = a_draft(rent="0.00")
    for n in range(1, changes + 1):
        draft, _ = draft.merge({"rent": f"{n}.00"}, draft.version)
    assert len(draft.history["rent"]) <= _HISTORY
    after, clashes = draft.merge({"rent": "77.77"}, shown.version)
    assert after is draft and clashes == (Clash("rent", "77.77", f"{changes}.00"),)
    after, clashes = draft.merge({"rent": "0.00"}, shown.version)
    assert after is draft, "an unchanged old value never overwrites"
    assert all(c.theirs == f"{changes}.00" for c in clashes)


def test_the_value_a_window_was_shown_is_found_by_its_version() -> None:
    draft = a_draft(rent="1.00")
    other, _ = draft.merge({"address": "青年大街"}, draft.version)
    newest, _ = other.merge({"rent": "2.00"}, other.version)
    assert [newest.value_at("rent", v) for v in (0, 1, 2, 3, 99)] == ["", "1.00", "1.00", "2.00", "2.00"]
    assert newest.value_at("never asked", 3) == ""


def test_merging_leaves_the_draft_it_began_with_as_it_was() -> None:
    draft = a_draft(rent="1.00")
    before = (draft.version, dict(draft.answers), dict(draft.history))
    draft.merge({"rent": "2.00"}, draft.version)
    assert (draft.version, dict(draft.answers), dict(draft.history)) == before


def test_a_draft_shows_its_field_names_only() -> None:
    draft = a_draft(card=CARD, address="青年大街100号3单元501室")
    assert CARD not in repr(draft) and "青年大街" not in repr(draft)
    assert "card" in repr(draft)


values = st.sampled_from(["1", "2", "3", "4"])
fields = st.sampled_from(["rent", "address", "bank"])


class Windows(RuleBasedStateMachine):
    """Any number of windows on one draft, opened and given in any order."""

    windows = Bundle("windows")

    def __init__(self) -> None:
        super().__init__()
        self.draft = a_draft()
        self.changed_since: dict[str, list[int]] = {}

    @rule(target=windows)
    def open(self) -> tuple[int, dict[str, str]]:
        """A window is what it was shown: the version and every field's value."""
        return self.draft.version, dict(self.draft.answers)

    @rule(window=windows, typed=st.dictionaries(fields, values, min_size=1))
    def give(self, window: tuple[int, dict[str, str]], typed: dict[str, str]) -> None:
        self._give(window, typed)

    @rule(window=consumes(windows), typed=st.dictionaries(fields, values))
    def give_the_whole_page(self, window: tuple[int, dict[str, str]], typed: dict[str, str]) -> None:
        self._give(window, {**{name: window[1].get(name, "") for name in ("rent", "address", "bank")}, **typed})

    def _give(self, window: tuple[int, dict[str, str]], typed: dict[str, str]) -> None:
        version, shown = window
        before = dict(self.draft.answers)
        self.draft, clashes = self.draft.merge(typed, version)
        after, told = dict(self.draft.answers), {clash.field: clash for clash in clashes}
        for name, mine in typed.items():
            was, theirs = shown.get(name, ""), before.get(name, "")
            if name in told:
                assert (told[name].mine, told[name].theirs) == (mine, theirs), "both values are shown"
                assert mine != theirs
                assert after.get(name, "") == theirs, "what is stored stays until the person decides"
            elif mine != was:
                assert after.get(name, "") == mine, "a typed value vanished silently"
            else:
                assert after.get(name, "") == theirs, "an untouched field overwrote a newer value"
            if mine != was and theirs not in (was, mine, ""):
                assert name in told, "two different changes of one field were not shown"
            long_ago = sum(v > version for v in self.changed_since.get(name, ())) >= _HISTORY
            if (mine == was or theirs == was) and not long_ago:
                assert name not in told, "a clash where only one side had changed anything"
        for name in after.keys() | before.keys():
            if after.get(name) != before.get(name):
                assert typed[name] == after[name], "a field changed that nobody typed"
                self.changed_since.setdefault(name, []).append(self.draft.version)

    @invariant()
    def the_history_stays_short(self) -> None:
        assert all(len(kept) <= _HISTORY for kept in self.draft.history.values())
        for name, kept in self.draft.history.items():
            assert kept[-1][1] == self.draft.answers.get(name, "")


TestWindows = Windows.TestCase
TestWindows.settings = settings(max_examples=60, stateful_step_count=40)


@given(st.lists(st.tuples(st.integers(0, 30), st.dictionaries(fields, values, min_size=1)), max_size=25))
def test_versions_only_ever_grow_by_one(changes: list[tuple[int, dict[str, str]]]) -> None:
    draft = a_draft()
    for seen, typed in changes:
        after, _ = draft.merge(typed, seen)
        assert after.version == draft.version + (dict(after.answers) != dict(draft.answers))
        draft = after
