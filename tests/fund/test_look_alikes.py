"""Look-alikes: one line an application, the strongest first, one's own that was taken back last."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fund.application import State
from fund.cases import Signal
from fund.look_alikes import look_alikes

NOW = datetime(2026, 7, 15, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def a_signal(kind: str, reference: str, *, days: int = 0, state: State = State.SUBMITTED, **more: object) -> Signal:
    return Signal(kind, reference, state, NOW - timedelta(days=days), **more)  # type: ignore[arg-type]


def test_everything_of_one_application_is_one_line_with_each_document_once() -> None:
    (one,) = look_alikes(
        [
            a_signal("address", "A"),
            a_signal("photo", "A", document="lease", theirs="lease"),
            a_signal("photo", "A", document="lease", theirs="lease"),
            a_signal("photo", "A", document="id_front", theirs="marriage"),
            a_signal("card", "A"),
        ]
    )
    assert one.kinds == ("photo", "card", "address")
    assert one.documents == (("lease", "lease"), ("id_front", "marriage"))


def test_the_home_of_a_couple_is_told_once() -> None:
    (one,) = look_alikes([a_signal("address", "A"), a_signal("spouse", "A")])
    assert one.kinds == ("spouse",)


def test_the_strongest_stands_first_and_ones_own_that_was_taken_back_last_and_quiet() -> None:
    found = look_alikes(
        [
            a_signal("photo", "own-gone", own=True, state=State.WITHDRAWN),
            a_signal("photo", "own", own=True),
            a_signal("address", "address"),
            a_signal("photo", "photo-old", days=9),
            a_signal("photo", "photo-new"),
            a_signal("card", "card", state=State.WITHDRAWN),
        ]
    )
    assert [one.first.reference for one in found] == ["photo-new", "photo-old", "card", "address", "own", "own-gone"]
    assert [one.is_strong for one in found] == [True] * 3 + [False] * 3
    assert [one.is_quiet for one in found] == [False] * 5 + [True]
