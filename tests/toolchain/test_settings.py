"""The settings: what development is given, what production refuses."""

import base64
import dataclasses
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load

ROOT = Path(__file__).resolve().parents[2]

PRODUCTION = {
    "APP_ENV": "production",
    "PUBLIC_URL": "https://gjj.example.cn",
    "DESK_URL": "https://desk.example.cn",
    "DATABASE_URL": "postgres://fund:pw-of-the-database@db.internal/fund",
    "REDIS_URL": "rediss://:pw-of-the-cache@cache.internal:6379/0",
    "FILES_URL": "s3://photos?endpoint=https://s3.internal",
    "SECRET_KEY": "kz83Gd0aQw7vLm2Xp5Rt9Yb4Nc6Hs1Fj0Uo-Ea",
    "DATA_KEYS": "k2:" + base64.b64encode(bytes(range(32))).decode() + ",k1:"
    + base64.b64encode(bytes(range(1, 33))).decode(),
    "INDEX_KEY": base64.b64encode(bytes(range(2, 34))).decode(),
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "app-secret-of-the-account",
    "WECHAT_TOKEN": "tokenOfTheAccount",
    "WECHAT_AES_KEY": "A" * 42 + "B",
    "WECHAT_ACCOUNT": "gh_0123456789ab",
    "WECHAT_MODE": "encrypted",
    "WECHAT_API_URL": "https://api.example.cn",
    "WECHAT_OPEN_URL": "https://open.example.cn",
    "WECHAT_JSSDK_URL": "https://res.example.cn/jweixin.js",
    "WECHAT_TEMPLATE_PROGRESS": "template-1",
    "IDENTITY_DRIVER": "trs_ids",
    "IDENTITY_URL": "https://sso.example.cn/ids",
    "IDENTITY_APP_NAME": "app",
    "IDENTITY_KEY": "0123456789abcdefghijklmn",
    "CORE_URL": "https://core.internal",
    "CORE_KEY": "core-key",
    "BANK_URL": "https://bank.internal",
    "BANK_KEY": "bank-key",
}  # fmt: skip


def problems(**changes: str) -> dict[str, str]:
    """What production finds wrong after these changes to a complete environment."""
    with pytest.raises(SettingsError) as caught:
        load(PRODUCTION | changes)
    return caught.value.problems


def test_a_complete_production_environment_is_accepted() -> None:
    settings = load(PRODUCTION)
    assert settings.is_production
    assert [key_id for key_id, _ in settings.data_keys] == ["k2", "k1"]
    assert settings.database_url == "postgresql://fund:pw-of-the-database@db.internal/fund"
    assert settings.sqlalchemy_url.startswith("postgresql+psycopg://fund:")
    assert settings.trusted_proxies == 1


def test_production_names_every_missing_value_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"APP_ENV": "production"})
    assert set(caught.value.problems) == set(PRODUCTION) - {"APP_ENV"}
    assert all(name in str(caught.value) for name in caught.value.problems)


def test_no_app_env_means_production() -> None:
    with pytest.raises(SettingsError) as caught:
        load({})
    assert "SECRET_KEY" in caught.value.problems


