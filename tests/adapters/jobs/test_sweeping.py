"""What was lost is found again, what was forgotten goes, and waits between attempts grow."""

import functools
from datetime import datetime, timedelta

import psycopg
import pytest
from procrastinate.jobs import Job

from adapters.jobs import jobs_app, requeue
from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.cases import PostgresCases
from bootstrap.domain import MARKED
from fund.application import Application
from fund.draft import Draft
from fund.errors import OutcomeUnknown, Refused, Unavailable
from tests.adapters.jobs.at_work import (
    Drafts,
    Photos,
    a_followed_application,
    an_app,
    do_now,
    missing_marks,
    money_jobs,
)
from tests.adapters.postgres.servers import (
    ADDRESS,
    CARD,
    CIPHER,
    INDEX,
    NOW,
    PERSONAL,
    Stores,
    an_application,
    its_event,
)
from tests.makers import OTHER_CARD
from worker import register
from worker.backoff import Backoff
from worker.sweeping import ForgottenPhotos, LostJobs


def test_the_sweep_finds_notices_that_lost_their_job_and_doubles_none(own: Stores) -> None:
    lost, waiting = a_followed_application(own), a_followed_application(own)
    with psycopg.connect(own.url) as connection:
        connection.execute(
            """DELETE FROM procrastinate_jobs WHERE args ->> 'notice_id' =
            (SELECT id::text FROM notices WHERE application_id = %s)""",
            (lost.id,),
        )
    jobs = """SELECT application_id FROM procrastinate_jobs
        JOIN notices ON notices.id::text = args ->> 'notice_id' ORDER BY application_id"""
    do_now(an_app(own, lambda notice_id: None, now=lambda: NOW + timedelta(minutes=4)), "sweep")
    assert own.rows(jobs) == [(waiting.id,)]
    late = an_app(own, lambda notice_id: None, now=lambda: NOW + timedelta(minutes=6))
    do_now(late, "sweep")
    do_now(late, "sweep")
    assert own.rows(jobs) == sorted([(lost.id,), (waiting.id,)])


@pytest.mark.parametrize(
    ("drafts", "in_use"),
    [
        (Drafts(), False),
        (Drafts(Draft("rent", "key", "ref", NOW)), True),
        (Drafts(Draft("rent", "another key", "ref", NOW)), False),
        (Drafts(trouble=Unavailable("valkey")), True),
    ],
)
def test_photos_go_only_when_their_draft_is_surely_gone(own: Stores, drafts: Drafts, in_use: bool) -> None:
    photos = Photos()
    ForgottenPhotos(photos, drafts, ["rent"]).delete()
    assert photos.asked == [(in_use, timedelta(days=31))]


