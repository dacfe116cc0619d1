"""``flask wechat doctor``: every finding with its mark and what to do, and a run that nothing stops."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from wcwidth import width

from adapters.wechat.account import Ping, Quota, Template
from adapters.wechat.failures import failure
from adapters.wechat.probe import EVENT, Heard
from fund.errors import FundError, Unavailable
from tests.faces.wechat_bot.administrator import BUSINESS, Administrator, now
from tests.faces.wechat_bot.conftest import Callback
from wechat_bot.doctor import account, address, house, menus
from wechat_bot.doctor.cli import doctor_command
from wechat_bot.doctor.findings import Check, Finding, Mark, broken, fine, run, skipped, warning
from wechat_bot.doctor.table import Table

OK = Heard(200, "text/plain", "success")
DEAD = Heard(lost="ConnectTimeout")


# The run


def test_all_findings_come_in_order_though_one_raises_and_one_hangs() -> None:
    hang = threading.Event()

    def raises() -> Finding:
        raise KeyError("a secret value")

    def hangs() -> Finding:
        hang.wait(10)
        return fine("")

    def refused() -> Finding:
        raise failure("/cgi-bin/menu/get", 40164, "invalid ip 203.0.113.7, not in whitelist")

    checks = [Check("一", raises), Check("二", hangs), Check("三", refused), Check("四", lambda: fine("好"))]
    began = time.monotonic()
    found = {check.name: finding for check, finding in run(checks, seconds=0.2)}
    assert time.monotonic() - began < 2
    hang.set()
    assert list(found) == ["一", "二", "三", "四"]
    assert [finding.mark for finding in found.values()] == [Mark.BROKEN, Mark.BROKEN, Mark.BROKEN, Mark.FINE]
    assert found["一"].found == "检查本身出了错：KeyError"
    assert "没有结果" in found["二"].found
    assert "203.0.113.7" in found["三"].found
    assert "IP 白名单" in found["三"].todo


@pytest.mark.parametrize(
    ("first", "looked"), [(fine(""), True), (warning("", ""), True), (skipped(""), True), (broken("", ""), False)]
)
def test_what_needs_another_check_is_not_even_tried_when_that_one_is_broken(first: Finding, looked: bool) -> None:
    tried: list[int] = []

    def look() -> Finding:
        tried.append(1)
        return fine("好")

    checks = [Check("先", lambda: first), Check("后", look, "先"), Check("再", look, "先")]
    found = [finding for _, finding in run(checks)]
    assert len(tried) == (2 if looked else 0)
    assert looked or found[1].mark is found[2].mark is Mark.SKIPPED
    assert looked or "先要解决“先”" in found[1].found


def test_checks_that_need_nothing_wait_for_nothing() -> None:
    meeting = threading.Barrier(3, timeout=5)

    def meet() -> Finding:
        meeting.wait()
        return fine("")

    assert all(finding.mark is Mark.FINE for _, finding in run([Check(name, meet) for name in "abc"]))


# The table


def lines_of(*rows: tuple[str, Finding], columns: int = 60) -> list[str]:
    checks = [Check(name, lambda: fine("")) for name, _ in rows]
    findings = [(check, finding) for check, (_, finding) in zip(checks, rows, strict=True)]
    return [line for _, line in Table(checks, columns).rows(findings)]


def test_columns_are_aligned_by_width_on_the_screen() -> None:
    lines = lines_of(("设置", fine("甲")), ("Redis", broken("乙", "")), ("access_token", skipped("丙")))
    starts = [width(line[: line.index(word)]) for line, word in zip(lines, "甲乙丙", strict=True)]
    assert len(set(starts)) == 1
    assert [line[1] for line in lines] == ["✓", "✗", "－"]


def test_long_findings_are_wrapped_without_tearing_words() -> None:
    lines = lines_of(("回调", broken("让运行中的服务用同样的 WECHAT_TEMPLATE_PROGRESS 再重启" * 3, "做" * 70)))
    assert all(width(line) <= 60 for line in lines)
    assert sum(line.count("WECHAT_TEMPLATE_PROGRESS") for line in lines) == 3
    advice = [line.strip() for line in lines if "做" in line]
    assert (advice[0][0], {line[0] for line in advice[1:]}) == ("→", {"做"})


def test_the_same_advice_for_neighbouring_rows_is_given_once() -> None:
    lines = lines_of(("一", broken("坏", "重启")), ("二", broken("坏", "重启")), ("三", broken("坏", "改设置")))
    assert [line.strip() for line in lines if "→" in line] == ["→ 重启", "→ 改设置"]
    assert lines.index(next(line for line in lines if "重启" in line)) == 2


@pytest.mark.parametrize(
    ("findings", "code", "words"),
    [
        ([fine("")], 0, "一切正常"),
        ([fine(""), skipped("")], 0, "一切正常（1 项没有检查）"),
        ([fine(""), warning("", "")], 1, "没有故障，1 项请留意"),
        ([broken("", ""), warning("", "")], 2, "1 项有故障，1 项请留意"),
    ],
)
def test_the_exit_code_says_how_bad_it_is(findings: list[Finding], code: int, words: str) -> None:
    checks = [Check(str(n), lambda finding=finding: finding) for n, finding in enumerate(findings)]  # type: ignore[misc]
    done = CliRunner().invoke(doctor_command(lambda: checks))
    assert (done.exit_code, words in done.output) == (code, True)


# Our address


@pytest.mark.parametrize("url", ["https://gjj.example.cn", "https://wx.lnszgjj.com/"])
def test_an_address_that_wechat_takes(url: str) -> None:
    assert address.address(url, production=True).mark is Mark.FINE


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://gjj.example.cn", "不是 https"),
        ("https://gjj.example.cn:8443", "带有端口"),
        ("https://203.0.113.7", "是 IP"),
        ("https://[2001:db8::1]", "是 IP"),
        ("https://localhost", "不是公网域名"),
    ],
)
def test_an_address_that_wechat_does_not_take_is_broken_only_in_production(url: str, why: str) -> None:
    found = address.address(url, production=True)
    assert (found.mark, why in found.found, bool(found.todo)) == (Mark.BROKEN, True, True)
    assert address.address(url, production=False).mark is Mark.WARNING


@dataclass
class Probe:
    """Answers as it is told."""

    answer: Heard
    mode: str = "encrypted"

    def check_url(self) -> tuple[str, Heard]:
        return "echo", self.answer

    def push(self) -> Heard:
        return self.answer

    def forge(self) -> Heard:
        return self.answer


HTML = Heard(200, "text/html", "echo")


@pytest.mark.parametrize(
    ("look", "answer", "mark", "part"),
    [
        (address.url_check, Heard(200, "text/plain", "echo"), Mark.FINE, "text/plain"),
        (address.url_check, HTML, Mark.WARNING, "text/html"),
        (address.url_check, Heard(403, "text/plain", "refused"), Mark.BROKEN, "签名"),
        (address.url_check, Heard(200, "text/html", "<html>"), Mark.BROKEN, "没有原样返回"),
        (address.url_check, Heard(502), Mark.BROKEN, "502"),
        (address.url_check, DEAD, Mark.BROKEN, "ConnectTimeout"),
        (address.push, OK, Mark.FINE, "安全模式"),
        (address.push, HTML, Mark.BROKEN, "没有返回 success"),
        (address.push, Heard(403), Mark.BROKEN, "拒绝"),
        (address.push, Heard(503), Mark.BROKEN, "503"),
        (address.push, Heard(404), Mark.BROKEN, "404"),
        (address.push, DEAD, Mark.BROKEN, "ConnectTimeout"),
        (address.forgery, Heard(403), Mark.FINE, "明文推送被拒绝"),
        (address.forgery, Heard(429), Mark.FINE, "429"),
        (address.forgery, OK, Mark.BROKEN, "居然被接受"),
        (address.forgery, Heard(500), Mark.WARNING, "500"),
        (address.forgery, DEAD, Mark.BROKEN, "ConnectTimeout"),
    ],
)
def test_the_callback_is_judged_by_what_it_answers(
    look: Callable[[Probe], Finding], answer: Heard, mark: Mark, part: str
) -> None:
    found = look(Probe(answer))
    assert (found.mark, part in found.found) == (mark, True)
    assert bool(found.todo) == (mark in {Mark.WARNING, Mark.BROKEN})


def test_the_event_of_a_check_is_answered_and_does_nothing(callback_in: Callable[[str], Callback]) -> None:
    callback = callback_in("encrypted")
    assert callback.say(MsgType="event", Event=EVENT, EventKey="x") == {}
    assert (callback.desk.asked, callback.desk.followed, callback.desk.forgotten) == ([], [], [])


@dataclass
class Site:
    """Serves these pages."""

    pages: Mapping[str, Heard] = field(default_factory=dict)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Heard:
        return self.pages.get(path, Heard(404))


def test_every_domain_file_has_to_be_there_with_its_content() -> None:
    pages = {"/MP_verify_a.txt": Heard(200, "text/plain", "a\n"), "/MP_verify_b.txt": Heard(200, "text/plain", "x")}
    assert address.domain_files(Site(), {}).mark is Mark.SKIPPED
    assert address.domain_files(Site(pages), {"a": "a"}).mark is Mark.FINE
    for files, part in (({"a": "a", "b": "b"}, "MP_verify_b.txt 不对"), ({"c": "c"}, "HTTP 404")):
        found = address.domain_files(Site(pages), files)
        assert (found.mark, part in found.found) == (Mark.BROKEN, True)
    assert address.domain_files(Site({"/MP_verify_a.txt": DEAD}), {"a": "a"}).mark is Mark.BROKEN


@pytest.mark.parametrize(
    ("ahead", "mark", "part"),
    [
        (0, Mark.FINE, "一致"),
        (20, Mark.FINE, "快 20 秒"),
        (-45, Mark.WARNING, "慢 45 秒"),
        (400, Mark.BROKEN, "快 400 秒"),
    ],
)
def test_a_clock_that_is_off_is_told_before_pushes_are_refused(ahead: int, mark: Mark, part: str) -> None:
    moment = now().replace(microsecond=0)
    platform = Site({"/cgi-bin/getcallbackip": Heard(200, date=moment - timedelta(seconds=ahead))})
    found = address.clock(platform, lambda: moment)
    assert (found.mark, part in found.found) == (mark, True)


def test_a_platform_that_tells_no_time_is_no_fault() -> None:
    assert address.clock(Site(), now).mark is Mark.SKIPPED


# The account


@dataclass
class Account:
    """The platform's answers."""

    pings: list[Ping] = field(default_factory=list)
    ips: list[str] = field(default_factory=lambda: [f"203.0.113.{n}" for n in range(5)])
    of_templates: list[Template] = field(default_factory=list)
    used: int = 7
    limit: int = 1000
    fails: FundError | None = None

    def token_seconds(self) -> int:
        return self._said(7200)

    def ticket_seconds(self) -> int:
        return self._said(7200)

    def callback_check(self) -> list[Ping]:
        return self._said(self.pings)

    def callback_ips(self) -> list[str]:
        return self._said(self.ips)

    def templates(self) -> list[Template]:
        return self._said(self.of_templates)

    subscribe_templates = templates

    def quota(self, path: str) -> Quota:
        return self._said(Quota(self.limit, self.used))

    def _said(self, answer: Any) -> Any:
        if self.fails:
            raise self.fails
        return answer


