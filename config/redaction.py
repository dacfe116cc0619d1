"""The last guard in front of the logs: takes out what must not be there, should anything have let it through.

The first rule stays that nobody logs personal data or secrets; this catches the text that a library, an
exception or a mistake brings along. It may hide a harmless number; it never lets one of these shapes pass.
"""

import re
from collections.abc import Callable, Iterable

# Order matters: the longer digit shapes first, so that no shorter one bites a piece out of them.
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ in any URL
    (re.compile(r"(?<=://)[^\s/@\"']+@"), "[secret]@"),
    # name=value or "name": "value" for names that always hold a secret
    (
        re.compile(
            r"(?i)([\w-]*(?:password|passwd|secret|access_token|refresh_token|authorization|cookie|aes_?key"
            r"|session_?id|gsessionid|ticket)[\"']?\s*[=:]\s*[\"']?)(?:bearer\s+|basic\s+)?[^\s\"'&;,}\]]+"
        ),
        r"\1[secret]",
    ),
    # query parameters whose names are too common to be taken out anywhere else
    (
        re.compile(r"(?i)((?:^|[?&\s])(?:code|state|token|key|sign|signature|openid)=)[^\s&\"']+"),
        r"\1[secret]",
    ),
    # 居民身份证 (GB 11643), 18 places
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "[id-number]"),
    # bank cards of 16 to 19 digits, in one piece or in groups of four
    (re.compile(r"(?<!\d)\d{16,19}(?!\d)"), "[card]"),
    (re.compile(r"(?<!\d)\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)"), "[card]"),
    # mobile numbers of mainland China, with or without the country code
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "[mobile]"),
    # a WeChat openid: "o" and 27 characters of base64url
    (re.compile(r"(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])"), "[openid]"),
)

# What no shape above can do without: the mark of a URL or of a value, or eleven digits with at most one blank or hyphen
# between any two, or an openid. A text with none of them is spared the shapes one by one.
_MARKS = (":", "=")
_NUMBER_OR_OPENID = re.compile(r"\d(?:[ -]?\d){10}|o[A-Za-z0-9_-]{27}")


def redactor(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """A function that takes known shapes, and these very secrets, out of a text."""
    known = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
    values = re.compile("|".join(map(re.escape, known))) if known else None

    def redact(text: str) -> str:
        if values is not None and any(secret in text for secret in known):
            text = values.sub("[secret]", text)
        if any(mark in text for mark in _MARKS) or _NUMBER_OR_OPENID.search(text):
            for shape, instead in _SHAPES:
                text = shape.sub(instead, text)
        return text

    return redact
