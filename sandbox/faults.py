"""Misbehaviour on demand: the next calls are slow, fail, vanish, are refused or answered with rubbish."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, jsonify, request

if TYPE_CHECKING:
    from .world import World

SERVICES = {
    "cgi-bin": "wechat",
    "sns": "wechat",
    "wxaapi": "wechat",
    "connect": "wechat",
    "ids": "identity",
    "core": "core",
    "bank": "bank",
}
MODES = ("slow", "error", "drop", "refuse", "unknown", "garbage")
DEFAULT_SECONDS = 6.0
GARBAGE = '<html><head><title>502</title></head><body><h1>nginx</h1><p>{"ok": tru</p>'


class WrongFault(ValueError):
    """A fault that cannot be planned; the words say why."""


class Faults:
    """The misbehaviour that is planned, in the order it was asked for; kept in the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Plan one fault. Returns all that are planned. Raises WrongFault."""
        service, mode, path = asked.get("service"), asked.get("mode"), asked.get("path") or ""
        times, seconds = asked.get("times", 1), asked.get("seconds", DEFAULT_SECONDS)
        if service not in SERVICES.values():
            raise WrongFault(f"service must be one of {sorted(set(SERVICES.values()))}")
        if mode not in MODES:
            raise WrongFault(f"mode must be one of {list(MODES)}")
        if not isinstance(path, str):
            raise WrongFault("path must be a string")
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise WrongFault("times must be a whole number, 1 or more")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise WrongFault("seconds must be a number, 0 or more")
        with self._world.changing() as data:
            planned: list[dict[str, Any]] = data.setdefault("faults", {}).setdefault("planned", [])
            planned.append({"service": service, "path": path, "mode": mode, "times": times, "seconds": seconds})
            return [dict(fault) for fault in planned]

    def planned(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [dict(fault) for fault in self._world.section("faults").get("planned", ())]

    def clear(self) -> None:
        """Behave from now on."""
        with self._world.changing() as data:
            data["faults"] = {}

    def take(self, service: str, path: str) -> dict[str, Any] | None:
        """The first fault planned for this call, used up once; None when the call is to go well.

        A fault's path may be written in full (`/core/members`) or within the service (`/members`).
        """
        within = "/" + path.lstrip("/").partition("/")[2]
        if not self.planned():
            return None
        with self._world.changing() as data:
            planned: list[dict[str, Any]] = data.get("faults", {}).get("planned", [])
            for fault in planned:
                if fault["service"] == service and any(p.startswith(fault["path"]) for p in (path, within)):
                    fault["times"] -= 1
                    if fault["times"] == 0:
                        planned.remove(fault)
                    return dict(fault)
        return None


def apply_to(app: Flask, world: World) -> None:
    """Let every call of a simulated service pass the planned faults, and write it into the journal."""

    @app.before_request
    def misbehave() -> Response | None:
        service = service_of(request.path)
        fault = world.faults.take(service, request.path) if service else None
        if fault is None:
            return None
        mode = fault["mode"]
        if mode == "slow":
            time.sleep(fault["seconds"])
        elif mode == "unknown":
            g.answer_is_lost = True
        elif mode == "drop":
            g.answer_is_lost = True
            return Response(status=500)
        else:
            return ANSWERS[mode](str(service))
        return None

    @app.after_request
    def write_down(response: Response) -> Response:
        service = service_of(request.path)
        if service:
            lost = g.get("answer_is_lost", False)
            status = 0 if lost else response.status_code
            world.journal(service, request.method, request.path, status, g.get("note", ""))
            if lost:
                hang_up()
        return response


def service_of(path: str) -> str | None:
    """Which simulated service an address belongs to; None for the phone and the control interface."""
    return SERVICES.get(path.lstrip("/").partition("/")[0])


def hang_up() -> None:
    """Close the caller's connection without an answer, under gunicorn as under werkzeug's own server."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the caller hung up first


def _error(service: str) -> Response:
    if service == "wechat" and not request.path.startswith("/connect/"):
        g.note = "-1"
        return jsonify(errcode=-1, errmsg="system error")
    return Response("Internal Server Error", 500, mimetype="text/plain")


def _refuse(service: str) -> Response:
    if service == "wechat":
        g.note = "45009"
        return jsonify(errcode=45009, errmsg="reach max api daily quota limit")
    if service == "identity":
        return jsonify(code=500, msg="系统繁忙", data=None)
    response = jsonify(code="REFUSED", message="业务系统拒绝了本次请求")
    response.status_code = 422
    return response


def _garbage(_: str) -> Response:
    return Response(GARBAGE, 200, mimetype="text/html")


ANSWERS: dict[str, Callable[[str], Response]] = {"error": _error, "refuse": _refuse, "garbage": _garbage}