def test_tidying_removes_photos_old_jobs_and_what_else_it_is_given(own: Stores) -> None:
    a_followed_application(own)
    with psycopg.connect(own.url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        connection.execute("UPDATE procrastinate_events SET at = now() - interval '31 days'")
    photos, forgotten = Photos(), []
    app = jobs_app(own.url)
    register(
        app,
        send_notice=lambda notice_id: None,
        answer_late=lambda push_id: None,
        lost_notices=LostJobs(own.notices, lambda: NOW),
        lost_answers=LostJobs(own.late_pushes, lambda: NOW),
        forgotten_photos=ForgottenPhotos(photos, Drafts(), ["rent"]),
        missing_marks=missing_marks(own),
        money=money_jobs(own),
        requeue=functools.partial(requeue, app),
        also_tidy=[lambda: forgotten.append("requests")],
    )
    do_now(app, "tidy")
    assert len(photos.asked) == 1
    assert forgotten == ["requests"]
    assert own.rows("SELECT 1 FROM procrastinate_jobs") == []


def test_applications_from_before_there_were_marks_get_them_and_are_found_as_look_alikes(own: Stores) -> None:
    def handed_in(**answers: str) -> Application:
        application = an_application(own.someone().id, answers={"region": "210102"} | answers)
        return own.applications.hand_in(application, its_event(application), [])  # this store keeps no marks

    older = [handed_in(card=CARD, address=ADDRESS), handed_in(card=CARD), handed_in(address=f" {ADDRESS} ")]
    without, unreadable, kept = handed_in(), handed_in(card=CARD), handed_in(card=OTHER_CARD)
    with psycopg.connect(own.url) as connection:
        connection.execute("UPDATE applications SET card_mark = 'kept' WHERE id = %s", (kept.id,))
        garbage = '{"card": {"sealed": "k9.sealed-with-a-lost-key"}}'
        connection.execute("UPDATE applications SET answers = %s WHERE id = %s", (garbage, unreadable.id))
    filling = missing_marks(own, at_once=2)
    assert filling.fill_in() == 3
    marks = "SELECT card_mark, address_mark FROM applications WHERE id = %s"
    card, address = INDEX.of("card", CARD), INDEX.of("address", ADDRESS)
    assert [own.rows(marks, one.id)[0] for one in older] == [(card, address), (card, ""), ("", address)]
    assert [own.rows(marks, one.id)[0] for one in (without, unreadable, kept)] == [("", ""), ("", ""), ("kept", "")]
    rows = ApplicationRows(CIPHER, PERSONAL, INDEX, MARKED)
    cases = PostgresCases(own.database, CIPHER, INDEX, rows, tuple(MARKED.values()))
    found = {(signal.kind, signal.reference) for signal in cases.signals(older[0], None)}
    assert found == {("card", older[1].reference), ("address", older[2].reference)}
    versions = own.rows("SELECT DISTINCT version FROM applications")
    assert versions == [(1,)], "nobody who has a page open is told that it is stale"


def test_persons_from_before_there_were_masked_marks_are_found_by_what_the_page_shows(own: Stores) -> None:
    persons = [own.someone() for _ in range(3)]
    with psycopg.connect(own.url) as connection:
        connection.execute("UPDATE people SET masked_mark = ''")
        connection.execute("UPDATE people SET id_number_sealed = 'k9.lost' WHERE id = %s", (persons[2].id,))
    assert missing_marks(own, at_once=1).fill_in() == 2
    kept = own.rows("SELECT masked_mark FROM people WHERE id = ANY(%s)", [p.id for p in persons[:2]])
    assert {mark for (mark,) in kept} == {INDEX.of("masked_id_number", p.id_number.masked) for p in persons[:2]}
    assert own.rows("SELECT masked_mark FROM people WHERE id = %s", persons[2].id) == [("",)]


def test_once_all_marks_are_there_the_database_is_asked_no_more(own: Stores) -> None:
    filling = missing_marks(own)
    assert filling.fill_in() == 0
    with psycopg.connect(own.url) as connection:
        connection.execute("ALTER TABLE applications RENAME TO applications_away")
    assert filling.fill_in() == 0


def test_the_marks_are_filled_in_by_tidying(own: Stores) -> None:
    a_followed_application(own)
    do_now(an_app(own, lambda notice_id: None), "tidy")
    assert own.rows("SELECT card_mark <> '' AND address_mark <> '' FROM applications") == [(True,)]


@pytest.mark.parametrize(
    ("trouble", "attempts", "seconds"),
    [
        (Unavailable("x"), 0, 5),
        (Unavailable("x"), 3, 40),
        (Unavailable("x"), 30, 3600),
        (OutcomeUnknown("x"), 9, 60),
    ],
)
def test_waits_grow_up_to_an_hour_but_not_where_time_presses(trouble: Exception, attempts: int, seconds: int) -> None:
    before = datetime.now().astimezone()
    decision = Backoff().get_retry_decision(exception=trouble, job=_job(attempts))
    assert decision is not None and decision.retry_at is not None
    assert timedelta(seconds=seconds - 1) <= decision.retry_at - before <= timedelta(seconds=seconds + 2)


@pytest.mark.parametrize("fault", [KeyError("x"), Refused("no")])
def test_a_fault_is_not_tried_again(fault: Exception) -> None:
    assert Backoff().get_retry_decision(exception=fault, job=_job(0)) is None


def _job(attempts: int) -> Job:
    return Job(id=1, queue="fund", lock=None, queueing_lock=None, task_name="send_notice", attempts=attempts)