def marks_of(about: Account) -> dict[str, Mark]:
    """Every check of the account."""
    checks = account.checks(lambda: about, account.Templates("T", "S"))
    return {check.name: finding.mark for check, finding in run(checks)}


CONTENT = "业务:{{thing1.DATA}}\n状态:{{phrase2.DATA}}\n号:{{character_string3.DATA}}\n时间:{{ time4.DATA }}\n备注:{{thing5.DATA}}"


def test_an_account_with_everything_in_order() -> None:
    templates = [Template("T", "进度", CONTENT), Template("S", "进度", CONTENT, long_term=True)]
    found = marks_of(Account([Ping("203.0.113.9", "UNICOM", True, "3ms")], of_templates=templates))
    assert set(found.values()) == {Mark.FINE}
    assert len(found) == 10


def test_without_a_token_nothing_else_is_asked() -> None:
    found = marks_of(Account(fails=failure("/cgi-bin/stable_token", 40125, "")))
    assert found.pop("access_token") is Mark.BROKEN
    assert set(found.values()) == {Mark.SKIPPED}


@pytest.mark.parametrize(
    ("pings", "mark", "part"),
    [
        ([], Mark.BROKEN, "解析不出"),
        ([Ping("1.2.3.4", "", False, ""), Ping("1.2.3.5", "", True, "")], Mark.WARNING, "ping 不通 1.2.3.4"),
        ([Ping("1.2.3.4", "", None, "")], Mark.FINE, "1.2.3.4"),
    ],
)
def test_how_the_platform_reaches_the_server(pings: list[Ping], mark: Mark, part: str) -> None:
    found = account.seen_by_platform(Account(pings))
    assert (found.mark, part in found.found) == (mark, True)


