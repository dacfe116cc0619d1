"""The settings of the two neighbours with many of them: the WeChat platform and the identity service."""

import re
from dataclasses import dataclass, field

from config.reading import Reading

WECHAT_MODES = ("encrypted", "compatible", "plain")
STAFF_HOURS = re.compile(r"[1-7]-[1-7] ([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
IDENTITY_DRIVERS = ("trs_ids", "oauth2")
AES_KEY_PATTERN = r"[A-Za-z0-9]{43}"
AES_KEY_EXPECTED = "must be the EncodingAESKey of 43 letters and digits"
IDENTITY_FIELDS = ("sub", "name", "id_number", "mobile", "level", "kind")


@dataclass(frozen=True)
class WechatSettings:
    """The Official Account. Formats are those of the platform's developer settings page."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    previous_aes_key: str | None = field(repr=False)
    """Still accepted for messages under way while the platform changes keys."""
    account: str
    mode: str
    api_url: str
    open_url: str
    jssdk_url: str
    template_progress: str
    subscribe_progress: str
    """Template of the long-term 订阅通知 with the same fields; empty when the account has none."""
    staff_hours: str
    """When 人工 hands a conversation to 客服, as in ``1-5 08:30-17:00``; empty: never, the hotline is named."""
    account_code: str
    """What the account's QR code says (``flask wechat qrcode`` tells it); empty: the portal shows words instead."""
    verify_files: dict[str, str]
    """code → content of /MP_verify_<code>.txt."""


@dataclass(frozen=True)
class IdentitySettings:
    """The government identity service, for either driver."""

    driver: str
    url: str
    app_name: str
    key: bytes = field(repr=False)
    """24 bytes for 3DES (driver trs_ids)."""
    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    userinfo_url: str
    field_map: dict[str, str]
    """our name (sub, name, id_number, mobile, level, kind) → the service's name for it (driver oauth2)."""


def read_wechat(reading: Reading, *, production: bool) -> WechatSettings:
    """The account's settings; problems are noted in `reading`."""
    mode = reading.choice("WECHAT_MODE", WECHAT_MODES)
    aes_key = reading.optional("WECHAT_AES_KEY") if mode == "plain" else reading.text("WECHAT_AES_KEY")
    previous = reading.optional("WECHAT_PREVIOUS_AES_KEY")
    for name, key in (("WECHAT_AES_KEY", aes_key), ("WECHAT_PREVIOUS_AES_KEY", previous)):
        if key and not re.fullmatch(AES_KEY_PATTERN, key):
            reading.note(name, AES_KEY_EXPECTED)
    return WechatSettings(
        app_id=reading.matching("WECHAT_APP_ID", r"wx[0-9A-Za-z]{8,30}", "must be an AppID, wx…"),
        app_secret=reading.text("WECHAT_APP_SECRET"),
        token=reading.matching("WECHAT_TOKEN", r"[A-Za-z0-9]{3,32}", "must be 3 to 32 letters and digits"),
        aes_key=aes_key,
        previous_aes_key=previous or None,
        account=reading.matching("WECHAT_ACCOUNT", r"gh_[0-9A-Za-z_-]+", "must be the original id, gh_…"),
        mode=mode,
        api_url=reading.web_url("WECHAT_API_URL", https_only=production),
        open_url=reading.web_url("WECHAT_OPEN_URL", https_only=production),
        jssdk_url=reading.web_url("WECHAT_JSSDK_URL", https_only=production),
        template_progress=reading.text("WECHAT_TEMPLATE_PROGRESS"),
        subscribe_progress=reading.optional("WECHAT_SUBSCRIBE_PROGRESS"),
        staff_hours=_staff_hours(reading),
        account_code=_account_code(reading, production=production),
        verify_files=_verify_files(reading),
    )


def read_identity(reading: Reading, *, production: bool) -> IdentitySettings:
    """The identity service's settings: those of the chosen driver are required, the other's are not."""
    driver = reading.choice("IDENTITY_DRIVER", IDENTITY_DRIVERS)
    by_trs, by_oauth2 = driver != "oauth2", driver == "oauth2"

    def text(name: str, needed: bool) -> str:
        return reading.text(name) if needed else reading.optional(name)

    def address(name: str, needed: bool) -> str:
        return reading.web_url(name, https_only=production) if text(name, needed) else ""

    key = text("IDENTITY_KEY", by_trs)
    if key and (len(key) != 24 or not key.isascii()):
        reading.note("IDENTITY_KEY", "must be 24 ASCII characters (3DES)")
        key = ""
    return IdentitySettings(
        driver=driver,
        url=address("IDENTITY_URL", by_trs),
        app_name=text("IDENTITY_APP_NAME", by_trs),
        key=key.encode("ascii"),
        client_id=text("IDENTITY_CLIENT_ID", by_oauth2),
        client_secret=text("IDENTITY_CLIENT_SECRET", by_oauth2),
        authorize_url=address("IDENTITY_AUTHORIZE_URL", by_oauth2),
        token_url=address("IDENTITY_TOKEN_URL", by_oauth2),
        userinfo_url=address("IDENTITY_USERINFO_URL", by_oauth2),
        field_map=_field_map(reading),
    )


def _account_code(reading: Reading, *, production: bool) -> str:
    value = reading.optional("WECHAT_ACCOUNT_CODE")
    host = r"weixin\.qq\.com" if production else r"[^/]+"
    if value and not re.fullmatch(rf"https?://{host}/[!-~]{{1,200}}", value):
        reading.note("WECHAT_ACCOUNT_CODE", "must be what the account's QR code says, http://weixin.qq.com/q/…")
    return value


def _staff_hours(reading: Reading) -> str:
    value = reading.optional("WECHAT_STAFF_HOURS")
    if value and not STAFF_HOURS.fullmatch(value):
        reading.note("WECHAT_STAFF_HOURS", "must be weekdays and hours, as in 1-5 08:30-17:00 (1 is Monday)")
        return ""
    return value


def _verify_files(reading: Reading) -> dict[str, str]:
    """WECHAT_VERIFY_FILES=code,code=content,…; a bare code is its own content, as the platform issues it."""
    files: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in reading.optional("WECHAT_VERIFY_FILES").split(","))):
        code, _, content = item.partition("=")
        if not re.fullmatch(r"[A-Za-z0-9]{1,64}", code):
            reading.note("WECHAT_VERIFY_FILES", "must be code,code=content,…: letters and digits")
        files[code] = content or code
    return files


def _field_map(reading: Reading) -> dict[str, str]:
    """IDENTITY_FIELDS=name=trueName,…; a field that is not named keeps our own name."""
    names = {name: name for name in IDENTITY_FIELDS}
    for item in filter(None, (part.strip() for part in reading.optional("IDENTITY_FIELDS").split(","))):
        ours, _, theirs = item.partition("=")
        if ours not in names or not theirs:
            reading.note("IDENTITY_FIELDS", f"must be ours=theirs,…; ours: {', '.join(IDENTITY_FIELDS)}")
        else:
            names[ours] = theirs
    return names
