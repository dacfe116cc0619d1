"""As it is served to citizens: https only, closed to the outside where it must be, and refusing to start half-set."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.house import ROOT, House

HOST = "gjj.example.test"
DESK_HOST = "desk.example.test"


def production(house: House) -> dict[str, str]:
    """A complete environment; the neighbours need not answer for these tests."""
    return {
        "APP_ENV": "production",
        "VAR_DIR": str(house.var_dir / "production"),
        "PUBLIC_URL": f"https://{HOST}",
        "DESK_URL": f"https://{DESK_HOST}",
        "DATABASE_URL": house.postgres.url,
        "REDIS_URL": house.valkey.url,
        "FILES_URL": f"file://{house.var_dir}/production/files",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        "WECHAT_TOKEN": secrets.token_hex(8),
        "WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "WECHAT_ACCOUNT": "gh_0123456789ab",
        "WECHAT_MODE": "encrypted",
        "WECHAT_TEMPLATE_PROGRESS": "template",
        "WECHAT_API_URL": "https://api.example.test",
        "WECHAT_OPEN_URL": "https://open.example.test",
        "WECHAT_JSSDK_URL": "https://res.example.test/jweixin.js",
        "IDENTITY_DRIVER": "trs_ids",
        "IDENTITY_URL": "https://sso.example.test/ids",
        "IDENTITY_APP_NAME": "fund",
        "IDENTITY_KEY": "0123456789abcdefghijklmn",
        "CORE_URL": "https://core.example.test",
        "CORE_KEY": secrets.token_hex(16),
        "BANK_URL": "https://bank.example.test",
        "BANK_KEY": secrets.token_hex(16),
        "TRUSTED_PROXIES": "1",
    }


@pytest.fixture
def in_production(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("WECHAT_", "IDENTITY_", "CORE_", "BANK_")):
            monkeypatch.delenv(name)
    for name, value in production(house).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def served(in_production: None) -> Iterator[Flask]:
    from adapters.postgres.tables import db
    from bootstrap.public import app

    built = app()
    yield built
    with built.app_context():
        db.engine.dispose()


@pytest.fixture
def desk_served(in_production: None) -> Iterator[Flask]:
    from adapters.postgres.tables import db
    from bootstrap.desk import app

    built = app()
    yield built
    with built.app_context():
        db.engine.dispose()


def test_pages_carry_every_security_header(served: Flask) -> None:
    answer = served.test_client().get("/h5/", base_url=f"https://{HOST}")
    assert answer.status_code == 200
    headers = answer.headers
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_health_and_measures_are_not_for_the_outside(served: Flask) -> None:
    client = served.test_client()
    for path in ("/healthz", "/readyz", "/metrics"):
        outside = client.get(path, base_url=f"https://{HOST}", headers={"X-Forwarded-For": "8.8.4.4"})
        assert outside.status_code == 404, path
        assert client.get(path).status_code == 200, path


def test_the_desk_is_served_by_https_to_its_own_host_and_its_health_is_not_for_the_outside(desk_served: Flask) -> None:
    client = desk_served.test_client()
    answer = client.get("/sign-in", base_url=f"https://{DESK_HOST}")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-desk=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert client.get("/sign-in", base_url="https://evil.example").status_code == 400
    outside = {"X-Forwarded-For": "8.8.4.4"}
    assert client.get("/readyz", base_url=f"https://{DESK_HOST}", headers=outside).status_code == 404
    assert client.get("/readyz").json == {"status": "ok", "down": []}


def test_the_sandbox_is_not_needed_and_nothing_of_it_is_named(served: Flask) -> None:
    answer = served.test_client().get("/login/start", base_url=f"https://{HOST}")
    assert answer.headers["Location"].startswith("https://sso.example.test/ids/LoginServlet")


def test_every_missing_value_is_named_at_once_and_nothing_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "-c", "config/gunicorn.py", "bootstrap.public:app()"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "APP_ENV": "production"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    said = done.stdout + done.stderr
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "WECHAT_APP_SECRET", "CORE_KEY"):
        assert name in said
