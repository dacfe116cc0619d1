"""A whole story, then a search of everything that was kept: no personal value is readable anywhere."""

import asyncio
import base64
import functools
import io
import json
import logging
import subprocess
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image
from redis import Redis

from adapters.files import open_store
from adapters.jobs import jobs_app, requeue
from adapters.photos import StoredPhotos
from adapters.postgres.photos import PhotoRows
from adapters.valkey import CachedMembers, OneTime, RateLimiter, SealedCache, Sessions, ValkeyDrafts, connect
from bootstrap.embedded import running_valkey
from fund.application import Actor, Move, Role, advance
from fund.draft import Draft
from fund.errors import FundError
from fund.money import Money
from fund.notice import Channel, Notice, Told
from fund.numbers import IdNumber
from fund.people import Account, AccountStatus, Employer, MaritalStatus, Member, Person
from tests.adapters.jobs.at_work import missing_marks, money_jobs
from tests.adapters.postgres import servers
from tests.adapters.postgres.servers import (
    CIPHER,
    INDEX,
    NOW,
    SHANGHAI,
    an_application,
    an_identity,
    its_event,
)
from worker import register
from worker.notices import NoticeSender
from worker.sweeping import ForgottenPhotos, LostJobs

NAME, MOBILE, OPENID = "欧阳娜娜", "13987654321", "o-ouyang-nana-0042"
ADDRESS, CARD = "大连市沙河口区星海街88号9单元1203", "6222020000000000018"
ID_NUMBER, SPOUSE = servers.an_id_number().value, servers.an_id_number().value
ACCOUNT = "210000777888"
PERSONAL = (NAME, MOBILE, OPENID, ADDRESS, CARD, ID_NUMBER, SPOUSE, ACCOUNT)


class Core:
    """A core system that knows the one person."""

    def find(self, person: Person, *, fresh: bool = False) -> Member:
        account = Account(ACCOUNT, AccountStatus.NORMAL, Money(1), Money(0), Money(1), None, 36, date(2019, 7, 1))
        return Member(account, Employer("1", "某某厅", "210100"), MaritalStatus.MARRIED, IdNumber(SPOUSE))


def spellings(value: str) -> set[bytes]:
    """How a value might be written down by somebody who did not mean to hide it."""
    raw = value.encode()
    return {
        raw,
        raw.hex().encode(),
        base64.b64encode(raw).rstrip(b"="),
        json.dumps(value).strip('"').encode(),
        value.encode("utf-16-le"),
    }


