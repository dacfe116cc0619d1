"""The settings of the Android package. Read by `make apk` alone: the servers that face citizens never see the signing key."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from config import development
from config.errors import SettingsError
from config.reading import Reading

ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")
VERSION = r"[0-9]{1,3}\.[0-9]{1,2}\.[0-9]{1,2}"


@dataclass(frozen=True)
class SigningKey:
    """A key store that keytool and apksigner read. A package is only taken for a newer one of the same app when both
    were signed by the same key."""

    keystore: Path
    alias: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class AndroidSettings:
    """What the package is made of."""

    start: str
    """The page it opens."""
    origins: tuple[str, ...]
    """What it may show: the service itself, then where people sign in."""
    version: str
    folder: Path
    """Where the package is put, and the web finds it."""
    key: SigningKey | None
    """None in development: then one is made under ``folder``, once."""

    @property
    def version_code(self) -> int:
        """The version as the one number that Android compares: 1.4.2 is 10402."""
        major, minor, patch = map(int, self.version.split("."))
        return major * 10_000 + minor * 100 + patch

    @property
    def is_plain(self) -> bool:
        """Whether some of it is reached by http, as in development."""
        return any(origin.startswith("http:") for origin in self.origins)


def load_android(environ: Mapping[str, str]) -> AndroidSettings:
    """From the environment. Raises SettingsError naming every missing or invalid variable; in production a signing key
    is one of them."""
    production = (environ.get("APP_ENV", "").strip() or "production") == "production"
    var_dir = (development.ROOT / (environ.get("VAR_DIR", "").strip() or "var")).resolve()
    given = {name: value for name, value in environ.items() if value.strip()}
    reading = Reading(given if production else development.defaults(environ, var_dir) | given)
    public_url = reading.origin("PUBLIC_URL", https_only=production)
    settings = AndroidSettings(
        start=f"{public_url}/h5/",
        origins=tuple(dict.fromkeys((public_url, *_elsewhere(reading, production=production)))),
        version=_version(reading),
        folder=(development.ROOT / reading.optional("APP_DIR", str(var_dir / "app"))).resolve(),
        key=_key(reading, needed=production),
    )
    if not reading.problems and not all(map(ORIGIN.fullmatch, settings.origins)):
        reading.note("PUBLIC_URL", "and the identity service's address must have a plain host")
    if reading.problems:
        raise SettingsError(reading.problems)
    return settings


def _elsewhere(reading: Reading, *, production: bool) -> list[str]:
    """The identity service, and where else it leads on the way (APP_ORIGINS)."""
    by_oauth2 = reading.optional("IDENTITY_DRIVER") == "oauth2"
    login = reading.web_url("IDENTITY_AUTHORIZE_URL" if by_oauth2 else "IDENTITY_URL", https_only=production)
    found = [f"{parts.scheme}://{parts.netloc}"] if (parts := _parts(login)) else []
    for origin in filter(None, (part.strip() for part in reading.optional("APP_ORIGINS").split(","))):
        if not ORIGIN.fullmatch(origin) or _parts(origin) is None or (production and not origin.startswith("https://")):
            reading.note("APP_ORIGINS", "must be https origins, comma separated: scheme and host, no path")
        found.append(origin)
    return found


def _parts(address: str) -> SplitResult | None:
    """None when it is no address, or its port none that there can be."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError
    except ValueError:
        return None
    return parts


def _version(reading: Reading) -> str:
    """APP_VERSION, or that of this checkout."""
    with (development.ROOT / "pyproject.toml").open("rb") as file:
        ours = str(tomllib.load(file)["project"]["version"])
    version = reading.optional("APP_VERSION", ours)
    if not re.fullmatch(VERSION, version):
        reading.note("APP_VERSION", "must be three numbers, as in 1.4.2; the last two below 100")
        return "0.0.0"
    return version


def _key(reading: Reading, *, needed: bool) -> SigningKey | None:
    names = ("APP_KEYSTORE", "APP_KEYSTORE_PASSWORD", "APP_KEY_ALIAS")
    if not needed and not any(map(reading.optional, names)):
        return None
    keystore, password, alias = map(reading.text, names)
    if keystore and not Path(keystore).is_file():
        reading.note("APP_KEYSTORE", "is not there")
    return SigningKey(Path(keystore), alias, password)
