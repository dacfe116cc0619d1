"""Telling a follower: 客服消息, else 订阅通知, else 模板消息, else 我的消息, with the reason each was passed over.

The platform allows a customer message only a while after the follower did something (45015, 45047), a 订阅通知 only to
those who did not refuse it (43101), a template message only to followers (43004). Only the template message is
recognised when it is sent again, so after an attempt that may have arrived nothing else is repeated.
Source of the rules: developers.weixin.qq.com, 客服消息, 订阅通知, 模板消息; of the actions: the table of error codes.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from adapters.wechat.messages import Reply, TextReply
from fund.errors import FundError, OutcomeUnknown, Refused, Unavailable
from fund.notice import Channel, Notice, Reach, Told
from wechat_bot.notices import NoticeFieldError, progress_notice

NOT_OURS, NOT_FOLLOWING, DECLINED, WRONG_TEMPLATE = "40003", "43004", "43101", "40037"
RUNGS = (Channel.CUSTOM, Channel.SUBSCRIBE, Channel.TEMPLATE)
_OF_ONE_API = frozenset({"45009", "48001"})
"""A used-up quota, a missing permission: they close one kind of message, not the account."""

_CLOSED_SECONDS = 3600
"""How long a template that the platform does not know is left alone by this process."""

_log = logging.getLogger(__name__)


class Messages(Protocol):
    """The platform's messages to a follower. Each raises Refused (the errcode as ``code``), Unavailable or
    OutcomeUnknown."""

    def send_custom(self, openid: str, reply: Reply) -> None: ...
    def send_subscribe(self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]]) -> str: ...
    def send_template(
        self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]], client_msg_id: str
    ) -> str: ...


class Reached(Protocol):
    """What is known of how followers may be reached. Every method raises Unavailable."""

    def reach(self, openid: str) -> Reach: ...
    def does_not_follow(self, openid: str, at: datetime) -> None: ...
    def chose(self, openid: str, template_id: str, accepted: bool, at: datetime) -> None: ...


class Ladder:
    """Plays ``fund.notice.Messenger``. ``page`` makes the absolute address of one of our pages."""

    def __init__(
        self,
        messages: Messages,
        reached: Reached,
        forget: Callable[[str], None],
        *,
        template_id: str,
        subscribe_id: str,
        page: Callable[[str], str],
        clock: Callable[[], datetime],
    ) -> None:
        """``subscribe_id`` is '' for an account without 订阅通知; ``forget`` drops a follower who is not ours."""
        self._messages = messages
        self._reached = reached
        self._forget = forget
        self._template_id = template_id
        self._subscribe_id = subscribe_id
        self._page = page
        self._clock = clock
        self._closed: dict[str, float] = {}

    def __call__(
        self,
        openid: str,
        notice: Notice,
        *,
        repeated: bool = False,
        reply: Reply | None = None,
        rungs: tuple[Channel, ...] = RUNGS,
    ) -> Told:
        """Send by the first of ``rungs`` that holds; ``reply`` is what a customer message says instead of the notice.

        Raises Unavailable when nothing was sent and later may be, OutcomeUnknown when it may have arrived.
        """
        reach = self._reached.reach(openid)
        passed_over: list[str] = []
        shut: Unavailable | None = None
        unsure = False
        for channel in rungs:
            if repeated and channel is not Channel.TEMPLATE:
                passed_over.append(f"{channel}:not_repeated")
                continue
            if why_not := self._why_not(channel, reach):
                passed_over.append(f"{channel}:{why_not}")
                continue
            try:
                return Told(channel, " ".join(passed_over), self._send(channel, openid, notice, reply))
            except Refused as refused:
                _log.info("%s not sent: %s", channel, refused.message)
                self._learn(channel, openid, refused)
                passed_over.append(f"{channel}:{refused.code or 'refused'}")
            except NoticeFieldError as wrong:
                # Ours to mend; the citizen is told by the next rung all the same.
                _log.error("%s cannot carry this notice: %s", channel, wrong)
                passed_over.append(f"{channel}:field")
            except Unavailable as down:
                if down.code not in _OF_ONE_API:
                    if not unsure:
                        raise
                    # An earlier rung may have told them: whoever tries again has to know.
                    passed_over.append(f"{channel}:{down.code}")
                    raise OutcomeUnknown(down.message, code=" ".join(passed_over)) from None
                passed_over.append(f"{channel}:{down.code}")
                shut = down
            except OutcomeUnknown as unknown:
                passed_over.append(f"{channel}:unknown")
                if channel is Channel.TEMPLATE:
                    raise OutcomeUnknown(unknown.message, code=" ".join(passed_over)) from None
                repeated = unsure = True
        if shut is not None:
            # One kind of message is shut for now and no other would do: the same words are as good tomorrow.
            raise OutcomeUnknown(shut.message, code=" ".join(passed_over)) if unsure else shut
        return Told(Channel.INBOX, " ".join(passed_over))

    def _send(self, channel: Channel, openid: str, notice: Notice, reply: Reply | None) -> str:
        """The platform's number of the message, '' where it gives none."""
        if channel is Channel.CUSTOM:
            self._messages.send_custom(openid, reply or TextReply(self._words(notice)))
            return ""
        url = self._page(notice.path)
        data = progress_notice(notice.title, notice.state_words, notice.reference, notice.at, notice.remark)
        if channel is Channel.SUBSCRIBE:
            return self._messages.send_subscribe(openid, self._subscribe_id, url, data)
        return self._messages.send_template(openid, self._template_id, url, data, notice.client_msg_id)

    def _why_not(self, channel: Channel, reach: Reach) -> str:
        """Why this rung need not be tried, or ''."""
        if channel is Channel.CUSTOM:
            return ""
        template_id = self._template_of(channel)
        if not template_id:
            return "none"
        if self._closed.get(template_id, 0.0) > time.monotonic():
            return "closed"
        if channel is Channel.TEMPLATE and not reach.following:
            return "not_following"
        return "declined" if template_id in reach.declined else ""

    def _learn(self, channel: Channel, openid: str, refused: Refused) -> None:
        """What a refusal teaches for the next time."""
        template_id = self._template_of(channel)
        try:
            if refused.code == NOT_OURS:
                self._forget(openid)
            elif refused.code == NOT_FOLLOWING:
                self._reached.does_not_follow(openid, self._clock())
            elif refused.code == DECLINED:
                self._reached.chose(openid, template_id, False, self._clock())
            elif refused.code == WRONG_TEMPLATE:
                _log.error("a template is not the account's and is left alone for an hour: %s", refused.message)
                self._closed[template_id] = time.monotonic() + _CLOSED_SECONDS
        except FundError as failure:
            _log.warning("a refusal was not noted: %s %s", type(failure).__name__, failure.code)

    def _template_of(self, channel: Channel) -> str:
        return {Channel.SUBSCRIBE: self._subscribe_id, Channel.TEMPLATE: self._template_id}.get(channel, "")

    def _words(self, notice: Notice) -> str:
        at = notice.at
        return (
            f"{notice.title}：{notice.state_words}\n受理编号 {notice.reference}\n"
            f"时间 {at.year}年{at.month}月{at.day}日 {at:%H:%M}\n{notice.remark}\n"
            f'<a href="{self._page(notice.path)}">点这里查看详情</a>'
        )
