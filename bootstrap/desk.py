"""The desk's app: staff only, its own process, port, cookie and policy."""

import os
from urllib.parse import urlsplit

from flask import Flask

import desk
from adapters.credentials import Argon2Passwords, TotpCodes
from adapters.postgres.database import Database, engine_options, sqlalchemy_url
from adapters.postgres.tables import db
from adapters.valkey.client import is_up
from adapters.valkey.limits import RateLimiter
from adapters.valkey.staff_sessions import StaffSessionStore
from bootstrap.clock import now
from bootstrap.money import money
from bootstrap.parts import Parts, build
from bootstrap.review import looks, review
from bootstrap.static import dressed
from bootstrap.stores import Limits
from config import logging
from config.settings import load
from desk.guards import DOOR
from desk.services import DeskServices, MoneyServices
from desk.session import ABSOLUTE, IDLE
from fund.accounts import AccountKeeping
from fund.asking import Asking
from fund.errors import Unavailable
from fund.signing_in import SigningIn
from web import health
from web.metrics import Metrics
from web.session import StoredSessions


def app() -> Flask:
    """Built once per gunicorn worker. Raises SettingsError."""
    settings = load(os.environ)
    logging.configure(settings)
    metrics = Metrics()
    flask = dressed(
        "desk", metrics, secure=settings.is_production, form_targets=(), proxies=settings.trusted_proxies, door=DOOR
    )
    flask.secret_key = settings.secret_key
    flask.config["PROBLEM_TEMPLATE"] = "desk/problem.html"
    flask.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024
    if settings.is_production:
        host = urlsplit(settings.desk_url).hostname or ""
        flask.config["TRUSTED_HOSTS"] = [host, "localhost", "127.0.0.1"]
    flask.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(settings.database_url)
    flask.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(flask)
    with flask.app_context():
        parts = build(settings, Database(db.engine), metrics.neighbour)
    sessions = StaffSessionStore(parts.valkey, parts.cipher, ttl=IDLE, absolute=ABSOLUTE)
    flask.session_interface = StoredSessions(
        sessions,
        secure=settings.is_production,
        name="desk",
        absolute=ABSOLUTE.total_seconds(),
        same_site="Strict",
    )
    flask.extensions["desk"] = desk_services(parts, sessions)
    paying = money(parts, metrics.neighbour)
    flask.extensions["desk_money"] = MoneyServices(
        parts.staff, paying.batches, paying.reconciliation, paying.sending_back, paying.by_hand
    )
    for blueprint in desk.blueprints():
        flask.register_blueprint(blueprint)
    desk.dress(flask)
    checks = {
        "postgresql": lambda: _is(parts.database.is_up()),
        "valkey": lambda: _is(is_up(parts.quick_valkey)),
    }
    flask.register_blueprint(health.blueprint(checks, metrics.render, inside_only=settings.is_production))
    return flask


def desk_services(parts: Parts, sessions: StaffSessionStore) -> DeskServices:
    """What the desk's views may call."""
    passwords = Argon2Passwords()
    return DeskServices(
        signing_in=SigningIn(parts.staff, sessions, passwords, TotpCodes(now), now),
        keeping=AccountKeeping(parts.staff, sessions),
        asking=Asking(parts.account_requests, parts.staff, sessions, passwords, now),
        events=parts.account_events,
        sessions=sessions,
        limiter=Limits(RateLimiter(parts.quick_valkey, parts.index, fails_open=False)),
        clock=now,
        review=review(parts, parts.staff),
        looks=looks(parts),
    )


def _is(up: bool) -> None:
    if not up:
        raise Unavailable("down")
