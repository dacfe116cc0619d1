"""What a check finds, and the run of all checks: none stops another, none takes longer than it may."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fund.errors import FundError
from wechat_bot.console.asking import words

SECONDS = 15.0
"""The longest a check may take. Every exchange in it has its own, shorter time; this one covers name look-ups too."""

_log = logging.getLogger(__name__)


class Mark(StrEnum):
    """How good or bad a finding is."""

    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do about it. ``data`` is for scripts; nothing in here is secret or personal."""

    mark: Mark
    found: str
    todo: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table. With ``needs``, it is made only when no check of that name found anything broken."""

    name: str
    look: Callable[[], Finding]
    needs: str = ""


def fine(found: str, **data: Any) -> Finding:
    """All is well."""
    return Finding(Mark.FINE, found, data=data)


def warning(found: str, todo: str, **data: Any) -> Finding:
    """It works, but somebody should look at it."""
    return Finding(Mark.WARNING, found, todo, data)


def broken(found: str, todo: str, **data: Any) -> Finding:
    """It does not work."""
    return Finding(Mark.BROKEN, found, todo, data)


def skipped(found: str, **data: Any) -> Finding:
    """Nothing to look at, or no way to."""
    return Finding(Mark.SKIPPED, found, data=data)


def run(checks: Sequence[Check], seconds: float = SECONDS) -> Iterator[tuple[Check, Finding]]:
    """Every check with its finding, in order. Those that need no other run at once, the others after them."""
    running = {check.name: _Running(check, seconds) for check in checks if not check.needs}
    for check in checks:
        if check.name not in running:
            if running[check.needs].finding().mark is Mark.BROKEN:
                yield check, skipped(f"没有检查：先要解决“{check.needs}”")
                continue
            running |= {other.name: _Running(other, seconds) for other in checks if other.needs == check.needs}
        yield check, running[check.name].finding()


class _Running:
    """A check in a thread of its own, which is left behind when it takes too long."""

    def __init__(self, check: Check, seconds: float) -> None:
        self._check = check
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._found: Finding | None = None
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def finding(self) -> Finding:
        """Waits for it, but not beyond its time."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        late = broken(f"{self._seconds:g} 秒内没有结果", "请检查网络和域名解析，再运行一次")
        return self._found or late

    def _look(self) -> None:
        try:
            self._found = self._check.look()
        except FundError as failure:
            self._found = broken(words(failure), what_to_do(failure), code=failure.code)
        except Exception as error:
            # A mistake of ours in one check must not cost the administrator all the others.
            _log.exception("the check %s failed", self._check.name)
            self._found = broken(f"检查本身出了错：{type(error).__name__}", "请把这一行告诉开发人员")


def what_to_do(failure: FundError) -> str:
    """The next step after a failure, by its code; '' where its words say it already."""
    return _TODO.get(failure.code, "")


_CONSOLE = "登录公众平台，到“设置与开发 → 基本配置”"
_TODO = {
    "40013": f"{_CONSOLE}核对 AppID，改 WECHAT_APP_ID",
    "40125": f"{_CONSOLE}核对或重置 AppSecret，改 WECHAT_APP_SECRET",
    "40243": f"{_CONSOLE}解冻 AppSecret",
    "40164": f"{_CONSOLE}，在“IP 白名单”里加入上面这个 IP，几分钟后再试",
    "40201": f"{_CONSOLE}，在“服务器配置”里填写 URL",
    "48001": "公众号需要认证为服务号，并在“设置与开发 → 接口权限”里确认有这个接口",
    "50002": "登录公众平台查看通知，按提示处理",
    "-1": "过几分钟再运行一次",
    "wechat_unreachable": "检查 WECHAT_API_URL，以及本机能否访问微信平台（防火墙、代理）",
    "token_store": "检查 REDIS_URL，并确认 Redis 正在运行",
}
