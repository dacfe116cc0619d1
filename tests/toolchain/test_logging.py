"""The logs: one line each, and nothing in them that must not be there."""

import json
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from config import redaction
from config.access import AccessLog
from config.logging import OneLine, logging_config
from config.redaction import redactor
from config.settings import load


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("fund.test", logging.WARNING, __file__, 1, message, arguments, None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("证件号210102199001010015有误", "210102199001010015"),
        ("id=21010219900101001X;", "21010219900101001X"),
        ("卡6217000000000000012。", "6217000000000000012"),
        ("card 6217 0000 0000 0000 012", "0000 0000"),
        ("card 4111-1111-1111-1111", "1111-1111"),
        ("手机13800000001", "13800000001"),
        ("+8613800000001", "13800000001"),
        ("138 0000 0001", "0000 0001"),
        ("for oABCDEFGHIJKLMNOPQRSTUVWX-_1 now", "oABCDEFGHIJKLMNOPQRSTUVWX-_1"),
        ("postgresql://fund:hunter2@127.0.0.1/fund", "hunter2"),
        ("GET /sns?access_token=abcDEF123&x=1", "abcDEF123"),
        ("GET /wechat/oauth/callback?code=0a1b2c&state=s3cr3t", "0a1b2c"),
        ("GET /wechat/oauth/callback?code=0a1b2c&state=s3cr3t", "s3cr3t"),
        ("?trsidsssosessionid=ABC123", "ABC123"),
        ('{"password": "hunter2"}', "hunter2"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("the known one is k3y-of-the-bank!", "k3y-of-the-bank"),
    ],
)
def test_a_forbidden_shape_never_passes(text: str, hidden: str) -> None:
    assert hidden not in redactor(["k3y-of-the-bank"])(text)


# Pieces that forbidden shapes are made of, so that many texts come close to one.
PIECES = st.one_of(
    st.sampled_from(
        ["://", "fund:pw@", "password", "ticket", "code", "?", "&", "=", ":", '"', " ", "-", "+86", "86", "138", "1", "X",
         "0000", "6217", "21010219900101001", "o", "oABCDEFGHIJKLMNOPQRSTUVWX-_", "k3y-of-the-bank", "证件号", "١٢٣"]
    ),
    st.text(alphabet="0123456789 -", max_size=20),
    st.text(max_size=5),
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_quick_look_at_a_text_never_spares_one_that_a_shape_fits(text: str) -> None:
    known = re.compile("k3y-of-the-bank").sub("[secret]", text)
    for shape, instead in redaction._SHAPES:
        known = shape.sub(instead, known)
    assert redactor(["k3y-of-the-bank"])(text) == known


@pytest.mark.parametrize(
    "text",
    [
        "GET /h5/rent/details 200 5321 bytes 12 ms",
        "2026-11-23T14:09:00.123+08:00",
        "申请 RW7K3M9Q 已受理,金额 12000.00 元",
        "errcode 45009, status code: 500",
        "job 1234567890 took 1699999999.123 s",
    ],
)
def test_what_is_harmless_stays_readable(text: str) -> None:
    assert redactor(["k3y-of-the-bank"])(text) == text


def test_a_record_is_one_line_of_json_whatever_it_holds() -> None:
    try:
        raise ValueError("no such card 6217000000000000012\nsecond line")
    except ValueError:
        made = record("first\nsecond %s", "third", amount=5, who=["13800000001"])
        made.exc_info = sys.exc_info()
    line = OneLine(request_id=lambda: "r-1").format(made)
    assert "\n" not in line
    event = json.loads(line)
    assert event["message"] == "first\nsecond third"
    assert (event["level"], event["logger"], event["request_id"]) == ("WARNING", "fund.test", "r-1")
    assert event["amount"] == 5
    assert event["who"] == ["[mobile]"]
    assert "ValueError" in event["exception"]
    assert "6217000000000000012" not in line


def test_numbers_in_extras_are_guarded_too() -> None:
    assert "210102199001010015" not in OneLine().format(record("x", number=210102199001010015))


def test_a_record_whose_arguments_do_not_fit_is_still_written() -> None:
    assert "do not fit" in json.loads(OneLine().format(record("%d items", "many")))["message"]


def test_the_request_id_is_the_one_of_the_flask_request() -> None:
    from flask import Flask, g

    app = Flask("x")
    with app.app_context():
        g.request_id = "abc"
        assert json.loads(OneLine().format(record("x")))["request_id"] == "abc"
    assert "request_id" not in json.loads(OneLine().format(record("x")))


def test_the_secrets_of_the_settings_are_known_to_the_guard(tmp_path: Path) -> None:
    settings = load({"APP_ENV": "test", "VAR_DIR": str(tmp_path)})
    formatter = logging_config(settings)["formatters"]["one_line"]
    line = OneLine(formatter["secrets"]).format(record(f"{settings.secret_key} {settings.database_url}"))
    assert settings.secret_key not in line
    assert all(secret not in line for secret in settings.secret_values())


def test_the_access_log_tells_who_asked_what_and_leaves_out_query_and_headers(caplog: pytest.LogCaptureFixture) -> None:
    log = AccessLog(Config())
    log.access_log.addHandler(caplog.handler)
    environ = {"REMOTE_ADDR": "10.1.2.3", "REQUEST_METHOD": "GET", "PATH_INFO": "/wechat/oauth/callback",
               "QUERY_STRING": "code=0a1b2c", "HTTP_REFERER": "http://a/?ticket=1", "RAW_URI": "/x?code=0a1b2c"}  # fmt: skip
    answer = SimpleNamespace(
        status="302 FOUND", sent=17, headers=[("X-Request-Id", "ACDEFGHJKM"), ("Location", "/h5/")]
    )
    try:
        log.access(answer, SimpleNamespace(headers=[]), environ, timedelta(milliseconds=12.9))
        log.access(SimpleNamespace(status="400 Bad Request", sent=0, headers=[]), None, {}, timedelta(0))
    finally:
        log.access_log.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records] == [
        "10.1.2.3 GET /wechat/oauth/callback 302 17 bytes 12 ms id ACDEFGHJKM",
        "- - - 400 0 bytes 0 ms id -",
    ]
