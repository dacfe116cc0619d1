"""What the account says. Every handler is pure apart from what it asks of ``BotServices``.

No personal data is ever put into the chat: whoever holds the phone could scroll back to it. What is personal
is behind a link that asks for the login.
"""

import logging
import re

from adapters.wechat.messages import NO_REPLY, ImageReply, Incoming, Reply, TextReply, TransferReply
from fund.errors import FundError
from wechat_bot import guidance
from wechat_bot.cards import business_card, rent_card
from wechat_bot.numbers import has_private_number, reference_in
from wechat_bot.router import Router
from wechat_bot.scenes import RENT as RENT_SCENE
from wechat_bot.services import BotServices

BOT = Router()
on_click, on_event, on_kind, on_text, asks = BOT.on_click, BOT.on_event, BOT.on_kind, BOT.on_text, BOT.asks

_log = logging.getLogger(__name__)


# Coming and going


@asks
@on_event("subscribe")
def welcome(message: Incoming, services: BotServices) -> Reply:
    try:
        services.follow(message.sender, message.scene)
    except FundError as failure:
        _log.warning("a new follower was not noted: %s %s", type(failure).__name__, failure.code)
    if message.scene == RENT_SCENE:
        return rent_card(services)
    return TextReply(
        "您好，感谢关注“辽宁省直公积金”。\n"
        "点下方菜单就能办事：\n"
        "▪ 业务办理：在线申请租房提取\n"
        "▪ 我的申请：查看办理进度\n"
        "▪ 服务指南：办理条件、常见问题、网点与电话\n"
        "第一次办理，请用辽宁政务服务网的实名账号登录。\n"
        "提醒您：办理提取不收任何费用，中心没有委托任何机构或个人代办。"
        "账号、密码和验证码请不要告诉他人。\n"
        f"服务热线：{services.hotline}（{services.hours}）"
    )


@on_event("scan")
def scanned(message: Incoming, services: BotServices) -> Reply:
    return rent_card(services) if message.scene == RENT_SCENE else NO_REPLY


@asks
@on_event("unsubscribe")
def farewell(message: Incoming, services: BotServices) -> Reply:
    services.forget(message.sender, message.kept_since)
    return NO_REPLY


# What became of our messages, and what followers allow


_STATUS = re.compile(r"[A-Za-z0-9 :_-]{1,64}")


@asks
@on_event("templatesendjobfinish")
def template_delivered(message: Incoming, services: BotServices) -> Reply:
    services.delivered(message.sender, message.extras.get("MsgID", ""), _status(message.extras.get("Status", "")))
    return NO_REPLY


@asks
@on_event("subscribe_msg_sent_event")
def subscribe_delivered(message: Incoming, services: BotServices) -> Reply:
    for item in message.items:
        services.delivered(message.sender, item.get("MsgID", ""), _status(item.get("ErrorStatus", "")))
    return NO_REPLY


@asks
@on_event("subscribe_msg_popup_event", "subscribe_msg_change_event")
def subscriptions_chosen(message: Incoming, services: BotServices) -> Reply:
    for item in message.items:
        chosen = item.get("SubscribeStatusString", "")
        if item.get("TemplateId") and chosen in {"accept", "reject"}:
            services.chose(message.sender, item["TemplateId"], chosen == "accept", message.kept_since)
    return NO_REPLY


def _status(given: str) -> str:
    """The platform's words, if they are such: what is kept is shown to staff."""
    return given if _STATUS.fullmatch(given) else "unknown"


# The narrow wishes first: a sentence is answered by its number, else by the first of these words found in it


@asks
@BOT.on_found(reference_in)
def progress_of_one(message: Incoming, services: BotServices) -> Reply:
    told = services.progress_with(message.sender, reference_in(message.text))
    if told:
        return TextReply(_as_of_now(told, services))
    if told is None:
        return _who_are_you(services)
    # The same words whether nobody has this number or somebody else: a chat is no place to try numbers out.
    return TextReply(
        "您名下没有查到这个受理编号的申请。请核对编号，"
        f"或点{services.link('我的申请', '/h5/applications')}查看您的全部申请。"
    )


@asks
@on_click("PROGRESS")
@on_text("进度", "我的申请", "办理进度", "查询进度", "状态")
def progress(message: Incoming, services: BotServices) -> Reply:
    told = services.progress_of(message.sender)
    if told is None:
        return _who_are_you(services)
    if told == "":
        return TextReply(f"您还没有提交过申请。办理租房提取请点{services.link('业务办理', '/h5/')}。")
    return TextReply(_as_of_now(told, services))


def _who_are_you(services: BotServices) -> TextReply:
    applications = services.link("我的申请", "/h5/applications")
    return TextReply(f"还不知道您是哪一位。请点{applications}登录查看：登录一次以后，在这里发送“进度”就能收到结果。")


def _as_of_now(told: str, services: BotServices) -> str:
    now, applications = services.clock(), services.link("我的申请", "/h5/applications")
    return f"{told}\n（截至{now.month}月{now.day}日 {now:%H:%M}）\n每一步的办理情况请点{applications}查看。"


