"""What may stand in a template message's fields; a violation is 47003 and names the field.

Source: the table of parameter kinds in
https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
"""

from __future__ import annotations

import re
from typing import Any

from .account import Template
from .answers import WechatError

TIME = r"\d{1,2}:\d{2}(:\d{2})?"
DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|[-/.]\d{1,2}[-/.]\d{1,2})"
CHINESE = r"[\u3400-\u9fff]"
PATTERNS = {
    "thing": r"[^\n\r\t]{1,20}",
    "number": r"-?\d{1,32}(\.\d{1,32})?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x21-\x7e]{1,32}",
    "time": rf"({DATE} ?)?{TIME}([~～-]({DATE} ?)?{TIME})?",
    "date": rf"{DATE}( ?{TIME})?",
    "amount": r"[^\d\s]?\d{1,10}(\.\d{1,2})?元?",
    "phone_number": r"[\d+()\- ]{1,17}",
    "car_number": rf"{CHINESE}?[A-Z0-9]{{1,7}}{CHINESE}?",
    "name": rf"({CHINESE}{{1,10}}|[A-Za-z .·-]{{1,20}})",
    "phrase": rf"{CHINESE}{{1,5}}",
    "const": r".{1,20}",
}
IGNORED = ("first", "remark")  # no longer shown, still tolerated


def check(template: Template, data: Any) -> dict[str, str]:
    """The values by field, in the template's order. Raises WechatError."""
    if not isinstance(data, dict):
        raise WechatError(47003, "argument invalid! data is empty")
    for name in data:
        if name not in template.fields and name not in IGNORED:
            raise WechatError(47003, f"argument invalid! data.{name} is not in the template")
    return {name: _value(name, data.get(name)) for name in template.fields}


def _value(name: str, given: Any) -> str:
    value = given.get("value") if isinstance(given, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise WechatError(47003, f"argument invalid! data.{name}.value is empty")
    kind = name.rstrip("0123456789")
    if not re.fullmatch(PATTERNS[kind], value):
        raise WechatError(47003, f"argument invalid! data.{name}.value invalid")
    return value
