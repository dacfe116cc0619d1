"""Checks of what the platform knows of the account: token, server, menu, templates, quota."""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from typing import Protocol

from fund.errors import Refused
from wechat_bot.doctor.findings import Check, Finding, broken, fine, skipped, warning
from wechat_bot.notices import ProgressFields

TOKEN = "access_token"
QUOTA_WARNING = 0.8
"""Share of a day's calls above which somebody should know."""

QUOTAS = (
    ("取 access_token", "/cgi-bin/stable_token"),
    ("发布菜单", "/cgi-bin/menu/create"),
    ("模板消息", "/cgi-bin/message/template/send"),
    ("客服消息", "/cgi-bin/message/custom/send"),
)
_FIELD = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_SHOWN_IPS = 3
_NOT_AUTHORISED = "48001"
_NO_QUOTA = frozenset({"76003", "76021", "76022"})


class Ping(Protocol):
    """One address of our server as the platform sees it; ``reached`` is None when it did not try."""

    @property
    def ip(self) -> str: ...
    @property
    def reached(self) -> bool | None: ...


class Template(Protocol):
    """A message template; ``content`` has a ``{{name.DATA}}`` for each field."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def long_term(self) -> bool: ...


class Quota(Protocol):
    """Today's calls; ``limit`` is 0 where there is none."""

    @property
    def limit(self) -> int: ...
    @property
    def used(self) -> int: ...


class Account(Protocol):
    """The platform's answers about the account. Raises FundError."""

    def token_seconds(self) -> int: ...
    def ticket_seconds(self) -> int: ...
    def callback_check(self) -> Sequence[Ping]: ...
    def callback_ips(self) -> list[str]: ...
    def templates(self) -> Sequence[Template]: ...
    def subscribe_templates(self) -> Sequence[Template]: ...
    def quota(self, path: str) -> Quota: ...


class Picture(Protocol):
    """The account's QR code as a picture on the platform."""

    def proven(self) -> int:
        """Its size there, in bytes. Raises FundError."""
        ...


@dataclass(frozen=True, slots=True)
class Templates:
    """The ids of the settings; ``subscribe`` is '' when the account has none."""

    progress: str
    subscribe: str


def checks(account: Callable[[], Account], templates: Templates) -> list[Check]:
    """Everything but the menu; all but the first need a token."""
    return [
        Check(TOKEN, lambda: token(account())),
        Check("回调：微信侧检测", lambda: seen_by_platform(account()), TOKEN),
        Check("推送来源 IP", lambda: callback_ips(account()), TOKEN),
        Check("JS-SDK ticket", lambda: ticket(account()), TOKEN),
        Check("模板消息", lambda: progress_template(account(), templates.progress), TOKEN),
        Check("订阅通知", lambda: subscribe_template(account(), templates.subscribe), TOKEN),
        *(Check(f"今日次数：{name}", partial(_quota, account, path), TOKEN) for name, path in QUOTAS),
    ]


def token(account: Account) -> Finding:
    """Fetched anew, so that a secret reset or an address taken off the whitelist shows at once."""
    return fine(f"能取到，{account.token_seconds() // 60} 分钟内有效")


def ticket(account: Account) -> Finding:
    """What signs the JS-SDK configurations."""
    return fine(f"能取到，{account.ticket_seconds() // 60} 分钟内有效")


def seen_by_platform(account: Account) -> Finding:
    """The platform's own 网络检测 of the server address in its console."""
    try:
        pings = account.callback_check()
    except Refused as refused:
        if refused.code != _NOT_AUTHORISED:
            raise
        return skipped("公众号没有网络检测接口的权限")
    if not pings:
        return broken("微信解析不出服务器地址的域名", "检查域名解析，以及公众平台“服务器配置”里的 URL")
    data = {"addresses": [{"ip": ping.ip, "reached": ping.reached} for ping in pings]}
    lost = [ping.ip for ping in pings if ping.reached is False]
    if lost:
        todo = "若服务器只是不回应 ping，可以不管；否则检查防火墙是否放行“推送来源 IP”"
        return warning(f"微信 ping 不通 {'、'.join(lost)}", todo, **data)
    return fine(f"微信能到达 {'、'.join(ping.ip for ping in pings)}", **data)


def callback_ips(account: Account) -> Finding:
    """Where pushes come from: a firewall in front must let them in."""
    ips = account.callback_ips()
    if not ips:
        return warning("平台没有给出地址", "过一会儿再运行一次")
    more = f" 等 {len(ips)} 个" if len(ips) > _SHOWN_IPS else ""
    return fine(f"{'、'.join(ips[:_SHOWN_IPS])}{more}（防火墙要放行；全部见 --json）", ips=ips)


def progress_template(account: Account, template_id: str) -> Finding:
    """The template of progress notices, and whether its fields are those that this service fills."""
    return _template(account.templates(), template_id, "WECHAT_TEMPLATE_PROGRESS")


def subscribe_template(account: Account, template_id: str) -> Finding:
    """The same for the long-term 订阅通知, if the account has one."""
    if not template_id:
        return skipped("没有设置 WECHAT_SUBSCRIBE_PROGRESS（可选）")
    templates = account.subscribe_templates()
    found = _template(templates, template_id, "WECHAT_SUBSCRIBE_PROGRESS")
    if found.data and not any(t.long_term for t in templates if t.id == template_id):
        return warning(f"{found.found}，但只是一次性订阅", "申请长期订阅的模板：一次性订阅每发一条都要用户再同意")
    return found


def picture(code: Picture) -> Finding:
    """What a follower who writes “二维码” is sent, as the platform has it."""
    size = code.proven()
    return fine(f"关注者发送“二维码”能收到图片（{size} 字节）", bytes=size)


def _template(templates: Sequence[Template], template_id: str, setting: str) -> Finding:
    template = next((template for template in templates if template.id == template_id), None)
    if template is None:
        has = "、".join(f"{template.title}（{template.id}）" for template in templates) or "一个也没有"
        return broken(f"公众号没有 {setting} 写的模板", f"改 {setting}；公众号现有的模板：{has}")
    has_fields, ours = set(_FIELD.findall(template.content)), set(astuple(ProgressFields()))
    if has_fields != ours:
        missing, extra = "、".join(sorted(ours - has_fields)), "、".join(sorted(has_fields - ours))
        wrong = "；".join(filter(None, (missing and f"缺少 {missing}", extra and f"多出 {extra}")))
        todo = f"在公众平台选用字段为 {'、'.join(astuple(ProgressFields()))} 的模板，否则消息会被拒绝（47003）"
        return broken(f"“{template.title}”的字段不对：{wrong}", todo)
    return fine(f"“{template.title}”的字段都对", title=template.title)


def _quota(account: Callable[[], Account], path: str) -> Finding:
    try:
        quota = account().quota(path)
    except Refused as refused:
        if refused.code not in _NO_QUOTA:
            raise
        return skipped("平台不提供这个接口的次数")
    if not quota.limit:
        return fine(f"已用 {quota.used}，平台没有设上限", used=quota.used, limit=0)
    words, data = f"{quota.used} / {quota.limit}", {"used": quota.used, "limit": quota.limit}
    if quota.used >= quota.limit:
        return broken(f"{words}，已用完", "次日恢复；急用时可以清零：flask wechat quota clear（每月 10 次）", **data)
    if quota.used > QUOTA_WARNING * quota.limit:
        return warning(words, "快用完了，请看日志里是谁在反复调用", **data)
    return fine(words, **data)
