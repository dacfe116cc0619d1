"""The menu: what is taken, what is refused and with which code, who sees which one."""

from typing import Any

import pytest

from tests.sandbox.platform import LI_NA, ZHANG_WEI, Wechat, a_menu

VIEW = {"type": "view", "name": "业务办理", "url": "https://example.com/h5/"}
CLICK = {"type": "click", "name": "常见问题", "key": "FAQ"}


def parent(*children: dict[str, Any], name: str = "服务指南") -> dict[str, Any]:
    return {"name": name, "sub_button": list(children)}


def test_a_menu_comes_back_as_it_was_applied_until_it_is_deleted(wechat: Wechat) -> None:
    assert wechat.get("menu/get")["errcode"] == 46003
    assert wechat.post("menu/create", a_menu(VIEW, parent(CLICK, VIEW))) == {"errcode": 0, "errmsg": "ok"}
    children = [CLICK | {"sub_button": []}, VIEW | {"sub_button": []}]
    expected = [VIEW | {"sub_button": []}, {"name": "服务指南", "sub_button": children}]
    assert wechat.get("menu/get") == {"menu": {"button": expected}}
    assert wechat.get("menu/delete")["errcode"] == 0
    assert wechat.get("menu/get")["errcode"] == 46003


def test_every_limit_is_reached_in_bytes_and_not_in_characters(wechat: Wechat) -> None:
    longest = a_menu(
        CLICK | {"name": "五个汉字啊A", "key": "k" * 128},
        parent(*[VIEW | {"name": "二十个汉字" * 4, "url": "https://e.cn/" + "u" * 1011}] * 5),
        VIEW | {"name": "sixteen letters!"},
    )
    assert wechat.post("menu/create", longest)["errcode"] == 0


@pytest.mark.parametrize(
    ("menu", "code"),
    [
        ({}, 40016),
        ({"button": []}, 40016),
        (a_menu(VIEW, VIEW, VIEW, VIEW), 40016),
        (a_menu(VIEW | {"name": "六个汉字太长"}), 40018),
        (a_menu(VIEW | {"name": ""}), 40018),
        (a_menu(parent(CLICK, name="六个汉字太长")), 40018),
        (a_menu(VIEW | {"type": "open"}), 40017),
        (a_menu({"name": "没有类型"}), 40017),
        (a_menu(CLICK | {"key": "k" * 129}), 40019),
        (a_menu({"type": "click", "name": "没有键"}), 40019),
        (a_menu(VIEW | {"url": "https://e.cn/" + "u" * 1012}), 40020),
        (a_menu(VIEW | {"url": "e.cn/h5"}), 40055),
        (a_menu(parent(*[CLICK] * 6)), 40023),
        (a_menu(parent(VIEW | {"type": "open"})), 40024),
        (a_menu(parent(CLICK | {"name": "二十一个汉字字" * 3})), 40025),
        (a_menu(parent(CLICK | {"key": "k" * 129})), 40026),
        (a_menu(parent(VIEW | {"url": "https://e.cn/" + "u" * 1012})), 40027),
        (a_menu(parent(VIEW | {"url": "javascript:alert(1)"})), 40054),
        ({"button": ["业务办理"]}, 47001),
    ],
)
def test_what_breaks_a_limit_is_refused_and_the_old_menu_stays(wechat: Wechat, menu: dict[str, Any], code: int) -> None:
    wechat.post("menu/create", a_menu(VIEW))
    answer = wechat.post("menu/create", menu)
    assert (answer["errcode"], " rid: " in answer["errmsg"]) == (code, True)
    assert [button["name"] for button in wechat.get("menu/get")["menu"]["button"]] == ["业务办理"]


def test_a_follower_with_the_tag_sees_the_personalised_menu_and_nobody_else_does(wechat: Wechat) -> None:
    people = wechat.control("GET", "people")
    people[0]["tags"] = [7]
    wechat.control("PUT", "people", people)
    special = a_menu(CLICK) | {"matchrule": {"tag_id": "7"}}
    assert wechat.post("menu/addconditional", special)["errcode"] == 65303
    wechat.post("menu/create", a_menu(VIEW))
    number = wechat.post("menu/addconditional", special)["menuid"]

    def seen(openid: str) -> list[str]:
        return [button["name"] for button in wechat.post("menu/trymatch", {"user_id": openid})["button"]]

    assert (seen(ZHANG_WEI), seen(LI_NA)) == (["常见问题"], ["业务办理"])
    told = wechat.get("menu/get")
    assert told["conditionalmenu"][0]["menuid"] == number
    assert wechat.post("menu/delconditional", {"menuid": str(number)})["errcode"] == 0
    assert wechat.post("menu/delconditional", {"menuid": str(number)})["errcode"] == 65301
    assert seen(ZHANG_WEI) == ["业务办理"]
    assert wechat.post("menu/trymatch", {"user_id": "nobody"})["errcode"] == 65302


@pytest.mark.parametrize(
    ("rule", "code"), [({}, 65304), ({"sex": "1"}, 65320), ({"tag_id": "7", "moon": "full"}, 40097)]
)
def test_a_personalised_menu_goes_by_tags_only(wechat: Wechat, rule: dict[str, str], code: int) -> None:
    wechat.post("menu/create", a_menu(VIEW))
    assert wechat.post("menu/addconditional", a_menu(CLICK) | {"matchrule": rule})["errcode"] == code


def test_all_personalised_menus_together_lead_to_three_domains_at_most(wechat: Wechat) -> None:
    wechat.post("menu/create", a_menu(VIEW))
    buttons = [VIEW | {"url": f"https://{name}.example.com/"} for name in "abc"]
    rule = {"matchrule": {"tag_id": "7"}}
    assert "menuid" in wechat.post("menu/addconditional", a_menu(*buttons) | rule)
    fourth = a_menu(VIEW | {"url": "https://d.example.com/"}) | rule
    assert wechat.post("menu/addconditional", fourth)["errcode"] == 65316
