"""The control interface, loopback only: change the people, push as a follower, plan faults, read what was."""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .faults import WrongFault
from .wechat.answers import WechatError
from .wechat.permissions import ACCEPT, REJECT, change_event, popup_event
from .wechat.platform import Platform
from .wechat.push import ANSWER_SECONDS, RETRY_SECONDS, TRIES, How
from .world import WrongPeople

SPELLING = {name.upper(): name for name in ("CLICK", "VIEW", "SCAN", "LOCATION", "TEMPLATESENDJOBFINISH")}
SPELLING |= {"SUBSCRIBE": "subscribe", "UNSUBSCRIBE": "unsubscribe"}
PUSH_KEYS = {
    "openid", "text", "event", "event_key", "msg_type", "fields",
    "retry_seconds", "answer_seconds", "lost_answers",
}  # fmt: skip
LONGEST_WAIT = 60.0


class WrongRequest(ValueError):
    """The control interface cannot do what was asked; the words say why."""


class Control:
    """One method per address."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world

    def people(self) -> Response:
        """GET tells the people, PUT replaces them."""
        if request.method == "GET":
            return jsonify(self._world.people())
        self._world.replace_people(_json())
        return jsonify(people=len(self._world.people()))

    def push(self) -> Response:
        """Say or do something as a follower; the answer lists every delivery attempt."""
        asked = _object()
        unknown = sorted(asked.keys() - PUSH_KEYS)
        if unknown:
            raise WrongRequest(f"unknown: {', '.join(unknown)}")
        openid, fields = asked.get("openid"), asked.get("fields", {})
        if not isinstance(openid, str) or not openid:
            raise WrongRequest("openid is missing")
        if not isinstance(fields, dict):
            raise WrongRequest("fields must be an object")
        if ("event" in asked) == ("text" in asked or "msg_type" in asked):
            raise WrongRequest("give either text (or msg_type with fields), or event")
        how = _how(asked)
        if "event" in asked:
            event = str(asked["event"])
            if "event_key" in asked:
                fields = {"EventKey": str(asked["event_key"]), **fields}
            attempts = self._platform.event(openid, SPELLING.get(event.upper(), event), fields, how)
        else:
            if "text" in asked:
                fields = {"Content": str(asked["text"]), **fields}
            attempts = self._platform.message(openid, str(asked.get("msg_type", "text")), fields, how)
        return jsonify(attempts=[attempt.as_json() for attempt in attempts])

    def inbox(self, openid: str) -> Response:
        """What a follower received, oldest first."""
        hidden = ("openid",)
        return jsonify(
            [{k: v for k, v in e.items() if k not in hidden} for e in self._platform.followers.inbox(openid)]
        )

    def permissions(self) -> Response:
        """GET tells how a follower stands to each 订阅通知. POST presses 允许 (or `"answer": "reject"`, 取消) for one
        `template_id` or several `template_ids` in the dialog, or with `"by": "settings"` in 通知管理."""
        if request.method == "GET":
            asked_for = request.args.get("openid", "")
            states = [
                {
                    "template_id": p.template.id,
                    "given": p.given,
                    "lasting": p.lasting,
                    "left": p.left,
                    "refused": p.refused,
                }
                for p in self._platform.permissions.of(asked_for)
            ]
            return jsonify(off=self._platform.permissions.switched_off(asked_for), templates=states)
        asked = _object()
        openid, answer, by = asked.get("openid"), asked.get("answer", ACCEPT), asked.get("by", "dialog")
        names = asked.get("template_ids", [asked.get("template_id")])
        known = [permission.template.id for permission in self._platform.permissions.of("")]
        if (
            not isinstance(openid, str)
            or not names
            or not isinstance(names, list)
            or any(n not in known for n in names)
        ):
            raise WrongRequest("openid, or a template_id of a subscribe template, is missing")
        if answer not in (ACCEPT, REJECT) or by not in ("dialog", "settings"):
            raise WrongRequest("answer must be accept or reject, by must be dialog or settings")
        for name in names:
            if by == "dialog":
                self._platform.permissions.answer(openid, name, answer)
            else:
                self._platform.permissions.switch(openid, name, on=answer == ACCEPT)
        make, event = (popup_event, "popup") if by == "dialog" else (change_event, "change")
        fields = make([(name, answer) for name in names])
        attempts = self._platform.event(openid, f"subscribe_msg_{event}_event", fields, _how(asked))
        return jsonify(attempts=[attempt.as_json() for attempt in attempts])

    def deliveries(self) -> Response:
        """The newest pushes with their tries, newest first; `?openid=` for one follower's."""
        return jsonify([asdict(push) for push in self._platform.deliveries.newest(request.args.get("openid", ""))])

    def faults(self) -> Response:
        """POST plans one, DELETE forgets all, GET tells what is still to come."""
        if request.method == "POST":
            return jsonify(faults=self._world.faults.add(_object()))
        if request.method == "DELETE":
            self._world.faults.clear()
        return jsonify(faults=self._world.faults.planned())

    def quota(self) -> Response:
        """As if an address of the platform had been called so often today: {"path", "used"}."""
        asked = _object()
        path, used = str(asked.get("path", "")), asked.get("used")
        if isinstance(used, bool) or not isinstance(used, int) or used < 0:
            raise WrongRequest("used must be a whole number, 0 or more")
        try:
            self._platform.quota.set_used(path, used)
        except WechatError:
            raise WrongRequest("path must be an address of the platform, such as /cgi-bin/menu/create") from None
        limit, used = self._platform.quota.of(path)
        return jsonify(path=path, used=used, daily_limit=limit)

    def whitelist(self) -> Response:
        """From which addresses tokens may be fetched: {"ips": […]}; an empty list lets everybody."""
        ips = _object().get("ips")
        if not isinstance(ips, list) or not all(isinstance(ip, str) for ip in ips):
            raise WrongRequest("ips must be a list of addresses")
        with self._world.changing() as data:
            data["whitelist"] = {"ips": ips}
        return jsonify(ips=ips)

    def clock(self) -> Response:
        """Let the platform's clock run ahead: tokens, codes and windows end as if it were so much later."""
        seconds = _number(_object(), "advance", 0.0)
        with self._world.changing() as data:
            clock = data.setdefault("clock", {"advanced": 0})
            clock["advanced"] = clock.get("advanced", 0) + seconds
        return jsonify(advanced=clock["advanced"])

    def journal(self) -> Response:
        """Every call received by a simulated service, oldest first."""
        return jsonify(self._world.journal_entries())

    def reset(self) -> Response:
        """Back to the people of the file; nothing is remembered but the menu, and with {"menu": true} nor that."""
        wish = request.get_json(silent=True)
        self._world.reset(menu=isinstance(wish, dict) and wish.get("menu") is True)
        return jsonify(people=len(self._world.people()))


