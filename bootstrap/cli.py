"""The administrators' commands: ``flask menu …``, ``flask wechat …``, ``flask staff …``, ``flask payouts …`` and
``flask db …``. The app behind them serves nothing."""

import logging
import os
from typing import NoReturn

import click
from flask import Flask
from flask_migrate import Migrate

from adapters.http.client import observe_nothing
from adapters.postgres.database import Database, sqlalchemy_url
from adapters.postgres.migrate import DIRECTORY
from adapters.postgres.tables import db
from bootstrap.account import menu_script, wechat_script
from bootstrap.clock import now
from bootstrap.money import money
from bootstrap.parts import build
from bootstrap.staff_commands import staff_cli
from config import settings
from config.errors import SettingsError
from config.settings import Settings
from desk.payout_commands import payouts_cli
from fund.results import Results
from wechat_bot.commands import WechatScript, wechat_cli
from wechat_bot.console import Out
from wechat_bot.doctor import house
from wechat_bot.menu.cli import menu_cli


def app() -> Flask:
    """With settings that cannot be used, every command says so, and ``flask wechat doctor`` one by one."""
    flask = Flask("commands", static_folder=None)
    # A command says in its own words what a log line would say beside it.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        chosen = settings.load(os.environ)
    except SettingsError as error:
        _without_settings(flask, error)
    else:
        _with_settings(flask, chosen)
    return flask


def _with_settings(flask: Flask, chosen: Settings) -> None:
    flask.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(chosen.database_url)
    db.init_app(flask)
    Migrate(flask, db, directory=str(DIRECTORY))
    script = menu_script(chosen)
    flask.cli.add_command(menu_cli(script))
    flask.cli.add_command(wechat_cli(wechat_script(chosen, script)))
    flask.cli.add_command(staff_cli(chosen))
    flask.cli.add_command(payouts_cli(lambda: _results(chosen)))


def _results(chosen: Settings) -> Results:
    parts = build(chosen, Database.connect(chosen.database_url), observe_nothing)
    return money(parts, observe_nothing).results


def _without_settings(flask: Flask, error: SettingsError) -> None:
    def unusable(name: str) -> click.Command:
        @click.command(name, context_settings={"ignore_unknown_options": True, "help_option_names": []})
        @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
        def refuse(rest: tuple[str, ...]) -> None:
            told = "；".join(f"{variable}（{what}）" for variable, what in error.problems.items())
            Out("--json" in rest).refuse(f"设置还不能用，请先改正环境变量：{told}。逐项查看：flask wechat doctor")

        return refuse

    def no_account() -> NoReturn:
        Out(as_json=False).refuse("设置还不能用，请先运行 flask wechat doctor")

    checks = house.wrong_settings(error.problems)
    flask.cli.add_command(wechat_cli(WechatScript(lambda: checks, no_account, now)))
    for name in ("menu", "staff", "payouts", "db"):
        flask.cli.add_command(unusable(name))
