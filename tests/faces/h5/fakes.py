"""The citizens' web app with everything outside it played in memory."""

import mimetypes
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, Response, redirect, request
from jinja2 import StrictUndefined

import h5
from fund.errors import NotFound, Refused
from fund.handover import HandOver, new_code
from fund.numbers import IdNumber
from fund.people import Identity, Person
from tests.faces.h5.visitor import Visitor
from tests.fakes import Counter, FakePassbook, a_counter
from tests.makers import ID_NUMBERS
from web import assets, errors, guards, headers
from web.guards import public
from web.services import Services, Site
from web.session import StoredSessions
from web.signin import remember_openid, sign_in

ROOT = Path(__file__).resolve().parents[3]
SITE = Site(
    public_url="http://localhost",
    hotline="12329",
    hours="工作日 9:00-17:00",
    icp="辽ICP备00000000号",
    police_record="",
    portal_url="https://www.lnszgjj.com/",
)


class MemorySessions:
    """Plays web.session.SessionStore."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def create(self, data: Mapping[str, Any]) -> str:
        session_id = uuid.uuid4().hex
        self.kept[session_id] = dict(data)
        return session_id

    def load(self, session_id: str) -> dict[str, Any] | None:
        return dict(self.kept[session_id]) if session_id in self.kept else None

    def save(self, session_id: str, data: Mapping[str, Any]) -> bool:
        if session_id not in self.kept:
            return False
        self.kept[session_id] = dict(data)
        return True

    def touch(self, session_id: str) -> bool:
        return session_id in self.kept

    def drop(self, session_id: str) -> None:
        self.kept.pop(session_id, None)


class MemoryOneTime:
    """Plays web.services.OneTime."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        self.kept[key] = dict(value)

    def take(self, key: str) -> Mapping[str, Any] | None:
        return self.kept.pop(key, None)


class MemoryHandOvers:
    """Plays fund.handover.HandOvers; ``expire`` lets five minutes pass."""

    def __init__(self) -> None:
        self.kept: dict[str, HandOver] = {}

    def make(self, handover: HandOver) -> str:
        code = new_code()
        self.kept[code] = handover
        return code

    def look(self, code: str) -> HandOver | None:
        return self.kept.get(code)

    def take(self, code: str) -> HandOver | None:
        return self.kept.pop(code, None)

    def expire(self) -> None:
        self.kept.clear()


class CountingLimiter:
    """Plays web.services.Limiter without a clock: everything happens within one window."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name] <= most


class MemoryPeople:
    """Plays People."""

    def __init__(self, *known: Person) -> None:
        self._known = {person.id: person for person in known}

    def remember(self, identity: Identity) -> Person:
        for person in self._known.values():
            if person.id_number == identity.id_number:
                return person
        person = Person(uuid.uuid4(), identity.name, identity.id_number, identity.mobile)
        self._known[person.id] = person
        return person

    def get(self, person_id: UUID) -> Person:
        if person_id not in self._known:
            raise NotFound("no such person")
        return self._known[person_id]


class MemoryBindings:
    """Plays Bindings."""

    def __init__(self) -> None:
        self.pairs: dict[str, UUID] = {}

    def bind(self, openid: str, person_id: UUID, *, replace: bool = False) -> None:
        if not replace:
            if self.pairs.get(openid, person_id) != person_id:
                raise Refused("the follower is somebody else", code="openid_bound_elsewhere")
            if self.openid_of(person_id) not in (None, openid):
                raise Refused("the person follows from elsewhere", code="person_bound_elsewhere")
        self.pairs = {o: p for o, p in self.pairs.items() if o != openid and p != person_id} | {openid: person_id}

    def person_of(self, openid: str) -> UUID | None:
        return self.pairs.get(openid)

    def openid_of(self, person_id: UUID) -> str | None:
        return next((openid for openid, person in self.pairs.items() if person == person_id), None)

    def forget(self, openid: str) -> None:
        self.pairs.pop(openid, None)


class FakeIdentity:
    """Plays IdentityProvider: everybody who comes back is 张伟, unless ``error`` says otherwise."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.leave = ""
        """Where one signs out over there, if that can be done."""
        self.identity = Identity("张伟", IdNumber(ID_NUMBERS[0]), "13800000001", "fake")

    def begin(self, state: str, return_url: str) -> str:
        return f"https://identity.invalid/login?back={return_url}"

    def end(self, return_url: str) -> str:
        return self.leave and f"{self.leave}?back={return_url}"

    def complete(self, state: str, query: Mapping[str, str]) -> Identity:
        if self.error is not None:
            raise self.error
        return self.identity


class Front:
    """The app and everything behind it. ``counter`` is the fund's side; the rest is what only faces use."""

    def __init__(self, *, package_folder: Path = ROOT / "nowhere", **facts: Any) -> None:
        self.package_folder = package_folder
        self.counter: Counter = a_counter(**facts)
        self.person = self.counter.person
        self.people = MemoryPeople(self.person)
        self.bindings, self.identity = MemoryBindings(), FakeIdentity()
        self.states, self.limiter, self.sessions = MemoryOneTime(), CountingLimiter(), MemorySessions()
        self.handovers, self.passbook = MemoryHandOvers(), FakePassbook()
        self.app = self._app()

    def _app(self) -> Flask:
        app = Flask("h5-tests", root_path=str(ROOT), template_folder="templates", static_folder=None)
        app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True, SECRET_KEY="only for these tests")
        app.jinja_env.undefined = StrictUndefined
        app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
        app.jinja_env.globals["site"] = SITE
        app.session_interface = StoredSessions(self.sessions, secure=False)
        for part in (guards, errors):
            part.register(app)
        headers.register(app, secure=False)
        assets.register(app, ROOT / "static")
        app.extensions["services"] = Services(
            intake=self.counter.intake,
            corrections=self.counter.corrections,
            card_fixes=self.counter.card_fixes,
            records=self.counter.records,
            people=self.people,
            members=self.counter.members,
            passbook=self.passbook,
            bindings=self.bindings,
            identity=self.identity,
            login_states=self.states,
            handovers=self.handovers,
            limiter=self.limiter,
            clock=self.counter.clock,
            site=SITE,
        )
        for blueprint in h5.blueprints(self.package_folder):
            app.register_blueprint(blueprint)

        @app.get("/static/<path:name>")
        @public
        def static(name: str) -> Any:
            # Whole, not as an open file: a browser that goes away half-way would leave it open.
            path = ROOT / "static" / name
            return Response(path.read_bytes(), mimetype=mimetypes.guess_type(name)[0])

        @app.get("/test/sign-in")
        @public
        def enter() -> Any:
            sign_in(self.person.id)
            return redirect("/h5/")

        @app.get("/test/follower/<openid>")
        @public
        def follow(openid: str) -> Any:
            remember_openid(openid)
            return redirect("/h5/")

        @app.get("/test/identity")
        @public
        def identity() -> Any:
            return redirect(request.args["back"])

        return app

    def visitor(self) -> Visitor:
        """Somebody who has not signed in."""
        return Visitor(self.app)

    def citizen(self) -> Visitor:
        """张伟, signed in."""
        return Visitor(self.app).get("/test/sign-in")
