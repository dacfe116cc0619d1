"""What bootstrap hands to the faces: the use cases and ports a view may call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from flask import current_app

from fund.correction import Corrections
from fund.handover import HandOvers
from fund.intake import Intake
from fund.passbook import Passbook
from fund.ports import Bindings, Clock, IdentityProvider, Members, People
from fund.records import Records


class OneTime(Protocol):
    """Values that can be taken exactly once."""

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        """Keep for ``seconds``. Raises Unavailable."""
        ...

    def take(self, key: str) -> Mapping[str, Any] | None:
        """Give and delete; None when absent, expired or taken. Raises Unavailable."""
        ...


class Limiter(Protocol):
    """Counts events per key over all workers. The citizens' fails open, for nobody is to be locked out by our own
    fault; the desk's raises Unavailable."""

    def allow(self, name: str, key: str, *, most: int, seconds: int) -> bool:
        """Count one event; False when there were more than ``most`` within ``seconds``."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """What every page may say about the service."""

    public_url: str
    hotline: str
    hours: str
    icp: str
    police_record: str
    portal_url: str
    jssdk_url: str = ""
    """The script by which a page inside WeChat uses the client; empty where there is none."""
    subscribe_template: str = ""
    """Template of the 订阅通知 of progress; empty when the account has none."""
    account_code: str = ""
    """What the Official Account's QR code says; empty where it is not known, then words say how to find the account."""
    name: str = "辽宁省直公积金"
    centre: str = "辽宁省省直住房资金管理中心"


@dataclass(frozen=True, slots=True)
class Services:
    """Collaborators of the citizens' faces."""

    intake: Intake
    corrections: Corrections
    card_fixes: Corrections
    records: Records
    people: People
    members: Members
    passbook: Passbook
    bindings: Bindings
    identity: IdentityProvider
    login_states: OneTime
    handovers: HandOvers
    limiter: Limiter
    clock: Clock
    site: Site


def services() -> Services:
    """The services of the running app."""
    return cast(Services, current_app.extensions["services"])