def blueprint(platform: Platform) -> Blueprint:
    """The control interface."""
    found, control = Blueprint("control", __name__, url_prefix="/_control"), Control(platform)
    found.before_request(_only_this_machine)
    found.register_error_handler(WrongRequest, _wrong)
    found.register_error_handler(WrongFault, _wrong)
    found.register_error_handler(WrongPeople, _wrong)
    found.add_url_rule("/people", "people", control.people, methods=["GET", "PUT"])
    found.add_url_rule("/push", "push", control.push, methods=["POST"])
    found.add_url_rule("/inbox/<openid>", "inbox", control.inbox)
    found.add_url_rule("/permissions", "permissions", control.permissions, methods=["GET", "POST"])
    found.add_url_rule("/deliveries", "deliveries", control.deliveries)
    found.add_url_rule("/faults", "faults", control.faults, methods=["GET", "POST", "DELETE"])
    found.add_url_rule("/quota", "quota", control.quota, methods=["PUT"])
    found.add_url_rule("/whitelist", "whitelist", control.whitelist, methods=["PUT"])
    found.add_url_rule("/clock", "clock", control.clock, methods=["POST"])
    found.add_url_rule("/journal", "journal", control.journal)
    found.add_url_rule("/reset", "reset", control.reset, methods=["POST"])
    return found


def _only_this_machine() -> tuple[Response, int] | None:
    try:
        loopback = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        loopback = False
    return None if loopback else (jsonify(error="only from this machine"), 403)


def _wrong(problem: Exception) -> tuple[Response, int]:
    return jsonify(error=str(problem)), 400


def _json() -> Any:
    value = request.get_json(force=True, silent=True)
    if value is None:
        raise WrongRequest("the body is not JSON")
    return value


def _object() -> dict[str, Any]:
    value = _json()
    if not isinstance(value, dict):
        raise WrongRequest("the body must be a JSON object")
    return value


def _how(asked: dict[str, Any]) -> How:
    lost = asked.get("lost_answers", 0)
    if isinstance(lost, bool) or not isinstance(lost, int) or not 0 <= lost < TRIES:
        raise WrongRequest(f"lost_answers must be a whole number below {TRIES}")
    return How(
        retry_seconds=min(LONGEST_WAIT, _number(asked, "retry_seconds", RETRY_SECONDS)),
        answer_seconds=min(LONGEST_WAIT, _number(asked, "answer_seconds", ANSWER_SECONDS)),
        lost_answers=lost,
    )


def _number(asked: dict[str, Any], name: str, default: float) -> float:
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise WrongRequest(f"{name} must be a number, 0 or more")
    return float(value)
