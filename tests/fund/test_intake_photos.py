"""Photos: one at a time, stored at once, only where asked for, and handed in only if still asked for."""

import contextlib
import uuid

import pytest

from fund.errors import InvalidValue, NotFound, WrongState
from tests.fakes import Counter, a_counter
from tests.makers import DALIAN, SHENYANG, a_person, answers


def at_the_photos_page() -> Counter:
    """All given, in 大连, but the photos."""
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    return counter


def kinds_there(counter: Counter) -> dict[str, int]:
    """How many photos of each document are stored."""
    return {kind: len(some) for kind, some in counter.look().photos.items()}


def test_a_photo_is_taken_only_where_it_is_asked_for() -> None:
    counter = a_counter()
    counter.walk(answers(region=SHENYANG), until="pledge")
    for kind in ("lease", "marriage", "nothing", ""):
        with pytest.raises(NotFound):
            counter.intake.attach(counter.person, "rent", kind, b"photo")


def test_the_certificate_of_marriage_is_not_taken_from_the_unmarried() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    with pytest.raises(NotFound):
        counter.intake.attach(counter.person, "rent", "marriage", b"photo")


def test_what_is_wrong_with_a_picture_is_said_in_a_sentence() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    with pytest.raises(InvalidValue, match="图片无法识别"):
        counter.intake.attach(counter.person, "rent", "lease", b"bad")
    counter.intake.attach(counter.person, "rent", "id_front", b"one")
    with pytest.raises(InvalidValue, match="最多上传1张"):
        counter.intake.attach(counter.person, "rent", "id_front", b"two")


def test_a_photo_taken_while_the_pledge_has_to_be_agreed_to_again_is_not_lost() -> None:
    """In another window the rent was changed; on the phone the camera was already open."""
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.answer("details", answers(region=DALIAN, amount="5000.00"))
    assert counter.look().next.name == "pledge"
    counter.intake.attach(counter.person, "rent", "lease", b"photo")
    assert [p.kind for p in counter.look().photos["lease"]] == ["lease"]


def test_photos_of_a_page_that_vanished_are_not_handed_in() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    counter.answer("details", answers(region=SHENYANG))
    receipt = counter.answer("pledge", {"agreed": "yes"}).receipt
    assert counter.photos.handed_in(receipt) == []
    assert dict(receipt.answers) == answers(region=SHENYANG)


def test_a_photo_that_is_no_longer_asked_for_is_not_handed_in() -> None:
    counter = a_counter(married=True)
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    counter.members.facts["married"] = False
    receipt = counter.answer("photos").receipt
    assert "marriage" not in counter.photos.handed_in(receipt)
    assert len(counter.photos.handed_in(receipt)) == 6


def test_a_photo_handed_in_stays_and_one_not_handed_in_goes() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    counter.upload_all()
    workplace = counter.look().photos["workplace"][0]
    counter.records.remove_photo(counter.person, workplace.id)
    counter.records.remove_photo(counter.person, workplace.id)
    receipt = counter.answer("photos").receipt
    assert "workplace" not in counter.photos.handed_in(receipt)
    with pytest.raises(WrongState):
        counter.records.remove_photo(counter.person, counter.photos.of(counter.person.id, receipt.submission_key)[0].id)


def test_nobody_sees_or_deletes_somebody_elses_photo() -> None:
    counter = a_counter()
    counter.walk(answers(region=DALIAN))
    photo = counter.intake.attach(counter.person, "rent", "lease", b"photo")
    stranger = a_person(id=uuid.uuid4())
    with pytest.raises(NotFound):
        counter.records.photo(stranger, photo.id)
    counter.records.remove_photo(stranger, photo.id)
    assert counter.records.photo(counter.person, photo.id) == b"photo"


# ---- 换一张


def test_a_photo_is_replaced_by_another_of_the_same_document() -> None:
    counter = at_the_photos_page()
    old = counter.intake.attach(counter.person, "rent", "id_front", b"blurred")
    new = counter.intake.attach(counter.person, "rent", "id_front", b"sharp", replaces=old.id)
    assert [photo.id for photo in counter.look().photos["id_front"]] == [new.id]
    with pytest.raises(NotFound):
        counter.records.photo(counter.person, old.id)


def test_a_bad_new_photo_never_costs_the_old_one() -> None:
    counter = at_the_photos_page()
    old = counter.intake.attach(counter.person, "rent", "id_front", b"sharp")
    with pytest.raises(InvalidValue):
        counter.intake.attach(counter.person, "rent", "id_front", b"bad", replaces=old.id)
    assert [photo.id for photo in counter.look().photos["id_front"]] == [old.id]


def test_replacing_a_photo_by_itself_leaves_it() -> None:
    counter = at_the_photos_page()
    old = counter.intake.attach(counter.person, "rent", "id_front", b"sharp")
    same = counter.intake.attach(counter.person, "rent", "id_front", b"sharp", replaces=old.id)
    assert same.id == old.id and kinds_there(counter) == {"id_front": 1}


def test_a_full_document_takes_a_replacement_and_nothing_more() -> None:
    counter = at_the_photos_page()
    pages = [counter.intake.attach(counter.person, "rent", "lease", f"page {n}".encode()) for n in range(6)]
    counter.intake.attach(counter.person, "rent", "lease", b"page 3 again", replaces=pages[3].id)
    assert kinds_there(counter) == {"lease": 6}
    with pytest.raises(InvalidValue, match="最多上传6张"):
        counter.intake.attach(counter.person, "rent", "lease", b"page 7")


@pytest.mark.parametrize("other", ["of another document", "of somebody else", "gone"])
def test_a_photo_that_is_not_ones_own_of_that_document_is_not_replaced(other: str) -> None:
    counter = at_the_photos_page()
    stranger = a_counter()
    stranger.photos, theirs = (
        counter.photos,
        counter.photos.add(uuid.uuid4(), "another draft", "id_front", b"x", most=1),
    )
    lease = counter.intake.attach(counter.person, "rent", "lease", b"page 1")
    replaces = {"of another document": lease.id, "of somebody else": theirs.id, "gone": uuid.uuid4()}[other]
    counter.intake.attach(counter.person, "rent", "id_front", b"one", replaces=replaces)
    assert kinds_there(counter) == {"lease": 1, "id_front": 1}
    with pytest.raises(InvalidValue):
        counter.intake.attach(counter.person, "rent", "id_front", b"two", replaces=replaces)


def test_two_windows_replacing_the_same_photo_do_not_leave_two() -> None:
    counter = at_the_photos_page()
    old = counter.intake.attach(counter.person, "rent", "id_front", b"blurred")
    add = counter.photos.add

    def another_window_first(*what: object, **how: object) -> object:
        counter.photos.add = add  # type: ignore[method-assign]
        counter.intake.attach(counter.person, "rent", "id_front", b"from the phone", replaces=old.id)
        return add(*what, **how)  # type: ignore[arg-type]

    counter.photos.add = another_window_first  # type: ignore[assignment,method-assign]
    with contextlib.suppress(InvalidValue):
        counter.intake.attach(counter.person, "rent", "id_front", b"from the desktop", replaces=old.id)
    assert kinds_there(counter) == {"id_front": 1}
