"""An application is handed in once, whole, and never lost."""

import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fund.application import Actor, Application, Move, Role, advance
from fund.errors import NotFound, Refused, Stale, Unavailable
from fund.people import Person
from fund.ports import SpouseSeen
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import INDEX, NOW, Stores, an_application, an_id_number, counts, its_event

ROOT = Path(__file__).parents[3]


def a_photo(stores: Stores, person: Person, key: str, kind: str = "lease") -> UUID:
    """The row of a stored photo."""
    photo_id = uuid.uuid4()
    with psycopg.connect(stores.url) as connection:
        connection.execute(
            """INSERT INTO photos VALUES (%s, %s, %s, %s, NULL, %s, %s, 'x', 800, 600, 90000, now())""",
            (photo_id, person.id, key, kind, uuid.uuid4().hex, uuid.uuid4().hex),
        )
    return photo_id


def test_what_was_handed_in_is_read_back_as_it_was(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stored = stores.applications.hand_in(application, its_event(application), [])
    assert stored == application
    assert stores.applications.by_reference(application.person_id, application.reference) == application
    assert stores.applications.by_submission_key(application.person_id, application.submission_key) == application
    assert list(stores.applications.of_person(application.person_id)) == [application]
    assert list(stores.applications.events(application.id)) == [its_event(application)]
    assert counts(stores, application) == (1, 1, 1, 1)


def test_personal_answers_are_sealed_one_by_one_and_the_others_can_be_counted(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stores.applications.hand_in(application, its_event(application), [])
    (answers, whole) = stores.rows(
        "SELECT answers, applications::text FROM applications WHERE id = %s", application.id
    )[0]
    assert answers["region"] == "210102"
    assert answers["card"]["sealed"].startswith("a1.k1.")
    assert answers["address"]["sealed"].startswith("a1.k1.")
    for value in (servers.CARD, servers.ADDRESS, "张伟"):
        assert value not in whole


def test_a_job_is_given_an_id_and_nothing_else(stores: Stores) -> None:
    application = an_application(stores.someone().id)
    stores.applications.hand_in(application, its_event(application), [])
    (notice_id, name, args) = stores.rows(
        """SELECT n.id, task_name, args FROM notices n
        JOIN procrastinate_jobs j ON args ->> 'notice_id' = n.id::text WHERE application_id = %s""",
        application.id,
    )[0]
    assert (name, args) == ("send_notice", {"notice_id": str(notice_id)})


def test_the_same_submission_key_again_returns_the_first(stores: Stores) -> None:
    first = an_application(stores.someone().id)
    again = an_application(first.person_id, key=first.submission_key, reference=first.reference)
    stores.applications.hand_in(first, its_event(first), [])
    assert stores.applications.hand_in(again, its_event(again), []) == first
    assert counts(stores, first) == (1, 1, 1, 1)


def test_fifty_hand_ins_at_once_in_threads_make_one_row_and_fifty_equal_receipts(stores: Stores) -> None:
    person = stores.someone()
    photo = a_photo(stores, person, "")
    first = an_application(person.id)
    with psycopg.connect(stores.url) as connection:
        connection.execute("UPDATE photos SET submission_key = %s WHERE id = %s", (first.submission_key, photo))
    tries = [replace(first, id=uuid.uuid4()) for _ in range(50)]

    def hand_in(application: Application) -> Application:
        return stores.applications.hand_in(application, its_event(application), [photo])

    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(hand_in, tries))
    assert all(receipt == receipts[0] for receipt in receipts)
    assert counts(stores, first) == (1, 1, 1, 1)
    assert stores.rows("SELECT application_id FROM photos WHERE id = %s", photo) == [(receipts[0].id,)]


HAND_IN_FROM_A_PROCESS = """
import sys, uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from tests.adapters.postgres import servers
url, person_id, key, reference = sys.argv[1:]
stores = servers.stores(url)
first = servers.an_application(uuid.UUID(person_id), key=key, reference=reference)
print("ready", flush=True)
sys.stdin.readline()
def hand_in(application):
    return stores.applications.hand_in(application, servers.its_event(application), []).id
with ThreadPoolExecutor(10) as pool:
    print(*pool.map(hand_in, [replace(first, id=uuid.uuid4()) for _ in range(10)]))
"""


def test_hand_ins_from_several_processes_at_once_make_one_row(stores: Stores) -> None:
    first = an_application(stores.someone().id)
    command = [
        sys.executable,
        "-c",
        HAND_IN_FROM_A_PROCESS,
        stores.url,
        str(first.person_id),
        first.submission_key,
    ]
    processes = [
        subprocess.Popen(
            [*command, first.reference], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ids = {one for process in processes for one in process.communicate(timeout=30)[0].split()}
    assert len(ids) == 1
    assert counts(stores, first) == (1, 1, 1, 1)


def test_a_second_live_application_of_the_year_is_refused(stores: Stores) -> None:
    first = an_application(stores.someone().id)
    second = an_application(first.person_id)
    stores.applications.hand_in(first, its_event(first), [])
    with pytest.raises(Refused) as refused:
        stores.applications.hand_in(second, its_event(second), [])
    assert refused.value.code == "already_open"
    assert counts(stores, second) == (0, 0, 0, 0)


def test_two_different_drafts_handed_in_at_once_make_one_application(stores: Stores) -> None:
    person = stores.someone()
    tries = [an_application(person.id) for _ in range(10)]

    def hand_in(application: Application) -> str:
        try:
            return stores.applications.hand_in(application, its_event(application), []).reference
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(hand_in, tries))
    assert outcomes.count("already_open") == 9
    assert len(stores.applications.of_person(person.id)) == 1


@pytest.mark.parametrize("other", [{"year": 2025}, {"business": "home"}])
def test_another_year_or_business_is_another_matter(stores: Stores, other: dict[str, Any]) -> None:
    first = an_application(stores.someone().id)
    second = an_application(first.person_id, **other)
    stores.applications.hand_in(first, its_event(first), [])
    assert stores.applications.hand_in(second, its_event(second), []) == second


def test_somebody_elses_submission_key_opens_nothing(stores: Stores) -> None:
    theirs = an_application(stores.someone().id)
    mine = an_application(stores.someone().id, key=theirs.submission_key)
    stores.applications.hand_in(theirs, its_event(theirs), [])
    with pytest.raises(NotFound):
        stores.applications.hand_in(mine, its_event(mine), [])
    assert stores.applications.by_submission_key(mine.person_id, theirs.submission_key) is None


def test_somebody_elses_reference_is_not_found(stores: Stores) -> None:
    theirs = an_application(stores.someone().id)
    stores.applications.hand_in(theirs, its_event(theirs), [])
    with pytest.raises(NotFound):
        stores.applications.by_reference(stores.someone().id, theirs.reference)


def test_the_spouse_at_hand_in_is_kept_as_a_mark_and_a_later_one_only_where_there_was_none(stores: Stores) -> None:
    first, second = an_id_number(), an_id_number()
    married, single = (an_application(stores.someone().id) for _ in range(2))
    stores.applications.hand_in(married, its_event(married), [], SpouseSeen(first, frozenset()))
    stores.applications.hand_in(single, its_event(single), [])
    assert stores.applications.spouse_mark(married.id) == INDEX.of("id_number", first.value)
    assert stores.applications.spouse_mark(single.id) == ""
    for application in (married, single):
        moved, event = advance(application, Move.CLAIM, Actor(Role.REVIEWER, uuid.uuid4()), NOW)
        stores.applications.move(moved, event)
        moved, event = advance(moved, Move.RETURN, Actor(Role.REVIEWER, uuid.uuid4()), NOW)
        stores.applications.move(moved, event)
        assert stores.applications.spouse_mark(single.id) == ""
        moved, event = advance(moved, Move.CORRECT, Actor(Role.CITIZEN, application.person_id), NOW)
        stores.applications.move(moved, event, (), SpouseSeen(second, frozenset()))
    assert stores.applications.spouse_mark(married.id) == INDEX.of("id_number", first.value)
    assert stores.applications.spouse_mark(single.id) == INDEX.of("id_number", second.value)
    assert stores.applications.spouse_mark(uuid.uuid4()) == ""


def test_a_reference_in_use_is_refused(stores: Stores) -> None:
    first = an_application(stores.someone().id)
    other = an_application(stores.someone().id, reference=first.reference)
    stores.applications.hand_in(first, its_event(first), [])
    with pytest.raises(Refused) as refused:
        stores.applications.hand_in(other, its_event(other), [])
    assert refused.value.code == "reference_taken"


def test_an_unknown_person_hands_in_nothing(stores: Stores) -> None:
    application = an_application(uuid.uuid4())
    with pytest.raises(NotFound):
        stores.applications.hand_in(application, its_event(application), [])


def test_photos_are_tied_with_the_hand_in(stores: Stores) -> None:
    person = stores.someone()
    application = an_application(person.id)
    photos = [a_photo(stores, person, application.submission_key) for _ in range(2)]
    stores.applications.hand_in(application, its_event(application), photos)
    tied = stores.rows("SELECT id FROM photos WHERE application_id = %s", application.id)
    assert {row[0] for row in tied} == set(photos)


def test_a_photo_that_is_gone_or_not_ones_own_stops_the_hand_in_whole(stores: Stores) -> None:
    person, other = stores.someone(), stores.someone()
    application = an_application(person.id)
    good = a_photo(stores, person, application.submission_key)
    for bad in (
        uuid.uuid4(),
        a_photo(stores, other, application.submission_key),
        a_photo(stores, person, "other"),
    ):
        with pytest.raises(Stale):
            stores.applications.hand_in(application, its_event(application), [good, bad])
    assert counts(stores, application) == (0, 0, 0, 0)
    assert stores.rows("SELECT application_id FROM photos WHERE id = %s", good) == [(None,)]
    assert stores.applications.hand_in(application, its_event(application), [good]) == application


def test_a_job_that_cannot_be_queued_leaves_nothing_behind() -> None:
    def broken(connection: object, task_name: str, **ids: str) -> None:
        raise Unavailable("the queue is down")

    stores = servers.stores(servers.shared_database(), deferring=broken)
    application = an_application(stores.someone().id)
    with pytest.raises(Unavailable):
        stores.applications.hand_in(application, its_event(application), [])
    assert counts(stores, application) == (0, 0, 0, 0)
    stores.database.close()


def test_reads_are_kept_from_writing_by_the_database_itself(stores: Stores) -> None:
    person = stores.someone()
    with pytest.raises(DBAPIError, match="read-only"), stores.database.reading() as session:
        session.execute(text("DELETE FROM people WHERE id = :id"), {"id": person.id})
    assert stores.people.get(person.id).id == person.id
