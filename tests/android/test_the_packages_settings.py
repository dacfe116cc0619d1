"""What the package is made of comes from the settings; production refuses to build without a key of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.android import load_android
from config.errors import SettingsError
from scripts.apk import build

ROOT = Path(__file__).resolve().parents[2]


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    key = tmp_path / "release.p12"
    key.write_bytes(b"a key store")
    return {
        "APP_ENV": "production", "VAR_DIR": str(tmp_path), "PUBLIC_URL": "https://gjj.example.cn",
        "IDENTITY_DRIVER": "trs_ids", "IDENTITY_URL": "https://sso.example.cn/ids", "APP_KEYSTORE": str(key),
        "APP_KEYSTORE_PASSWORD": "the-word-of-the-key", "APP_KEY_ALIAS": "release", **more,
    }  # fmt: skip


def problems(given: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load_android(given)
    return caught.value.problems


def test_production_names_all_that_is_missing_and_a_key_is_part_of_it() -> None:
    assert set(problems({"APP_ENV": "production"})) == {
        "PUBLIC_URL", "IDENTITY_URL", "APP_KEYSTORE", "APP_KEYSTORE_PASSWORD", "APP_KEY_ALIAS",
    }  # fmt: skip
    assert problems({}) == problems({"APP_ENV": "production"}), "no APP_ENV means production"


def test_the_command_builds_nothing_without_them(tmp_path: Path) -> None:
    given = {"PATH": os.environ["PATH"], "APP_ENV": "production", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "scripts.apk"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "APP_KEYSTORE" in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert problems(environ(tmp_path, APP_KEYSTORE=str(tmp_path / "gone.p12"))) == {"APP_KEYSTORE": "is not there"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://gjj.example.cn"), ("PUBLIC_URL", 'https://gjj"example.cn'),
        ("IDENTITY_URL", "http://sso.example.cn/ids"),
        ("APP_ORIGINS", "http://other.example.cn"), ("APP_ORIGINS", "https://other.example.cn/path"),
        ("APP_ORIGINS", "*"), ("APP_VERSION", "1.4"), ("APP_VERSION", "1.4.200"), ("APP_VERSION", "next"),
        ("APP_VERSION", "１.４.２"), ("APP_ORIGINS", "https://other.example.cn:99999"), ("APP_ORIGINS", "https://[::1"),
        ("APP_ORIGINS", "https://other.example.cn:port"), ("IDENTITY_URL", "https://[sso"),
    ],
)  # fmt: skip
def test_unusable_values_are_refused(tmp_path: Path, name: str, value: str) -> None:
    assert set(problems(environ(tmp_path, **{name: value}))) == {name}


def test_it_shows_the_service_where_one_signs_in_and_what_else_is_named_and_each_once(tmp_path: Path) -> None:
    given = environ(tmp_path, APP_ORIGINS="https://www.lnzwfw.gov.cn, https://gjj.example.cn", APP_VERSION="2.11.3")
    settings = load_android(given)
    assert settings.start == "https://gjj.example.cn/h5/"
    assert settings.origins == ("https://gjj.example.cn", "https://sso.example.cn", "https://www.lnzwfw.gov.cn")
    assert settings.version_code == 21103 and not settings.is_plain
    assert "the-word-of-the-key" not in repr(settings)


def test_with_the_other_identity_driver_its_page_is_the_one_to_sign_in_at(tmp_path: Path) -> None:
    more = {"IDENTITY_DRIVER": "oauth2", "IDENTITY_AUTHORIZE_URL": "https://id.example.cn/oauth2/authorize"}
    assert load_android(environ(tmp_path, **more)).origins[1] == "https://id.example.cn"


def test_in_development_nothing_has_to_be_set(tmp_path: Path) -> None:
    settings = load_android(
        {"APP_ENV": "development", "VAR_DIR": str(tmp_path), "PORT": "8630", "SANDBOX_PORT": "8631"}
    )
    assert settings.key is None and settings.is_plain
    assert settings.origins == ("http://127.0.0.1:8630", "http://127.0.0.1:8631")


def test_a_folder_that_cannot_be_used_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app").write_text("a file")
    for folder in (tmp_path / "app", tmp_path / "app" / "below"):
        with pytest.raises(SystemExit):
            build(load_android(environ(tmp_path, APP_DIR=str(folder))))
        assert "不能存放安装包" in capsys.readouterr().err
