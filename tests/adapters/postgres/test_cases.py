"""The desk's queue over the real database: one holder, a lease that ends, a search that reads nothing, look-alikes."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from adapters.postgres.application_rows import ApplicationRows
from adapters.postgres.applications import PostgresApplications
from adapters.postgres.cases import PostgresCases
from adapters.postgres.desk_tables import StaffRow
from fund.application import Actor, Application, Move, Role, State, advance
from fund.cases import Wanted
from fund.errors import NotFound
from fund.numbers import IdNumber
from fund.people import Person
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import CIPHER, INDEX, NOW, PERSONAL, Stores, an_application, its_event

MARKED = {"card": "card_mark", "address": "address_mark"}
HALF_AN_HOUR = timedelta(minutes=30)
ALL = frozenset(State)


class Desk:
    """The queue over a database of its own, with applications that carry marks."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.applications = PostgresApplications(stores.database, CIPHER, INDEX, PERSONAL, _nothing, marked=MARKED)
        rows = ApplicationRows(CIPHER, PERSONAL, INDEX, MARKED)
        self.cases = PostgresCases(stores.database, CIPHER, INDEX, rows, tuple(MARKED.values()))

    def member(self, role: Role = Role.REVIEWER) -> UUID:
        """A staff account."""
        staff_id = uuid.uuid4()
        with self.stores.database.writing() as session:
            session.add(
                StaffRow(
                    id=staff_id,
                    login=staff_id.hex,
                    name_sealed=CIPHER.seal("林审核", about=f"staff:{staff_id}:name"),
                    role=role.value,
                    password_hash="",
                    password_set_at=NOW,
                )
            )
        return staff_id

    def case(self, person: Person | None = None, **different: object) -> Application:
        """One that was handed in."""
        person = person or self.stores.someone()
        application = an_application(person.id, **different)  # type: ignore[arg-type]
        return self.applications.hand_in(application, its_event(application, at=application.submitted_at), [])

    def move(self, application: Application, move: Move, actor: Actor, hours: int = 1) -> Application:
        """Move it on."""
        moved, event = advance(application, move, actor, application.submitted_at + timedelta(hours=hours))
        self.applications.move(moved, event)
        return moved

    def queue(self, staff_id: UUID, **wanted: object) -> list[str]:
        """References of the first page."""
        lines, _ = self.cases.queue(staff_id, Wanted(**{"states": ALL, **wanted}), NOW)  # type: ignore[arg-type]
        return [line.reference for line in lines]


def _nothing(connection: object, task_name: str, /, **ids: str) -> None:
    """No job is needed here."""


@pytest.fixture
def desk(stores: Stores) -> Desk:
    return Desk(stores)


@pytest.fixture
def quiet(pytestconfig: pytest.Config) -> Iterator[Desk]:
    """Over a database of its own, with nobody else's cases in the queue."""
    servers.close_with(pytestconfig)
    stores = servers.stores(servers.ready_database(f"queue_{uuid.uuid4().hex[:8]}"))
    yield Desk(stores)
    stores.database.close()


