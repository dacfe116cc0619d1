"""Web, worker, Valkey and PostgreSQL are killed in mid-journey: a kind page, nothing lost, nothing doubled."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.citizen import Citizen, a_citizen
from tests.house import House, eventually, running_house
from tests.stories.test_rent_withdrawal import NUMBER, number_on


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own, to break."""
    directory: Path = tmp_path_factory.mktemp("fragile")
    with running_house(directory) as house:
        yield house


def kind(citizen: Citizen) -> bool:
    """Whether the screen shows a page in Chinese that says what to do, with a number to quote."""
    return bool(re.search("[\u4e00-\u9fff]", citizen.heading)) and "编号" in citizen.text


def ready(house: House) -> None:
    eventually(lambda: requests.get(f"{house.url}/readyz", timeout=10).status_code == 200, 30)


def test_the_draft_is_there_after_valkey_was_killed(fragile: House) -> None:
    citizen = a_citizen(fragile).signs_in().begins()
    citizen.press("下一步", citizen.details())
    fragile.valkey.kill()
    citizen.open("/h5/rent/account")
    assert citizen.status == 503
    assert kind(citizen)
    assert requests.get(f"{fragile.url}/healthz", timeout=10).status_code == 200
    down = requests.get(f"{fragile.url}/readyz", timeout=10)
    assert down.status_code == 503 and down.json()["down"] == ["valkey"]
    fragile.valkey.start()
    ready(fragile)
    citizen.open("/h5/rent/details")
    assert citizen.value("房屋地址") == "青年大街100号3单元501室"
    citizen.open("/h5/rent/account").press("下一步", citizen.account())
    citizen.press("提交申请", {"我已阅读并同意": "yes"})
    assert citizen.heading == "提交成功"


def test_postgresql_down_gives_a_kind_page_and_the_hand_in_works_afterwards(fragile: House) -> None:
    citizen = a_citizen(fragile).signs_in().to_the_pledge()
    form, _ = citizen._form_with("提交申请", "")
    url, data = citizen.url, {**citizen.form_data(form), "agreed": "yes"}
    fragile.postgres.kill()
    citizen._took(citizen.browser.post(url, data=data, timeout=60))
    assert citizen.status == 503
    assert kind(citizen)
    fragile.postgres.start()
    ready(fragile)
    citizen._took(citizen.browser.post(url, data=data, timeout=60))
    assert citizen.heading == "提交成功"


def test_a_web_killed_in_the_middle_of_hand_ins_makes_neither_none_nor_two(fragile: House) -> None:
    citizen = a_citizen(fragile).signs_in().to_the_pledge()
    form, _ = citizen._form_with("提交申请", "")
    url, data = citizen.url, {**citizen.form_data(form), "agreed": "yes"}

    def post() -> None:
        try:
            requests.post(url, data=data, cookies=citizen.browser.cookies, timeout=20)
        except requests.RequestException:
            return

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    fragile.web.kill()
    for thread in threads:
        thread.join()
    fragile.web.start()
    fragile.web.wait()
    citizen._took(citizen.browser.post(url, data=data, timeout=60))
    assert citizen.heading == "提交成功"
    number = number_on(citizen)
    citizen.open("/h5/applications")
    assert NUMBER.findall(citizen.text) == [number]


def test_a_notice_is_sent_once_although_the_worker_was_killed(fragile: House) -> None:
    citizen = a_citizen(fragile)
    openid = citizen.person["openid"]
    fragile.push(openid, event="subscribe")
    citizen.signs_in()
    fragile.worker.kill()
    citizen.hands_in()
    assert citizen.heading == "提交成功"
    told = lambda: fragile.notices(openid)  # noqa: E731
    assert told() == []
    fragile.worker.start()
    eventually(told, 30)
    fragile.worker.kill()
    fragile.worker.start()
    follower = a_citizen(fragile)
    fragile.push(follower.person["openid"], event="subscribe")
    follower.signs_in().hands_in()
    eventually(lambda: fragile.notices(follower.person["openid"]), 30)
    assert len(told()) == 1


@pytest.mark.parametrize("mode", ["error", "drop", "garbage", "slow"])
def test_a_core_system_that_misbehaves_gives_a_kind_page_and_loses_nothing(fragile: House, mode: str) -> None:
    citizen = a_citizen(fragile).signs_in().begins()
    citizen.press("下一步", citizen.details())
    # What the core said is remembered for minutes; handing in asks it afresh.
    citizen.press("下一步", citizen.account())
    form, _ = citizen._form_with("提交申请", "")
    url, data = citizen.url, {**citizen.form_data(form), "agreed": "yes"}
    with fragile.fault("core", mode, seconds=20):
        citizen._took(citizen.browser.post(url, data=data, timeout=60))
        assert citizen.heading == "承诺书", citizen.text[:300]
        assert citizen.sees("系统暂时连不上，刚才没有办成。您填写的内容都在")
        citizen.open("/h5/applications")
        assert NUMBER.findall(citizen.text) == []
    eventually(lambda: citizen._took(citizen.browser.post(url, data=data, timeout=60)).heading == "提交成功", 40)


@pytest.mark.parametrize("mode", ["error", "drop", "garbage", "slow", "unknown"])
def test_a_bank_that_cannot_tell_does_not_stop_anyone(fragile: House, mode: str) -> None:
    citizen = a_citizen(fragile).signs_in()
    with fragile.fault("bank", mode, seconds=20):
        citizen.hands_in()
    assert citizen.heading == "提交成功"


@pytest.mark.parametrize("mode", ["error", "drop", "garbage", "refuse"])
def test_an_identity_service_that_misbehaves_gives_a_kind_page_with_a_way_back(fragile: House, mode: str) -> None:
    citizen = a_citizen(fragile).open_phone()
    citizen.open("/wechat/oauth/start?next=/h5/").follow("立即登录")
    with fragile.fault("identity", mode, path="/ids/service"):
        citizen.press("登录", {"账号": citizen.person["login"], "密码": citizen.person["password"]})
    assert citizen.path == "/login/return" and citizen.status >= 400
    assert kind(citizen)
    assert "Traceback" not in citizen.html
