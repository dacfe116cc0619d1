"""What the account answers, message by message."""

import pytest

from adapters.wechat.messages import NO_REPLY, ImageReply, Incoming, NewsReply, Reply, TextReply, TransferReply
from adapters.wechat.rendering import MAX_TEXT_BYTES
from fund.errors import Unavailable
from tests.faces.wechat_bot.conftest import Desk
from wechat_bot.replies import BOT
from wechat_bot.router import Router

OPENID = "o-follower-0001"


def typed(desk: Desk, text: str, kind: str = "text") -> Reply:
    return BOT.answer(Incoming(kind, OPENID, "gh_1", 1, text), desk.services())


def event(desk: Desk, name: str, key: str = "") -> Reply:
    return BOT.answer(Incoming("event", OPENID, "gh_1", 1, event=name, key=key), desk.services())


def words(reply: Reply) -> str:
    assert isinstance(reply, TextReply)
    return reply.text


def card_url(reply: Reply) -> str:
    assert isinstance(reply, NewsReply)
    [article] = reply.articles
    return article.url


HOME = "https://gjj.example.cn/wechat/oauth/start?next=/h5/"
RENT = "https://gjj.example.cn/wechat/oauth/start?next=/h5/rent"


def test_a_new_follower_is_welcomed_with_the_way_in_and_the_hotline(desk: Desk) -> None:
    welcome = words(event(desk, "subscribe"))
    for part in ("感谢关注", "业务办理", "辽宁政务服务网", "不收任何费用", "12329", "9:00—16:30"):
        assert part in welcome
    assert len(welcome) <= 600
    assert desk.followed == [(OPENID, "")]


def test_a_follower_from_a_counter_poster_lands_at_租房提取_itself(desk: Desk) -> None:
    assert card_url(event(desk, "subscribe", "qrscene_rent")) == RENT
    assert card_url(event(desk, "scan", "rent")) == RENT
    assert event(desk, "scan", "other") == NO_REPLY
    assert desk.followed == [(OPENID, "rent")]


def test_the_welcome_comes_even_if_the_follower_could_not_be_noted(desk: Desk) -> None:
    desk.down = True
    assert "感谢关注" in words(event(desk, "subscribe"))


def test_somebody_who_leaves_is_forgotten_without_a_word(desk: Desk) -> None:
    assert event(desk, "unsubscribe") == NO_REPLY
    assert desk.forgotten == [OPENID]


def test_leaving_is_not_confirmed_before_it_is_done(desk: Desk) -> None:
    desk.down = True
    with pytest.raises(Unavailable):
        event(desk, "unsubscribe")


@pytest.mark.parametrize(
    "text",
    [
        "业务办理",
        "租房提取",
        " 业务办理。",
        "我想办租房提取",
        "租房提取怎么办理？",
        "提取",
        "【业务办理】",
        "租 房 提 取",
    ],
)
def test_the_business_opens_as_a_card(text: str, desk: Desk) -> None:
    assert card_url(typed(desk, text)) == HOME


def test_the_menu_key_opens_the_same_card(desk: Desk) -> None:
    assert card_url(event(desk, "click", "BUSINESS")) == HOME


@pytest.mark.parametrize("text", ["进度", "我的进度", "查询进度", "租房提取进度", "进度？"])
def test_progress_is_the_followers_own(text: str, desk: Desk) -> None:
    desk.progress[OPENID] = "租房提取：审核中\n受理编号 ZF2026-7K3M"
    told = words(typed(desk, text))
    assert told.startswith("租房提取：审核中")
    assert "截至6月15日 23:06" in told
    assert 'href="https://gjj.example.cn/wechat/oauth/start?next=/h5/applications"' in told


def test_an_unbound_follower_is_told_nothing_but_the_way(desk: Desk) -> None:
    desk.progress["o-somebody-else"] = "租房提取：审核中"
    told = words(typed(desk, "进度"))
    assert "审核中" not in told
    assert "/h5/applications" in told


