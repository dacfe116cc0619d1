"""The platform's error codes → our errors, each with what to do about it.

Source of codes and meanings: developers.weixin.qq.com, 全局返回码; the actions are this service's.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from fund.errors import Refused, Unavailable


class Action(StrEnum):
    """What the caller should do about a refusal."""

    RETRY_LATER = "retry_later"
    RENEW_TOKEN = "renew_token"
    ALARM = "alarm"
    DROP_BINDING = "drop_binding"
    RESTART_OAUTH = "restart_oauth"
    FIX_MENU = "fix_menu"
    DISABLE_TEMPLATE = "disable_template"
    NOT_FOLLOWING = "not_following"
    MARK_REFUSED = "mark_refused"
    STOP_UNTIL_RESET = "stop_until_reset"
    FALL_BACK = "fall_back"
    BUG = "bug"


TOKEN_ERRORS = frozenset({40001, 40014, 42001})
BUSY = -1
QUOTA_USED_UP = 45009
NO_MENU = 46003
NO_CONDITIONAL_MENU = 65301
NO_MEDIA = 40007

_TABLE: dict[int, tuple[Action, str]] = {
    -1: (Action.RETRY_LATER, "微信平台繁忙，请稍后再试"),
    45011: (Action.RETRY_LATER, "接口调用过于频繁，请稍后再试"),
    40001: (Action.RENEW_TOKEN, "access_token 无效"),
    40014: (Action.RENEW_TOKEN, "access_token 不合法"),
    42001: (Action.RENEW_TOKEN, "access_token 已过期"),
    40013: (Action.ALARM, "AppID 不正确，请核对 WECHAT_APP_ID"),
    40125: (Action.ALARM, "AppSecret 不正确，请核对 WECHAT_APP_SECRET"),
    40243: (Action.ALARM, "AppSecret 已被冻结，请在公众平台解冻"),
    40164: (Action.ALARM, "本机 IP 不在公众平台的 IP 白名单中"),
    61004: (Action.ALARM, "本机 IP 不在第三方平台的 IP 白名单中"),
    61024: (Action.ALARM, "AppID 属于第三方平台，不能直接取 access_token"),
    48001: (Action.ALARM, "公众号没有这个接口的权限"),
    48006: (Action.ALARM, "本月清零调用次数的机会已用完"),
    50001: (Action.ALARM, "用户未授权这个接口"),
    50002: (Action.ALARM, "公众号受到限制，请登录公众平台查看"),
    65320: (Action.ALARM, "个性化菜单使用了不再支持的条件，请改用标签"),
    40003: (Action.DROP_BINDING, "openid 不属于本公众号或已取消关注"),
    40029: (Action.RESTART_OAUTH, "授权 code 无效"),
    40163: (Action.RESTART_OAUTH, "授权 code 已被使用"),
    42003: (Action.RESTART_OAUTH, "授权 code 已过期"),
    40016: (Action.FIX_MENU, "菜单按钮个数超出限制"),
    40017: (Action.FIX_MENU, "一级菜单的类型 type 不正确"),
    40018: (Action.FIX_MENU, "菜单名称长度超出限制"),
    40019: (Action.FIX_MENU, "一级菜单的 key 长度超出限制"),
    40020: (Action.FIX_MENU, "菜单网址长度超出限制"),
    40023: (Action.FIX_MENU, "子菜单个数超出限制"),
    40024: (Action.FIX_MENU, "子菜单的类型 type 不正确"),
    40025: (Action.FIX_MENU, "子菜单名称长度超出限制"),
    40026: (Action.FIX_MENU, "子菜单的 key 长度超出限制"),
    40027: (Action.FIX_MENU, "子菜单网址长度超出限制"),
    40054: (Action.FIX_MENU, "子菜单网址的域名不合要求"),
    40055: (Action.FIX_MENU, "一级菜单网址的域名不合要求"),
    46003: (Action.FIX_MENU, "公众号没有菜单"),
    65301: (Action.FIX_MENU, "没有这个个性化菜单"),
    65302: (Action.FIX_MENU, "没有这个用户，请核对 OPENID"),
    65303: (Action.FIX_MENU, "要先有默认菜单，才能有个性化菜单"),
    65304: (Action.FIX_MENU, "个性化菜单缺少匹配条件"),
    65316: (Action.FIX_MENU, "所有个性化菜单合计最多打开 3 个域名"),
    40037: (Action.DISABLE_TEMPLATE, "模板编号不正确，请核对 WECHAT_TEMPLATE_PROGRESS"),
    43004: (Action.NOT_FOLLOWING, "用户没有关注公众号"),
    43101: (Action.MARK_REFUSED, "用户拒绝接收这类消息"),
    45009: (Action.STOP_UNTIL_RESET, "今日接口调用次数已用完，次日恢复"),
    45015: (Action.FALL_BACK, "超出客服消息的可回复时间"),
    45047: (Action.FALL_BACK, "客服消息条数超出限制"),
    41002: (Action.BUG, "请求缺少 AppID"),
    41004: (Action.BUG, "请求缺少 AppSecret"),
    41008: (Action.BUG, "请求缺少授权 code"),
    40004: (Action.BUG, "不支持的媒体类型"),
    40005: (Action.BUG, "不支持的文件类型"),
    40007: (Action.BUG, "媒体文件不存在或已过期"),
    41005: (Action.BUG, "请求缺少媒体文件"),
    45001: (Action.BUG, "媒体文件太大"),
    40201: (Action.ALARM, "公众平台里还没有填写服务器地址（URL）"),
    76021: (Action.BUG, "没有这个接口"),
    76022: (Action.BUG, "这个接口不能查询调用次数"),
    47001: (Action.BUG, "请求的数据格式有误"),
    47003: (Action.BUG, "模板字段的内容不符合规则"),
}

_ACCOUNT = frozenset(
    errcode
    for errcode, (action, _) in _TABLE.items()
    if action in {Action.ALARM, Action.RENEW_TOKEN, Action.STOP_UNTIL_RESET}
)

_log = logging.getLogger(__name__)

_RID = re.compile(r"rid:\s*([0-9a-zA-Z-]{1,64})")
_IP = re.compile(r"(?:invalid ip|ip)\s+((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)")


class WeChatRefused(Refused):
    """The platform said no. ``code`` is the errcode as text; ``rid`` is what its support asks for."""

    def __init__(self, message: str, errcode: int, action: Action, rid: str = "", ip: str = "") -> None:
        super().__init__(message, code=str(errcode))
        self.errcode = errcode
        self.action = action
        self.rid = rid
        self.ip = ip


class WeChatBusy(Unavailable):
    """Nothing was done, and later it may be: the platform is busy, or the account is blocked for now."""

    def __init__(self, message: str, errcode: int, rid: str = "") -> None:
        super().__init__(message, code=str(errcode))
        self.errcode = errcode
        self.rid = rid


def failure(path: str, errcode: int, errmsg: str) -> WeChatRefused | WeChatBusy:
    """Our error for an errcode. Only rid and IP are taken from ``errmsg``: the rest may name a person."""
    action, meaning = _TABLE.get(errcode, (Action.ALARM, "微信平台拒绝了请求"))
    rid = _first(_RID, errmsg)
    ip = _first(_IP, errmsg) if errcode in {40164, 61004} else ""
    words = f"{meaning}：请把 {ip} 加入白名单" if ip else meaning
    message = f"{words}（{path} errcode {errcode}{', rid ' + rid if rid else ''}）"
    if action is Action.RETRY_LATER:
        return WeChatBusy(message, errcode, rid)
    return WeChatRefused(message, errcode, action, rid, ip)


@contextmanager
def account_troubles_pass() -> Iterator[None]:
    """For messages to followers: a refusal that is about the account, and so is over some day without the message
    being any different (quota, whitelist, secret, permission), becomes WeChatBusy. What is about the follower or
    the message, and what is not in the table, stays a refusal."""
    try:
        yield
    except WeChatRefused as refused:
        if refused.errcode not in _ACCOUNT:
            raise
        _log.error("no message can be sent to any follower: %s", refused.message)
        raise WeChatBusy(refused.message, refused.errcode, refused.rid) from None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