@pytest.mark.parametrize(
    ("look", "code", "mark"),
    [
        (account.seen_by_platform, 48001, Mark.SKIPPED),
        (account.seen_by_platform, 40201, Mark.BROKEN),
        (lambda about: account._quota(lambda: about, "/x"), 76022, Mark.SKIPPED),
        (lambda about: account._quota(lambda: about, "/x"), 50002, Mark.BROKEN),
    ],
)
def test_what_the_platform_does_not_offer_is_not_called_broken(
    look: Callable[[Account], Finding], code: int, mark: Mark
) -> None:
    about = Account(fails=failure("/x", code, ""))
    [(_, found)] = run([Check("x", lambda: look(about))])
    assert found.mark is mark


def test_the_addresses_of_pushes_are_shown_and_all_of_them_in_json() -> None:
    found = account.callback_ips(Account())
    assert "203.0.113.0、203.0.113.1、203.0.113.2 等 5 个" in found.found
    assert len(found.data["ips"]) == 5
    assert account.callback_ips(Account(ips=[])).mark is Mark.WARNING


def test_a_template_is_the_settings_one_with_the_fields_that_are_filled() -> None:
    about = Account(of_templates=[Template("T", "进度", CONTENT)])
    assert account.progress_template(about, "T").mark is Mark.FINE
    missing = account.progress_template(about, "OTHER")
    assert (missing.mark, "改 WECHAT_TEMPLATE_PROGRESS" in missing.todo) == (Mark.BROKEN, True)
    assert "进度（T）" in missing.todo
    wrong = Account(of_templates=[Template("T", "进度", CONTENT.replace("phrase2", "thing2"))])
    found = account.progress_template(wrong, "T")
    assert (found.mark, "缺少 phrase2；多出 thing2" in found.found) == (Mark.BROKEN, True)


