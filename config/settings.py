"""The settings: one typed, frozen object made from the environment.

`load` names ALL missing or invalid variables at once. In development and test whatever is unset gets a value
of its own (config/development.py); in production nothing is guessed. An unset APP_ENV means production.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config import development
from config.errors import SettingsError
from config.neighbours import IdentitySettings, WechatSettings, read_identity, read_wechat
from config.reading import Reading

__all__ = ["CentreSettings", "IdentitySettings", "Settings", "SettingsError", "WechatSettings", "load"]

APP_ENVS = ("development", "test", "production")
REDIS_KINDS = ("", "+sentinel", "+cluster")
REDIS_SCHEMES = (*(f"{name}{kind}" for kind in REDIS_KINDS for name in ("redis", "rediss")), "unix")
PLACEHOLDERS = ("change-me", "changeme", "secret", "example")


@dataclass(frozen=True)
class CentreSettings:
    """What every page's foot says about the centre."""

    hotline: str
    hours: str
    icp: str
    police_record: str
    portal_url: str


@dataclass(frozen=True)
class Settings:
    """Everything the service is told from outside. Secrets do not show in its repr."""

    app_env: str
    port: int
    sandbox_port: int
    desk_port: int
    var_dir: Path
    public_url: str
    desk_url: str
    database_url: str = field(repr=False)
    """postgresql://… as libpq understands it."""
    redis_url: str = field(repr=False)
    files_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    data_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    """(key id, 32-byte AES key), newest first."""
    index_key: bytes = field(repr=False)
    wechat: WechatSettings
    identity: IdentitySettings
    core_url: str
    core_key: str = field(repr=False)
    bank_url: str
    bank_key: str = field(repr=False)
    app_dir: Path
    """Where `make apk` leaves the Android package and the web finds it."""
    sandbox_people: Path | None
    web_concurrency: int
    web_threads: int
    trusted_proxies: int
    """How many proxies of ours stand in front and append to X-Forwarded-For."""
    forwarded_allow_ips: str
    """Addresses from which forwarded headers are believed, comma separated."""
    centre: CentreSettings

    @property
    def is_production(self) -> bool:
        """Whether this serves citizens."""
        return self.app_env == "production"

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with the driver SQLAlchemy shall use."""
        return "postgresql+psycopg://" + self.database_url.removeprefix("postgresql://")

    def secret_values(self) -> tuple[str, ...]:
        """Every secret as it could turn up in a text, for the last guard in front of the logs."""
        wechat, identity = self.wechat, self.identity
        keys = [base64.b64encode(key).decode() for key in (*dict(self.data_keys).values(), self.index_key)]
        urls = (self.database_url, self.redis_url, self.files_url)
        passwords = [urlsplit(url).password or "" for url in urls]
        own = (self.secret_key, self.core_key, self.bank_key)
        wechats = (wechat.app_secret, wechat.token, wechat.aes_key, wechat.previous_aes_key or "")
        found = (*keys, *passwords, *own, *wechats, identity.key.decode("ascii"), identity.client_secret)
        return tuple(value for value in found if len(value) >= 3)


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment.

    In development and test it makes, on first use, the files under VAR_DIR that hold local secrets and the
    addresses of the embedded servers. Raises SettingsError naming every missing or invalid variable.
    """
    app_env = environ.get("APP_ENV", "").strip() or "production"
    if app_env not in APP_ENVS:
        raise SettingsError([("APP_ENV", f"must be one of {', '.join(APP_ENVS)}")])
    production = app_env == "production"
    # Relative to the checkout, not to the working directory: web, worker and commands must meet in one place.
    var_dir = (development.ROOT / (environ.get("VAR_DIR", "").strip() or "var")).resolve()
    given = {name: value for name, value in environ.items() if value.strip()}
    reading = Reading(given if production else development.defaults(environ, var_dir) | given)
    settings = _read(reading, app_env, var_dir)
    if reading.problems:
        raise SettingsError(reading.problems)
    return settings


