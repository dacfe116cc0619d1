"""Template messages: every field checked against the platform's rules before it is sent.

The platform refuses a whole message (47003) when one field breaks the rule that its name states; long free
text is shortened here, anything else that does not fit is our own mistake and raises.
Source: developers.weixin.qq.com, 类目模板消息的参数说明.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"


class NoticeFieldError(ValueError):
    """A value its field can never take. The message names field and rule, not the value."""


@dataclass(frozen=True, slots=True)
class ProgressFields:
    """What the fields of the progress template are called in the account's console."""

    business: str = "thing1"
    state: str = "phrase2"
    reference: str = "character_string3"
    time: str = "time4"
    remark: str = "thing5"


def progress_notice(
    business: str,
    state: str,
    reference: str,
    at: datetime,
    remark: str,
    fields: ProgressFields | None = None,
) -> dict[str, dict[str, str]]:
    """The ``data`` of a progress message. ``state`` is at most five 汉字; ``remark`` holds nothing personal.

    Raises NoticeFieldError.
    """
    names = fields or ProgressFields()
    return notice_data(
        {
            names.business: business,
            names.state: state,
            names.reference: reference,
            names.time: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
            names.remark: remark,
        }
    )


def notice_data(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """``data`` of a template or subscribe message, each value fitted to its field; or NoticeFieldError."""
    return {name: {"value": fitted(name, value)} for name, value in values.items()}


def fitted(name: str, value: str) -> str:
    """``value`` as the field ``name`` (a type and a number, such as ``thing1``) takes it."""
    kind = name.rstrip("0123456789")
    rule = _RULES.get(kind)
    if rule is None or kind == name:
        raise NoticeFieldError(f"{name}: no such kind of field")
    clean = _CONTROL.sub(" ", value).strip()
    if not clean:
        raise NoticeFieldError(f"{name}: empty")
    return rule(name, clean)


def _shortened_to(most: int) -> Callable[[str, str], str]:
    def shorten(_name: str, value: str) -> str:
        return value if len(value) <= most else value[: most - 1] + "…"

    return shorten


def _matching(pattern: str, rule: str) -> Callable[[str, str], str]:
    compiled = re.compile(pattern, re.ASCII)

    def check(name: str, value: str) -> str:
        if not compiled.fullmatch(value):
            raise NoticeFieldError(f"{name}: {rule}")
        return value

    return check


_TIME = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DATE = r"\d{4}(年(0?[1-9]|1[0-2])月(0?[1-9]|[12]\d|3[01])日|-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01]))"

_RULES: dict[str, Callable[[str, str], str]] = {
    "thing": _shortened_to(20),
    "const": _matching(r".{1,20}", "at most 20 characters, one of the template's own values"),
    "phrase": _matching(f"[{_HAN}]{{1,5}}", "one to five Chinese characters and nothing else"),
    "name": _matching(f"[{_HAN}·]{{1,10}}|[A-Za-z .,'\\-]{{1,20}}", "ten Chinese characters or 20 letters"),
    "character_string": _matching(r"[!-~](?:[ -~]{0,30}[!-~])?", "at most 32 letters, digits and signs"),
    "number": _matching(r"\d[\d.]{0,31}", "at most 32 digits"),
    "letter": _matching(r"[A-Za-z]{1,32}", "at most 32 letters"),
    "amount": _matching(r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?", "one currency sign, ten digits, two decimals, 元"),
    "phone_number": _matching(r"[\d+\-]{1,17}", "at most 17 digits and signs"),
    "time": _matching(f"({_DATE} ?)?{_TIME}", "a time, perhaps with its date"),
    "date": _matching(f"{_DATE}( ?{_TIME})?", "a date, perhaps with a time"),
}
