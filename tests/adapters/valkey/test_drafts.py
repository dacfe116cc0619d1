"""A draft is kept for its person alone, is never overwritten unseen, and outlives the server."""

import logging
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from redis import Redis

from adapters.crypto import FieldCipher
from adapters.valkey import ValkeyDrafts, connect
from bootstrap.embedded import RunningServer, running_valkey
from fund.draft import Draft
from fund.errors import Stale, Unavailable
from tests.adapters.postgres.servers import ADDRESS, CARD, CIPHER, INDEX, NOW


@pytest.fixture
def drafts(client: "Redis") -> ValkeyDrafts:
    return ValkeyDrafts(client, CIPHER, INDEX)


@pytest.fixture
def person_id() -> UUID:
    return uuid.uuid4()


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_valkey(tmp_path_factory.mktemp("mortal")) as server:
        yield server


def a_draft(**parts: object) -> Draft:
    """A draft with something in every part."""
    begun = Draft("rent", uuid.uuid4().hex, "AAAA-CCCC-DDDD", NOW, terms_version="2026-01")
    draft, _ = begun.merge({"address": ADDRESS, "card": CARD, "region": "210102"}, 0)
    return replace(draft, done=frozenset({"info", "details"}), observed={"card": "match"}, **parts)  # type: ignore[arg-type]


def test_a_draft_comes_back_as_it_was(drafts: ValkeyDrafts, person_id: UUID) -> None:
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    loaded = drafts.load(person_id, "rent")
    assert loaded == draft
    assert loaded is not None
    assert loaded.value_at("card", 1) == CARD
    assert loaded.merge({"card": CARD + "1"}, 1)[0].answers["card"] == CARD + "1"


def test_there_is_no_draft_before_the_first_is_saved(drafts: ValkeyDrafts, person_id: UUID) -> None:
    assert drafts.load(person_id, "rent") is None


def test_drafts_of_different_people_and_businesses_are_kept_apart(drafts: ValkeyDrafts, person_id: UUID) -> None:
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    assert drafts.load(person_id, "home") is None
    assert drafts.load(uuid.uuid4(), "rent") is None


def test_a_window_that_saw_an_older_version_does_not_overwrite(drafts: ValkeyDrafts, person_id: UUID) -> None:
    first = a_draft()
    drafts.save(person_id, first, expected=0)
    second = first.changed(answers={"region": "210200"})
    drafts.save(person_id, second, expected=1)
    with pytest.raises(Stale):
        drafts.save(person_id, first.changed(answers={"region": "110100"}), expected=1)
    assert drafts.load(person_id, "rent") == second


def test_two_new_drafts_at_once_do_not_overwrite_each_other(drafts: ValkeyDrafts, person_id: UUID) -> None:
    def save(draft: Draft) -> bool:
        try:
            drafts.save(person_id, draft, expected=0)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(save, [a_draft() for _ in range(12)]))
    assert outcomes.count(True) == 1


