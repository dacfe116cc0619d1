"""Values for everything a developer or a test leaves unset. Production never reads this."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from config.errors import SettingsError
from config.local_state import local_secrets, local_servers

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT_FILE = ROOT / "sandbox" / "account.toml"
"""The sandbox's own account with every neighbour: plain data, read by the sandbox and from here."""

PORTS = {"PORT": "8000", "SANDBOX_PORT": "8001", "DESK_PORT": "8002"}


def defaults(environ: Mapping[str, str], var_dir: Path) -> dict[str, str]:
    """Variable → value, made to fit the ports and choices that `environ` does set.

    Raises SettingsError when something kept under VAR_DIR or the sandbox's account file is damaged.
    """
    ports = {name: environ.get(name, "").strip() or value for name, value in PORTS.items()}
    sandbox = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
    identity = environ.get("IDENTITY_URL", "").strip().rstrip("/") or f"{sandbox}/ids"
    servers = local_servers(var_dir)
    return {
        **ports,
        **_accounts(),
        **local_secrets(var_dir),
        "PUBLIC_URL": f"http://127.0.0.1:{ports['PORT']}",
        "DESK_URL": f"http://127.0.0.1:{ports['DESK_PORT']}",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "FILES_URL": f"file://{var_dir / 'files'}",
        "WECHAT_MODE": "encrypted",
        "WECHAT_ACCOUNT_CODE": f"{sandbox}/phone/",
        "WECHAT_API_URL": sandbox,
        "WECHAT_OPEN_URL": sandbox,
        "WECHAT_JSSDK_URL": f"{sandbox}/jssdk/jweixin.js",
        "IDENTITY_DRIVER": "trs_ids",
        "IDENTITY_URL": identity,
        "IDENTITY_AUTHORIZE_URL": f"{identity}/oauth2/authorize",
        "IDENTITY_TOKEN_URL": f"{identity}/oauth2/token",
        "IDENTITY_USERINFO_URL": f"{identity}/oauth2/userinfo",
        "CORE_URL": f"{sandbox}/core",
        "BANK_URL": f"{sandbox}/bank",
        "SANDBOX_PEOPLE": str(ROOT / "sandbox" / "people.json"),
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "8",
        "TRUSTED_PROXIES": "0",
    }


def _accounts() -> dict[str, str]:
    """[wechat] token = "x" in the account file becomes WECHAT_TOKEN=x, and so on for every section."""
    try:
        with ACCOUNT_FILE.open("rb") as file:
            sections = tomllib.load(file)
    except FileNotFoundError:
        return {}  # then each value is named as missing, as anywhere else
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([("sandbox/account.toml", f"is not valid TOML: {error}")]) from error
    return {
        f"{section}_{name}".upper(): str(value)
        for section, values in sections.items()
        if isinstance(values, dict)
        for name, value in values.items()
    }
