"""How the core system and the bank are spoken to: JSON over POST with a key, money as strings, fields checked.

JSON over POST, so that no personal value is ever in an address. Both refuse a wrong key with 401 and wrong fields
with 422 and their names.
"""

from __future__ import annotations

import hmac
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .world import World

ACCOUNT_FILE = Path(__file__).resolve().parent / "account.toml"

Body = dict[str, Any]
Answer = tuple[Response, int]


class WrongFields(Exception):
    """A request that cannot be read: field name → what it should be. Never holds the values themselves."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


def keyed_blueprint(name: str, header: str, world: World) -> Blueprint:
    """A blueprint that answers 401 without the right key and 422 with the names of wrong fields.

    The key is `[name] key` of account.toml unless the environment sets `<NAME>_KEY`.
    """
    given = tomllib.loads(ACCOUNT_FILE.read_text(encoding="utf-8"))[name]
    key = (world.environ.get(f"{name.upper()}_KEY") or given["key"]).encode()
    built = Blueprint(name, f"sandbox.{name}")

    @built.before_request
    def only_with_the_key() -> Answer | None:
        if hmac.compare_digest(request.headers.get(header, "").encode(), key):
            return None
        return jsonify(code="UNAUTHORIZED", message=f"{header} is missing or wrong"), 401

    @built.errorhandler(WrongFields)
    def name_the_fields(error: WrongFields) -> Answer:
        return jsonify(code="INVALID", message="the request cannot be used", fields=error.fields), 422

    return built


def read_body(**patterns: str) -> Body:
    """The JSON object sent; every named field is a string that matches its pattern.

    Raises WrongFields with all that do not.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise WrongFields({"": "a JSON object"})
    wrong = {
        name: pattern
        for name, pattern in patterns.items()
        if not isinstance(body.get(name), str) or not re.fullmatch(pattern, body[name])
    }
    if wrong:
        raise WrongFields(wrong)
    return body


ID_NUMBER = r"[0-9]{17}[0-9Xx]"
TEXT = r"\S(.*\S)?"


def money(value: object) -> str:
    """Yuan with two decimals, as they travel."""
    return f"{Decimal(str(value)):.2f}"
