"""A person is one row, found by id number, readable by nobody without the keys."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.crypto import BlindIndex
from adapters.postgres.people import PostgresPeople
from fund.errors import NotFound
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import Stores, an_id_number, an_identity


def test_a_person_is_remembered(stores: Stores) -> None:
    identity = an_identity("欧阳娜娜", "13912345678")
    person = stores.people.remember(identity)
    again = stores.people.get(person.id)
    assert (again.name, again.mobile, again.id_number) == ("欧阳娜娜", "13912345678", identity.id_number)
    assert again == person


def test_a_second_sign_in_is_the_same_person_brought_up_to_date(stores: Stores) -> None:
    number = an_id_number()
    first = stores.people.remember(an_identity("张伟", "13800000001", number))
    second = stores.people.remember(an_identity("张炜", "13900000009", number))
    assert second.id == first.id
    assert (stores.people.get(first.id).name, stores.people.get(first.id).mobile) == ("张炜", "13900000009")


def test_many_first_sign_ins_at_once_make_one_person(stores: Stores) -> None:
    identity = an_identity()
    with ThreadPoolExecutor(16) as pool:
        people = list(pool.map(stores.people.remember, [identity] * 16))
    assert len({person.id for person in people}) == 1
    assert stores.people.get(people[0].id).id_number == identity.id_number


def test_the_row_holds_nothing_readable(stores: Stores) -> None:
    person = stores.someone()
    (row,) = stores.rows("SELECT people::text FROM people WHERE id = %s", person.id)
    for value in (person.name, person.mobile, person.id_number.value):
        assert value not in row[0]


def test_another_index_key_makes_another_mark(stores: Stores) -> None:
    identity = an_identity()
    other = PostgresPeople(stores.database, servers.CIPHER, BlindIndex(b"x" * 32))
    assert other.remember(identity).id != stores.people.remember(identity).id


def test_nobody_is_found_by_a_made_up_id(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.people.get(uuid.uuid4())