@pytest.mark.parametrize("text", ["二维码", "公众号二维码", "推荐给家人"])
def test_the_accounts_code_is_a_picture_to_show_to_others(text: str, desk: Desk) -> None:
    assert typed(desk, text) == ImageReply("MEDIA-ID")


def test_without_the_picture_there_is_another_way_to_be_found(desk: Desk) -> None:
    desk.down = True
    assert "搜索公众号“辽宁省直公积金”" in words(typed(desk, "二维码"))


def test_who_is_known_and_has_applied_for_nothing_is_told_so(desk: Desk) -> None:
    desk.progress[OPENID] = ""
    assert "还没有提交过申请" in words(typed(desk, "进度"))


@pytest.mark.parametrize("text", ["余额", "我的余额多少", "账户", "公积金余额"])
def test_the_balance_is_never_told_in_the_chat(text: str, desk: Desk) -> None:
    told = words(typed(desk, text))
    assert "/h5/me" in told
    assert desk.asked == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("帮助", "您可以直接发送"),
        ("HELP", "您可以直接发送"),
        ("ｈｅｌｐ", "您可以直接发送"),
        ("你好", "您可以直接发送"),
        ("网点", "www.lnszgjj.com"),
        ("电话是多少", "12329"),
        ("忘记密码", "辽宁政务服务网"),
        ("忘记密码了怎么办", "找回密码"),
        ("身份证被占用", "已有账号"),
        ("取消", "点“撤销申请”"),
        ("取消租房提取", "点“撤销申请”"),
        ("谢谢", "不客气"),
        ("人工", "人工咨询请拨打"),
        ("转人工客服", "人工咨询请拨打"),
        ("常见问题", "大家常问"),
        ("常见问题", "next=/h5/guides/faq"),
        ("二类卡可以吗", "next=/h5/guides/faq"),
        ("多久到账", "next=/h5/guides/faq"),
        ("租房提取需要什么材料", "next=/h5/guides/materials"),
        ("材料", "房屋租赁合同"),
        ("网点", "next=/h5/guides/contact"),
        ("怎么注册", "next=/h5/guides/account"),
        ("忘记密码", "next=/h5/guides/account"),
    ],
)
def test_each_word_has_its_answer(text: str, part: str, desk: Desk) -> None:
    assert part in words(typed(desk, text))


@pytest.mark.parametrize(
    "key", ["FAQ", "MATERIALS", "CONTACT", "PASSWORD", "HELP", "PROGRESS", "BALANCE", "CANCEL", "STAFF"]
)
def test_every_menu_key_has_its_answer(key: str, desk: Desk) -> None:
    assert words(event(desk, "click", key))


@pytest.mark.parametrize("text", ["", "？？？", "天气怎么样", "x" * 2000, "😀", "请问" * 30 + "业务办理"])
def test_anything_else_is_helped_on(text: str, desk: Desk) -> None:
    told = words(typed(desk, text))
    assert "帮助" in told
    assert HOME in told


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "location", "link"])
def test_what_is_not_text_is_helped_on_too(kind: str, desk: Desk) -> None:
    assert "帮助" in words(typed(desk, "", kind))


@pytest.mark.parametrize(
    "text",
    [
        "210102199001010015",
        "身份证210102199001010015办理",
        "44052418800101001x",
        "11010519491231002X",
        "６２１７０００００００００００００１２",
        "6217 0000 0000 0000 012",
        "卡号6222-0200-0000-0000-018",
        "210102 19900101 0015",
        "余额 6231080000000018",
        "210102199001010015 6217000000000000012",
        "210102199001010015\n6217000000000000012",
        "210102199001010015 13800000001",
        "进度 210102199001010015 13800000001",
        "6217000000000000012，6222020000000000018",
        "2101021990010100156217000000000000012",
        "210102,19900101,0015",
        "6217/0000/0000/0000/012",
        "6217\u200b0000\u200b0000\u200b0000\u200b012",
        "6217 - 0000 - 0000 - 0000 - 012",
    ],
)
def test_an_id_or_card_number_gets_a_warning_and_nothing_else(text: str, desk: Desk) -> None:
    told = words(typed(desk, text))
    assert "不要在对话中发送" in told
    assert "没有保存" in told
    assert not any(character.isdigit() for character in told.replace("/h5/", ""))
    assert desk.asked == []


