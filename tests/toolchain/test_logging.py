"""The logs: one line each, and nothing in them that must not be there."""

import json
import logging
import sys
from pathlib import Path

import pytest

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
