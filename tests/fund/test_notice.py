"""What a follower is told about a move fits the template message and names nothing personal."""

import dataclasses
import re

import pytest

from fund.application import State
from fund.notice import Notice, remark_for


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_remark_of_its_own_that_fits_a_thing_field(state: State) -> None:
    """A “thing” of a template message has at most 20 characters; a longer one is refused by the platform (47003)."""
    remark = remark_for(state)
    assert re.search(r"[\u4e00-\u9fff]", remark) and len(remark) <= 20
    assert [other for other in State if remark_for(other) == remark] == [state]


def test_a_notice_has_no_room_for_anything_personal() -> None:
    assert {f.name for f in dataclasses.fields(Notice)} == {
        "application_id", "kind", "client_msg_id", "title", "state_words", "reference", "at", "remark", "path",
    }  # fmt: skip