@pytest.mark.parametrize(
    ("template_id", "long_term", "mark"),
    [("", True, Mark.SKIPPED), ("S", True, Mark.FINE), ("S", False, Mark.WARNING), ("X", True, Mark.BROKEN)],
)
def test_a_subscription_is_optional_but_if_then_for_long(template_id: str, long_term: bool, mark: Mark) -> None:
    about = Account(of_templates=[Template("S", "进度", CONTENT, long_term)])
    assert account.subscribe_template(about, template_id).mark is mark


@pytest.mark.parametrize(
    ("used", "limit", "mark", "part"),
    [
        (800, 1000, Mark.FINE, "800 / 1000"),
        (801, 1000, Mark.WARNING, "801 / 1000"),
        (1000, 1000, Mark.BROKEN, "已用完"),
        (9, 0, Mark.FINE, "没有设上限"),
    ],
)
def test_a_quota_is_told_before_it_is_used_up(used: int, limit: int, mark: Mark, part: str) -> None:
    found = account._quota(lambda: Account(used=used, limit=limit), "/x")
    assert (found.mark, part in found.found) == (mark, True)


def test_the_picture_of_the_code_is_proven_by_fetching_it() -> None:
    class Code:
        def proven(self) -> int:
            return 512

    assert "512 字节" in account.picture(Code()).found


