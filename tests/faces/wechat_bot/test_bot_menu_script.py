"""``flask menu …`` as an administrator uses it, against the sandbox over HTTP."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from click.testing import CliRunner, Result

from adapters.valkey.client import connect
from adapters.wechat.api import WeChatApi
from adapters.wechat.failures import failure
from adapters.wechat.transport import Transport
from tests.adapters.wechat.platform_double import PlatformDouble
from tests.adapters.wechat.sandbox_server import SandboxServer, running_sandbox
from wechat_bot.menu.cli import MenuScript, menu_cli
from wechat_bot.menu.history import History
from wechat_bot.menu.model import from_platform
from wechat_bot.menu.rules import House
from wechat_bot.replies import BOT

PUBLIC = "http://127.0.0.1:8000"
DOUBLE = PlatformDouble()
CREATE = "/cgi-bin/menu/create"

BUSINESS = """\
[[button]]
name = "业务办理"
type = "view"
url = "{PUBLIC_URL}/h5/"
"""
WITH_GUIDE = (
    BUSINESS
    + """
[[button]]
name = "服务指南"

[[button.sub]]
name = "常见问题"
type = "click"
key = "FAQ"
"""
)


def now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def the_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), DOUBLE, PUBLIC) as server:
        yield server


class Administrator:
    """Edits the file and runs commands."""

    def __init__(self, sandbox_url: str, store: redis.Redis, directory: Path) -> None:
        self.path = directory / "menu.toml"
        self.history = History(directory / "var" / "menu", now)
        self.public_url = PUBLIC
        self.production = False
        self.api = WeChatApi(
            Transport(sandbox_url, read=1, total=2),
            store,
            app_id=DOUBLE.app_id,
            app_secret="APP-SECRET",
            clock=now,
        )

    def writes(self, text: str) -> None:
        self.path.write_text(text, "utf-8")

    def runs(self, *arguments: str, answer: str | None = None, color: bool = False) -> Result:
        house = House({"127.0.0.1"}, BOT.click_keys, self.production)
        script = MenuScript(lambda: self.api, self.path, self.public_url, house, self.history)
        return CliRunner().invoke(menu_cli(script), arguments, input=answer, color=color)

    def live(self) -> Any:
        menu = from_platform(self.api.menu_get())
        return menu.for_platform() if menu else None


@pytest.fixture
def admin(the_sandbox: SandboxServer, records: redis.Redis, tmp_path: Path) -> Administrator:
    the_sandbox.control("POST", "reset", {"menu": True})
    administrator = Administrator(the_sandbox.url, records, tmp_path)
    administrator.writes(BUSINESS)
    return administrator


def test_validate_says_fine_without_asking_the_platform(admin: Administrator, the_sandbox: SandboxServer) -> None:
    done = admin.runs("validate")
    assert (done.exit_code, "没有问题" in done.output) == (0, True)
    assert the_sandbox.control("GET", "journal") == []


def test_validate_names_file_and_line(admin: Administrator) -> None:
    admin.writes(BUSINESS.replace("业务办理", "业务办理大厅欢迎"))
    done = admin.runs("validate")
    assert done.exit_code == 2
    assert f"{admin.path}:2: " in done.stderr
    assert "最多 16 字节" in done.stderr


def test_a_missing_file_is_named(admin: Administrator) -> None:
    admin.path.unlink()
    done = admin.runs("validate")
    assert done.exit_code == 2
    assert "读不了菜单文件" in done.stderr


def test_diff_shows_what_would_change_and_exits_with_1(admin: Administrator) -> None:
    done = admin.runs("diff")
    assert done.exit_code == 1
    assert f"+ 业务办理 → 打开 {PUBLIC}/h5/" in done.output
    assert admin.live() is None


def test_diff_of_the_same_menu_exits_with_0(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    done = admin.runs("diff")
    assert (done.exit_code, "一致" in done.output) == (0, True)


def test_apply_shows_the_difference_asks_and_publishes(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    admin.writes(WITH_GUIDE)
    done = admin.runs("apply", answer="y\n", color=True)
    assert done.exit_code == 0, done.output
    assert "\x1b[32m+ 服务指南（1 个子菜单）" in done.output
    assert admin.live()["button"][1]["sub_button"] == [{"type": "click", "name": "常见问题", "key": "FAQ"}]


def test_apply_changes_nothing_unless_confirmed(admin: Administrator, the_sandbox: SandboxServer) -> None:
    for answer in ("n\n", "\n"):
        done = admin.runs("apply", answer=answer)
        assert (done.exit_code, "没有改动" in done.output) == (1, True)
    assert the_sandbox.calls(CREATE) == 0
    assert admin.history.versions() == []


def test_apply_of_the_same_menu_does_not_touch_the_platform(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.runs("apply", "--yes")
    assert admin.runs("apply", "--yes").exit_code == 0
    assert the_sandbox.calls(CREATE) == 1


def test_a_wrong_file_is_never_sent(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.production = True
    done = admin.runs("apply", "--yes")
    assert (done.exit_code, "要用 https" in done.stderr) == (2, True)
    assert the_sandbox.calls(CREATE) == 0


def test_rollback_returns_to_the_menu_before_and_again_forward(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    first = admin.live()
    admin.writes(WITH_GUIDE)
    admin.runs("apply", "--yes")
    second = admin.live()
    assert admin.runs("rollback", "--yes").exit_code == 0
    assert admin.live() == first
    assert admin.runs("rollback", "--yes").exit_code == 0
    assert admin.live() == second


def test_rollback_to_a_named_version(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    [version] = admin.history.versions()
    admin.writes(WITH_GUIDE)
    admin.runs("apply", "--yes")
    listed = admin.runs("rollback", "--list")
    assert (listed.exit_code, version in listed.output) == (0, True)
    assert admin.runs("rollback", version, "--yes").exit_code == 0
    assert len(admin.live()["button"]) == 1
    unknown = admin.runs("rollback", "20200101-000000-000", "--yes")
    assert (unknown.exit_code, "没有版本" in unknown.stderr) == (2, True)
    assert admin.runs("rollback", "../../etc/passwd", "--yes").exit_code == 2


def test_rollback_restores_a_menu_that_somebody_else_had_made(admin: Administrator) -> None:
    admin.api.menu_create({"button": [{"type": "click", "name": "旧菜单", "key": "HELP"}]})
    before = admin.live()
    admin.runs("apply", "--yes")
    assert admin.runs("rollback", "--yes").exit_code == 0
    assert admin.live() == before


def test_rollback_with_nothing_kept(admin: Administrator) -> None:
    done = admin.runs("rollback", "--yes")
    assert (done.exit_code, "没有可以回退的版本" in done.stderr) == (2, True)


def test_rollback_never_brings_back_a_key_nobody_answers(admin: Administrator) -> None:
    admin.api.menu_create({"button": [{"type": "click", "name": "旧菜单", "key": "GONE"}]})
    admin.runs("apply", "--yes")
    done = admin.runs("rollback", "--yes")
    assert (done.exit_code, "没有对应的回复" in done.stderr) == (2, True)


def test_delete_asks_and_can_be_taken_back(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    before = admin.live()
    assert admin.runs("delete", answer="n\n").exit_code == 1
    assert admin.live() == before
    assert admin.runs("delete", "--yes").exit_code == 0
    assert admin.live() is None
    assert admin.runs("delete", "--yes").exit_code == 0
    assert admin.runs("rollback", "--yes").exit_code == 0
    assert admin.live() == before


def test_pull_gives_a_file_that_applies_again(admin: Administrator) -> None:
    admin.writes(WITH_GUIDE)
    admin.runs("apply", "--yes")
    before = admin.live()
    shown = admin.runs("pull")
    assert (shown.exit_code, "{PUBLIC_URL}/h5/" in shown.output) == (0, True)
    admin.runs("delete", "--yes")
    admin.writes(shown.output)
    assert admin.runs("apply", "--yes").exit_code == 0
    assert admin.live() == before


def test_pull_into_a_file_asks_before_it_overwrites(admin: Administrator, tmp_path: Path) -> None:
    admin.runs("apply", "--yes")
    target = tmp_path / "pulled.toml"
    assert admin.runs("pull", "-o", str(target)).exit_code == 0
    assert "业务办理" in target.read_text("utf-8")
    target.write_text("mine", "utf-8")
    assert admin.runs("pull", "-o", str(target), answer="n\n").exit_code == 1
    assert target.read_text("utf-8") == "mine"
    assert admin.runs("pull", "-o", str(target), "--yes").exit_code == 0
    assert "业务办理" in target.read_text("utf-8")


def test_pull_with_no_menu(admin: Administrator) -> None:
    done = admin.runs("pull")
    assert (done.exit_code, "线上还没有菜单" in done.stderr) == (2, True)


def test_personalised_menus_are_mentioned_and_left_alone(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    admin.api.menu_addconditional(
        {"button": [{"type": "click", "name": "工作人员", "key": "STAFF"}], "matchrule": {"tag_id": "2"}}
    )
    admin.writes(WITH_GUIDE)
    assert "另有 1 个个性化菜单" in admin.runs("apply", "--yes").output
    assert "和 1 个个性化菜单" in admin.runs("delete", answer="n\n").output


@pytest.mark.parametrize(
    ("command", "code", "part"),
    [
        (("validate", "--json"), 0, {"ok": True, "buttons": 1}),
        (("diff", "--json"), 1, {"ok": True, "differs": True, "diff": [f"+ 业务办理 → 打开 {PUBLIC}/h5/"]}),
        (("apply", "--json", "--yes"), 0, {"ok": True, "applied": True}),
        (("apply", "--json"), 2, {"ok": False}),
        (("pull", "--json"), 2, {"ok": False, "problems": [{"line": 0, "message": "线上还没有菜单"}]}),
        (("rollback", "--list", "--json"), 0, {"ok": True, "versions": []}),
        (("delete", "--json", "--yes"), 0, {"ok": True, "deleted": False}),
    ],
)
def test_json_is_one_object_for_scripts(
    command: tuple[str, ...], code: int, part: dict[str, object], admin: Administrator
) -> None:
    done = admin.runs(*command)
    assert done.exit_code == code
    answer = json.loads(done.stdout)
    assert {name: answer[name] for name in part} == part


def test_json_errors_hold_their_lines(admin: Administrator) -> None:
    admin.writes(BUSINESS.replace("view", "veiw"))
    answer = json.loads(admin.runs("validate", "--json").stdout)
    assert answer["problems"][0]["line"] == 3


@pytest.mark.parametrize("mode", ["error", "drop", "garbage"])
def test_a_platform_that_does_not_answer_is_told_in_words(
    mode: str, admin: Administrator, the_sandbox: SandboxServer
) -> None:
    the_sandbox.control("POST", "faults", {"service": "wechat", "mode": mode, "times": 1})
    done = admin.runs("diff")
    assert (done.exit_code, "没有连上微信平台" in done.stderr) == (2, True)
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_a_missing_store_is_not_blamed_on_the_platform(admin: Administrator, the_sandbox: SandboxServer) -> None:
    with connect("redis://127.0.0.1:1", retries=0) as nowhere:
        admin.api = WeChatApi(
            Transport(the_sandbox.url), nowhere, app_id=DOUBLE.app_id, app_secret="APP-SECRET", clock=now
        )
        done = admin.runs("diff")
    assert (done.exit_code, "检查 REDIS_URL" in done.stderr) == (2, True)


def test_an_address_that_is_not_whitelisted_is_shown(admin: Administrator) -> None:
    class Whitelisted:
        def menu_get(self) -> None:
            raise failure("/cgi-bin/stable_token", 40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in")

        menu_create: Callable[..., None]
        menu_delete: Callable[..., None]

    admin.api = Whitelisted()  # type: ignore[assignment]
    done = admin.runs("diff")
    assert (done.exit_code, "203.0.113.7 加入白名单" in done.stderr) == (2, True)


def test_versions_of_one_second_keep_their_order(tmp_path: Path) -> None:
    moment = [now()]
    history = History(tmp_path, lambda: moment[0])
    menus = [from_platform({"menu": {"button": [{"type": "click", "name": f"b{n}", "key": "FAQ"}]}}) for n in range(3)]
    kept = []
    for menu in menus:
        assert menu is not None
        kept.append(history.keep(menu))
        moment[0] -= timedelta(seconds=5)
    assert history.versions() == kept
    assert [history.load(version) for version in kept] == menus
    assert menus[2] is not None
    assert history.keep(menus[2]) == kept[2]
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    assert history.versions() == kept
