"""A GET never writes to the database; the two exceptions the protocols force on us are in ADR 0005."""

import re
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from fund.application import Move, Role
from tests.citizen import a_citizen
from tests.desk_moves import FAILED, a_return, desk_of
from tests.house import House
from tests.house_rules.test_the_desk_is_closed import path_of
from tests.staff import a_staffer

WRITES = re.compile(r"^\s*(insert|update|delete|merge|truncate|with\b.*\b(insert|update|delete)\b)", re.I | re.S)
DESK_MAY_WRITE = {"/cases/<reference>", "/cases/<reference>/photos/<uuid:photo_id>"}
"""Rules of the desk that write down who looked before they show (ADR 0007)."""
MAY_WRITE = {"/login/return", "/wechat/oauth/callback"}


def test_no_get_writes(house: House, public: Flask) -> None:
    citizen = a_citizen(house).signs_in().hands_in()
    assert citizen.heading == "提交成功"
    reference = urlsplit(citizen.url).path.rsplit("/", 1)[1]
    half_way = a_citizen(house).signs_in()
    half_way.to_the_pledge(**{"租房地区": "210300"}).press("提交申请", {"我已阅读并同意": "yes"})
    returned, failed = (a_citizen(house).signs_in().hands_in() for _ in range(2))
    number = {one: urlsplit(one.url).path.rsplit("/", 1)[1] for one in (citizen, returned, failed)}
    with desk_of(house) as at:
        at(returned.person["openid"], number[returned], Move.CLAIM, a_return("address", "region"))
        at(failed.person["openid"], number[failed], *FAILED)
    written: list[str] = []

    def watch(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if WRITES.match(statement):
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", watch)
    try:
        opened = 0
        for browser in (citizen, half_way, returned, failed):
            client = public.test_client()
            client.set_cookie("fund", str(browser.browser.cookies.get("fund")))
            for rule in public.url_map.iter_rules():
                if "GET" not in (rule.methods or set()) or rule.rule in MAY_WRITE:
                    continue
                path = re.sub(r"<uuid:[a-z_]+>", "00000000-0000-4000-8000-000000000000", rule.rule)
                path = path.replace("<reference>", number.get(browser, reference))
                for step in ("info", "details", "account", "pledge", "photos"):
                    answer = client.get(
                        path.replace("<step>", step).replace("<slug>", "rent").replace("<kind>", "lease")
                    )
                    assert answer.status_code < 500, (path, answer.status_code)
                    opened += answer.status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", watch)
    assert opened > 40
    assert written == []


def test_no_get_of_the_desk_writes(house: House, desk: Flask) -> None:
    written: list[str] = []

    def watch(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if WRITES.match(statement):
            written.append(statement)

    signed_in = {role: a_staffer(house, role).sign_in() for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)}
    event.listen(Engine, "before_cursor_execute", watch)
    try:
        opened = 0
        for role, staffer in signed_in.items():
            client = desk.test_client()
            client.set_cookie("desk", str(staffer.browser.cookies.get("desk")))
            for rule in desk.url_map.iter_rules():
                if "GET" not in (rule.methods or set()) or rule.rule in DESK_MAY_WRITE:
                    continue
                answer = client.get(path_of(rule.rule, staff_id=str(staffer.member.id)))
                assert answer.status_code < 500, (role, rule.rule, answer.status_code)
                opened += answer.status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", watch)
    assert opened > 20
    assert written == []