@on_click("BALANCE")
@on_text("余额", "账户", "缴存")
def balance(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(
        f"为保护您的信息安全，对话里不显示账户数据。请点{services.link('我的', '/h5/me')}，登录后查看您的账户。"
    )


@on_click("CANCEL")
@on_text("取消", "撤销", "撤回", "不办了")
def cancel(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(
        "还没有提交的内容不会生效，不用做任何操作。\n"
        f"已经提交的申请，请点{services.link('我的申请', '/h5/applications')}，打开那笔申请，点“撤销申请”。\n"
        f"已经开始审核、页面上没有“撤销申请”的，请拨打{services.hotline}。"
    )


@on_click("MATERIALS")
@on_text("所需材料", "材料", "要带什么", "准备什么", "照片")
def materials(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(guidance.materials(services))


@on_click("FAQ")
@on_text("常见问题", "问题", "条件", "限额", "多久", "一类卡", "二类卡", "指南")
def common_questions(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(guidance.common_questions(services))


@on_click("CONTACT")
@on_text("网点", "电话", "地址", "营业时间", "上班时间", "热线", "网点与电话")
def contact(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(guidance.contact(services))


@on_click("PASSWORD")
@on_text("忘记密码", "密码", "登录不了", "身份证被占用", "注册", "实名认证", "没有账号")
def forgotten_password(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(guidance.account(services))


@on_click("STAFF")
@on_text("人工", "客服", "人工服务", "投诉")
def staff(_message: Incoming, services: BotServices) -> Reply:
    if services.staff_on_duty():
        return TransferReply()
    return TextReply(
        f"人工咨询请拨打服务热线{services.hotline}（{services.hours}），按语音提示转人工。"
        "查询申请时，请把受理编号准备好。"
    )


@asks
@on_text("二维码", "推荐给家人", "推荐")
def account_code(_message: Incoming, services: BotServices) -> Reply:
    """For whoever wants to show the account to somebody else."""
    try:
        return ImageReply(services.account_code())
    except FundError as failure:
        _log.warning("the account's code cannot be sent: %s %s", type(failure).__name__, failure.code)
        return TextReply(
            "二维码暂时发不出来，请过一会儿再试。\n也可以请家人或同事在微信里搜索公众号“辽宁省直公积金”，点“关注”。"
        )


# The topic


@on_click("BUSINESS")
@on_text("业务办理", "租房提取", "租房", "提取", "业务", "办理")
def business(_message: Incoming, services: BotServices) -> Reply:
    return business_card(services)


@on_click("HELP")
@on_text("帮助", "help", "菜单", "功能", "你好", "您好", "在吗")
def help_text(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(
        "您可以直接发送下面的词：\n"
        "▪ 业务办理：在线申请租房提取\n"
        "▪ 进度，或者受理编号：查看您的申请\n"
        "▪ 余额：查看您的账户\n"
        "▪ 材料：要准备什么\n"
        "▪ 常见问题：条件、限额、到账时间\n"
        "▪ 网点：热线和受理网点\n"
        "▪ 注册、忘记密码：登录账号怎么办\n"
        "▪ 取消：取消已提交的申请\n"
        "▪ 二维码：推荐给家人或同事\n"
        "▪ 人工：联系工作人员"
    )


@on_text("谢谢", "感谢", "多谢")
def thanks(_message: Incoming, _services: BotServices) -> Reply:
    return TextReply("不客气。还有要办的，随时发送“帮助”。")


# Anything else


@on_event("view", "location", "view_miniprogram")
def noted(_message: Incoming, _services: BotServices) -> Reply:
    """A page was opened, a place was told: nothing is said and nothing is kept."""
    return NO_REPLY


@BOT.before_text
def warn_of_numbers(message: Incoming, services: BotServices) -> Reply | None:
    """An id or card number typed into the chat gets a warning and nothing else; the text is kept nowhere."""
    if not has_private_number(message.text):
        return None
    return TextReply(
        "您刚才发的内容里可能有身份证号或银行卡号。我们没有保存它，也不会用它办理业务。"
        "为了您的信息安全，请长按那条消息把它撤回或删除，以后不要在对话中发送证件号、卡号和密码。\n"
        f"办理业务请点{services.link('业务办理', '/h5/')}，在登录后的页面里填写。"
    )


@on_kind("text", "image", "voice", "video", "shortvideo", "location", "link")
def anything_else(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(
        "您好，这里由系统自动答复，还没能明白您的意思。\n"
        "发送“帮助”可以看到能办的事，"
        f"也可以直接点{services.link('业务办理', '/h5/')}，或在{services.link('服务指南', '/h5/guides/')}里搜索。\n"
        "请不要在对话中发送身份证号、银行卡号和密码。"
        f"人工咨询请拨打{services.hotline}。"
    )


@BOT.when_busy
def busy(_message: Incoming, services: BotServices) -> Reply:
    return TextReply(f"系统繁忙。如果几分钟内没有收到答复，请再发一次；急需办理请拨打{services.hotline}。")