def test_a_whole_story_leaves_nothing_readable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pytestconfig: pytest.Config
) -> None:
    servers.close_with(pytestconfig)
    caplog.set_level(logging.DEBUG)
    with running_valkey(tmp_path) as valkey:
        stores = servers.stores(servers.ready_database("story"))
        client = connect(valkey.url)
        told = tell_the_story(stores, client, tmp_path / "files")
        assert told == [OPENID, OPENID]
        stores.database.close()

        dump = subprocess.run(
            [servers.postgres_program("pg_dump"), "--inserts", stores.url],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        assert dump.count(b"INSERT INTO public.") >= 12
        kept = everything_in(client)
        client.close()
        on_disk = b"".join(path.read_bytes() for path in (tmp_path / "valkey").rglob("*") if path.is_file())
        files = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
        assert b"draft:{" in on_disk
        assert len(files) == 1
        places = {
            "PostgreSQL": dump,
            "Valkey": kept,
            "Valkey's disk": on_disk,
            "files": b"".join(files) + b"".join(str(path).encode() for path in tmp_path.rglob("*")),
            "logs": caplog.text.encode() + servers.shared_postgres().log().encode() + valkey.log().encode(),
        }
    found = [
        (place, value)
        for place, content in places.items()
        for value in PERSONAL
        for spelling in spellings(value)
        if spelling in content
    ]
    assert found == []
    assert b"JFIF" not in places["files"]


def test_the_search_would_find_something(tmp_path: Path) -> None:
    """It finds each value in the spellings in which a careless store would keep it."""
    for value in PERSONAL:
        for careless in (value.encode(), json.dumps({"x": value}).encode(), value.encode().hex().encode()):
            assert any(spelling in careless for spelling in spellings(value))


def tell_the_story(stores: servers.Stores, client: "Redis", files: Path) -> list[str]:
    """Sign in, bind, fill in, photograph, hand in, be told, withdraw. Returns who was told."""
    cache = SealedCache(client, CIPHER, INDEX)
    person = stores.people.remember(an_identity(NAME, MOBILE, IdNumber(ID_NUMBER)))
    stores.bindings.bind(OPENID, person.id)
    Sessions(client, CIPHER, ttl=timedelta(hours=1)).create({"openid": OPENID, "name": NAME})
    OneTime(cache).put("oauth", OPENID, {"openid": OPENID}, timedelta(minutes=5))
    RateLimiter(client, INDEX).hit("login", MOBILE, most=5, seconds=60)
    CachedMembers(Core(), cache).find(person)
    begun = Draft("rent", uuid.uuid4().hex, "AAAA-CCCC-DDDD", NOW)
    draft, _ = begun.merge({"address": ADDRESS, "card": CARD}, 0)
    ValkeyDrafts(client, CIPHER, INDEX).save(person.id, draft, expected=0)

    photos = StoredPhotos(PhotoRows(stores.database), open_store(files.as_uri()), CIPHER, lambda: NOW)
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(out, "JPEG", comment=f"{NAME} {ID_NUMBER}".encode())
    photo = photos.add(person.id, draft.submission_key, "lease", out.getvalue(), most=2)
    application = an_application(
        person.id,
        key=draft.submission_key,
        answers={"region": "210200", "address": ADDRESS, "bank": "ICBC", "card": CARD},
        pledge_text=f"本人{NAME}（{ID_NUMBER}）承诺以上所填均属实",
    )
    stores.applications.hand_in(application, its_event(application), [photo.id])
    moved, event = advance(application, Move.WITHDRAW, Actor(Role.CITIZEN, person.id), NOW + timedelta(hours=1))
    stores.applications.move(moved, event)
    raise_every_kind_of_trouble(stores, photos, person)

    told: list[str] = []

    def send(openid: str, notice: Notice, *, repeated: bool = False) -> Told:
        told.append(openid)
        return Told(Channel.TEMPLATE)

    sender = NoticeSender(stores.notices, stores.bindings, send, lambda: NOW)
    stores.late_pushes.keep(OPENID, f"我叫{NAME}，身份证{ID_NUMBER}", NOW)
    stores.followers.chose(OPENID, "TEMPLATE", True, NOW)
    run_all_jobs(stores, sender, photos, ValkeyDrafts(client, CIPHER, INDEX))
    return told


def raise_every_kind_of_trouble(stores: servers.Stores, photos: StoredPhotos, person: Person) -> None:
    """What goes wrong is logged, as a careful service does; so the messages must be clean."""
    other = stores.someone()
    troubled = (
        lambda: stores.bindings.bind(OPENID, other.id),
        lambda: photos.add(person.id, "key", "lease", f"{NAME}{CARD}".encode(), most=2),
        lambda: CIPHER.open(CARD, about="card"),
        lambda: IdNumber(ID_NUMBER[:-1] + ("1" if ID_NUMBER[-1] != "1" else "2")),
    )
    for trouble in troubled:
        with pytest.raises(FundError) as raised:
            trouble()
        logging.getLogger("story").error("trouble: %s %r", raised.value, person)
    broken = an_application(person.id, year=1900, answers={"address": ADDRESS, "card": CARD})
    with pytest.raises(Exception, match="year") as fault:
        stores.applications.hand_in(broken, its_event(broken), [])
    logging.getLogger("story").error("fault", exc_info=fault.value)


def run_all_jobs(stores: servers.Stores, sender: NoticeSender, photos: StoredPhotos, drafts: ValkeyDrafts) -> None:
    app = jobs_app(stores.url)
    register(
        app,
        send_notice=sender,
        answer_late=lambda push_id: None,
        lost_notices=LostJobs(stores.notices, lambda: NOW.astimezone(SHANGHAI)),
        lost_answers=LostJobs(stores.late_pushes, lambda: NOW.astimezone(SHANGHAI)),
        forgotten_photos=ForgottenPhotos(photos, drafts, ["rent"]),
        missing_marks=missing_marks(stores),
        money=money_jobs(stores),
        requeue=functools.partial(requeue, app),
    )

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(run())
    with psycopg.connect(stores.url) as connection:
        left = connection.execute("SELECT task_name FROM procrastinate_jobs WHERE status <> 'succeeded'").fetchall()
    assert [name for (name,) in left if name == "send_notice"] == []


def everything_in(client: "Redis") -> bytes:
    """Every key with all that it holds."""
    found: list[Any] = []
    for key in client.scan_iter():
        found.append(key)
        kind = client.type(key)
        found += list(client.hgetall(key).values()) if kind == b"hash" else [client.get(key)]
    assert len(found) > 10
    return b"\n".join(found)
