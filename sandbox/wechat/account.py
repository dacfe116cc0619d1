"""The one Official Account of this platform: its secrets, its callback address and its message templates."""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ACCOUNT_FILE = Path(__file__).resolve().parents[1] / "account.toml"
MODES = ("encrypted", "compatible", "plain")
AES_KEY_CHARACTERS = 43
NAME = "辽宁省直公积金"


@dataclass(frozen=True)
class Template:
    """One message template of the account. `fields` maps a name such as `thing1` to its label; a `lasting`
    订阅通知 is a long-term one, whose permission is not spent by sending."""

    id: str
    kind: str
    title: str
    fields: Mapping[str, str]
    lasting: bool = False


@dataclass(frozen=True)
class Tag:
    """A tag (用户标签) that followers may have."""

    id: int
    name: str


@dataclass(frozen=True)
class Account:
    """What the platform's console would show the developer, and where the developer's server is."""

    app_id: str
    account: str
    mode: str
    public_url: str
    templates: Mapping[str, Template]
    tags: tuple[Tag, ...]
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: bytes = field(repr=False)

    @property
    def callback_url(self) -> str:
        """Where messages and events are pushed to."""
        return f"{self.public_url}/wechat/callback"

    def owns(self, url: str) -> bool:
        """True when `url` lies on the account's web-authorisation domain (here: the service's own origin)."""
        try:
            asked, own = urlsplit(url), urlsplit(self.public_url)
        except ValueError:
            return False
        return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


def load(environ: Mapping[str, str]) -> Account:
    """Read `account.toml`; a value in `environ` wins. Raises ValueError, naming the wrong variable."""
    file = tomllib.loads(ACCOUNT_FILE.read_text(encoding="utf-8"))
    given: dict[str, str] = file["wechat"]

    def value(name: str) -> str:
        return environ.get(f"WECHAT_{name.upper()}") or given[name]

    mode = environ.get("WECHAT_MODE") or "encrypted"
    if mode not in MODES:
        raise ValueError(f"WECHAT_MODE must be one of {', '.join(MODES)}")
    own_url = environ.get("PUBLIC_URL") or f"http://127.0.0.1:{environ.get('PORT') or '8000'}"
    ids = [value(entry["id"]) if entry["id"] in given else entry["id"] for entry in file["templates"]]
    templates = [_template(entry, known) for entry, known in zip(file["templates"], ids, strict=True)]
    return Account(
        app_id=value("app_id"),
        account=value("account"),
        mode=mode,
        public_url=own_url.rstrip("/"),
        templates={template.id: template for template in templates},
        tags=tuple(Tag(int(entry["id"]), str(entry["name"])) for entry in file["tags"]),
        app_secret=value("app_secret"),
        token=value("token"),
        aes_key=decode_aes_key(value("aes_key")),
    )


def decode_aes_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey (43 characters of base64). Raises ValueError."""
    try:
        key = base64.b64decode(f"{encoded}=", validate=True)
    except binascii.Error as problem:
        raise ValueError("WECHAT_AES_KEY is not base64") from problem
    if len(encoded) != AES_KEY_CHARACTERS:
        raise ValueError(f"WECHAT_AES_KEY must have {AES_KEY_CHARACTERS} characters")
    return key


def _template(entry: Mapping[str, object], template_id: str) -> Template:
    fields = entry["fields"]
    if not isinstance(fields, dict):
        raise ValueError("a template's fields must be a table")
    lasting = entry.get("lasting") is True
    return Template(template_id, str(entry["kind"]), str(entry["title"]), fields, lasting)