def test_a_save_whose_answer_was_lost_and_that_is_sent_again_is_no_conflict(
    drafts: ValkeyDrafts, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client repeats a command by itself; the same bytes twice are the same save."""
    client = drafts._client
    once = client.eval

    def twice(*arguments: Any) -> object:
        once(*arguments)
        return once(*arguments)

    monkeypatch.setattr(client, "eval", twice)
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    assert drafts.load(person_id, "rent") == draft


def test_a_draft_is_dropped_by_its_key_only(drafts: ValkeyDrafts, person_id: UUID) -> None:
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    drafts.drop(person_id, "rent", "another key")
    assert drafts.load(person_id, "rent") == draft
    drafts.drop(person_id, "rent", draft.submission_key)
    drafts.drop(person_id, "rent", draft.submission_key)
    assert drafts.load(person_id, "rent") is None
    drafts.save(person_id, a_draft(), expected=0)


def test_a_draft_lives_thirty_days_from_its_last_change(drafts: ValkeyDrafts, client: "Redis", person_id: UUID) -> None:
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    (key,) = client.keys(f"draft:{{{INDEX.of('draft', str(person_id))}}}:*")
    client.expire(key, 100)
    drafts.load(person_id, "rent")
    assert client.ttl(key) <= 100
    drafts.save(person_id, draft.changed(answers={}), expected=1)
    assert timedelta(days=30).total_seconds() - 5 < client.ttl(key) <= timedelta(days=30).total_seconds()


def test_the_store_holds_nothing_readable(drafts: ValkeyDrafts, client: "Redis", person_id: UUID) -> None:
    draft = a_draft()
    drafts.save(person_id, draft, expected=0)
    (key,) = client.keys(f"draft:{{{INDEX.of('draft', str(person_id))}}}:*")
    stored: Any = client.hgetall(key)
    kept = b"".join([key, *stored.values()])
    for value in (str(person_id), CARD, ADDRESS, draft.submission_key, draft.reference):
        assert value.encode() not in kept
    assert b"a1.k1." in kept


def test_a_draft_moved_to_another_person_does_not_open(drafts: ValkeyDrafts, client: "Redis", person_id: UUID) -> None:
    drafts.save(person_id, a_draft(), expected=0)
    other = uuid.uuid4()
    client.copy(drafts._key(person_id, "rent"), drafts._key(other, "rent"))
    assert drafts.load(other, "rent") is None


def test_a_draft_sealed_with_the_old_key_is_read_and_saved_with_the_new(client: "Redis", person_id: UUID) -> None:
    old, both = FieldCipher([("k1", b"d" * 32)]), FieldCipher([("k2", b"e" * 32), ("k1", b"d" * 32)])
    draft = a_draft()
    ValkeyDrafts(client, old, INDEX).save(person_id, draft, expected=0)
    drafts = ValkeyDrafts(client, both, INDEX)
    assert drafts.load(person_id, "rent") == draft
    drafts.save(person_id, draft.changed(answers={}), expected=1)
    sealed: Any = client.hget(drafts._key(person_id, "rent"), "d")
    assert sealed.startswith(b"a1.k2.")


def set_field(client: "Redis", key: str, field: str, value: str) -> None:
    client.hset(key, field, value)


def set_sealed(client: "Redis", key: str, person_id: UUID, text: str) -> None:
    client.hset(key, "d", CIPHER.seal(text, about=f"draft:{person_id}:rent:1"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda client, key, person: set_field(client, key, "d", "a1.k1." + "A" * 60),
        lambda client, key, person: set_field(client, key, "d", "not sealed"),
        lambda client, key, person: set_field(client, key, "v", "one"),
        lambda client, key, person: set_field(client, key, "v", "7"),
        lambda client, key, person: set_sealed(client, key, person, "{"),
        lambda client, key, person: set_sealed(client, key, person, "[]"),
        lambda client, key, person: set_sealed(client, key, person, "{}"),
        lambda client, key, person: client.hdel(key, "d"),
    ],
    ids=["tag", "form", "version", "other version", "json", "list", "empty", "nothing"],
)
def test_a_damaged_draft_is_set_aside_and_its_person_begins_anew(
    damage: Any, drafts: ValkeyDrafts, client: "Redis", person_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    draft = a_draft()
    drafts.save(person_id, replace(draft, version=1), expected=0)
    key = drafts._key(person_id, "rent")
    damage(client, key, person_id)
    client.expire(key, 100)
    kept: Any = client.hgetall(key)
    assert drafts.load(person_id, "rent") is None
    aside = f"draft-broken:{{{INDEX.of('draft', str(person_id))}}}:rent"
    assert client.hgetall(aside) == kept
    assert 0 < client.ttl(aside) <= 100
    (told,) = (record for record in caplog.records if record.name == "adapters.valkey.drafts")
    assert told.levelno == logging.ERROR
    for value in (kept.get(b"d", b"nothing").decode(), CARD, ADDRESS, draft.submission_key, draft.reference):
        assert value not in told.getMessage()
    anew = a_draft()
    drafts.save(person_id, anew, expected=0)
    assert drafts.load(person_id, "rent") == anew


@pytest.mark.parametrize("head", ["k2", "a2"])
def test_a_draft_whose_key_is_missing_here_stays_until_it_is_there(
    head: str, drafts: ValkeyDrafts, client: "Redis", person_id: UUID
) -> None:
    draft, key = a_draft(), drafts._key(person_id, "rent")
    newer = ValkeyDrafts(client, FieldCipher([("k2", b"e" * 32)]), INDEX)
    newer.save(person_id, draft, expected=0)
    if head == "a2":
        sealed: Any = client.hget(key, "d")
        client.hset(key, "d", b"a2" + sealed[2:])
    before: Any = client.hgetall(key)
    with pytest.raises(Unavailable):
        drafts.load(person_id, "rent")
    assert client.hgetall(key) == before
    assert head == "a2" or newer.load(person_id, "rent") == draft


def test_a_draft_begun_anew_meanwhile_is_not_set_aside(
    drafts: ValkeyDrafts, client: "Redis", person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a damaged draft and setting it aside, another window does the same and begins anew."""
    key, draft = drafts._key(person_id, "rent"), a_draft()
    drafts.save(person_id, a_draft(), expected=0)
    client.hset(key, "d", "damaged")
    once = client.hmget

    def overtaken(*arguments: Any) -> object:
        found = once(*arguments)
        monkeypatch.undo()
        assert drafts.load(person_id, "rent") is None
        drafts.save(person_id, draft, expected=0)
        return found

    monkeypatch.setattr(drafts._client, "hmget", overtaken)
    assert drafts.load(person_id, "rent") is None
    assert drafts.load(person_id, "rent") == draft


def test_saving_without_a_new_version_is_a_fault(drafts: ValkeyDrafts, person_id: UUID) -> None:
    with pytest.raises(ValueError, match="version"):
        drafts.save(person_id, a_draft(), expected=1)


def test_a_saved_draft_survives_the_kill_of_the_server(mortal: RunningServer, person_id: UUID) -> None:
    client = connect(mortal.url, timeout=1, retries=1)
    drafts = ValkeyDrafts(client, CIPHER, INDEX)
    draft = a_draft()
    for version in range(1, 30):
        drafts.save(person_id, replace(draft, version=version), expected=version - 1)
    mortal.kill()
    for ask in (
        lambda: drafts.load(person_id, "rent"),
        lambda: drafts.save(person_id, replace(draft, version=30), expected=29),
        lambda: drafts.drop(person_id, "rent", draft.submission_key),
    ):
        with pytest.raises(Unavailable) as unavailable:
            ask()
        assert str(person_id) not in str(unavailable.value)
    mortal.start()
    assert drafts.load(person_id, "rent") == replace(draft, version=29)
    client.close()
