"""How times and amounts are written at the desk, and what a page may say after a button."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint

from fund.application import Move, State
from fund.money import Money

_HERE = ZoneInfo("Asia/Shanghai")

NOTICES = {
    "claimed": "已领取。30分钟没有操作，案件会自动释放。",
    "released": "已放回队列。",
    "approved": "初审已通过，案件已转复核。",
    "returned": "已退回补正，申请人会收到通知。",
    "rejected": "已作出不予通过的决定，申请人会收到通知。",
    "confirmed": "复核已通过，案件已转付款。",
    "sent_back": "已退回初审。",
    "stale": "您打开页面之后案件有了变化，刚才的操作没有执行。请核对下面的变化后重新决定。",
    "held": "这个案件正由其他人办理。",
    "kept_for_other": "这个案件退回后又提交，下一个工作日结束前为原审核人保留。",
    "not_held": "您没有持有这个案件，或持有时间已到，刚才的操作没有执行。请重新领取后再决定。",
    "not_allowed": "您的岗位不能办理这一步。",
    "own_case": "这是您本人的申请，不能由您办理。",
    "spouse_case": "这是您配偶的申请，不能由您办理。",
    "own_approval": "这个案件由您初审通过，复核须由另一人办理。",
    "own_confirmation": "这个案件由您复核通过过，初审须由另一人办理。",
    "core_down": "核心系统暂时无法核实，需要核实的操作请稍后再试。",
    "worse": "按核心系统现在的情况，这笔申请不符合条件，不能通过。请查看“核心系统”一栏。",
    "nobody": "没有找到这个受理编号或证件号码的申请。",
}
"""What a page says once after a button. The codes of refusals are the use case's."""

_GOOD = frozenset({"claimed", "released", "approved", "returned", "rejected", "confirmed", "sent_back"})

CORE_REFUSALS = {
    "no_account": "核心系统答复：现在没有申请人的省直公积金账户（提交申请时有）。",
    "name_mismatch": "核心系统答复：申请人证件号码下的账户，现在登记的姓名与申请人不一致（提交申请时一致）。",
}
"""What the core system says instead of an account."""

SIGNALS = {
    "card": "同一张银行卡",
    "address": "同一房屋地址",
    "photo": "同一张影像",
}
"""What another application has in common with a case."""

CORRECTED = {Move.CORRECT: "已补正", Move.FIX_CARD: "已更正"}
"""How a case came back from its citizen."""

CLOSED = frozenset({State.PAID, State.REJECTED, State.WITHDRAWN})
"""Nothing is left to be done by anybody."""

DONE = {
    Move.APPROVE: "approved",
    Move.RETURN: "returned",
    Move.REJECT: "rejected",
    Move.CONFIRM: "confirmed",
    Move.SEND_BACK: "sent_back",
}


def is_good(code: str) -> bool:
    """Whether a notice says that something was done, and not that it was refused."""
    return code in _GOOD


def money(amount: Money) -> str:
    """``16,800.00 元``."""
    return f"{amount} 元"


def when(at: datetime) -> str:
    """``2026-07-15 10:20``, in the centre's time zone."""
    return f"{at.astimezone(_HERE):%Y-%m-%d %H:%M}"


def day_end(at: datetime) -> str:
    """``7月16日24:00``: a midnight as the end of the day before."""
    day = (at - timedelta(minutes=1)).astimezone(_HERE)
    return f"{day.month}月{day.day}日24:00"


def clock(at: datetime) -> str:
    """``10:20``."""
    return f"{at.astimezone(_HERE):%H:%M}"


def register(blueprint: Blueprint) -> None:
    """Make the filters known to the desk's templates."""
    for filter_ in (money, when, clock, day_end):
        blueprint.add_app_template_filter(filter_, f"desk_{filter_.__name__}")
