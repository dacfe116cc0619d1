"""Checks of what the outside reaches: our address, the callback, the domain files; and of the two clocks."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from wechat_bot.doctor.findings import Check, Finding, broken, fine, skipped, warning

CLOCK_WARNING, CLOCK_BROKEN = 30, 300
"""Seconds the clocks may differ: pushes further away than ten minutes are refused as replays."""

_SERVER = "公众平台“基本配置 → 服务器配置”"
_LOST = "检查服务是否在运行、域名解析、证书，以及 PUBLIC_URL 是否写对"


class Heard(Protocol):
    """What came back from an address; ``lost`` says why nothing did."""

    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def lost(self) -> str: ...
    @property
    def date(self) -> datetime | None: ...


class Outside(Protocol):
    """Asks one base URL like a stranger. Never raises."""

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Heard: ...


class CallbackProbe(Protocol):
    """Plays the platform towards our own callback. Never raises."""

    mode: str

    def check_url(self) -> tuple[str, Heard]: ...
    def push(self) -> Heard: ...
    def forge(self) -> Heard: ...


def checks(
    public_url: str, production: bool, site: Outside, probe: CallbackProbe, files: Mapping[str, str]
) -> list[Check]:
    """What can be seen of our own address without the platform."""
    return [
        Check("对外地址", lambda: address(public_url, production)),
        Check("回调：地址验证", lambda: url_check(probe)),
        Check("回调：接收推送", lambda: push(probe)),
        Check("回调：拒绝伪造", lambda: forgery(probe)),
        Check("域名验证文件", lambda: domain_files(site, files)),
    ]


def address(public_url: str, production: bool) -> Finding:
    """Whether WeChat would take PUBLIC_URL: https, a name and no port (网页授权域名, JS 接口安全域名, 服务器配置)."""
    wrong = list(_unfit(public_url))
    if not wrong:
        return fine(public_url)
    found, todo = f"{public_url} {'，'.join(wrong)}", "微信只接受已备案域名的 https 地址，不带端口；改 PUBLIC_URL"
    return broken(found, todo) if production else warning(found, f"{todo}（开发环境可以不管）")


def _unfit(public_url: str) -> Iterator[str]:
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        yield "不是 https"
    if parts.port is not None:
        yield "带有端口"
    try:
        ip_address(host)
        yield "是 IP 而不是域名"
    except ValueError:
        if "." not in host:
            yield "不是公网域名"


def url_check(probe: CallbackProbe) -> Finding:
    """The platform's own way to verify the address when it is saved in the console."""
    echo, heard = probe.check_url()
    if heard.lost:
        return broken(f"打不开：{heard.lost}", _LOST)
    if heard.status == 403:
        return broken("签名没有通过（403）", "运行中的服务用的是另一个 WECHAT_TOKEN，请统一后重启服务")
    if heard.status != 200 or heard.text != echo:
        return broken(f"没有原样返回 echostr（HTTP {heard.status}）", "检查代理是否把 /wechat/callback 转给了本服务")
    if heard.content_type != "text/plain":
        return warning(f"返回的类型是 {heard.content_type}，应为 text/plain", "检查代理是否改写了响应头")
    return fine("echostr 原样返回，text/plain")


def push(probe: CallbackProbe) -> Finding:
    """A genuine push in the configured mode."""
    heard = probe.push()
    if heard.lost:
        return broken(f"打不开：{heard.lost}", _LOST)
    if heard.status == 200 and heard.text == "success":
        return fine(f"推送已接收（{_MODES[probe.mode]}），返回 success")
    if heard.status in {400, 403}:
        same = "WECHAT_TOKEN、WECHAT_AES_KEY、WECHAT_APP_ID、WECHAT_MODE"
        return broken(
            f"推送被拒绝（HTTP {heard.status}）", f"让运行中的服务、本命令和{_SERVER}用同样的 {same}，再重启服务"
        )
    if heard.status == 503:
        return broken("推送没有处理成功（HTTP 503）", "服务连不上 Redis 或 PostgreSQL，请看 /readyz 和日志")
    return broken(f"没有返回 success（HTTP {heard.status}）", "检查代理是否把 /wechat/callback 转给了本服务，并看日志")


_MODES = {"encrypted": "安全模式", "compatible": "兼容模式", "plain": "明文模式"}


def forgery(probe: CallbackProbe) -> Finding:
    """A push that anybody could have made must be refused."""
    heard = probe.forge()
    what = "明文推送" if probe.mode == "encrypted" else "签名不对的推送"
    if heard.lost:
        return broken(f"打不开：{heard.lost}", _LOST)
    if heard.status in {400, 403, 429}:
        return fine(f"{what}被拒绝（HTTP {heard.status}）")
    if 200 <= heard.status < 300:
        return broken(f"{what}居然被接受了", "运行中的服务不是本服务，或 WECHAT_MODE 不同；请立即核对并重启")
    return warning(f"{what}得到 HTTP {heard.status}", "应为 403；请检查代理和日志")


def domain_files(site: Outside, files: Mapping[str, str]) -> Finding:
    """The files by which the platform sees that a domain is ours."""
    if not files:
        return skipped("没有设置 WECHAT_VERIFY_FILES（在公众平台填写域名时才需要）")
    for code, content in files.items():
        heard = site.get(f"/MP_verify_{code}.txt")
        if heard.lost:
            return broken(f"MP_verify_{code}.txt 打不开：{heard.lost}", _LOST)
        if heard.status != 200 or heard.text.strip() != content:
            todo = "重启服务使 WECHAT_VERIFY_FILES 生效，并检查代理是否转发了根目录下的 .txt"
            return broken(f"MP_verify_{code}.txt 不对（HTTP {heard.status}）", todo)
    return fine(f"{len(files)} 个文件都能打开，内容正确")


def clock(platform: Outside, now: Callable[[], datetime]) -> Finding:
    """Our clock against the platform's, as its HTTP header tells it, to the second."""
    before = now()
    heard = platform.get("/cgi-bin/getcallbackip")  # without a token: only the header matters
    if heard.date is None:
        return skipped(f"平台没有告诉时间{'：' + heard.lost if heard.lost else ''}")
    middle = before + (now() - before) / 2
    seconds = round((middle.astimezone(UTC) - heard.date.astimezone(UTC)).total_seconds())
    words = f"本机比微信平台{'快' if seconds > 0 else '慢'} {abs(seconds)} 秒" if abs(seconds) > 1 else "与微信平台一致"
    if abs(seconds) > CLOCK_BROKEN:
        return broken(words, "请马上校时（NTP）：相差 10 分钟以上，所有推送都会被当作重放拒绝", seconds=seconds)
    if abs(seconds) > CLOCK_WARNING:
        return warning(words, "请校时（NTP）", seconds=seconds)
    return fine(words, seconds=seconds)
