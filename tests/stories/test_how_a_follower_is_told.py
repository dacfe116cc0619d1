"""A follower is told of every move by the best channel that holds; an answer that takes too long comes later."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from config import settings
from tests.citizen import Citizen, a_citizen
from tests.house import House, eventually
from tests.stories.test_rent_withdrawal import number_on


def handed_in(house: House, citizen: Citizen) -> str:
    citizen.signs_in().hands_in()
    assert citizen.heading == "提交成功", citizen.text[:300]
    return number_on(citizen)


def told(house: House, citizen: Citizen) -> dict[str, object]:
    (message,) = eventually(lambda: house.notices(citizen.person["openid"]))
    return dict(message)


def rows(house: House, sql: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(house.postgres.url) as connection:
        return connection.execute(sql.encode(), values).fetchall()


def notice(house: House, number: str) -> tuple[object, ...]:
    columns = "n.state, n.channel, n.reason, n.delivery"
    found = rows(
        house,
        f"SELECT {columns} FROM notices n JOIN applications a ON a.id = application_id WHERE reference = %s",
        number,
    )
    return found[0]


def settled(house: House, number: str, *, delivered: bool = False) -> tuple[object, ...]:
    eventually(lambda: notice(house, number)[0] == "sent" and (notice(house, number)[3] or not delivered))
    return notice(house, number)


def test_whoever_just_wrote_is_told_in_the_conversation(house: House) -> None:
    citizen = a_citizen(house)
    house.push(citizen.person["openid"], text="业务办理")
    number = handed_in(house, citizen)
    message = told(house, citizen)
    assert message["kind"] == "custom" and number in str(message["content"])
    assert settled(house, number) == ("sent", "custom", "", "")


def test_who_allowed_it_is_told_by_a_subscribe_notice(house: House) -> None:
    citizen = a_citizen(house)
    template_id = settings.load(house.environ).wechat.subscribe_progress
    house.push(citizen.person["openid"], event="VIEW", event_key="https://a/")
    house.control("POST", "permissions", {"openid": citizen.person["openid"], "template_id": template_id})
    number = handed_in(house, citizen)
    message = told(house, citizen)
    assert message["kind"] == "subscribe" and number in str(message["lines"])
    assert settled(house, number, delivered=True) == ("sent", "subscribe", "custom:45015", "success")


def test_any_other_follower_is_told_by_a_template_message_that_is_known_to_have_arrived(house: House) -> None:
    citizen = a_citizen(house)
    house.push(citizen.person["openid"], event="VIEW", event_key="https://a/")
    number = handed_in(house, citizen)
    assert told(house, citizen)["kind"] == "template"
    passed_over = "custom:45015 subscribe:43101"
    assert settled(house, number, delivered=True) == ("sent", "template", passed_over, "success")


def test_who_blocks_messages_finds_them_unread_in_我的消息(house: House) -> None:
    citizen = a_citizen(house, blocks_templates=True)
    house.push(citizen.person["openid"], event="VIEW", event_key="https://a/")
    number = handed_in(house, citizen)
    state, channel, reason, delivery = settled(house, number, delivered=True)
    assert (state, channel, delivery) == ("sent", "inbox", "failed:user block")
    assert reason == "custom:45015 subscribe:43101 template:failed:user block"
    citizen.open("/h5/me")
    assert citizen.sees("账户余额") and citizen.sees("52,340.18 元")
    assert citizen.sees("有 1 条未读消息")
    citizen.follow("我的消息")
    assert citizen.sees(number) and citizen.sees("未读")
    citizen.press("全部标为已读")
    assert citizen.heading == "我的消息" and not citizen.sees("未读")


def test_who_never_followed_finds_everything_in_我的消息(house: House) -> None:
    citizen = a_citizen(house)
    number = handed_in(house, citizen)
    assert settled(house, number) == ("sent", "inbox", "custom:45015 subscribe:43101 template:43004", "")
    assert house.notices(citizen.person["openid"]) == []
    assert citizen.open("/h5/inbox").sees(number)


@contextmanager
def everything_about_bindings_hangs(house: House) -> Iterator[threading.Event]:
    """As if the store were drowning: whoever asks who a follower is waits. ``set`` ends it."""
    over = threading.Event()
    locked = threading.Event()

    def hold() -> None:
        with psycopg.connect(house.postgres.url) as connection:
            connection.execute("LOCK TABLE bindings IN ACCESS EXCLUSIVE MODE")
            locked.set()
            over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(10)
    try:
        yield over
    finally:
        over.set()
        thread.join()


def test_a_number_in_the_chat_tells_of_ones_own_application_and_nothing_of_others(house: House) -> None:
    mine, theirs = a_citizen(house), a_citizen(house)
    numbers = [handed_in(house, citizen) for citizen in (mine, theirs)]

    def answer(text: str) -> str:
        (attempt,) = house.push(mine.person["openid"], text=text)
        return str(attempt["reply"])

    own = answer(f"{numbers[0].replace('-', ' ').lower()} 到哪一步了")
    assert "已提交" in own and numbers[0] in own
    assert "没有查到这个受理编号" in answer(numbers[1])
    assert answer(numbers[1]) == answer("XXXX-YYYY-WWWW")


def test_an_answer_that_takes_too_long_is_success_for_the_platform_and_comes_as_a_message(house: House) -> None:
    citizen = a_citizen(house)
    openid = citizen.person["openid"]
    house.push(openid, text="业务办理")
    number = handed_in(house, citizen)
    told(house, citizen)
    with everything_about_bindings_hangs(house) as over:
        begun = time.monotonic()
        (attempt,) = house.push(openid, text="进度")
        assert (attempt["status"], attempt["reply"]) == (200, None)
        assert 3 < time.monotonic() - begun < 4.9
        over.set()
    late = eventually(lambda: house.notices(openid)[1:], 30)
    assert [message["kind"] for message in late] == ["custom"]
    assert number in late[0]["content"] and "已提交" in late[0]["content"]
    left = "SELECT openid_mark, openid_sealed, message_sealed, answer_sealed FROM late_pushes WHERE channel = 'custom'"
    eventually(lambda: ("", "", "", "") in rows(house, left))


def test_while_the_store_hangs_everything_else_is_answered_at_once(house: House) -> None:
    openids = [a_citizen(house).person["openid"] for _ in range(12)]
    with everything_about_bindings_hangs(house):
        stuck = [threading.Thread(target=house.push, args=(openid,), kwargs={"text": "进度"}) for openid in openids]
        for thread in stuck:
            thread.start()
        time.sleep(0.5)
        begun = time.monotonic()
        (attempt,) = house.push(openids[0], text="业务办理")
        assert attempt["reply"]["type"] == "news"
        assert time.monotonic() - begun < 3
    for thread in stuck:
        thread.join()


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "view_miniprogram", "user_info_modified", "no_such_event"])
def test_events_that_mean_nothing_here_are_answered_with_success(house: House, event: str) -> None:
    (attempt,) = house.push(a_citizen(house).person["openid"], event=event, event_key="x")
    assert (attempt["status"], attempt["reply"]) == (200, None)


def test_leaving_takes_everything_of_the_follower_along_and_leaves_the_record(house: House) -> None:
    citizen = a_citizen(house)
    openid = citizen.person["openid"]
    template_id = settings.load(house.environ).wechat.subscribe_progress
    house.push(openid, text="业务办理")
    house.control("POST", "permissions", {"openid": openid, "template_id": template_id})
    number = handed_in(house, citizen)
    told(house, citizen)
    bound = "SELECT count(*) FROM bindings b JOIN applications a USING (person_id) WHERE reference = %s"
    assert rows(house, bound, number) == [(1,)]
    before = rows(house, "SELECT count(*) FROM subscriptions")[0][0]
    house.push(openid, event="unsubscribe")
    assert rows(house, bound, number) == [(0,)]
    assert rows(house, "SELECT count(*) FROM subscriptions") == [(int(str(before)) - 1,)]
    assert citizen.open("/h5/applications").sees(number)
    house.push(openid, event="subscribe")
    house.push(openid, text="进度")
    assert "还不知道您是哪一位" in house.inbox(openid)[-1]["content"]
    # The link in that answer leads through WeChat's authorisation; the person is still signed in.
    citizen.open_phone().open("/wechat/oauth/start?next=/h5/applications")
    assert citizen.sees(number)
    house.push(openid, text="进度")
    assert number in house.inbox(openid)[-1]["content"]
