"""The cards that open our pages."""

from adapters.wechat.messages import Article, NewsReply
from wechat_bot.services import BotServices


def business_card(services: BotServices) -> NewsReply:
    """The card that opens the phone pages."""
    return NewsReply(
        (
            Article(
                title="业务办理",
                description="租房提取可在线申请。请准备本人名下的一类借记卡（建设银行、工商银行或盛京银行）。点这里开始。",
                url=services.page("/h5/"),
            ),
        )
    )


def rent_card(services: BotServices) -> NewsReply:
    """The card that opens 租房提取 itself: whoever scans the counter's poster came for it."""
    return NewsReply(
        (
            Article(
                title="租房提取",
                description="点这里直接办理租房提取。请准备本人名下的一类借记卡（建设银行、工商银行或盛京银行）。",
                url=services.page("/h5/rent"),
            ),
        )
    )
