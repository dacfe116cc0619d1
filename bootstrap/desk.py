"""The desk's app: staff only, its own process and port."""

import os

from flask import Flask

from adapters.postgres.database import Database
from adapters.postgres.staff import PostgresStaff
from bootstrap.money import money
from bootstrap.parts import build
from bootstrap.static import dressed
from config import logging, settings
from desk.front import front
from desk.payouts import payouts
from desk.services import DeskServices
from web import health
from web.metrics import Metrics


def app() -> Flask:
    """Built once per gunicorn worker. Raises SettingsError."""
    chosen = settings.load(os.environ)
    logging.configure(chosen)
    metrics = Metrics()
    desk = dressed("desk", metrics, secure=chosen.is_production, form_targets=(), proxies=chosen.trusted_proxies)
    desk.secret_key = chosen.secret_key
    desk.config["PROBLEM_TEMPLATE"] = "desk/problem.html"
    parts = build(chosen, Database.connect(chosen.database_url), metrics.neighbour)
    paying = money(parts, metrics.neighbour)
    desk.extensions["desk_services"] = DeskServices(
        staff=PostgresStaff(parts.database, parts.cipher),
        batches=paying.batches,
        reconciliation=paying.reconciliation,
    )
    desk.register_blueprint(front)
    desk.register_blueprint(payouts)
    desk.register_blueprint(health.blueprint({}, metrics.render, inside_only=chosen.is_production))
    return desk
