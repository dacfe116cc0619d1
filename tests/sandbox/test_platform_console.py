"""What an administrator's tools ask the platform: tags, templates, quota, whitelist, how the server is reached."""

from pathlib import Path

import pytest

from tests.sandbox.platform import (
    APP_ID,
    SUBSCRIBE_TEMPLATE,
    TEMPLATE,
    Service,
    Wechat,
    a_menu,
    running_sandbox,
)

CREATE = "/cgi-bin/menu/create"
OFFICE, STAFF = 100, 101


def quota_of(wechat: Wechat, path: str) -> dict[str, int]:
    return dict(wechat.post("openapi/quota/get", {"cgi_path": path})["quota"])


def test_tags_come_with_their_number_of_followers(wechat: Wechat) -> None:
    assert {tag["id"]: tag["count"] for tag in wechat.get("tags/get")["tags"]} == {2: 0, OFFICE: 0, STAFF: 0}
    for openid in ("o-wang-qiang", "o-ma-chao"):
        wechat.push(openid, event="subscribe")
    counts = {tag["name"]: tag["count"] for tag in wechat.get("tags/get")["tags"]}
    assert counts == {"星标组": 0, "单位经办人": 2, "中心工作人员": 1}


def test_of_several_tags_the_one_given_last_chooses_the_menu(wechat: Wechat) -> None:
    wechat.post("menu/create", a_menu())
    for tag, name in ((STAFF, "工作台"), (OFFICE, "单位业务")):
        button = {"type": "click", "name": name, "key": "HELP"}
        assert "menuid" in wechat.post("menu/addconditional", a_menu(button) | {"matchrule": {"tag_id": str(tag)}})
    [button] = wechat.post("menu/trymatch", {"user_id": "o-ma-chao"})["button"]
    assert button["name"] == "工作台"


def test_each_template_tells_its_fields(wechat: Wechat) -> None:
    [template] = wechat.get("template/get_all_private_template")["template_list"]
    assert template["template_id"] == TEMPLATE
    assert template["content"].startswith("业务类型:{{thing1.DATA}}\n办理状态:{{phrase2.DATA}}\n")
    query = {"access_token": wechat.token}
    subscription, once = wechat.ask("GET", "/wxaapi/newtmpl/gettemplate", params=query).json()["data"]
    assert (subscription["type"], once["type"]) == (3, 2), "long-term, and one-time"
    assert (subscription["priTmplId"], subscription["type"]) == (SUBSCRIBE_TEMPLATE, 3)
    assert wechat.ask("GET", "/wxaapi/newtmpl/nothing", params=query).json()["errcode"] == 40066


def test_calls_are_counted_by_address_and_day(wechat: Wechat) -> None:
    assert quota_of(wechat, CREATE) == {"daily_limit": 1000, "used": 0, "remain": 1000}
    wechat.post("menu/create", a_menu())
    assert quota_of(wechat, CREATE) == {"daily_limit": 1000, "used": 1, "remain": 999}
    wechat.later(24 * 60 * 60)
    wechat.kept_token = ""
    assert quota_of(wechat, CREATE)["used"] == 0


@pytest.mark.parametrize(("path", "code"), [("menu/create", 76003), ("/cgi-bin/nothing", 76021), ("/sns/x", 76022)])
def test_only_an_address_of_the_platform_has_a_quota(wechat: Wechat, path: str, code: int) -> None:
    assert wechat.post("openapi/quota/get", {"cgi_path": path})["errcode"] == code


def test_a_used_up_quota_refuses_until_it_is_cleared_ten_times_a_month(wechat: Wechat) -> None:
    wechat.control("PUT", "quota", {"path": CREATE, "used": 1000})
    assert wechat.post("menu/create", a_menu())["errcode"] == 45009
    assert wechat.post("clear_quota", {"appid": "wx0"})["errcode"] == 40013
    answers = [wechat.post("clear_quota", {"appid": APP_ID})["errcode"] for _ in range(11)]
    assert answers == [0] * 10 + [48006]
    assert wechat.post("menu/create", a_menu())["errcode"] == 0


def test_the_platform_reaches_the_server_or_says_that_it_does_not(wechat: Wechat, service: Service) -> None:
    asked = {"action": "all", "check_operator": "DEFAULT"}
    found = wechat.post("callback/check", asked)
    assert [entry["ip"] for entry in found["dns"]] == ["127.0.0.1"]
    assert [entry["package_loss"] for entry in found["ping"]] == ["0%"]
    assert wechat.post("callback/check", asked | {"action": "look"})["errcode"] == 40202
    assert wechat.post("callback/check", asked | {"check_operator": "me"})["errcode"] == 40203


def test_a_server_that_is_down_loses_every_package(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, Service(url="http://127.0.0.1:1")) as wechat:
        found = wechat.post("callback/check", {"action": "ping", "check_operator": "CAP"})
    assert found == {"ping": [{"ip": "127.0.0.1", "from_operator": "CAP", "package_loss": "100%", "time": ""}]}


def test_a_token_is_only_for_addresses_of_the_whitelist(wechat: Wechat) -> None:
    wechat.control("PUT", "whitelist", {"ips": ["203.0.113.7"]})
    refused = wechat.stable_token()
    assert refused["errcode"] == 40164
    assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist" in refused["errmsg"]
    wechat.control("PUT", "whitelist", {"ips": ["127.0.0.1"]})
    assert "access_token" in wechat.stable_token()


def test_a_qr_codes_address_does_not_give_its_ticket_away(wechat: Wechat) -> None:
    wish = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "rent"}}}
    made = wechat.post("qrcode/create", wish)
    assert made["ticket"] not in made["url"]


@pytest.mark.parametrize(
    ("what", "body"),
    [("quota", {"path": "/nothing", "used": 1}), ("quota", {"path": CREATE, "used": -1}), ("whitelist", {"ips": "x"})],
)
def test_the_control_interface_says_what_it_cannot_do(wechat: Wechat, what: str, body: dict[str, object]) -> None:
    answer = wechat.ask("PUT", f"/_control/{what}", json=body)
    assert (answer.status_code, "must be" in answer.json()["error"]) == (400, True)
