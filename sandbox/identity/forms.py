"""Fields of the identity service's forms and what each of them accepts."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .people import tidy

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BEIJING = datetime.timezone(datetime.timedelta(hours=8))

Values = Mapping[str, str]
Check = Callable[[str, Values], str | None]


@dataclass(frozen=True)
class Field:
    """One input. `check` gives the words beside the field when the value will not do, else None."""

    name: str
    label: str
    check: Check
    hint: str = ""
    type: str = "text"
    autocomplete: str = "off"
    inputmode: str = "text"
    upper: bool = False

    @property
    def secret(self) -> bool:
        """A password: never tidied, never written back into the page."""
        return self.type == "password"

    def read(self, form: Values) -> str:
        """The value as it is meant: without stray blanks, full-width digits made ordinary."""
        raw = form.get(self.name, "")
        value = raw if self.secret else tidy(raw)
        return value.upper() if self.upper else value


def read(fields: tuple[Field, ...], form: Values) -> tuple[dict[str, str], dict[str, str]]:
    """Read a whole form. Returns the values and the words for each field that will not do, in page order."""
    values = {field.name: field.read(form) for field in fields}
    said = {field.name: field.check(values[field.name], values) for field in fields}
    return values, {name: words for name, words in said.items() if words}


def check_login(value: str, _: Values) -> str | None:
    """A login name: unique (checked where the people are) and never changed afterwards."""
    if not value:
        return "请填写账号"
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,19}", value):
        return "账号为4至20位，以字母开头，只能包含字母、数字和下划线"
    return None


def check_password(value: str, values: Values) -> str | None:
    """At least eight characters, letters and digits, and not the login name."""
    if not value:
        return "请填写密码"
    if not 8 <= len(value) <= 32:
        return "密码长度应为8至32位"
    if re.search(r"\s", value):
        return "密码不能包含空格"
    if not (re.search(r"[A-Za-z]", value) and re.search(r"[0-9]", value)):
        return "密码应同时包含字母和数字"
    if value.lower() == values.get("login", "").lower():
        return "密码不能与账号相同"
    return None


def check_again(value: str, values: Values) -> str | None:
    """The password a second time."""
    if not value:
        return "请再次填写密码"
    return None if value == values.get("password") else "两次填写的密码不一致"


def check_name(value: str, _: Values) -> str | None:
    """A person's name as on the identity card."""
    if not value:
        return "请填写真实姓名"
    if not re.fullmatch(r"[\u3400-\u9fff\U00020000-\U000323af·]{2,30}", value):
        return "请填写与身份证一致的中文姓名"
    return None


def check_company(value: str, _: Values) -> str | None:
    """An enterprise's name as on its licence."""
    return None if 2 <= len(value) <= 60 else "请填写与营业执照一致的企业名称"


def check_id_number(value: str, _: Values) -> str | None:
    """A resident's number by GB 11643: check digit, and a day of birth that exists and has come."""
    if not value:
        return "请填写证件号码"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        return "证件号码应为18位身份证号码"
    total = sum(int(digit) * weight for digit, weight in zip(value, ID_WEIGHTS, strict=False))
    if ID_CHECK_DIGITS[total % 11] != value[17]:
        return "证件号码有误，请逐位核对"
    try:
        born = datetime.date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return "证件号码中的出生日期不存在，请核对"
    if born > datetime.datetime.now(BEIJING).date():
        return "证件号码中的出生日期还没有到，请核对"
    return None


def check_credit_code(value: str, _: Values) -> str | None:
    """An enterprise's 统一社会信用代码 by GB 32100."""
    if not value:
        return "请填写统一社会信用代码"
    if len(value) != 18 or any(char not in CREDIT_ALPHABET for char in value):
        return "统一社会信用代码应为18位数字和大写字母"
    figures = (CREDIT_ALPHABET.index(char) for char in value)
    total = sum(figure * weight for figure, weight in zip(figures, CREDIT_WEIGHTS, strict=False))
    if CREDIT_ALPHABET[(31 - total % 31) % 31] != value[17]:
        return "统一社会信用代码有误，请逐位核对"
    return None


def check_mobile(value: str, _: Values) -> str | None:
    """A mobile number of mainland China."""
    if not value:
        return "请填写手机号"
    return None if re.fullmatch(r"1[3-9][0-9]{9}", value) else "手机号应为11位数字"


def check_code(value: str, _: Values) -> str | None:
    """Six digits; whether they are the right ones is known where they were sent."""
    if not value:
        return "请填写短信验证码"
    return None if re.fullmatch(r"[0-9]{6}", value) else "短信验证码应为6位数字"


LOGIN_RULE = "4至20位，以字母开头，可用字母、数字和下划线，注册后不能修改"
PASSWORD_RULE = "至少8位，同时包含字母和数字"
LOGIN = Field("login", "账号", check_login, LOGIN_RULE, autocomplete="username")
PASSWORD = Field("password", "密码", check_password, PASSWORD_RULE, "password", autocomplete="new-password")
AGAIN = Field("again", "确认密码", check_again, type="password", autocomplete="new-password")
NEW_PASSWORD = replace(PASSWORD, label="新密码")
NAME = Field("name", "真实姓名", check_name, "与身份证一致", autocomplete="name")
COMPANY = Field("name", "企业名称", check_company, "与营业执照一致", autocomplete="organization")
ID_NUMBER = Field("number", "证件号码", check_id_number, "18位居民身份证号码", upper=True)
CREDIT_CODE = Field("number", "统一社会信用代码", check_credit_code, "营业执照上的18位代码", upper=True)
MOBILE = Field("mobile", "手机号", check_mobile, type="tel", autocomplete="tel-national", inputmode="numeric")
CODE = Field("code", "短信验证码", check_code, autocomplete="one-time-code", inputmode="numeric")

KINDS = {"person": "自然人用户", "enterprise": "法人用户"}
REGISTER = {
    "person": (LOGIN, PASSWORD, AGAIN, NAME, ID_NUMBER, MOBILE, CODE),
    "enterprise": (LOGIN, PASSWORD, AGAIN, COMPANY, CREDIT_CODE, MOBILE, CODE),
}
RECOVER = {"person": (NAME, ID_NUMBER, CODE), "enterprise": (COMPANY, CREDIT_CODE, CODE)}
RENEW = (NEW_PASSWORD, AGAIN)