def test_of_twenty_who_take_a_case_at_once_one_holds_it(desk: Desk) -> None:
    case, members = desk.case(), [desk.member() for _ in range(20)]
    got: list[UUID] = []
    start = threading.Barrier(20)

    def take(member: UUID) -> None:
        start.wait()
        if desk.cases.claim(case.id, member, NOW, NOW + HALF_AN_HOUR):
            got.append(member)

    threads = [threading.Thread(target=take, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    holder = desk.cases.holder(case.id, NOW)
    assert holder is not None
    assert got == [holder.staff_id]


def test_a_lease_ends_and_is_renewed_only_by_its_holder_and_in_time(desk: Desk) -> None:
    case, first, second = desk.case(), desk.member(), desk.member()
    assert desk.cases.claim(case.id, first, NOW, NOW + HALF_AN_HOUR)
    assert not desk.cases.renew(case.id, second, NOW, NOW + HALF_AN_HOUR)
    later = NOW + timedelta(minutes=29)
    assert desk.cases.renew(case.id, first, later, later + HALF_AN_HOUR)
    assert not desk.cases.claim(case.id, second, NOW + HALF_AN_HOUR, NOW + 2 * HALF_AN_HOUR)
    ended = later + HALF_AN_HOUR
    assert desk.cases.holder(case.id, ended) is None
    assert not desk.cases.renew(case.id, first, ended, ended + HALF_AN_HOUR)
    assert desk.cases.claim(case.id, second, ended, ended + HALF_AN_HOUR)
    assert not desk.cases.claim(case.id, first, ended, ended + HALF_AN_HOUR)


def test_taking_again_what_one_holds_keeps_the_beginning(desk: Desk) -> None:
    case, member = desk.case(), desk.member()
    desk.cases.claim(case.id, member, NOW, NOW + HALF_AN_HOUR)
    later = NOW + timedelta(minutes=10)
    assert desk.cases.claim(case.id, member, later, later + HALF_AN_HOUR)
    holder = desk.cases.holder(case.id, later)
    assert holder is not None
    assert (holder.since, holder.until) == (NOW, later + HALF_AN_HOUR)


def test_only_the_holder_gives_a_case_back(desk: Desk) -> None:
    case, holder, other = desk.case(), desk.member(), desk.member()
    desk.cases.claim(case.id, holder, NOW, NOW + HALF_AN_HOUR)
    desk.cases.release(case.id, other)
    assert desk.cases.holder(case.id, NOW) is not None
    desk.cases.release(case.id, holder)
    assert desk.cases.holder(case.id, NOW) is None


def test_who_waits_longest_stands_first_and_a_correction_begins_the_wait_anew(quiet: Desk) -> None:
    reviewer = quiet.member()
    old = quiet.case(submitted_at=NOW - timedelta(days=9))
    new = quiet.case(submitted_at=NOW - timedelta(days=2))
    assert quiet.queue(reviewer) == [old.reference, new.reference]
    assert quiet.queue(reviewer, newest_first=True) == [new.reference, old.reference]
    by, citizen = Actor(Role.REVIEWER, reviewer), Actor(Role.CITIZEN, old.person_id)
    returned = quiet.move(quiet.move(old, Move.CLAIM, by), Move.RETURN, by)
    quiet.move(returned, Move.CORRECT, citizen, hours=24 * 8)
    assert quiet.queue(reviewer) == [new.reference, old.reference]
    lines, count = quiet.cases.queue(reviewer, Wanted(ALL), NOW)
    assert count == 2
    assert lines[1].waiting_since == old.submitted_at + timedelta(days=8)
    assert lines[1].name == "张*"


def test_the_queue_is_filtered_by_state_business_number_and_person_and_has_pages(quiet: Desk) -> None:
    member, someone = quiet.member(), quiet.stores.someone()
    one, two = quiet.case(someone), quiet.case(business="other")
    quiet.move(one, Move.WITHDRAW, Actor(Role.CITIZEN, one.person_id))
    assert quiet.queue(member, states=frozenset({State.SUBMITTED})) == [two.reference]
    assert quiet.queue(member, business="rent") == [one.reference]
    assert quiet.queue(member, reference=two.reference) == [two.reference]
    assert quiet.cases.person_with(someone.id_number) == someone.id
    assert quiet.queue(member, person_id=someone.id) == [one.reference]
    assert quiet.cases.person_with(servers.an_id_number()) is None
    first, count = quiet.cases.queue(member, Wanted(ALL, size=1, page=1), NOW)
    second, _ = quiet.cases.queue(member, Wanted(ALL, size=1, page=2), NOW)
    assert count == 2
    assert {first[0].reference, second[0].reference} == {one.reference, two.reference}


def test_a_masked_number_finds_everybody_whose_number_is_shown_like_it(quiet: Desk) -> None:
    member = quiet.member()
    one = IdNumber("210102199001010015")
    alike = next(
        number for number in (_number(f"2101021985{month:02d}{day:02d}001") for month in range(1, 13) for day in range(1, 29))
        if number.masked == one.masked and number != one
    )  # fmt: skip
    cases = [quiet.case(quiet.stores.people.remember(servers.an_identity(id_number=number))) for number in (one, alike)]
    other = quiet.case()
    found = quiet.queue(member, masked_id_number=one.masked)
    assert set(found) == {case.reference for case in cases} and other.reference not in found
    assert quiet.queue(member, masked_id_number="999***********0000") == []


def _number(first: str) -> IdNumber:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return IdNumber(first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11])


def test_mine_is_what_i_hold_and_what_came_back_to_me(quiet: Desk) -> None:
    me, other = quiet.member(), quiet.member()
    held, mine_before, others = quiet.case(), quiet.case(), quiet.case()
    by = Actor(Role.REVIEWER, me)
    returned = quiet.move(quiet.move(mine_before, Move.CLAIM, by), Move.RETURN, by)
    quiet.move(returned, Move.CORRECT, Actor(Role.CITIZEN, mine_before.person_id))
    quiet.move(others, Move.CLAIM, Actor(Role.REVIEWER, other))
    quiet.cases.claim(held.id, me, NOW, NOW + HALF_AN_HOUR)
    assert set(quiet.queue(me, mine=True)) == {held.reference, mine_before.reference}
    quiet.cases.claim(mine_before.id, other, NOW, NOW + HALF_AN_HOUR)
    assert quiet.queue(me, mine=True) == [held.reference]


def test_anybodys_case_is_found_by_its_number_and_nothing_else(desk: Desk) -> None:
    case = desk.case()
    assert desk.cases.by_reference(case.reference) == case
    for odd in ("AAAA-AAAA-AAAA", "", "' OR 1=1", "\0", case.reference.lower()):
        with pytest.raises(NotFound):
            desk.cases.by_reference(odd)


def test_the_same_card_and_the_same_address_of_other_people_are_seen(desk: Desk) -> None:
    card, address = f"62170000{uuid.uuid4().int % 10**11:011d}", f"青年大街{uuid.uuid4().hex}号"
    given = {"region": "210102", "bank": "CCB", "card": card, "address": address}
    first = desk.case(answers=given)
    same_card = desk.case(answers=given | {"address": uuid.uuid4().hex})
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in address)
    same_address = desk.case(
        answers=given | {"card": "6222020000000000018", "address": f" {wide[:4]} {wide[4:].upper()}"}
    )
    seen = {(s.kind, s.reference) for s in desk.cases.signals(first, None)}
    assert seen == {("card", same_card.reference), ("address", same_address.reference)}


