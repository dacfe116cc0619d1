"""Builds the Android package once, and reads it with tools that did not build it."""

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.android import AndroidSettings, load_android
from scripts.apk import TOOLS, build

MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
needs_tools = pytest.mark.skipif(
    bool(MISSING), reason=f"NO ANDROID TOOLS: apt-get install {' '.join(MISSING)} to build and check the package"
)
KEY_WORD = "a-word-for-the-test-key"
PUBLIC, IDENTITY, ELSEWHERE = "https://gjj.example.cn", "https://sso.example.cn", "https://www.lnzwfw.gov.cn"


def said_by(*command: str) -> str:
    """What a command prints; fails the test with what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def development(var_dir: Path, **more: str) -> dict[str, str]:
    """What a developer's checkout sets."""
    return {"APP_ENV": "development", "VAR_DIR": str(var_dir), "PORT": "8630", "SANDBOX_PORT": "8631", **more}


def production(var_dir: Path, **more: str) -> dict[str, str]:
    """What is set where the package for everybody is built."""
    return {
        "APP_ENV": "production",
        "VAR_DIR": str(var_dir),
        "PUBLIC_URL": PUBLIC,
        "IDENTITY_DRIVER": "trs_ids",
        "IDENTITY_URL": f"{IDENTITY}/ids",
        "APP_ORIGINS": ELSEWHERE,
        "APP_VERSION": "1.4.2",
        "APP_KEYSTORE": str(a_key(var_dir)),
        "APP_KEYSTORE_PASSWORD": KEY_WORD,
        "APP_KEY_ALIAS": "release",
        **more,
    }


def a_key(folder: Path) -> Path:
    """A key as the centre would keep one."""
    store = folder / "release.p12"
    if not store.exists() and shutil.which("keytool"):
        folder.mkdir(parents=True, exist_ok=True)
        environ = os.environ | {"WORD": KEY_WORD}
        kind = ["-keyalg", "RSA", "-keysize", "3072", "-validity", "10000", "-dname", "CN=of the test, O=centre"]
        store_at = ["-keystore", str(store), "-storetype", "PKCS12", "-alias", "release", "-storepass:env", "WORD"]
        subprocess.run(["keytool", "-genkeypair", *store_at, *kind], env=environ, check=True, capture_output=True)
    return store


@dataclass(frozen=True)
class Built:
    """A package, and what Debian's tools say of it."""

    path: Path
    settings: AndroidSettings

    def signature(self) -> str:
        """By what, for whom."""
        return said_by("apksigner", "verify", "--verbose", "--print-certs", "--min-sdk-version", "21", str(self.path))

    def badging(self) -> str:
        return said_by("aapt", "dump", "badging", str(self.path))

    def permissions(self) -> list[str]:
        return re.findall(r"uses-permission: name='([^']+)'", said_by("aapt", "dump", "permissions", str(self.path)))

    def manifest(self) -> str:
        return said_by("aapt", "dump", "xmltree", str(self.path), "AndroidManifest.xml")

    def entries(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def disassembled(self, folder: Path) -> dict[str, str]:
        """File → smali, as apktool reads it back from the package's byte code."""
        out = folder / "disassembled"
        frames = ["--frame-path", str(folder / "frames")]
        said_by("apktool", "decode", "--force", *frames, "--no-res", "--output", str(out), str(self.path))
        return {path.stem: path.read_text("utf-8") for path in out.rglob("*.smali")}


def built(environ: dict[str, str]) -> Built:
    """The package of these settings."""
    settings = load_android(environ)
    return Built(build(settings), settings)
