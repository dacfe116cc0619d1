"""The administrators' commands in the running house, as processes of their own."""

import json
from typing import Any

from tests.house import House

TROUBLES = ("warning", "broken")


def doctor(house: House, **environ: str) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Exit code, findings by name, and everything that was printed."""
    before = dict(house.environ)
    house.environ.update(environ)
    try:
        done = house.flask("wechat", "doctor", "--json")
    finally:
        house.environ.clear()
        house.environ.update(before)
    checks = json.loads(done.stdout)["checks"]
    return done.returncode, {check["name"]: check for check in checks}, done.stdout + done.stderr


def troubled(findings: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: finding["mark"] for name, finding in findings.items() if finding["mark"] in TROUBLES}


def test_the_doctor_finds_a_sound_house_sound_and_shows_no_secret(house: House) -> None:
    assert house.flask("menu", "apply", "--yes").returncode == 0
    code, findings, printed = doctor(house)
    assert troubled(findings) == {"对外地址": "warning"}
    assert code == 1
    assert len(findings) == 21
    table = house.flask("wechat", "doctor").stdout
    assert "没有故障，1 项请留意" in table
    for secret in ("7c1f0a52e9b64d3f8a20cd15be97f641", "sandboxToken2026", "c2FuZGJveC1hZXMta2V5LW5vdC1mb3I"):
        assert secret not in printed + table


def test_the_doctor_tells_faults_apart_and_goes_on(house: House) -> None:
    code, findings, _ = doctor(house, REDIS_URL="redis://127.0.0.1:1/0", WECHAT_TOKEN="anotherToken2026")
    assert code == 2
    marks = troubled(findings)
    assert {name for name, mark in marks.items() if mark == "broken"} == {"Redis", "回调：地址验证", "回调：接收推送"}
    assert findings["access_token"]["mark"] == "fine"
    house.control("PUT", "whitelist", {"ips": ["203.0.113.7"]})
    code, findings, _ = doctor(house)
    house.control("PUT", "whitelist", {"ips": []})
    assert "请把 127.0.0.1 加入白名单" in findings["access_token"]["found"]
    assert findings["菜单"]["mark"] == "skipped"
    assert findings["回调：接收推送"]["mark"] == "fine"


def test_the_callback_can_be_looked_at_in_the_services_own_mode_only(house: House) -> None:
    _, findings, _ = doctor(house, WECHAT_MODE="plain")
    assert findings["设置"]["mark"] == "warning"
    assert findings["回调：接收推送"]["mark"] == "broken"


def test_settings_that_cannot_be_used_are_named_by_every_command_without_a_traceback(house: House) -> None:
    code, findings, printed = doctor(house, APP_ENV="production")
    assert code == 2
    assert findings["WECHAT_APP_SECRET"]["found"] == "没有设置"
    assert "Traceback" not in printed
    before = house.environ["APP_ENV"]
    house.environ["APP_ENV"] = "production"
    done = house.flask("menu", "apply", "--yes")
    house.environ["APP_ENV"] = before
    assert (done.returncode, "WECHAT_APP_SECRET" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


def test_a_follower_asks_for_the_code_and_gets_a_picture_that_the_platform_has(house: House) -> None:
    house.push("o-zhang-wei", event="subscribe")
    [first] = house.push("o-zhang-wei", text="二维码")
    assert first["reply"]["type"] == "image"
    [second] = house.push("o-li-na", text="二维码")
    assert second["reply"]["media_id"] == first["reply"]["media_id"]
    # The platform loses the upload before its time: the doctor sees it and puts it right.
    house.control("POST", "clock", {"advance": 3 * 24 * 60 * 60})
    _, findings, _ = doctor(house)
    assert findings["二维码图片"]["mark"] == "fine"
    [third] = house.push("o-zhang-wei", text="二维码")
    assert third["reply"]["media_id"] != first["reply"]["media_id"]


def test_a_poster_is_scanned_and_opens_the_business(house: House) -> None:
    told = json.loads(house.flask("wechat", "qrcode", "rent", "--json").stdout)
    assert told["url"].startswith(house.sandbox_url)
    [welcomed] = house.push("o-zhang-wei", event="subscribe", event_key="qrscene_rent")
    assert welcomed["reply"]["articles"][0]["url"].startswith(house.url)
