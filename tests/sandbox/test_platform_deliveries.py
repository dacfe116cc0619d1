"""What the phone shows beside the chat: how each push went, and the QR codes there are to scan."""

from pathlib import Path

from tests.sandbox.platform import (
    LI_NA,
    ZHANG_WEI,
    Pushed,
    Service,
    Wechat,
    a_menu,
    eventually,
    running_sandbox,
    text_reply,
)

PAGE = f"/phone/{ZHANG_WEI}/deliveries"


def test_every_try_is_shown_with_its_time_its_length_its_status_and_what_came_of_it(
    wechat: Wechat, service: Service
) -> None:
    def second_time(push: Pushed) -> tuple[int, str]:
        return (200, service.sealed(text_reply(push, "来了"))) if len(service.pushes) == 2 else (502, "")

    service.answer = second_time
    wechat.push(text="我的身份证号是210102199001010015")
    (delivery,) = wechat.control("GET", "deliveries")
    assert (delivery["openid"], delivery["what"]) == (ZHANG_WEI, "text")
    assert [(t["status"], t["outcome"]) for t in delivery["tries"]] == [
        (502, "the answer is not 200"), (200, "text"),
    ]  # fmt: skip
    assert all(len(t["time"]) == 29 and 0 <= t["seconds"] < 5 for t in delivery["tries"])
    for page in (PAGE, "/deliveries"):
        html = wechat.ask("GET", page).text
        assert "文字消息" in html and "状态码不是 200" in html and "回复文字" in html
        assert "210102199001010015" not in html


def test_what_is_pushed_in_the_background_is_shown_while_it_is_still_tried(wechat: Wechat, service: Service) -> None:
    service.answer = lambda _: (500, "")
    wechat.ask("POST", f"/phone/{ZHANG_WEI}/say", data={"content": "在吗"}, headers={"X-Phone-Script": "1"})
    (delivery,) = eventually(lambda: wechat.control("GET", "deliveries"))
    assert [t["status"] for t in delivery["tries"]] == [500]


def test_a_lost_answer_and_a_useless_reply_say_so(wechat: Wechat, service: Service) -> None:
    service.answer = lambda push: (200, service.sealed(text_reply(push, "好")))
    wechat.push(event="CLICK", event_key="FAQ", lost_answers=1)
    service.answer = lambda _: (200, "<html/>")
    wechat.push(event="subscribe", event_key="qrscene_poster-3")
    useless, lost = wechat.control("GET", "deliveries")
    assert [t["outcome"] for t in lost["tries"]] == ["lost", "text"]
    assert (lost["key"], useless["key"]) == ("FAQ", "qrscene_poster-3")
    html = wechat.ask("GET", PAGE).text
    assert "应答在途中丢失" in html and "回复不合要求：the root element is not xml" in html
    assert html.index("qrscene_poster-3") < html.index("FAQ")


def test_a_follower_sees_only_what_their_own_phone_pushed(wechat: Wechat) -> None:
    wechat.push(ZHANG_WEI, event="subscribe")
    wechat.push(LI_NA, text="在吗")
    assert "文字消息" not in wechat.ask("GET", PAGE).text
    assert [found["what"] for found in wechat.control("GET", f"deliveries?openid={LI_NA}")] == ["text"]
    assert "李娜" in wechat.ask("GET", "/deliveries").text


def test_deliveries_outlive_a_restart_and_end_with_a_reset(tmp_path: Path, service: Service) -> None:
    with running_sandbox(tmp_path, service) as wechat:
        wechat.push(text="在吗")
    with running_sandbox(tmp_path, service) as wechat:
        assert len(wechat.control("GET", "deliveries")) == 1
        wechat.control("POST", "reset")
        assert wechat.control("GET", "deliveries") == []
        assert "还没有推送过" in wechat.ask("GET", PAGE).text


def make_code(wechat: Wechat, scene: str, seconds: int | None = None) -> str:
    kind = "QR_LIMIT_STR_SCENE" if seconds is None else "QR_STR_SCENE"
    asked = {"action_name": kind, "action_info": {"scene": {"scene_str": scene}}, "expire_seconds": seconds or 60}
    url: str = wechat.post("qrcode/create", asked)["url"]
    return url.rsplit("/", 1)[1]


def test_the_codes_that_still_work_are_there_to_scan(wechat: Wechat, service: Service) -> None:
    assert "还没有生成" in wechat.ask("GET", f"/phone/{ZHANG_WEI}/codes").text
    poster = make_code(wechat, "poster-heping")
    make_code(wechat, "window-3", 600)
    page = wechat.ask("GET", f"/phone/{ZHANG_WEI}/codes").text
    assert "长期有效" in page and "window-3" in page and "前有效" in page
    assert f'action="/scan/{poster}"' in page
    wechat.later(601)
    assert "window-3" not in wechat.ask("GET", f"/phone/{ZHANG_WEI}/codes").text
    wechat.ask("POST", f"/scan/{poster}", data={"openid": ZHANG_WEI})
    (push,) = eventually(lambda: service.of_event("subscribe"))
    assert push.says("EventKey") == "qrscene_poster-heping"


def test_the_chat_leads_to_all_of_it(wechat: Wechat) -> None:
    stranger = wechat.ask("GET", f"/phone/{ZHANG_WEI}").text
    assert "扫一扫" in stranger and "通知管理" not in stranger
    wechat.post("menu/create", a_menu())
    wechat.push(event="subscribe")
    chat = wechat.ask("GET", f"/phone/{ZHANG_WEI}").text
    for words, path in (("扫一扫", "codes"), ("通知管理", "notices"), ("投递记录", "deliveries")):
        assert f'<a href="/phone/{ZHANG_WEI}/{path}">{words}</a>' in chat
    for path in ("codes", "notices", "deliveries"):
        assert wechat.ask("GET", f"/phone/o-nobody/{path}").status_code == 404