def test_a_person_is_no_signal_against_themselves(desk: Desk) -> None:
    person, card = desk.stores.someone(), f"62170000{uuid.uuid4().int % 10**11:011d}"
    given = {"card": card, "address": uuid.uuid4().hex}
    first = desk.case(person, answers=given, year=2025)
    desk.case(person, answers=given)
    assert desk.cases.signals(first, None) == ()


def test_a_corrected_card_is_compared_from_then_on(desk: Desk) -> None:
    old, new = (f"62170000{uuid.uuid4().int % 10**11:011d}" for _ in range(2))
    other = desk.case(answers={"card": new, "address": uuid.uuid4().hex})
    case = desk.case(answers={"card": old, "address": uuid.uuid4().hex})
    assert desk.cases.signals(case, None) == ()
    by = Actor(Role.REVIEWER, desk.member())
    returned = desk.move(desk.move(case, Move.CLAIM, by), Move.RETURN, by)
    better = replace(returned, answers={**returned.answers, "card": new})
    corrected = desk.move(better, Move.CORRECT, Actor(Role.CITIZEN, case.person_id))
    assert [(s.kind, s.reference) for s in desk.cases.signals(corrected, None)] == [("card", other.reference)]
    assert [s.reference for s in desk.cases.signals(other, None)] == [case.reference]


