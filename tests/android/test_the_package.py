"""The Android package as `make apk` builds it: signed, asking for nothing it does not need, opening nothing but ours."""

import hashlib
import re
import stat
import subprocess
from pathlib import Path

from h5.package import built as offered
from tests.android.package import (
    ELSEWHERE,
    IDENTITY,
    KEY_WORD,
    PUBLIC,
    Built,
    built,
    development,
    needs_tools,
    said_by,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_signed_by_every_scheme_its_androids_read(released: Built) -> None:
    said = released.signature()
    for scheme in (
        "v1 scheme (JAR signing)",
        "v2 scheme (APK Signature Scheme v2)",
        "v3 scheme (APK Signature Scheme v3)",
    ):
        assert f"Verified using {scheme}: true" in said
    assert "CN=of the test, O=centre" in said, "by the key of the settings"


def test_a_package_that_was_changed_is_no_longer_valid(released: Built, tmp_path: Path) -> None:
    content = bytearray(released.path.read_bytes())
    at = content.find(b"AndroidManifest.xml") + 40
    content[at] ^= 1
    changed = tmp_path / "changed.apk"
    changed.write_bytes(content)
    done = subprocess.run(["apksigner", "verify", str(changed)], capture_output=True, timeout=60, check=False)
    assert done.returncode != 0


def test_android_reads_its_name_version_and_the_phones_it_is_for(released: Built) -> None:
    said = released.badging()
    assert "package: name='com.lnszgjj.app' versionCode='10402' versionName='1.4.2'" in said
    assert "sdkVersion:'21'" in said and "targetSdkVersion:'33'" in said
    assert "application-label:'辽宁省直公积金'" in said
    assert "launchable-activity: name='com.lnszgjj.app.Main'" in said
    assert "application-debuggable" not in said and "uses-feature-not-required: name='android.hardware.camera'" in said


def test_it_asks_for_the_network_and_the_camera_and_nothing_else(released: Built) -> None:
    assert released.permissions() == ["android.permission.INTERNET", "android.permission.CAMERA"]


def test_nothing_of_it_is_open_to_other_apps_backed_up_or_sent_in_the_clear(released: Built) -> None:
    manifest = released.manifest()
    flags = dict(re.findall(r"A: android:(\w+)\(0x[0-9a-f]+\)=\(type 0x12\)(0x[0-9a-f]+)", manifest))
    assert flags["allowBackup"] == "0x0" and flags["usesCleartextTraffic"] == "0x0"
    provider = manifest[manifest.index("E: provider") :]
    assert "android:exported(0x01010010)=(type 0x12)0x0" in provider
    assert [name for name in ("E: service", "E: receiver") if name in manifest] == []


def test_what_it_opens_stands_in_its_byte_code_and_there_is_no_other_address(released: Built, tmp_path: Path) -> None:
    smali = released.disassembled(tmp_path)
    assert sorted(smali) == ["Addresses", "Chooser", "Doorman", "Main", "Photos"]
    constants = dict(re.findall(r'static final (\w+):Ljava/lang/String; = "([^"]*)"', smali["Addresses"]))
    assert constants["START"] == f"{PUBLIC}/h5/"
    assert constants["ORIGINS"] == f" {PUBLIC} {IDENTITY} {ELSEWHERE} "
    found = set(re.findall(r"\w+://[^\s\"]+", "\n".join(smali.values())))
    ours = {f"{PUBLIC}/h5/", PUBLIC, IDENTITY, ELSEWHERE}
    assert found == ours | {"file:///android_asset/offline.html", "content://com.lnszgjj.app.photos"}
    assert smali["Main"].count("->loadUrl(") == 1
    assert "addJavascriptInterface" not in "".join(smali.values()), "no page may call into the app"
    assert "onReceivedSslError" not in "".join(smali.values()), "a bad certificate stays refused"


def test_its_page_without_a_network_leads_back_to_the_service(released: Built) -> None:
    page = released.entries()["assets/offline.html"].decode()
    assert f'href="{PUBLIC}/h5/"' in page and "请检查手机的网络" in page and 'lang="zh-CN"' in page


def test_no_key_and_no_word_of_it_is_in_the_package_or_beside_it(released: Built) -> None:
    for name, content in released.entries().items():
        assert KEY_WORD.encode() not in content and b"PRIVATE KEY" not in content, name
    assert KEY_WORD not in repr(released.settings)
    assert sorted(path.name for path in released.settings.folder.iterdir()) == ["lnszgjj.apk", "lnszgjj.json"]


def test_it_is_aligned_as_android_wants_it(released: Built) -> None:
    said_by("zipalign", "-c", "-p", "4", str(released.path))


def test_the_web_offers_what_was_built(released: Built) -> None:
    package = offered(released.settings.folder, released.settings.start)
    assert package is not None and package.version == "1.4.2"
    assert package.sha256 == hashlib.sha256(released.path.read_bytes()).hexdigest()
    assert package.size == released.path.stat().st_size < 100_000


@needs_tools
def test_in_development_a_key_is_made_once_and_the_next_package_is_taken_for_a_newer_one(tmp_path: Path) -> None:
    first = built(development(tmp_path))
    once = re.findall(r"certificate SHA-256 digest: (\w+)", first.signature())
    again = re.findall(r"certificate SHA-256 digest: (\w+)", built(development(tmp_path)).signature())
    assert once and once == again
    for name in ("development-key.p12", "development-key.password"):
        assert stat.S_IMODE((tmp_path / "app" / name).stat().st_mode) == 0o600
    assert " http://127.0.0.1:8630 http://127.0.0.1:8631 " in first.disassembled(tmp_path)["Addresses"]
    assert "usesCleartextTraffic(0x010104ec)=(type 0x12)0xffffffff" in first.manifest()


def test_no_key_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert [
        name for name in listed.stdout.split() if name.endswith((".p12", ".jks", ".keystore", ".apk", ".pem"))
    ] == []