def test_an_unknown_app_env_is_refused() -> None:
    with pytest.raises(SettingsError, match="APP_ENV"):
        load({"APP_ENV": "staging"})


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"APP_ENV"}))
def test_an_empty_value_counts_as_missing(name: str) -> None:
    assert problems(**{name: "  "}) == {name: "is missing"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://gjj.example.cn"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", "https://gjj.example.cn/path"),
        ("PUBLIC_URL", "gjj.example.cn"),
        ("DESK_URL", "https://desk.example.cn?x=1"),
        ("DATABASE_URL", "mysql://db/fund"),
        ("DATABASE_URL", "sqlite:///fund.db"),
        ("REDIS_URL", "memcached://cache"),
        ("FILES_URL", "https://files.example.cn"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "change-me-change-me-change-me-0123456789"),
        ("DATA_KEYS", "k1:" + base64.b64encode(bytes(range(16))).decode()),
        ("DATA_KEYS", "k1:not base64"),
        ("DATA_KEYS", base64.b64encode(bytes(range(32))).decode()),
        ("DATA_KEYS", "k1:" + base64.b64encode(bytes(32)).decode()),
        ("DATA_KEYS", PRODUCTION["DATA_KEYS"].replace("k2", "k1")),
        ("DATA_KEYS", ","),
        ("INDEX_KEY", base64.b64encode(b"too short").decode()),
        ("INDEX_KEY", base64.b64encode(bytes(range(32))).decode()),
        ("WECHAT_APP_ID", "0123456789abcdef"),
        ("WECHAT_TOKEN", "x" * 33),
        ("WECHAT_TOKEN", "with-dash"),
        ("WECHAT_AES_KEY", "A" * 42),
        ("WECHAT_AES_KEY", "A" * 44),
        ("WECHAT_AES_KEY", "A" * 42 + "+"),
        ("WECHAT_PREVIOUS_AES_KEY", "A" * 42),
        ("WECHAT_ACCOUNT", "lnszgjj"),
        ("WECHAT_MODE", "safe"),
        ("WECHAT_API_URL", "http://api.example.cn"),
        ("WECHAT_VERIFY_FILES", "../../etc/passwd"),
        ("IDENTITY_DRIVER", "mock"),
        ("IDENTITY_URL", "http://sso.example.cn/ids"),
        ("IDENTITY_KEY", "too-short"),
        ("IDENTITY_FIELDS", "shoe_size=x"),
        ("CORE_URL", "http://core.internal"),
        ("CORE_URL", "https://user:password@core.internal"),
        ("BANK_URL", "ftp://bank.internal"),
        ("PORT", "70000"),
        ("PORT", "http"),
        ("WEB_THREADS", "0"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_an_unusable_value_is_named_and_never_quoted(name: str, value: str) -> None:
    found = problems(**{name: value})
    assert set(found) == {name}
    if len(value) > 4:
        assert value not in found[name]


def test_all_wrong_values_are_named_together() -> None:
    found = problems(SECRET_KEY="short", PUBLIC_URL="http://x.cn", WECHAT_MODE="safe", BANK_KEY="")
    assert set(found) == {"SECRET_KEY", "PUBLIC_URL", "WECHAT_MODE", "BANK_KEY"}


def test_a_neighbour_on_this_machine_may_speak_plain_http() -> None:
    assert load(PRODUCTION | {"CORE_URL": "http://127.0.0.1:9000/core"}).core_url.startswith("http://127.")


def test_plain_mode_needs_no_aes_key() -> None:
    environ = PRODUCTION | {"WECHAT_MODE": "plain", "WECHAT_AES_KEY": ""}
    assert load(environ).wechat.aes_key == ""


def test_the_oauth2_driver_needs_its_own_values_and_not_the_other_drivers() -> None:
    changes = dict.fromkeys(("IDENTITY_URL", "IDENTITY_APP_NAME", "IDENTITY_KEY"), "")
    found = problems(IDENTITY_DRIVER="oauth2", **changes)
    names = ("CLIENT_ID", "CLIENT_SECRET", "AUTHORIZE_URL", "TOKEN_URL", "USERINFO_URL")
    assert set(found) == {f"IDENTITY_{name}" for name in names}


def test_verification_files_and_field_names_are_read() -> None:
    settings = load(PRODUCTION | {"WECHAT_VERIFY_FILES": "abc123, def456=other", "IDENTITY_FIELDS": "name=trueName"})
    assert settings.wechat.verify_files == {"abc123": "abc123", "def456": "other"}
    assert settings.identity.field_map["name"] == "trueName"
    assert settings.identity.field_map["mobile"] == "mobile"


def test_no_secret_shows_in_the_repr() -> None:
    settings = load(PRODUCTION)
    secrets = [PRODUCTION[name] for name in ("SECRET_KEY", "WECHAT_TOKEN", "IDENTITY_KEY", "CORE_KEY", "INDEX_KEY")]
    for secret in (*secrets, "pw-of-the-database", "pw-of-the-cache", "app-secret-of-the-account"):
        assert secret not in repr(settings)
        assert secret in settings.secret_values() or secret in repr(settings.secret_values())


def test_settings_cannot_be_changed() -> None:
    settings = load(PRODUCTION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


def in_development(var_dir: Path, **environ: str) -> Settings:
    return load({"APP_ENV": "development", "VAR_DIR": str(var_dir), **environ})


def test_development_needs_nothing_and_reaches_the_sandbox(tmp_path: Path) -> None:
    settings = in_development(tmp_path, SANDBOX_PORT="9001", PORT="9000")
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.wechat.api_url == "http://127.0.0.1:9001"
    assert settings.identity.url == "http://127.0.0.1:9001/ids"
    assert settings.core_url == "http://127.0.0.1:9001/core"
    assert settings.wechat.mode == "encrypted"
    assert len(settings.wechat.aes_key) == 43
    assert settings.files_url == f"file://{tmp_path}/files"
    assert settings.trusted_proxies == 0


def test_what_is_set_wins_over_the_defaults_of_development(tmp_path: Path) -> None:
    url = "postgresql://me@127.0.0.1:1/mine"
    settings = in_development(tmp_path, DATABASE_URL=url, WECHAT_TOKEN="mine", IDENTITY_URL="http://127.0.0.1:7/x")
    assert settings.database_url == url
    assert settings.wechat.token == "mine"
    assert settings.identity.token_url == "http://127.0.0.1:7/x/oauth2/token"


def test_local_secrets_are_made_once_private_and_kept(tmp_path: Path) -> None:
    first, second = in_development(tmp_path), in_development(tmp_path)
    assert (first.secret_key, first.data_keys, first.index_key) == (
        second.secret_key,
        second.data_keys,
        second.index_key,
    )
    for name in ("secrets.env", "servers.json"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    code = (
        "import sys; from config.settings import load; "
        "s = load({'APP_ENV': 'test', 'VAR_DIR': sys.argv[1]}); print(s.secret_key, s.database_url)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]

    def one(_: int) -> str:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 1


def test_a_damaged_secrets_file_is_named_and_not_replaced(tmp_path: Path) -> None:
    in_development(tmp_path)
    (tmp_path / "secrets.env").write_text("SECRET_KEY=only this is left\n")
    with pytest.raises(SettingsError) as caught:
        in_development(tmp_path)
    assert set(caught.value.problems) == {"DATA_KEYS", "INDEX_KEY"}
    assert (tmp_path / "secrets.env").read_text() == "SECRET_KEY=only this is left\n"


def test_the_example_file_names_every_value_production_needs() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert set(PRODUCTION) <= named


def test_what_the_accounts_code_says_is_checked_and_may_be_left_out() -> None:
    assert load(PRODUCTION).wechat.account_code == ""
    code = "http://weixin.qq.com/q/02Ab-_9"
    assert load(PRODUCTION | {"WECHAT_ACCOUNT_CODE": code}).wechat.account_code == code
    for wrong in ("02Ab", "https://evil.example/q/x", "http://weixin.qq.com/", "http://weixin.qq.com.evil.example/q/x"):
        assert "WECHAT_ACCOUNT_CODE" in problems(WECHAT_ACCOUNT_CODE=wrong), wrong
