"""The citizens' app: the Official Account's callback and the phone pages."""

import hashlib
import os
from functools import partial
from urllib.parse import urlsplit

from flask import Flask

import h5
from adapters.http import request_id
from adapters.postgres.database import Database, engine_options, sqlalchemy_url
from adapters.postgres.tables import db
from adapters.valkey.client import is_up
from adapters.valkey.handovers import ValkeyHandOvers
from adapters.valkey.limits import RateLimiter
from adapters.valkey.once import OneTime
from adapters.valkey.sessions import Sessions
from adapters.wechat.api import WeChatApi
from adapters.wechat.duplicates import Duplicates
from adapters.wechat.jssdk import JsSdk
from adapters.wechat.wire import Wire
from bootstrap import neighbours
from bootstrap.bot import bot_services
from bootstrap.clock import now
from bootstrap.parts import Parts, build
from bootstrap.static import dressed, put_in_front
from bootstrap.stores import Limits, States
from config import logging
from config.settings import Settings, load
from fund.errors import Unavailable
from web import headers, health
from web.metrics import Metrics
from web.services import Services, Site
from web.session import IDLE, StoredSessions
from web.signin import bind_again, current_openid, remember_openid, session_mark
from wechat_bot import callback, jssdk, oauth, verify
from wechat_bot.answering import Answering
from wechat_bot.entry import PushEntry
from wechat_bot.late import KeptForLater
from wechat_bot.replies import BOT


def app() -> Flask:
    """Built once per gunicorn worker. Raises SettingsError."""
    settings = load(os.environ)
    logging.configure(settings, request_id.current)
    metrics = Metrics()
    flask = dressed(
        "public",
        metrics,
        secure=settings.is_production,
        form_targets=_form_targets(settings),
        proxies=settings.trusted_proxies,
        scripts=(settings.wechat.jssdk_url,),
        frames=_open_tag_frames(settings),
    )
    flask.secret_key = settings.secret_key
    flask.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(settings.database_url)
    flask.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    flask.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024
    if settings.is_production:
        host = urlsplit(settings.public_url).hostname or ""
        flask.config["TRUSTED_HOSTS"] = [host, "localhost", "127.0.0.1"]
    db.init_app(flask)
    with flask.app_context():
        parts = build(settings, Database(db.engine), metrics.neighbour)
    flask.session_interface = StoredSessions(
        Sessions(parts.valkey, parts.cipher, ttl=IDLE), secure=settings.is_production
    )
    _serve(flask, parts, metrics)
    return flask


def _serve(flask: Flask, parts: Parts, metrics: Metrics) -> None:
    settings = parts.settings
    states = States(OneTime(parts.cache))
    limiter = Limits(RateLimiter(parts.quick_valkey, parts.index))
    centre = settings.centre
    site = Site(
        settings.public_url,
        centre.hotline,
        centre.hours,
        centre.icp,
        centre.police_record,
        centre.portal_url,
        jssdk_url=settings.wechat.jssdk_url,
        subscribe_template=settings.wechat.subscribe_progress,
        account_code=settings.wechat.account_code,
    )
    flask.extensions["services"] = Services(
        intake=parts.intake,
        corrections=parts.corrections,
        card_fixes=parts.card_fixes,
        records=parts.records,
        people=parts.people,
        members=parts.members,
        passbook=neighbours.passbook(settings, metrics.neighbour),
        bindings=parts.bindings,
        identity=neighbours.identity(settings, metrics.neighbour, states),
        login_states=states,
        handovers=ValkeyHandOvers(parts.cache),
        limiter=limiter,
        clock=now,
        site=site,
    )
    flask.jinja_env.globals["site"] = site
    for blueprint in h5.blueprints(settings.app_dir):
        flask.register_blueprint(blueprint)
    api = neighbours.wechat(settings, parts.valkey, metrics.neighbour)
    wire, duplicates, answering = _bot(parts, metrics, api)
    flask.register_blueprint(callback.blueprint(callback.Bot(wire, duplicates, answering, limiter)))
    entry = partial(
        PushEntry,
        wire=wire,
        duplicates=duplicates,
        answering=answering,
        hosts=flask.config.get("TRUSTED_HOSTS") or (),
        headers=headers.of_every_answer(secure=settings.is_production),
        serving=request_id.serving,
        measure=metrics.request,
    )
    put_in_front(flask, entry)
    flask.register_blueprint(oauth.blueprint(_oauth(parts, states, api)))
    flask.register_blueprint(jssdk.blueprint(_jssdk(parts, metrics).configuration, settings.public_url))
    flask.register_blueprint(verify.blueprint(settings.wechat.verify_files))
    checks = {
        "postgresql": lambda: _is(parts.database.is_up()),
        "valkey": lambda: _is(is_up(parts.quick_valkey)),
    }
    flask.register_blueprint(health.blueprint(checks, metrics.render, inside_only=settings.is_production))


def _bot(parts: Parts, metrics: Metrics, api: WeChatApi) -> tuple[Wire, Duplicates, Answering]:
    settings, account = parts.settings, parts.settings.wechat
    wire = Wire(
        app_id=account.app_id,
        token=account.token,
        aes_key=account.aes_key,
        mode=account.mode,
        clock=now,
        previous_aes_key=account.previous_aes_key,
        account=account.account,
    )
    secret = hashlib.sha256(b"duplicate records:" + settings.secret_key.encode()).digest()
    answering = Answering(
        BOT,
        bot_services(parts, metrics.followed, api),
        KeptForLater(parts.late_pushes, now),
        most_at_once=max(1, settings.web_threads // 2),
    )
    return wire, Duplicates(parts.quick_valkey, secret), answering


def _oauth(parts: Parts, states: States, api: WeChatApi) -> oauth.OAuth:
    account = parts.settings.wechat
    return oauth.OAuth(
        app_id=account.app_id,
        open_url=account.open_url,
        public_url=parts.settings.public_url,
        states=states,
        exchange=api.exchange_code,
        remember=_remember,
        known=lambda: current_openid() is not None,
        session_mark=session_mark,
    )


def _jssdk(parts: Parts, metrics: Metrics) -> JsSdk:
    api = neighbours.wechat(parts.settings, parts.quick_valkey, metrics.neighbour)
    return JsSdk(parts.settings.wechat.app_id, api.jsapi_ticket, now)


def _open_tag_frames(settings: Settings) -> tuple[str, ...]:
    """What a page with one of WeChat's open tags has to let be framed (developers.weixin.qq.com, 开放标签使用说明),
    and where the SDK itself comes from, as with the sandbox."""
    sdk = urlsplit(settings.wechat.jssdk_url)
    return ("https://*.qq.com", "webcompt:", f"{sdk.scheme}://{sdk.netloc}")


def _remember(openid: str) -> None:
    """WeChat has told who looks at the page: this browser keeps it, and whoever is signed in here is told there."""
    remember_openid(openid)
    bind_again(openid)


def _form_targets(settings: Settings) -> tuple[str, ...]:
    """Where a form may end up by redirect: signing in again leads over these."""
    chosen = settings.identity
    login = chosen.url if chosen.driver == "trs_ids" else chosen.authorize_url
    return (login, settings.wechat.open_url)


def _is(up: bool) -> None:
    if not up:
        raise Unavailable("down")
