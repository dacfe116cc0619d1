"""The back channel of the TRS identity server: `findUserBySSOID`, asked by the application itself."""

from __future__ import annotations

import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import people, tripledes
from .context import Ids
from .people import Person
from .visits import TICKETS

OK, NO_SESSION, ERROR = 200, 404, 500


@dataclass(frozen=True)
class Service:
    """Answers always carry `code`; `data` is a JSON *string*, as the real service sends it."""

    ids: Ids

    def answer(self) -> tuple[Response, int]:
        """`GET /service?idsServiceType=httpssoservice&serviceName=findUserBySSOID&…&type=json`."""
        asked = request.args
        name = asked.get("coAppName", "")
        if not hmac.compare_digest(name.encode(), self.ids.account.app_name.encode()):
            return jsonify(code=ERROR, message="应用名称未登记"), 401
        if asked.get("idsServiceType") != "httpssoservice" or asked.get("serviceName") != "findUserBySSOID":
            return jsonify(code=ERROR, message="不支持的服务"), 200
        if asked.get("type", "json") != "json":
            return jsonify(code=ERROR, message="不支持的返回格式"), 200
        person = self._person(asked.get("ssoSessionId", ""), asked.get("coSessionId", ""))
        if person is None:
            return jsonify(code=NO_SESSION, message="会话不存在或已过期"), 200
        data = json.dumps({"user": self._user(person)}, ensure_ascii=False)
        return jsonify(code=OK, data=data), 200

    def _person(self, ticket: str, co_session: str) -> Person | None:
        """Spend the ticket. One tried from another session is spent too: nobody may try it twice."""
        kept = self.ids.store.take(TICKETS, ticket)
        if kept is None or not hmac.compare_digest(kept["co_session"].encode(), co_session.encode()):
            return None
        return people.by_login(self.ids.world, kept["login"])

    def _user(self, person: Person) -> dict[str, Any]:
        key = self.ids.account.key
        enterprise = people.is_enterprise(person)
        user = {
            "USERNAME": person["login"],
            "trueName": person.get("name") or "",
            "creditID": tripledes.encrypt(str(person.get("id_number") or ""), key),
            "mobile": tripledes.encrypt(str(person.get("mobile") or ""), key),
            "uuid": uuid_of(person),
            "TOKEN": secrets.token_hex(16),
            "SCORE": "2" if enterprise else "1",
            "IDSEXT_relNameAuth": level_of(person),
        }
        if enterprise:
            user |= {
                "CORPNAME": person.get("name") or "",
                "PROFESSION": people.number_of(person),
                "IDSEXT_corpAuth": level_of(person),
            }
        return user


def uuid_of(person: Person) -> str:
    """An identifier that stays the same for one login name and tells nothing about the person."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"sandbox-ids:{person['login']}").hex


def level_of(person: Person) -> str:
    """ "1" when the real name has been checked, "0" when it has not."""
    return "1" if people.is_verified(person) else "0"


def add_to(blueprint: Blueprint, ids: Ids) -> None:
    """Mount the back channel."""
    blueprint.add_url_rule("/service", "service", Service(ids).answer)
