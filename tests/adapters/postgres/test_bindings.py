"""A follower is one person and a person one follower."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from fund.errors import FundError, NotFound, Refused
from tests.adapters.postgres.servers import INDEX, NOW, Stores, an_application, its_event


@pytest.fixture
def openid() -> str:
    return f"o-{uuid.uuid4().hex}"


def test_a_binding_is_found_from_both_sides(stores: Stores, openid: str) -> None:
    person = stores.someone()
    stores.bindings.bind(openid, person.id)
    assert stores.bindings.person_of(openid) == person.id
    assert stores.bindings.openid_of(person.id) == openid


def test_nothing_is_found_for_a_stranger(stores: Stores, openid: str) -> None:
    assert stores.bindings.person_of(openid) is None
    assert stores.bindings.openid_of(stores.someone().id) is None


def test_binding_the_same_pair_again_changes_nothing(stores: Stores, openid: str) -> None:
    person = stores.someone()
    stores.bindings.bind(openid, person.id)
    before = stores.rows("SELECT * FROM bindings WHERE person_id = %s", person.id)
    stores.bindings.bind(openid, person.id)
    assert stores.rows("SELECT * FROM bindings WHERE person_id = %s", person.id) == before


def test_a_follower_of_another_person_is_not_taken_over(stores: Stores, openid: str) -> None:
    first, second = stores.someone(), stores.someone()
    stores.bindings.bind(openid, first.id)
    with pytest.raises(Refused) as refused:
        stores.bindings.bind(openid, second.id)
    assert refused.value.code == "openid_bound_elsewhere"
    assert openid not in str(refused.value)
    assert stores.bindings.person_of(openid) == first.id


def test_a_person_with_another_follower_is_not_moved(stores: Stores, openid: str) -> None:
    person = stores.someone()
    stores.bindings.bind(openid, person.id)
    with pytest.raises(Refused) as refused:
        stores.bindings.bind(openid + "x", person.id)
    assert refused.value.code == "person_bound_elsewhere"


def test_replacing_frees_both_sides(stores: Stores, openid: str) -> None:
    first, second = stores.someone(), stores.someone()
    stores.bindings.bind(openid, first.id)
    stores.bindings.bind(openid + "x", second.id)
    stores.bindings.bind(openid, second.id, replace=True)
    assert stores.bindings.person_of(openid) == second.id
    assert stores.bindings.openid_of(first.id) is None
    assert stores.bindings.person_of(openid + "x") is None


def test_an_unknown_person_cannot_be_bound(stores: Stores, openid: str) -> None:
    with pytest.raises(NotFound):
        stores.bindings.bind(openid, uuid.uuid4())


def test_of_many_bindings_of_one_follower_at_once_one_stands(stores: Stores, openid: str) -> None:
    people = [stores.someone().id for _ in range(8)]

    def bind(person_id: uuid.UUID) -> str:
        try:
            stores.bindings.bind(openid, person_id)
        except FundError as error:
            return error.code
        return "bound"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(bind, people))
    assert sorted(outcomes) == ["bound"] + ["openid_bound_elsewhere"] * 7
    assert stores.bindings.person_of(openid) == people[outcomes.index("bound")]


def test_forgetting_removes_the_openid_and_what_waits_for_it_but_not_the_record(stores: Stores, openid: str) -> None:
    person = stores.someone()
    stores.bindings.bind(openid, person.id)
    application = an_application(person.id)
    stores.applications.hand_in(application, its_event(application), [])
    (notice_id,) = stores.rows("SELECT id FROM notices WHERE application_id = %s", application.id)[0]
    stores.bindings.forget(openid)
    assert stores.bindings.person_of(openid) is None
    assert stores.rows("SELECT 1 FROM bindings WHERE person_id = %s", person.id) == []
    assert stores.notices.due(notice_id) is None
    found = stores.rows("SELECT state, channel, reason FROM notices WHERE id = %s", notice_id)
    assert found == [("given_up", "inbox", "unfollowed")]
    assert stores.applications.by_reference(person.id, application.reference).submitted_at == NOW


def test_what_came_after_the_leaving_is_not_forgotten_by_it(stores: Stores, openid: str) -> None:
    person, left = stores.someone(), datetime.now(UTC)
    stores.bindings.bind(openid, person.id)
    stores.followers.chose(openid, "T", False, left + timedelta(seconds=1))
    stores.late_pushes.keep(openid, openid, left + timedelta(seconds=1))
    stores.bindings.forget(openid, left)
    assert stores.bindings.person_of(openid) == person.id
    assert stores.followers.reach(openid).declined == {"T"}
    assert stores.rows("SELECT count(*) FROM late_pushes WHERE message_mark = %s", INDEX.of("late_push", openid)) == [
        (1,)
    ]
    stores.bindings.forget(openid)
    assert stores.bindings.person_of(openid) is None


def test_forgetting_a_stranger_is_fine(stores: Stores, openid: str) -> None:
    stores.bindings.forget(openid)


def test_the_openid_is_not_readable_in_the_row(stores: Stores, openid: str) -> None:
    person = stores.someone()
    stores.bindings.bind(openid, person.id)
    (row,) = stores.rows("SELECT bindings::text FROM bindings WHERE person_id = %s", person.id)
    assert openid not in row[0]
