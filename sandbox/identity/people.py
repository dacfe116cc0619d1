"""The people who hold an account at the identity service, found, told apart and added."""

from __future__ import annotations

import hmac
import unicodedata
from typing import Any

from sandbox.world import World

Person = dict[str, Any]


def tidy(text: str) -> str:
    """What was typed, without blanks around it and with full-width letters and digits made ordinary."""
    return unicodedata.normalize("NFKC", text).strip()


def find(world: World, typed: str) -> Person | None:
    """Who signs in with `typed`: a login name, a 证件号码, or a mobile number that only one account has."""
    wanted = tidy(typed)
    members = [person for person in world.people() if person.get("login")]
    for key, value in (("login", wanted), ("id_number", wanted.upper()), ("uscc", wanted.upper())):
        for person in members:
            if value and person.get(key) == value:
                return person
    same_mobile = [person for person in members if wanted and person.get("mobile") == wanted]
    return same_mobile[0] if len(same_mobile) == 1 else None


def by_login(world: World, login: str) -> Person | None:
    """The holder of exactly this login name."""
    return next((person for person in world.people() if login and person.get("login") == login), None)


def number_of(person: Person) -> str:
    """证件号码 of a natural person, 统一社会信用代码 of an enterprise."""
    return str((person.get("uscc") if is_enterprise(person) else person.get("id_number")) or "")


def is_enterprise(person: Person) -> bool:
    """True for a 法人用户."""
    return person.get("kind") == "enterprise"


def is_verified(person: Person) -> bool:
    """True when the real name has been checked (实名认证)."""
    return bool(person.get("verified"))


def has_password(person: Person, password: str) -> bool:
    """Compare in constant time. A person without a password never signs in."""
    kept = str(person.get("password") or "")
    return bool(kept) and hmac.compare_digest(kept.encode("utf-8"), password.encode("utf-8"))


def login_taken(world: World, login: str) -> bool:
    """True when somebody has this login name already, in upper or lower case."""
    return any(str(person.get("login") or "").lower() == login.lower() for person in world.people())


def by_number(world: World, kind: str, number: str) -> Person | None:
    """The person or enterprise with this number, whether registered at the identity service or not."""
    same_kind = (person for person in world.people() if is_enterprise(person) == (kind == "enterprise"))
    return next((person for person in same_kind if number and number_of(person) == number), None)


def register(world: World, kind: str, login: str, password: str, name: str, number: str, mobile: str) -> bool:
    """Give a person an account; whoever the other systems knew already keeps what they know.

    Returns False when somebody registered the login name or the number in the meantime.
    """
    with world.changing() as data:
        known = by_number(world, kind, number)
        if login_taken(world, login) or (known is not None and known.get("login")):
            return False
        account: Person = {"login": login, "password": password, "mobile": mobile, "verified": True}
        if known is None:
            own = {"id_number": number} if kind == "person" else {"id_number": None, "uscc": number}
            account |= {"openid": None, "name": name, "kind": kind, "account": None, **own}
            data["people"].append(account)
            return True
        _change(data["people"], kind, number, account)
    return True


def set_password(world: World, kind: str, number: str, password: str) -> None:
    """Replace a forgotten password."""
    with world.changing() as data:
        _change(data["people"], kind, number, {"password": password})


def _change(people: list[Person], kind: str, number: str, values: Person) -> None:
    for person in people:
        if is_enterprise(person) == (kind == "enterprise") and number_of(person) == number:
            person.update(values)