def test_the_spouses_applications_are_seen(desk: Desk) -> None:
    husband, wife = desk.stores.someone(), desk.stores.someone()
    hers = desk.case(wife, answers={"address": uuid.uuid4().hex})
    his = desk.case(husband, answers={"address": uuid.uuid4().hex})
    assert [(s.kind, s.reference) for s in desk.cases.signals(his, wife.id_number)] == [("spouse", hers.reference)]


def test_the_same_photo_in_another_application_is_seen(desk: Desk) -> None:
    original = uuid.uuid4().hex
    mine, theirs, different = (desk.case(answers={"address": uuid.uuid4().hex}) for _ in range(3))
    photo_id = _photo(desk, mine, original)
    _photo(desk, theirs, original)
    _photo(desk, different, uuid.uuid4().hex)
    (signal,) = desk.cases.signals(mine, None)
    assert (signal.kind, signal.reference, signal.own, signal.photo_id) == ("photo", theirs.reference, False, photo_id)
    assert (signal.name, signal.document, signal.theirs) == ("张*", "lease", "lease")


def test_what_was_shown_to_whom_can_be_neither_changed_nor_deleted(desk: Desk) -> None:
    case, member = desk.case(), desk.member()
    desk.cases.looked(member, case.id, "case", NOW)
    found = desk.stores.rows("SELECT staff_id, what, at FROM looks WHERE application_id = %s", case.id)
    assert found == [(member, "case", NOW)]
    with psycopg.connect(desk.stores.url, autocommit=True) as connection:
        for statement in ("UPDATE looks SET what = 'x'", "DELETE FROM looks", "TRUNCATE looks"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added"):
                connection.execute(statement.encode())


def test_the_histories_of_a_page_of_cases_are_read_at_once(desk: Desk) -> None:
    one, two, by = desk.case(), desk.case(), Actor(Role.REVIEWER, desk.member())
    desk.move(one, Move.CLAIM, by)
    told = desk.cases.histories([one.id, two.id])
    assert {case: [event.move for event in events] for case, events in told.items()} == {
        one.id: [Move.HAND_IN, Move.CLAIM],
        two.id: [Move.HAND_IN],
    }
    assert desk.cases.histories([]) == {}


def test_looks_are_read_newest_first_in_pages_and_opened_photos_by_account(desk: Desk) -> None:
    case, other, me, colleague = desk.case(), desk.case(), desk.member(), desk.member()
    photo = uuid.uuid4()
    for minute, (who, what) in enumerate([(me, "case"), (me, f"photo:{photo}"), (colleague, f"photo:{uuid.uuid4()}")]):
        desk.cases.looked(who, case.id, what, NOW + timedelta(minutes=minute))
    desk.cases.looked(me, other.id, f"photo:{uuid.uuid4()}", NOW)
    first, count = desk.cases.shown(case.id, 2)
    assert (count, [look.staff_id for look in first]) == (3, [colleague, me])
    assert [(look.what, look.at) for look in desk.cases.shown(case.id, 2, 2)[0]] == [("case", NOW)]
    assert desk.cases.opened(case.id, {me}) == {photo}
    assert len(desk.cases.opened(case.id, {me, colleague})) == 2


def _photo(desk: Desk, case: Application, original: str) -> UUID:
    photo_id = uuid.uuid4()
    with psycopg.connect(desk.stores.url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO photos (id, owner_id, submission_key, kind, application_id, file_key, sha256_original,
                sha256_stored, width, height, bytes, stored_at) VALUES (%s, %s, %s, 'lease', %s, %s, %s, '', 1, 1, 1, now())""",
            (photo_id, case.person_id, case.submission_key, case.id, uuid.uuid4().hex, original),
        )
    return photo_id