def _read(reading: Reading, app_env: str, var_dir: Path) -> Settings:
    production = app_env == "production"
    cores = os.cpu_count() or 1
    data_keys = _data_keys(reading)
    index_key = reading.base64_key(
        "INDEX_KEY", reading.text("INDEX_KEY"), lambda size: size >= 32, "must be base64 of at least 32 bytes"
    )
    if index_key and index_key in (key for _, key in data_keys):
        reading.note("INDEX_KEY", "must not be one of DATA_KEYS")
    people = reading.optional("SANDBOX_PEOPLE")
    return Settings(
        app_env=app_env,
        port=reading.whole_number("PORT", 8000, 1, 65535),
        sandbox_port=reading.whole_number("SANDBOX_PORT", 8001, 1, 65535),
        desk_port=reading.whole_number("DESK_PORT", 8002, 1, 65535),
        var_dir=var_dir,
        public_url=reading.origin("PUBLIC_URL", https_only=production),
        desk_url=reading.origin("DESK_URL", https_only=production),
        database_url=_database_url(reading),
        redis_url=reading.url("REDIS_URL", REDIS_SCHEMES),
        files_url=reading.url("FILES_URL", ("file", "s3")),
        secret_key=_secret_key(reading, production=production),
        data_keys=data_keys,
        index_key=index_key,
        wechat=read_wechat(reading, production=production),
        identity=read_identity(reading, production=production),
        core_url=reading.web_url("CORE_URL", https_only=production),
        core_key=reading.text("CORE_KEY"),
        bank_url=reading.web_url("BANK_URL", https_only=production),
        bank_key=reading.text("BANK_KEY"),
        app_dir=(development.ROOT / reading.optional("APP_DIR", str(var_dir / "app"))).resolve(),
        sandbox_people=Path(people) if people else None,
        web_concurrency=reading.whole_number("WEB_CONCURRENCY", max(2, cores), 1, 256),
        web_threads=reading.whole_number("WEB_THREADS", 8, 1, 256),
        trusted_proxies=reading.whole_number("TRUSTED_PROXIES", 1, 0, 10),
        forwarded_allow_ips=reading.optional("FORWARDED_ALLOW_IPS", "127.0.0.1,::1"),
        centre=CentreSettings(
            hotline=reading.optional("CENTRE_HOTLINE", "12329"),
            hours=reading.optional("CENTRE_HOURS", "工作日 8:30–17:00"),
            icp=reading.optional("CENTRE_ICP"),
            police_record=reading.optional("CENTRE_POLICE_RECORD"),
            portal_url=reading.optional("CENTRE_PORTAL_URL", "https://www.lnszgjj.com/"),
        ),
    )


def _database_url(reading: Reading) -> str:
    url = reading.url("DATABASE_URL", ("postgresql", "postgres", "postgresql+psycopg"))
    _, separator, rest = url.partition("://")
    return f"postgresql://{rest}" if separator else url


def _secret_key(reading: Reading, *, production: bool) -> str:
    value = reading.text("SECRET_KEY")
    weak = len(value) < 32 or len(set(value)) < 12 or any(word in value.lower() for word in PLACEHOLDERS)
    if production and value and weak:
        reading.note("SECRET_KEY", "is too weak: at least 32 random characters")
    return value


def _data_keys(reading: Reading) -> tuple[tuple[str, bytes], ...]:
    value = reading.text("DATA_KEYS")
    keys: list[tuple[str, bytes]] = []
    for item in filter(None, (part.strip() for part in value.split(","))):
        key_id, separator, encoded = item.partition(":")
        if not separator or not key_id.isascii() or not key_id.isalnum() or len(key_id) > 16:
            reading.note("DATA_KEYS", "must be id:base64key,… with ids of up to 16 letters and digits")
        elif key_id in dict(keys):
            reading.note("DATA_KEYS", "has the same id twice")
        else:
            wanted = "must be base64 keys of exactly 32 bytes (AES-256)"
            keys.append((key_id, reading.base64_key("DATA_KEYS", encoded, lambda size: size == 32, wanted)))
    if value and not keys:
        reading.note("DATA_KEYS", "holds no key")
    return tuple(keys)