# The menu


def menu_marks(admin: Administrator) -> dict[str, Finding]:
    return {check.name: check.look() for check in menus.checks(admin.script())}


def test_the_live_menu_is_the_files_or_it_is_told_which_one_differs(admin: Administrator) -> None:
    assert "flask menu apply" in menu_marks(admin)["菜单"].todo
    admin.writes(BUSINESS + '[[conditional]]\ntag = "单位经办人"\n[[conditional.button]]\nname = "常见问题"\n'
                 'type = "click"\nkey = "FAQ"\n')  # fmt: skip
    admin.runs("apply", "--yes")
    found = menu_marks(admin)
    assert [finding.mark for finding in found.values()] == [Mark.FINE, Mark.FINE]
    assert "默认菜单和 1 个个性化菜单" in found["菜单"].found
    admin.writes(BUSINESS.replace("业务办理", "办业务"))
    differs = menu_marks(admin)["菜单"]
    assert differs.mark is Mark.WARNING
    assert "默认菜单" in differs.found
    assert "标签 单位经办人（100）" in differs.found


@pytest.mark.parametrize("text", ["[[button]\n", BUSINESS.replace("view", "veiw"), BUSINESS + '[[conditional]]\ntag = "无"\n'
                                  '[[conditional.button]]\nname = "a"\ntype = "click"\nkey = "FAQ"\n'])  # fmt: skip
def test_a_broken_menu_file_is_broken(text: str, admin: Administrator) -> None:
    admin.writes(text)
    found = menu_marks(admin)["菜单"]
    assert (found.mark, "flask menu validate" in found.todo) == (Mark.BROKEN, True)


def test_a_missing_menu_file_is_broken(admin: Administrator) -> None:
    admin.path.unlink()
    assert menu_marks(admin)["菜单"].mark is Mark.BROKEN


def test_a_live_key_that_nobody_answers_is_named(admin: Administrator) -> None:
    assert menu_marks(admin)["菜单按键"].mark is Mark.SKIPPED
    buttons = [{"type": "click", "name": "旧按钮", "key": "GONE"}, {"type": "click", "name": "好", "key": "FAQ"}]
    admin.api.menu_create({"button": buttons})
    found = menu_marks(admin)["菜单按键"]
    assert (found.mark, found.found) == (Mark.BROKEN, "没有回复的按键：“旧按钮”（GONE）")


# The house


def test_settings_and_store() -> None:
    assert [house.settings(mode, "production", "wx0").mark for mode in ("encrypted", "compatible", "plain")] == [
        Mark.FINE,
        Mark.WARNING,
        Mark.WARNING,
    ]
    assert [house.redis(lambda: True).mark, house.redis(lambda: False).mark] == [Mark.FINE, Mark.BROKEN]


def test_a_platform_that_is_not_reached_has_its_advice() -> None:
    def unreached() -> Finding:
        raise Unavailable("/x: ConnectTimeout", code="wechat_unreachable")

    [(_, found)] = run([Check("x", unreached)])
    assert "WECHAT_API_URL" in found.todo