@pytest.mark.parametrize("text", ["12329", "13800000001", "进度 ZF202607150001", "123456789012345"])
def test_other_numbers_get_no_warning(text: str, desk: Desk) -> None:
    assert "没有保存" not in words(typed(desk, text))


def test_a_failure_behind_a_word_or_a_tap_is_told_kindly(desk: Desk) -> None:
    desk.down = True
    assert "系统繁忙" in words(typed(desk, "进度"))
    assert "系统繁忙" in words(event(desk, "click", "PROGRESS"))


def test_every_text_fits_into_one_message(desk: Desk) -> None:
    said = [words(event(desk, "click", key)) for key in BOT.click_keys - {"BUSINESS"}]
    said += [
        words(event(desk, "subscribe")),
        words(typed(desk, "？")),
        words(typed(desk, "210102199001010015")),
    ]
    assert all(len(text.encode()) < MAX_TEXT_BYTES for text in said)


@pytest.mark.parametrize("name", ["view", "location", "view_miniprogram", "user_info_modified", ""])
def test_events_without_a_handler_get_no_reply(name: str, desk: Desk) -> None:
    assert event(desk, name) == NO_REPLY


def event_with(desk: Desk, name: str, *items: dict[str, str], **extras: str) -> Reply:
    message = Incoming("event", OPENID, "gh_1", 1, event=name, extras=extras, items=items)
    return BOT.answer(message, desk.services())


def test_what_became_of_a_template_message_is_kept(desk: Desk) -> None:
    assert event_with(desk, "templatesendjobfinish", MsgID="77", Status="failed:user block") == NO_REPLY
    assert event_with(desk, "templatesendjobfinish", MsgID="78", Status="<b>x</b>") == NO_REPLY
    assert desk.delivered == [(OPENID, "77", "failed:user block"), (OPENID, "78", "unknown")]


def test_what_became_of_subscribe_messages_is_kept_one_by_one(desk: Desk) -> None:
    sent = {"TemplateId": "T", "MsgID": "9", "ErrorCode": "0", "ErrorStatus": "success"}
    event_with(desk, "subscribe_msg_sent_event", sent, sent | {"MsgID": "10", "ErrorStatus": "failed"})
    assert desk.delivered == [(OPENID, "9", "success"), (OPENID, "10", "failed")]


@pytest.mark.parametrize("name", ["subscribe_msg_popup_event", "subscribe_msg_change_event"])
def test_what_a_follower_allows_is_kept(name: str, desk: Desk) -> None:
    yes, no = ({"TemplateId": t, "SubscribeStatusString": s} for t, s in (("A", "accept"), ("B", "reject")))
    event_with(desk, name, yes, no, {"TemplateId": "C", "SubscribeStatusString": "perhaps"}, {"Other": "x"})
    assert desk.chosen == [(OPENID, "A", True), (OPENID, "B", False)]


def test_a_report_that_cannot_be_kept_is_asked_for_again(desk: Desk) -> None:
    desk.down = True
    with pytest.raises(Unavailable):
        event_with(desk, "templatesendjobfinish", MsgID="77", Status="success")


def test_a_person_takes_over_while_somebody_is_there(desk: Desk) -> None:
    assert "12329" in words(typed(desk, "人工"))
    desk.on_duty = True
    assert typed(desk, "人工") == TransferReply()


# The router itself


def test_one_word_cannot_have_two_handlers() -> None:
    router = Router()
    router.on_text("帮助")(lambda _message, _services: NO_REPLY)
    with pytest.raises(ValueError, match="already"):
        router.on_text("帮 助")(lambda _message, _services: NO_REPLY)


def test_a_name_the_sender_chose_is_not_logged_as_it_is(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    event(desk, "x\n[ERROR] forged")
    assert "forged" not in caplog.text
