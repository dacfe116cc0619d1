"""``flask menu …`` as an administrator uses it, against the sandbox over HTTP."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.valkey.client import connect
from adapters.wechat.account import WeChatAccount
from adapters.wechat.transport import Transport
from tests.adapters.wechat.sandbox_server import SandboxServer
from tests.faces.wechat_bot.administrator import BUSINESS, DOUBLE, PUBLIC, WITH_GUIDE, Administrator, now
from wechat_bot.menu.history import History
from wechat_bot.menu.model import Menus, all_from_platform

CREATE = "/cgi-bin/menu/create"


def a_set(name: str) -> Menus:
    return all_from_platform({"menu": {"button": [{"type": "click", "name": name, "key": "FAQ"}]}})


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


def test_a_busy_platform_is_called_busy_and_not_unreachable(admin: Administrator, the_sandbox: SandboxServer) -> None:
    the_sandbox.control("POST", "faults", {"service": "wechat", "mode": "error", "times": 1})
    done = admin.runs("diff")
    assert (done.exit_code, done.stderr.startswith("微信平台繁忙")) == (2, True)


def test_a_used_up_quota_says_when_it_ends_and_how_to_end_it_sooner(
    admin: Administrator, the_sandbox: SandboxServer
) -> None:
    the_sandbox.control("PUT", "quota", {"path": CREATE, "used": 1000})
    done = admin.runs("apply", "--yes")
    assert done.exit_code == 2
    assert "次日恢复" in done.stderr
    assert "flask wechat quota clear" in done.stderr
    assert admin.live() is None


def test_a_wrong_secret_is_called_by_its_name_and_not_shown(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.api = WeChatAccount(
        Transport(the_sandbox.url), admin.store, app_id=DOUBLE.app_id, app_secret="NOT-THE-SECRET", clock=now
    )
    done = admin.runs("diff")
    assert (done.exit_code, "请核对 WECHAT_APP_SECRET" in done.stderr) == (2, True)
    assert "NOT-THE-SECRET" not in done.output


@pytest.mark.parametrize("mode", ["drop", "garbage"])
def test_a_platform_that_does_not_answer_is_told_in_words(
    mode: str, admin: Administrator, the_sandbox: SandboxServer
) -> None:
    the_sandbox.control("POST", "faults", {"service": "wechat", "mode": mode, "times": 1})
    done = admin.runs("diff")
    assert (done.exit_code, "没有连上微信平台" in done.stderr) == (2, True)
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_a_missing_store_is_not_blamed_on_the_platform(admin: Administrator, the_sandbox: SandboxServer) -> None:
    with connect("redis://127.0.0.1:1", retries=0) as nowhere:
        admin.api = WeChatAccount(
            Transport(the_sandbox.url), nowhere, app_id=DOUBLE.app_id, app_secret="APP-SECRET", clock=now
        )
        done = admin.runs("diff")
    assert (done.exit_code, "检查 REDIS_URL" in done.stderr) == (2, True)


def test_an_address_that_is_not_whitelisted_is_shown(admin: Administrator, the_sandbox: SandboxServer) -> None:
    the_sandbox.control("PUT", "whitelist", {"ips": ["203.0.113.7"]})
    done = admin.runs("diff")
    assert (done.exit_code, "请把 127.0.0.1 加入白名单" in done.stderr) == (2, True)


def test_a_file_of_another_encoding_is_told_what_to_do(admin: Administrator) -> None:
    admin.path.write_bytes(BUSINESS.encode("gbk"))
    done = admin.runs("validate")
    assert (done.exit_code, "另存为 UTF-8" in done.stderr) == (2, True)


def test_another_file_can_be_checked_compared_and_applied(admin: Administrator, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(WITH_GUIDE.replace("FAQ", "GONE"), "utf-8")
    assert f"{draft}:12: " in admin.runs("validate", "--file", str(draft)).stderr
    draft.write_text(WITH_GUIDE, "utf-8")
    assert admin.runs("diff", "-f", str(draft)).exit_code == 1
    assert admin.runs("apply", "-f", str(draft), "--yes").exit_code == 0
    assert len(admin.live()["button"]) == 2


# Colours, and nobody there to answer


def coloured(admin: Administrator, *options: str, on_terminal: bool) -> bool:
    return "\x1b[" in admin.runs("diff", *options, color=on_terminal).output


def test_colours_are_for_terminals_unless_they_are_asked_for(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured(admin, on_terminal=True)
    assert not coloured(admin, on_terminal=False)
    assert not coloured(admin, "--no-color", on_terminal=True)
    assert coloured(admin, "--color", on_terminal=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(admin, on_terminal=True)
    assert coloured(admin, "--color", on_terminal=True)


def test_no_answer_is_no_yes(admin: Administrator, the_sandbox: SandboxServer) -> None:
    done = admin.runs("apply", answer="")
    assert (done.exit_code, "脚本里请加 --yes" in done.output) == (1, True)
    assert the_sandbox.calls(CREATE) == 0


def test_versions_of_one_second_keep_their_order(tmp_path: Path) -> None:
    moment = [now()]
    history = History(tmp_path, lambda: moment[0])
    sets = [a_set(f"b{n}") for n in range(3)]
    kept = []
    for menus in sets:
        kept.append(history.keep(menus))
        moment[0] -= timedelta(seconds=5)
    assert history.versions() == kept
    assert [history.load(version) for version in kept] == sets
    assert history.keep(sets[2]) == kept[2]
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    assert history.versions() == kept


def test_a_version_kept_before_there_were_conditional_menus_can_still_be_applied(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    [version] = admin.history.versions()
    old = {"button": [{"type": "click", "name": "常见问题", "key": "FAQ"}]}
    (admin.path.parent / "var" / "menu" / f"{version}.json").write_text(json.dumps(old), "utf-8")
    assert admin.runs("rollback", version, "--yes").exit_code == 0
    assert admin.live() == old


@pytest.mark.parametrize("content", ["", "{", "[]", '{"button": []}', '{"menu": 1}', '{"button": 7}'])
def test_a_damaged_version_is_told_and_passed_over(content: str, admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    [first] = admin.history.versions()
    admin.writes(WITH_GUIDE)
    admin.runs("apply", "--yes")
    admin.writes(BUSINESS.replace("业务办理", "办业务"))
    admin.runs("apply", "--yes")
    second = admin.history.versions()[1]
    (admin.path.parent / "var" / "menu" / f"{second}.json").write_text(content, "utf-8")
    assert "文件已损坏" in admin.runs("rollback", "--list").output
    assert admin.runs("rollback", second, "--yes").exit_code == 2
    done = admin.runs("rollback", "--yes")
    assert (done.exit_code, f"版本 {second} 的文件已损坏" in done.stderr) == (0, True)
    first_set = admin.history.load(first)
    assert first_set is not None
    assert admin.live() == first_set.for_platform()


def test_a_version_that_cannot_be_kept_is_told_before_anything_is_published(
    admin: Administrator, the_sandbox: SandboxServer
) -> None:
    admin.api.menu_create({"button": [{"type": "click", "name": "旧菜单", "key": "HELP"}]})
    (admin.path.parent / "var").write_text("a file where a folder should be", "utf-8")
    done = admin.runs("apply", "--yes")
    assert (done.exit_code, "请检查 VAR_DIR" in done.stderr) == (2, True)
    assert the_sandbox.calls(CREATE) == 1
