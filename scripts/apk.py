"""Builds and signs the Android package from android/ with Debian's tools. Run by `make apk`.

The project is put together in a folder of its own with the settings' addresses, assembled by apktool, aligned, signed
(schemes 1 to 3), checked, and laid where the web serves it: first the package, then the file that says what it is.
"""

import hashlib
import json
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from dotenv import load_dotenv

from config.android import AndroidSettings, SigningKey, load_android
from config.errors import SettingsError
from h5.package import FACTS_NAME, FILE_NAME
from scripts.console import Stopped, fail, run, stage, stop_on_signals
from scripts.environment import apt_install

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "android"
TOOLS = ("apktool", "zipalign", "apksigner", "aapt")
"""Each is Debian's package of the same name; Java comes along with apktool."""
FILLED_IN = (".smali", ".xml", ".yml", ".html")
PASSWORD = "APP_KEYSTORE_PASSWORD"


def build(settings: AndroidSettings) -> Path:
    """The package, signed and in its place. Exits with what a tool said when it fails."""
    try:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.folder):
            pass
    except OSError as error:
        fail(f"APP_DIR：{settings.folder} 不能存放安装包（{error.strerror}），请换一个可以写入的文件夹。")
    key = settings.key or development_key(settings.folder)
    with tempfile.TemporaryDirectory(prefix="fund-apk-", dir=settings.folder) as scratch:
        folder = Path(scratch)
        put_together(settings, folder / "project")
        unsigned, aligned, signed = (folder / f"{name}.apk" for name in ("unsigned", "aligned", "signed"))
        with stage("组装安装包"):
            framework = ["--frame-path", str(folder / "framework")]
            run(["apktool", "build", *framework, "--output", str(unsigned), str(folder / "project")])
            run(["zipalign", "-p", "4", str(unsigned), str(aligned)])
        with stage("签名并校验"):
            sign(aligned, signed, key)
            run(["apksigner", "verify", "--min-sdk-version", "21", str(signed)])
        content = signed.read_bytes()
        facts = {"version": settings.version, "sha256": hashlib.sha256(content).hexdigest(), "start": settings.start}
        (folder / FACTS_NAME).write_text(json.dumps(facts), "utf-8")
        signed.replace(settings.folder / FILE_NAME)
        (folder / FACTS_NAME).replace(settings.folder / FACTS_NAME)
    return settings.folder / FILE_NAME


def put_together(settings: AndroidSettings, project: Path) -> None:
    """A copy of android/ with the settings in their places."""
    shutil.copytree(PROJECT, project)
    places = {
        "@START@": settings.start,
        "@ORIGINS@": " ".join(settings.origins),
        "@VERSION@": settings.version,
        "@VERSION_CODE@": str(settings.version_code),
        "@CLEARTEXT@": "true" if settings.is_plain else "false",
    }
    for path in (path for path in project.rglob("*") if path.suffix in FILLED_IN):
        text = path.read_text("utf-8")
        for place, value in places.items():
            text = text.replace(place, value)
        path.write_text(text, "utf-8")


def sign(package: Path, signed: Path, key: SigningKey) -> None:
    """By all schemes that Android 5.0 and later read. The password is in no command line."""
    command = ["apksigner", "sign", "--ks", str(key.keystore), "--ks-key-alias", key.alias]
    schemes = [f"--v{number}-signing-enabled=true" for number in (1, 2, 3)]
    passwords = [f"--ks-pass=env:{PASSWORD}", f"--key-pass=env:{PASSWORD}"]
    rest = ["--min-sdk-version", "21", "--out", str(signed), str(package)]
    run([*command, *schemes, *passwords, *rest], os.environ | {PASSWORD: key.password})


def development_key(folder: Path) -> SigningKey:
    """This checkout's own key, made on first use; good for nobody else."""
    keystore, password = folder / "development-key.p12", folder / "development-key.password"
    if not keystore.exists():
        word = secrets.token_urlsafe(24)
        password.write_text(word, "utf-8")
        password.chmod(stat.S_IRUSR | stat.S_IWUSR)
        command = [
            "keytool",
            "-genkeypair",
            "-keystore",
            str(keystore),
            "-storetype",
            "PKCS12",
            "-alias",
            "development",
        ]
        kind = ["-keyalg", "RSA", "-keysize", "3072", "-validity", "10000", "-dname", "CN=development only"]
        with stage("生成开发用签名密钥"):
            run([*command, *kind, "-storepass:env", PASSWORD], os.environ | {PASSWORD: word})
        keystore.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return SigningKey(keystore, "development", password.read_text("utf-8"))


def main() -> None:
    """Build it, and say what came of it."""
    os.chdir(ROOT)
    stop_on_signals()
    load_dotenv(ROOT / ".env")  # as for every other command: in a developer's checkout it says APP_ENV=development
    try:
        settings = load_android(os.environ)
    except SettingsError as error:
        fail(f"{error}")
    try:
        if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
            if os.geteuid() != 0 or not shutil.which("apt-get"):
                fail(f"缺少工具。在 Debian/Ubuntu 上请先执行：sudo apt-get install {' '.join(missing)}")
            with stage("安装软件包：" + "、".join(missing)):
                apt_install(*missing)
        package = build(settings)
    except Stopped as stopped:
        raise SystemExit(stopped.exit_code) from None
    print(f"  {package}\n  版本 {settings.version}，打开 {settings.start}")
    if settings.key is None:
        print("  用开发密钥签名：只供测试，不能发布。")
    badging = subprocess.run(["aapt", "dump", "permissions", str(package)], capture_output=True, text=True, check=True)
    print("".join(f"  {line}\n" for line in badging.stdout.splitlines()), end="")


if __name__ == "__main__":
    main()
