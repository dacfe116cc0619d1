"""A neighbour's failure as words that say what to do."""

import re
from collections.abc import Callable
from typing import TypeVar

from fund.errors import FundError
from wechat_bot.console.out import Out, Problem

T = TypeVar("T")

_QUOTA_USED_UP = "45009"
_ERRCODE = re.compile(r"-?\d+")


def words(failure: FundError) -> str:
    """What happened and what to do about it, for an administrator."""
    if failure.code == _QUOTA_USED_UP:
        return f"{failure.message}。急用时可以清零：flask wechat quota clear（每月 10 次）"
    if _ERRCODE.fullmatch(failure.code):
        return failure.message  # the platform answered, and its own error says what is wrong
    if failure.code in {"token_store", "valkey"}:
        return f"没有连上 Redis，请先启动服务或检查 REDIS_URL：{failure.message}"
    return f"没有连上微信平台，请检查 WECHAT_API_URL（沙箱由 SANDBOX_PORT 决定）或稍后再试：{failure.message}"


def asked(out: Out, question: Callable[[], T], left_behind: Callable[[], str] = str) -> T:
    """The answer, or the end of the command with what to do; ``left_behind`` says what an end now leaves behind."""
    try:
        return question()
    except FundError as failure:
        told = [Problem(0, words(failure))]
        behind = left_behind()
        out.fail(None, [*told, Problem(0, behind)] if behind else told)
