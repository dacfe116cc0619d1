"""What an attacker tries with links, forms and sizes, against the running house."""

import json
import socket
from urllib.parse import urlsplit

import pytest
import redis
import requests

from tests.citizen import Citizen, a_citizen
from tests.house import House


def sessions(house: House) -> int:
    client = redis.Redis.from_url(house.valkey.url)
    return sum(1 for _ in client.scan_iter("session:*", count=1000))


def test_a_link_that_somebody_else_began_ties_nobody_to_their_wechat(house: House) -> None:
    attacker = a_citizen(house).open_phone()
    answer = attacker.browser.get(f"{house.url}/wechat/oauth/start?next=/h5/", allow_redirects=False, timeout=30)
    answer = attacker.browser.get(answer.headers["Location"], allow_redirects=False, timeout=30)
    link = answer.headers["Location"]
    assert "/wechat/oauth/callback" in link
    victim = a_citizen(house).open_phone()
    victim.open(link)
    victim.signs_in().hands_in()
    assert victim.heading == "提交成功"
    house.push(attacker.person["openid"], event="subscribe")
    assert "受理编号" not in str(house.push(attacker.person["openid"], text="进度"))
    house.push(victim.person["openid"], event="subscribe")
    assert "受理编号" in str(house.push(victim.person["openid"], text="进度"))


def test_a_post_of_a_foreign_page_neither_replaces_the_session_nor_fills_the_store(house: House) -> None:
    before = sessions(house)
    for n in range(20):
        answer = requests.post(
            f"{house.url}/h5/rent/info",
            data={"submission_key": f"k{n}", "x": "y" * 2000},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 303
        assert "Set-Cookie" not in answer.headers
    assert sessions(house) == before


def test_looking_at_public_pages_makes_no_session(house: House) -> None:
    before = sessions(house)
    for path in ("/h5/", "/h5/business", "/h5/me", "/h5/guides/rent", "/login/out", "/nothing"):
        assert "Set-Cookie" not in requests.get(house.url + path, allow_redirects=False, timeout=30).headers, path
    assert sessions(house) == before


@pytest.mark.parametrize("path", ["/h5/rent/info", "/h5/rent/details", "/login/out", "/h5/rent/estimate"])
def test_a_form_of_megabytes_is_refused_before_it_is_read(house: House, path: str) -> None:
    citizen = a_citizen(house).signs_in()
    answer = citizen.browser.post(
        house.url + path,
        data=b"a&" * 500_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert "请求无法识别" in answer.text


@pytest.mark.parametrize("value", ["%00", "AAAA%00", "a" * 3000, "..%2f..", "%e4%b8%ad"])
def test_what_is_no_reference_is_not_found(house: House, value: str) -> None:
    citizen = a_citizen(house).signs_in()
    for path in (f"/h5/applications/{value}", f"/h5/rent/done/{value}"):
        assert citizen.open(path).status == 404, path


def test_a_submission_key_that_cannot_be_one_is_passed_over(house: House) -> None:
    citizen = a_citizen(house).signs_in().begins()
    form, _ = citizen._form_with("下一步", "")
    data = citizen.form_data(form) | {"submission_key": "a\x00b"}
    answer = citizen.browser.post(citizen.url, data=data, timeout=30)
    assert answer.status_code == 422


def test_a_broken_chunk_is_a_bad_request(house: House) -> None:
    address = urlsplit(house.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=20) as line:
        line.sendall(
            b"POST /h5/rent/info HTTP/1.1\r\nHost: a\r\nCookie: fund=x\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nZZZ\r\n\r\n"
        )
        status = line.recv(64).split(b" ")[1]
    assert status in (b"400", b"303"), status


def test_no_redirect_is_built_from_the_host_header(house: House) -> None:
    for path in ("/h5//", "//h5/", "/h5/rent/"):
        answer = requests.get(house.url + path, headers={"Host": "evil.example"}, allow_redirects=False, timeout=30)
        assert "evil.example" not in answer.headers.get("Location", ""), path


def test_a_hanging_core_system_leaves_the_public_pages_alone(house: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    people = [a_citizen(house) for _ in range(24)]
    for citizen in people:
        citizen.open_phone().open("/wechat/oauth/start?next=/h5/").follow("立即登录")

    def signs_in(citizen: Citizen) -> float:
        citizen.press("登录", {"账号": citizen.person["login"], "密码": citizen.person["password"]})
        return citizen.browser.get(f"{house.url}/h5/business", timeout=30).elapsed.total_seconds()

    with house.fault("core", "slow", seconds=20), ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(signs_in, citizen) for citizen in people]
        slowest = max(requests.get(f"{house.url}/h5/business", timeout=30).elapsed.total_seconds() for _ in range(40))
        assert slowest < 3, slowest
        for one in waiting:
            one.result(60)
    assert json.loads(requests.get(f"{house.url}/readyz", timeout=30).text)["status"] == "ok"
