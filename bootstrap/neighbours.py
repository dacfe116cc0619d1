"""The neighbours as the settings name them."""

from functools import partial

import redis

from adapters.bank.cards import BankCards
from adapters.core.members import CoreMembers
from adapters.core.passbook import CorePassbook
from adapters.http.client import Neighbour, Observe, observe_nothing
from adapters.identity.choice import identity_provider
from adapters.wechat.account import BUSY_WAITS, WeChatAccount
from adapters.wechat.api import WeChatApi
from adapters.wechat.caller import Store
from adapters.wechat.transport import Transport
from bootstrap.clock import now
from config.settings import Settings
from fund.ports import IdentityProvider
from web.services import OneTime


def core(settings: Settings, observe: Observe) -> CoreMembers:
    """The core system."""
    headers = {"X-Core-Key": settings.core_key}
    return CoreMembers(
        Neighbour(
            "core",
            settings.core_url,
            headers,
            read_timeout=6.0,
            total_timeout=8.0,
            observe=observe,
            most_at_once=_turns(settings),
        ),
        now,
    )


def passbook(settings: Settings, observe: Observe) -> CorePassbook:
    """The core system, for lists to look at: less patience, and a breaker of its own, so that a slow list stops nobody
    from applying."""
    headers = {"X-Core-Key": settings.core_key}
    return CorePassbook(
        Neighbour(
            "core",
            settings.core_url,
            headers,
            read_timeout=4.0,
            total_timeout=6.0,
            observe=observe,
            most_at_once=_turns(settings),
        )
    )


def bank(settings: Settings, observe: Observe) -> BankCards:
    """Card checks. Shorter patience: without the bank's word the citizen goes on all the same."""
    headers = {"X-Bank-Key": settings.bank_key}
    return BankCards(
        Neighbour(
            "bank",
            settings.bank_url,
            headers,
            read_timeout=4.0,
            total_timeout=5.0,
            observe=observe,
            most_at_once=_turns(settings),
        )
    )


def paying_bank(settings: Settings, observe: Observe) -> Neighbour:
    """The bank, for payments: more patience than for a card check, and a breaker of its own."""
    headers = {"X-Bank-Key": settings.bank_key}
    return Neighbour("bank", settings.bank_url, headers, read_timeout=15.0, total_timeout=20.0, observe=observe)


def booking_core(settings: Settings, observe: Observe) -> Neighbour:
    """The core system, for bookings."""
    headers = {"X-Core-Key": settings.core_key}
    return Neighbour("core", settings.core_url, headers, read_timeout=10.0, total_timeout=15.0, observe=observe)


def identity(settings: Settings, observe: Observe, pending: OneTime) -> IdentityProvider:
    """辽宁政务服务网, by the driver the settings choose."""
    chosen = settings.identity
    return identity_provider(
        chosen.driver,
        neighbour=partial(Neighbour, observe=observe, most_at_once=_turns(settings)),
        pending=pending,
        allow_http=not settings.is_production,
        url=chosen.url,
        app_name=chosen.app_name,
        key=chosen.key,
        authorize_url=chosen.authorize_url,
        token_url=chosen.token_url,
        userinfo_url=chosen.userinfo_url,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret,
        field_map=chosen.field_map,
    )


def wechat(settings: Settings, store: "redis.Redis", observe: Observe = observe_nothing) -> WeChatApi:
    """The Official Account's API."""
    account = settings.wechat
    transport = Transport(account.api_url, observe=observe)
    return WeChatApi(transport, store, app_id=account.app_id, app_secret=account.app_secret, clock=now)


def account(settings: Settings, store: Store) -> WeChatAccount:
    """The same account for its administrators' commands, which may wait a moment for a busy platform."""
    chosen = settings.wechat
    return WeChatAccount(
        Transport(chosen.api_url),
        store,
        app_id=chosen.app_id,
        app_secret=chosen.app_secret,
        clock=now,
        busy_waits=BUSY_WAITS,
    )


def _turns(settings: Settings) -> int:
    """How many threads of a process may wait for one neighbour: half of them stay free for everybody else."""
    return max(1, settings.web_threads // 2)
