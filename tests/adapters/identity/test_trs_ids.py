"""Signing in at 辽宁政务服务网 by the TRS protocol: the way out, the way back, and every odd answer."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from adapters.http.client import Neighbour
from adapters.identity.trs_ids import TrsIds
from fund.errors import FundError, Unavailable
from fund.numbers import IdNumber
from tests.adapters.http.sandboxed import PUBLIC_URL, SETTINGS
from tests.adapters.http.scripted import Act, Scripted, answer, half_close, hang_up, silence
from tests.adapters.identity.visitor import refusal

KEY = SETTINGS["IDENTITY_KEY"].encode()
RETURN = f"{PUBLIC_URL}/login/return?state=state-1"
ID_NUMBER, MOBILE = "210102199001010015", "13800000001"
BACK = {"trsidsssosessionid": "t1"}


def hidden(text: str, key: bytes = KEY) -> str:
    plain = text.encode()
    missing = 8 - len(plain) % 8
    encryptor = Cipher(TripleDES(key), modes.ECB()).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([missing]) * missing)).decode()


USER: dict[str, Any] = {
    "USERNAME": "zhangwei",
    "trueName": "张伟",
    "creditID": hidden(ID_NUMBER),
    "mobile": hidden(MOBILE),
    "uuid": "0a1b",
    "SCORE": "1",
    "IDSEXT_relNameAuth": "1",
}


def said(user: Any = None, **different: Any) -> Act:
    """An answer of the back channel with this user."""
    data = json.dumps({"user": USER | different if user is None else user}, ensure_ascii=False)
    return answer({"code": 200, "data": data})


@pytest.fixture
def trs(service: Scripted) -> Iterator[TrsIds]:
    """The driver at the scripted service."""
    url = f"{service.url}/ids"
    http = Neighbour("identity", url, read_timeout=0.4, any_content_type=True)
    yield TrsIds(url, "test-app", KEY, http, allow_http=True)
    http.close()


# the way out


def test_the_way_out_carries_three_parameters_in_base64(trs: TrsIds, service: Scripted) -> None:
    address = trs.begin("state-1", RETURN)
    assert address.startswith(f"{service.url}/ids/LoginServlet?")
    given = dict(parse_qsl(urlsplit(address).query))
    query = {name: base64.b64decode(value).decode() for name, value in given.items()}
    assert query.keys() == {"coAppName", "coSessionId", "surl"}
    assert (query["coAppName"], query["surl"]) == ("test-app", RETURN)
    assert "state-1" not in query["coSessionId"]
    assert trs.begin("state-1", RETURN) == address
    assert trs.begin("state-2", RETURN) != address


# the way back


@pytest.mark.parametrize("name", ["com.trs.idm.gSessionId", "trsidsssosessionid"])
def test_either_name_of_the_session_id_will_do(trs: TrsIds, service: Scripted, name: str) -> None:
    service.on("/ids/service", said())
    query = {"com.trs.idm.gSessionId": " ", "trsidsssosessionid": "", name: "ticket 1".replace(" ", "/+=")}
    assert trs.complete("state-1", query).id_number == IdNumber(ID_NUMBER)
    asked = parse_qs(urlsplit(service.received[0].target).query)
    assert asked["ssoSessionId"] == ["ticket/+=1"]
    assert asked["idsServiceType"] == ["httpssoservice"]
    assert asked["serviceName"] == ["findUserBySSOID"]
    assert (asked["coAppName"], asked["type"]) == (["test-app"], ["json"])
    surely = parse_qs(urlsplit(trs.begin("state-1", RETURN)).query)["coSessionId"][0]
    assert asked["coSessionId"] == [base64.b64decode(surely).decode()]


@pytest.mark.parametrize("query", [{}, {"trsidsssosessionid": "  "}, {"error": "cancel"}, {"state": "s"}])
def test_coming_back_without_a_session_id_is_cancelling(trs: TrsIds, service: Scripted, query: dict[str, str]) -> None:
    assert refusal(trs, query) == "cancelled"
    assert service.received == []


@pytest.mark.parametrize("session", ["a b", "a\r\nb", "中", "x" * 513, "\x00"])
def test_a_session_id_that_cannot_be_one_is_not_asked_about(trs: TrsIds, service: Scripted, session: str) -> None:
    assert refusal(trs, {"trsidsssosessionid": session}) == "expired"
    assert service.received == []


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (answer({"code": 404}), "expired"),
        (answer({"code": "404", "data": None}), "expired"),
        (answer({"code": 404}, 404), "expired"),
        (answer({"code": 200}), "undecodable"),
        (answer({"code": 200, "data": None}), "undecodable"),
        (answer({"code": 200, "data": "<html>"}), "undecodable"),
        (answer({"code": 200, "data": "[]"}), "undecodable"),
        (answer({"code": 200, "data": 5}), "undecodable"),
        (answer({"code": 200, "data": "[" * 100_000}), "undecodable"),
        (answer({"code": 200, "data": "{}"}), "incomplete"),
        (said([]), "incomplete"),
        (said("nobody"), "incomplete"),
        (said({}), "not_verified"),
        (said(SCORE="2"), "enterprise"),
        (said(SCORE=2, IDSEXT_relNameAuth="0", creditID=None), "enterprise"),
        (said(IDSEXT_relNameAuth="0"), "not_verified"),
        (said(IDSEXT_relNameAuth=0), "not_verified"),
        (said(IDSEXT_relNameAuth=None), "not_verified"),
        (said(IDSEXT_relNameAuth=True), "not_verified"),
        (said(IDSEXT_relNameAuth=["1"]), "not_verified"),
        (said(IDSEXT_relNameAuth="0", mobile=""), "not_verified"),
        (said(trueName=""), "incomplete"),
        (said(trueName=None), "incomplete"),
        (said(trueName={"a": 1}), "incomplete"),
        (said(trueName="张*"), "incomplete"),
        (said(trueName="张" * 51), "incomplete"),
        (said(trueName="张\u0000伟"), "incomplete"),
        (said(creditID=""), "incomplete"),
        (said(creditID=[]), "incomplete"),
        (said(mobile=" "), "incomplete"),
        (said(mobile=None), "incomplete"),
        (said(mobile=hidden("024-12345")), "incomplete"),
        (said(creditID="not base64!"), "undecodable"),
        (said(creditID=210102199001010015), "undecodable"),
        (said(creditID=ID_NUMBER), "undecodable"),
        (said(creditID=base64.b64encode(b"seven b").decode()), "undecodable"),
        (said(creditID=hidden(ID_NUMBER, b"another-key-of-24-bytes!")), "undecodable"),
        (said(creditID=hidden("210102199002290012")), "undecodable"),
        (said(creditID=hidden("210102199001010016")), "undecodable"),
        (said(mobile=MOBILE), "undecodable"),
        (said(mobile=hidden(MOBILE, b"another-key-of-24-bytes!")), "undecodable"),
    ],
)
def test_every_way_not_to_get_in_has_its_code(trs: TrsIds, service: Scripted, act: Act, code: str) -> None:
    service.on("/ids/service", act)
    assert refusal(trs, BACK) == code


@pytest.mark.parametrize(
    "act",
    [
        answer({"code": 500, "msg": "系统繁忙"}),
        answer({"code": "the-answer"}),
        answer({}),
        answer({"code": None}),
        answer({"code": True}),
        answer("<html>the-answer</html>", kind="text/html"),
        answer("", 302, Location="http://127.0.0.1:9/steal"),
        answer("", 500),
        answer({"code": "X"}, 403),
        hang_up,
        half_close,
        silence,
    ],
)
def test_a_service_that_cannot_tell_is_unavailable_and_asked_once(trs: TrsIds, service: Scripted, act: Act) -> None:
    service.on("/ids/service", act)
    with pytest.raises(Unavailable) as caught:
        trs.complete("state-1", BACK)
    assert caught.value.code == "identity_unreachable"
    assert "the-answer" not in str(caught.value)
    assert service.paths() == ["/ids/service"]


def test_a_service_that_is_away_is_unavailable() -> None:
    http = Neighbour("identity", "http://127.0.0.1:1/ids")
    with pytest.raises(Unavailable):
        TrsIds("http://127.0.0.1:1/ids", "test-app", KEY, http, allow_http=True).complete("s", BACK)
    http.close()


@pytest.mark.parametrize(
    ("different", "name", "mobile"),
    [
        ({"SCORE": 1, "IDSEXT_relNameAuth": 2}, "张伟", MOBILE),
        ({"SCORE": None}, "张伟", MOBILE),
        ({"mobile": hidden("+86 138-0000-0001")}, "张伟", MOBILE),
        ({"creditID": hidden(ID_NUMBER) + "\n"}, "张伟", MOBILE),
        ({"trueName": " 张　伟 "}, "张伟", MOBILE),
        ({"trueName": "买买提·艾力"}, "买买提·艾力", MOBILE),
        ({"trueName": "John Smith"}, "John Smith", MOBILE),
    ],
)
def test_harmless_oddities_are_understood(
    trs: TrsIds, service: Scripted, different: dict[str, Any], name: str, mobile: str
) -> None:
    service.on("/ids/service", said(**different))
    identity = trs.complete("state-1", BACK)
    assert (identity.name, identity.mobile) == (name, mobile)


def test_data_that_is_an_object_already_and_mislabelled_json_are_understood(trs: TrsIds, service: Scripted) -> None:
    body = {"code": "200", "data": {"user": USER}}
    service.on("/ids/service", answer(body, kind="text/html;charset=UTF-8"))
    assert trs.complete("state-1", BACK).name == "张伟"


def test_values_may_arrive_in_clear_where_the_setting_says_so(service: Scripted) -> None:
    service.on("/ids/service", said(creditID=ID_NUMBER, mobile=MOBILE))
    url = f"{service.url}/ids"
    http = Neighbour("identity", url)
    trs = TrsIds(url, "test-app", KEY, http, decrypt="none", allow_http=True)
    assert trs.complete("state-1", BACK).id_number == IdNumber(ID_NUMBER)
    http.close()


def test_no_error_shows_anything_personal(trs: TrsIds, service: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    ways = [{"mobile": MOBILE}, {"creditID": ID_NUMBER}, {"trueName": "张*"}, {"IDSEXT_relNameAuth": "0"}]
    for different in ways:
        service.on("/ids/service", said(**different))
        with caplog.at_level(logging.DEBUG), pytest.raises(FundError) as caught:
            trs.complete("state-1", {"trsidsssosessionid": "the-ticket"})
        seen = repr(caught.value) + caplog.text
        assert [word for word in (ID_NUMBER, MOBILE, "张", "the-ticket") if word in seen] == []


# what does not fit together


@pytest.mark.parametrize(
    ("url", "back", "allow_http"),
    [
        ("http://ids.example/ids", "http://ids.example/ids", False),
        ("https://ids.example/ids", "http://ids.example/ids", False),
        ("http://ids.example/ids", "https://ids.example/ids", False),
        ("https://ids.example/ids", "https://elsewhere.example/ids", True),
        ("https://ids.example/ids", "https://ids.example.elsewhere.example/ids", True),
    ],
)
def test_the_back_channel_is_https_and_goes_to_the_configured_host(url: str, back: str, allow_http: bool) -> None:
    http = Neighbour("identity", back)
    with pytest.raises(ValueError, match="identity service"):
        TrsIds(url, "test-app", KEY, http, allow_http=allow_http)
    http.close()


@pytest.mark.parametrize(("decrypt", "key"), [("3des", b"short"), ("3des", b"k" * 16), ("sm4", KEY), ("", KEY)])
def test_a_cipher_needs_a_known_name_and_a_whole_key(decrypt: str, key: bytes) -> None:
    http = Neighbour("identity", "https://ids.example/ids")
    with pytest.raises(ValueError, match=r"decryption|3DES") as caught:
        TrsIds("https://ids.example/ids", "test-app", key, http, decrypt=decrypt)
    assert "short" not in str(caught.value)
    http.close()
