"""The administrators' commands: ``flask menu …``, ``flask wechat …`` and ``flask db …``. The app behind them serves nothing."""

import os
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import Migrate

from adapters.postgres.database import sqlalchemy_url
from adapters.postgres.migrate import DIRECTORY
from adapters.postgres.tables import db
from adapters.valkey.client import connect
from bootstrap import neighbours
from bootstrap.clock import now
from bootstrap.static import ROOT
from config import settings
from wechat_bot.menu.cli import MenuScript, menu_cli
from wechat_bot.menu.history import History
from wechat_bot.menu.rules import House
from wechat_bot.replies import BOT


def app() -> Flask:
    """Raises SettingsError."""
    chosen = settings.load(os.environ)
    flask = Flask("commands", static_folder=None)
    flask.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(chosen.database_url)
    db.init_app(flask)
    Migrate(flask, db, directory=str(DIRECTORY))
    hosts = {urlsplit(url).hostname or "" for url in (chosen.public_url, chosen.centre.portal_url)}
    script = MenuScript(
        client=lambda: neighbours.account(chosen, connect(chosen.redis_url)),
        path=ROOT / "config" / "menu.toml",
        public_url=chosen.public_url,
        house=House(hosts, BOT.click_keys, chosen.is_production),
        history=History(chosen.var_dir / "menu", now),
    )
    flask.cli.add_command(menu_cli(script))
    return flask
