"""Menus for followers with a tag, as an administrator publishes them, against the sandbox over HTTP."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from fund.errors import Unavailable
from tests.adapters.wechat.sandbox_server import SandboxServer
from tests.faces.wechat_bot.administrator import BUSINESS, PUBLIC, WITH_GUIDE, Administrator

CREATE, ADD, DROP = "/cgi-bin/menu/create", "/cgi-bin/menu/addconditional", "/cgi-bin/menu/delconditional"
AGENT, STAFF, EVERYBODY = "o-wang-qiang", "o-he-yu", "o-zhang-wei"
AGENT_TAG, STAFF_TAG = 100, 101


def special(tag: str, name: str = "单位业务", url: str = "{PUBLIC_URL}/h5/me") -> str:
    return (
        f"\n[[conditional]]\ntag = {tag}\n\n[[conditional.button]]\n"
        f'name = "{name}"\ntype = "view"\nurl = "{url}"\n'
    )  # fmt: skip


FOR_AGENTS = special('"单位经办人"')
FOR_STAFF = special("101", "工作台")


def seen(admin: Administrator, openid: str) -> list[str]:
    return [button["name"] for button in admin.api.menu_trymatch(openid)["button"]]


def rules_live(admin: Administrator) -> list[str]:
    answer = admin.api.menu_get() or {}
    return sorted(menu["matchrule"]["tag_id"] for menu in answer.get("conditionalmenu", []))


def since(sandbox: SandboxServer, before: int = 0) -> list[str]:
    """The changes made at the platform, in their order."""
    paths = [entry["path"] for entry in sandbox.control("GET", "journal")]
    return [path for path in paths if path in {CREATE, ADD, DROP}][before:]


def test_every_follower_sees_the_menu_of_their_tag_and_all_others_the_default_one(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + FOR_STAFF)
    done = admin.runs("apply", "--yes")
    assert done.exit_code == 0, done.output
    assert "个性化菜单 · 标签 单位经办人（100）：新增" in done.output
    assert f"+ 单位业务 → 打开 {PUBLIC}/h5/me" in done.output
    assert [seen(admin, openid) for openid in (EVERYBODY, AGENT, STAFF)] == [["业务办理"], ["单位业务"], ["工作台"]]
    assert admin.runs("diff").exit_code == 0


def test_only_what_differs_is_touched(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + FOR_STAFF)
    admin.runs("apply", "--yes")
    assert since(the_sandbox) == [CREATE, ADD, ADD]
    admin.writes(BUSINESS + FOR_AGENTS + special("101", "新工作台"))
    done = admin.runs("apply", "--yes")
    assert since(the_sandbox, 3) == [ADD, DROP]
    assert "默认菜单：不变" in done.output
    assert "- 工作台 →" in done.output
    assert seen(admin, STAFF) == ["新工作台"]
    admin.writes(WITH_GUIDE + FOR_AGENTS + special("101", "新工作台"))
    admin.runs("apply", "--yes")
    assert since(the_sandbox, 5) == [CREATE]
    admin.writes(WITH_GUIDE + FOR_AGENTS)
    done = admin.runs("apply", "--yes")
    assert since(the_sandbox, 6) == [DROP]
    assert "标签 中心工作人员（101）：删除" in done.output
    assert seen(admin, STAFF) == ["业务办理", "服务指南"]
    assert admin.runs("apply", "--yes").exit_code == 0
    assert since(the_sandbox, 7) == []


def test_the_order_of_sections_and_how_a_tag_is_written_make_no_difference(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + FOR_STAFF)
    admin.runs("apply", "--yes")
    admin.writes(BUSINESS + special('"中心工作人员"', "工作台") + special("100"))
    assert admin.runs("diff").exit_code == 0


def test_a_tag_the_account_does_not_have_is_told_with_those_it_has(
    admin: Administrator, the_sandbox: SandboxServer
) -> None:
    admin.writes(BUSINESS + special('"经办人"'))
    assert admin.runs("validate").exit_code == 0
    for command in (("diff",), ("apply", "--yes")):
        done = admin.runs(*command)
        assert done.exit_code == 2
        assert f"{admin.path}:7: 公众号没有名为“经办人”的标签，现有：" in done.stderr
        assert "单位经办人（100）" in done.stderr
    assert since(the_sandbox) == []


def test_one_tag_by_its_name_and_by_its_number_is_found_out(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + special("100", "又一个"))
    done = admin.runs("diff")
    assert (done.exit_code, "同一个标签只能有一个菜单" in done.stderr) == (2, True)


def test_an_account_without_conditional_menus_is_never_asked_for_its_tags(
    admin: Administrator, the_sandbox: SandboxServer
) -> None:
    admin.runs("apply", "--yes")
    assert the_sandbox.calls("/cgi-bin/tags/get") == 0


# Broken half-way, and made by others


class Breaking:
    """A client whose network goes after so many changes."""

    def __init__(self, admin: Administrator, changes: int) -> None:
        self._api, self._left = admin.api, changes

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._api, name)
        if name not in {"menu_create", "menu_addconditional", "menu_delconditional"}:
            return call

        def limited(*arguments: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise Unavailable(f"{name}: ConnectTimeout", code="wechat_unreachable")
            return call(*arguments)

        return limited


@pytest.mark.parametrize("changes", range(6))
def test_an_apply_that_broke_half_way_left_working_menus_and_is_finished_by_the_next(
    changes: int, admin: Administrator
) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + FOR_STAFF)
    admin.runs("apply", "--yes")
    whole = admin.api
    admin.writes(WITH_GUIDE + special("100", "新单位业务") + special("101", "新工作台"))
    admin.api = Breaking(admin, changes)  # type: ignore[assignment]
    done = admin.runs("apply", "--yes")
    admin.api = whole
    assert done.exit_code == (2 if changes < 5 else 0)
    assert ("再运行一次同样的命令会接着做完" in done.stderr) == (0 < changes < 5)
    for openid, old, new in ((AGENT, "单位业务", "新单位业务"), (STAFF, "工作台", "新工作台")):
        assert seen(admin, openid) in ([old], [new])
    assert admin.runs("apply", "--yes").exit_code == 0
    assert [seen(admin, openid) for openid in (AGENT, STAFF)] == [["新单位业务"], ["新工作台"]]
    assert rules_live(admin) == ["100", "101"]
    assert admin.runs("diff").exit_code == 0


def test_of_several_menus_for_one_tag_the_wanted_one_stays(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    admin.runs("apply", "--yes")
    other = {"button": [{"type": "click", "name": "别的", "key": "HELP"}], "matchrule": {"tag_id": "100"}}
    admin.api.menu_addconditional(other)
    assert seen(admin, AGENT) == ["别的"]
    before = len(since(the_sandbox))
    done = admin.runs("diff")
    assert (done.exit_code, "线上有多份，只留一份" in done.output) == (1, True)
    assert admin.runs("apply", "--yes").exit_code == 0
    assert since(the_sandbox, before) == [DROP]
    assert seen(admin, AGENT) == ["单位业务"]


def test_a_lost_answer_that_added_a_menu_twice_is_tidied_up(admin: Administrator, the_sandbox: SandboxServer) -> None:
    admin.runs("apply", "--yes")
    admin.writes(BUSINESS + FOR_AGENTS)
    the_sandbox.control("POST", "faults", {"service": "wechat", "path": ADD, "mode": "unknown", "times": 1})
    assert admin.runs("apply", "--yes").exit_code == 2
    assert admin.runs("apply", "--yes").exit_code == 0
    assert rules_live(admin) == ["100"]


def test_a_live_menu_by_another_condition_is_shown_and_removed(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    button = {"type": "click", "name": "苹果手机", "key": "HELP"}
    admin.api.menu_addconditional({"button": [button], "matchrule": {"client_platform_type": "1"}})
    done = admin.runs("diff")
    assert (done.exit_code, "个性化菜单 · client_platform_type=1：删除" in done.output) == (1, True)
    assert "没有写入" in admin.runs("pull").stderr
    assert admin.runs("apply", "--yes").exit_code == 0
    assert "conditionalmenu" not in (admin.api.menu_get() or {})
    refused = admin.runs("rollback", "--yes")
    assert (refused.exit_code, "只能按标签匹配" in refused.stderr) == (2, True)


def test_where_old_and_new_together_lead_to_too_many_domains_the_old_one_goes_first(
    admin: Administrator, the_sandbox: SandboxServer
) -> None:
    admin.hosts = {"127.0.0.1", "a.cn", "b.cn", "c.cn", "d.cn"}
    menus = [special(str(tag), url=f"https://{host}/") for tag, host in ((100, "a.cn"), (101, "b.cn"), (2, "c.cn"))]
    admin.writes(BUSINESS + "".join(menus))
    assert admin.runs("apply", "--yes").exit_code == 0
    before = len(since(the_sandbox))
    admin.writes(BUSINESS + special("100", url="https://d.cn/") + menus[1] + menus[2])
    assert admin.runs("apply", "--yes").exit_code == 0
    assert since(the_sandbox, before) == [DROP, ADD]


class Forgetful:
    """A platform on which a new default menu takes the conditional ones away."""

    def __init__(self, admin: Administrator) -> None:
        self._api = admin.api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def menu_create(self, menu: Mapping[str, Any]) -> None:
        self._api.menu_delete()
        self._api.menu_create(menu)


def test_conditional_menus_come_back_should_a_new_default_one_take_them_away(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    admin.runs("apply", "--yes")
    admin.api = Forgetful(admin)  # type: ignore[assignment]
    admin.writes(WITH_GUIDE + FOR_AGENTS)
    assert admin.runs("apply", "--yes").exit_code == 0
    assert seen(admin, AGENT) == ["单位业务"]


class Slow:
    """A platform that goes on telling what was live before."""

    def __init__(self, admin: Administrator) -> None:
        self._api, self._told = admin.api, admin.api.menu_get()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def menu_get(self) -> Any:
        return self._told


def test_what_the_platform_does_not_show_yet_is_said_to_be_unproven(admin: Administrator) -> None:
    admin.api = Slow(admin)  # type: ignore[assignment]
    done = admin.runs("apply", "--yes")
    assert (done.exit_code, "flask menu diff 核对" in done.stderr) == (1, True)
    assert json.loads(admin.runs("apply", "--yes", "--json").stdout)["verified"] is False


# Taken back, pulled, deleted


def test_rollback_brings_conditional_menus_back_too(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    admin.runs("apply", "--yes")
    admin.writes(BUSINESS)
    admin.runs("apply", "--yes")
    assert seen(admin, AGENT) == ["业务办理"]
    assert "另有 1 个个性化菜单" in admin.runs("rollback", "--list").output
    done = admin.runs("rollback", "--yes")
    assert (done.exit_code, "标签 单位经办人（100）：新增" in done.output) == (0, True)
    assert seen(admin, AGENT) == ["单位业务"]


def test_delete_names_them_takes_all_away_and_can_be_taken_back(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS + FOR_STAFF)
    admin.runs("apply", "--yes")
    done = admin.runs("delete", answer="y\n")
    assert (done.exit_code, "和 2 个个性化菜单" in done.output) == (0, True)
    assert admin.api.menu_get() is None
    assert admin.runs("rollback", "--yes").exit_code == 0
    assert rules_live(admin) == ["100", "101"]


def test_pull_gives_a_file_with_the_names_of_tags_that_applies_again(admin: Administrator) -> None:
    text = BUSINESS + FOR_AGENTS + FOR_STAFF
    admin.writes(text)
    admin.runs("apply", "--yes")
    shown = admin.runs("pull").output
    assert 'tag = "单位经办人"' in shown
    assert 'tag = "中心工作人员"' in shown
    admin.writes(shown)
    assert admin.runs("diff").exit_code == 0


# Who sees what


def test_try_says_which_menu_a_follower_sees_and_never_who_it_was(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    admin.runs("apply", "--yes")
    done = admin.runs("try", AGENT)
    assert (done.exit_code, "这位用户看到的是：个性化菜单 · 标签 单位经办人（100）" in done.output) == (0, True)
    assert f"单位业务 → 打开 {PUBLIC}/h5/me" in done.output
    assert "默认菜单" in admin.runs("try", EVERYBODY).output
    told = admin.runs("try", AGENT, "--json")
    assert json.loads(told.stdout)["tag_ids"] == ["100"]
    assert AGENT not in done.output + told.output


def test_try_of_somebody_unknown_is_told_without_the_name(admin: Administrator) -> None:
    admin.runs("apply", "--yes")
    done = admin.runs("try", "o-nobody-at-all")
    assert (done.exit_code, "没有这个用户，请核对 OPENID" in done.stderr) == (2, True)
    assert "o-nobody-at-all" not in done.output


def test_apply_proves_itself_by_what_followers_see(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    done = admin.runs("apply", "--yes", "--json", "--try", AGENT, "--try", EVERYBODY)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["verified"]) == (0, True)
    assert [one["menus"] for one in told["tried"]] == [["个性化菜单 · 标签 单位经办人（100）"], ["默认菜单"]]
    assert AGENT not in done.output
    assert "看到的是：默认菜单" in admin.runs("apply", "--try", EVERYBODY).output


def test_a_follower_who_sees_something_else_is_told(admin: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    admin.runs("apply", "--yes")
    monkeypatch.setattr(admin.api, "menu_trymatch", lambda _openid: {"button": []})
    done = admin.runs("try", EVERYBODY)
    assert (done.exit_code, "不在已发布的之中" in done.stderr) == (1, True)


def test_json_tells_every_menus_change(admin: Administrator) -> None:
    admin.writes(BUSINESS + FOR_AGENTS)
    told = json.loads(admin.runs("diff", "--json").stdout)
    assert [(change["menu"], change["tag_id"], change["change"]) for change in told["changes"]] == [
        ("default", None, "added"),
        ("conditional", "100", "added"),
    ]
    assert told["changes"][1]["lines"] == [f"+ 单位业务 → 打开 {PUBLIC}/h5/me"]
    pulled = json.loads((admin.runs("apply", "--yes"), admin.runs("pull", "--json"))[1].stdout)
    assert pulled["menu"]["conditional"][0]["matchrule"] == {"tag_id": "100"}
