"""The control interface: people, faults, journal, reset, and a world that outlives its process."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.logs import AppendLog
from sandbox.world import World
from tests.sandbox.platform import ZHANG_WEI, Service, Wechat, a_menu, a_notice, running_sandbox


def plan(wechat: Wechat, mode: str, service: str = "wechat", **more: Any) -> None:
    wechat.control("POST", "faults", {"service": service, "mode": mode, **more})


def test_new_people_replace_the_old_ones_and_reset_brings_them_back(wechat: Wechat) -> None:
    somebody = {"openid": "o-new", "login": "new", "name": "新人"}
    assert wechat.control("PUT", "people", [somebody]) == {"people": 1}
    assert [person["openid"] for person in wechat.control("GET", "people")] == ["o-new"]
    assert wechat.control("POST", "reset")["people"] == 16
    assert wechat.ask("PUT", "/_control/people", json=[somebody, somebody]).status_code == 400
    assert wechat.ask("PUT", "/_control/people", data="nothing").status_code == 400


def test_reset_keeps_the_menu_unless_told_otherwise(wechat: Wechat) -> None:
    wechat.post("menu/create", a_menu())
    wechat.control("POST", "reset")
    wechat.kept_token = ""
    assert wechat.get("menu/get")["menu"]["button"]
    wechat.control("POST", "reset", {"menu": True})
    wechat.kept_token = ""
    assert wechat.get("menu/get")["errcode"] == 46003


def test_reset_forgets_menu_inbox_tokens_journal_faults_and_followers(wechat: Wechat) -> None:
    wechat.push(event="subscribe")
    wechat.post("menu/create", a_menu())
    wechat.post("message/template/send", a_notice())
    wechat.later(10)
    plan(wechat, "drop", service="bank")
    wechat.control("POST", "reset", {"menu": True})
    assert wechat.inbox() == []
    assert wechat.control("GET", "journal") == []
    assert wechat.control("GET", "faults") == {"faults": []}
    assert wechat.get("menu/get")["errcode"] == 40001
    wechat.kept_token = ""
    assert wechat.get("menu/get")["errcode"] == 46003
    assert wechat.get("user/info", openid=ZHANG_WEI)["subscribe"] == 0


def test_the_journal_tells_every_call_with_its_outcome_and_never_a_query(wechat: Wechat) -> None:
    wechat.get("menu/get")
    wechat.ask("POST", "/core/members/find", json={}, headers={"X-Core-Key": "wrong"})
    wechat.ask("GET", f"/phone/{ZHANG_WEI}")
    told = [{k: v for k, v in call.items() if k != "time"} for call in wechat.control("GET", "journal")]
    assert told == [
        {"service": "wechat", "method": "POST", "path": "/cgi-bin/stable_token", "status": 200},
        {"service": "wechat", "method": "GET", "path": "/cgi-bin/menu/get", "status": 200, "note": "46003"},
        {"service": "core", "method": "POST", "path": "/core/members/find", "status": 401},
    ]


def test_a_planned_fault_strikes_as_often_as_asked_and_only_where_asked(wechat: Wechat) -> None:
    wechat.post("menu/create", a_menu())
    plan(wechat, "error", path="/cgi-bin/menu", times=2)
    codes = [wechat.get("getcallbackip").get("errcode", 0), *[_code(wechat) for _ in range(3)]]
    assert codes == [0, -1, -1, 0]
    plan(wechat, "refuse", path="/menu")
    assert [_code(wechat), _code(wechat)] == [45009, 0]
    plan(wechat, "error", times=5)
    wechat.control("DELETE", "faults")
    assert _code(wechat) == 0


def _code(wechat: Wechat) -> int:
    return int(wechat.get("menu/get").get("errcode", 0))


@pytest.mark.parametrize(("mode", "done"), [("drop", False), ("unknown", True)])
def test_a_call_without_an_answer_was_done_or_not_as_planned(wechat: Wechat, mode: str, done: bool) -> None:
    assert wechat.token
    plan(wechat, mode)
    with pytest.raises(requests.ConnectionError):
        wechat.post("menu/create", a_menu())
    assert ("menu" in wechat.get("menu/get")) == done
    lost = [call for call in wechat.control("GET", "journal") if call["path"].endswith("menu/create")]
    assert [call["status"] for call in lost] == [0]


def test_a_slow_service_takes_its_time_and_a_confused_one_answers_rubbish(wechat: Wechat) -> None:
    plan(wechat, "slow", service="core", seconds=0.2)
    begun = time.monotonic()
    answer = wechat.ask("POST", "/core/members/find", json={}, headers={"X-Core-Key": "wrong"})
    assert (answer.status_code, time.monotonic() - begun >= 0.2) == (401, True)
    plan(wechat, "garbage", service="bank")
    rubbish = wechat.ask("POST", "/bank/payments", json={})
    assert (rubbish.status_code, rubbish.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(requests.JSONDecodeError):
        rubbish.json()


def test_every_neighbour_refuses_and_fails_in_its_own_words(wechat: Wechat) -> None:
    addresses = {"identity": "/ids/service", "core": "/core/members/find", "bank": "/bank/payments"}
    for service in addresses:
        plan(wechat, "refuse", service=service)
    answers = {service: wechat.ask("POST", path) for service, path in addresses.items()}
    assert answers["identity"].json()["code"] == 500
    refused = [(answers[name].status_code, answers[name].json()["code"]) for name in ("core", "bank")]
    assert refused == [(422, "REFUSED"), (422, "REFUSED")]
    for service, path in addresses.items():
        plan(wechat, "error", service=service)
        assert wechat.ask("POST", path).status_code == 500


@pytest.mark.parametrize(
    "fault",
    [
        {"service": "moon", "mode": "slow"},
        {"service": "core", "mode": "sad"},
        {"service": "core", "mode": "slow", "times": 0},
        {"service": "core", "mode": "slow", "times": "two"},
        {"service": "core", "mode": "slow", "seconds": -1},
        {"service": "core", "mode": "slow", "path": 5},
    ],
)
def test_a_fault_that_cannot_be_meant_is_refused_in_words(wechat: Wechat, fault: dict[str, Any]) -> None:
    response = wechat.ask("POST", "/_control/faults", json=fault)
    assert (response.status_code, bool(response.json()["error"])) == (400, True)
    assert wechat.control("GET", "faults") == {"faults": []}


def test_a_fault_for_two_calls_strikes_two_of_twenty_at_once(wechat: Wechat) -> None:
    wechat.post("menu/create", a_menu())
    plan(wechat, "error", times=2)
    codes: list[int] = []
    url, token = f"{wechat.url}/cgi-bin/menu/get", wechat.token

    def call() -> None:
        answer = requests.get(url, params={"access_token": token}, timeout=10)
        codes.append(int(answer.json().get("errcode", 0)))

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [-1, -1] + [0] * 18


def test_only_this_machine_may_use_the_control_interface(wechat: Wechat) -> None:
    client = wechat.app.test_client()
    for address, status in (("10.0.0.9", 403), ("127.0.0.1", 200), ("::1", 200), ("", 403)):
        answer = client.get("/_control/journal", environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == status, address


def test_a_restarted_sandbox_finds_everything_again(tmp_path: Path, service: Service) -> None:
    with running_sandbox(tmp_path, service) as wechat:
        token = wechat.token
        wechat.push(event="subscribe")
        wechat.post("menu/create", a_menu())
        wechat.post("message/template/send", a_notice(client_msg_id="case-1"))
        wechat.control("PUT", "people", wechat.control("GET", "people")[:2])
        plan(wechat, "error", service="bank")
    with running_sandbox(tmp_path, service) as wechat:
        wechat.kept_token = token
        assert wechat.get("menu/get")["menu"]["button"][0]["name"] == "业务办理"
        assert wechat.post("message/template/send", a_notice(client_msg_id="case-1"))["errcode"] == 0
        assert [message["kind"] for message in wechat.inbox()] == ["template"]
        assert len(wechat.control("GET", "people")) == 2
        assert wechat.control("GET", "faults")["faults"][0]["service"] == "bank"
        assert wechat.control("GET", "journal")[0]["path"] == "/cgi-bin/stable_token"
        wechat.push(text="在吗")
        numbers = [entry["id"] for entry in wechat.app.extensions["world"].chats.entries()]
        assert numbers == sorted(set(numbers))


def test_other_people_in_the_file_are_met_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    environ = {"VAR_DIR": str(tmp_path / "var"), "SANDBOX_PEOPLE": str(file)}
    file.write_text(json.dumps([{"openid": "o-1"}]), encoding="utf-8")
    World(environ).replace_people([{"openid": "o-2"}])
    assert World(environ).people() == [{"openid": "o-2"}]
    file.write_text(json.dumps([{"openid": "o-3"}]), encoding="utf-8")
    assert World(environ).people() == [{"openid": "o-3"}]


def test_a_change_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    world = World({"VAR_DIR": str(tmp_path)})
    with world.changing() as data:
        data["kept"] = {"a": 1}
    with pytest.raises(KeyError), world.changing() as data:
        data["kept"]["a"] = 2
        with world.changing() as inner:
            inner["kept"]["b"] = 3
        raise KeyError
    assert world.section("kept") == {"a": 1}
    assert World({"VAR_DIR": str(tmp_path)}).section("kept") == {"a": 1}


def test_a_log_survives_a_half_written_line_and_forgets_what_is_too_old(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = AppendLog(path, keep=3)
    for number in range(5):
        log.add({"n": number, "words": "一行\u2028两行"})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"n": 9')
    again = AppendLog(path, keep=3)
    assert [entry["n"] for entry in again.entries()] == [2, 3, 4]
    again.add({"n": 5})
    assert [entry["n"] for entry in AppendLog(path, keep=3).entries()] == [3, 4, 5]
    assert path.read_text(encoding="utf-8").count("\n") == 3


def test_a_line_torn_inside_a_character_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    AppendLog(path, keep=3).add({"n": 1})
    with path.open("ab") as file:
        file.write('{"n": "中'.encode()[:-1])
    assert AppendLog(path, keep=3).entries() == [{"n": 1}]
