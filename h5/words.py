"""How times and amounts are written for the public, and the short notices a redirect may bring along."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from fund.money import Money
from web.errors import reference
from web.requests import IS_ID
from web.services import services

SHANGHAI = ZoneInfo("Asia/Shanghai")

NOTICES = {
    "not_yet": "已为您转到当前需要办理的这一步，前面的内容完成后再继续。",
    "check": "有内容需要您再核对一下，请按提示修改后继续。",
    "kept": "登录或页面已超时，您填写的内容已为您保留，请核对后继续。",
    "choose_again": "登录已恢复。刚才那张照片没有收到，请重新选择。已上传的照片都还在。",
    "photo_not_asked": "您的租房信息已有变化，现在不需要这张照片，请按页面提示继续。",
    "photo_deleted": "照片已删除。",
    "photo_stored": "照片已上传。",
    "corrected": "补正已提交，我们会接着审核。",
    "card_fixed": "收款信息已更正，核对无误后会重新为您付款。",
    "elsewhere": "这份申请已在另一窗口提交，内容以提交时为准。您刚才在这一页填写的不同内容没有采用。",
    "withdrawn": "申请已撤销。需要时可以重新办理。",
    "moved_on": "这笔申请的状态已经变化，请以下面的最新进度为准。",
    "signed_out": "您已退出登录。",
}
"""By code, so that an address can carry only these words and no others."""


NOT_SAVED = "not_saved"


class BadNews(str):
    """A notice that is no good news, and is drawn so."""

    warns = True


def notice_of(code: str | None) -> str:
    """The words of a notice; unknown codes say nothing."""
    if code == NOT_SAVED:
        return _not_saved(request.args.get("no", ""))
    return NOTICES.get(code or "", "")


def with_number(address: str) -> str:
    """An address that carries ``NOT_SAVED``, with the number of this request for the notice to quote."""
    return f"{address}&no={reference()}"


def _not_saved(number: str) -> str:
    """``number``: of the request that failed, to be quoted; anything else in its place is not repeated."""
    quoted = f"，并告知咨询编号 {number}" if re.fullmatch(IS_ID, number) else ""
    return BadNews(
        "系统暂时连不上，刚才没有办成。您填写的内容都在，请稍后再点一次；"
        f"仍不行请拨打{services().site.hotline}{quoted}。"
    )


def money(amount: Money) -> str:
    """``16,800.00 元``."""
    return f"{amount} 元"


def yuan(text: str) -> str:
    """The same for an amount kept as plain yuan."""
    return f"{Money.from_wire(text)} 元"


def when(at: datetime) -> str:
    """``2026年7月15日 10:20``, in the centre's time zone."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def day(at: datetime) -> str:
    """``2026年7月15日``."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def register(blueprint: Blueprint) -> None:
    """Make the filters known to every template of the app."""
    for filter_ in (money, yuan, when, day):
        blueprint.add_app_template_filter(filter_)
