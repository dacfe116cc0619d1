"""Telling a follower about a move: a template message that opens the application's page."""

from collections.abc import Callable, Mapping
from typing import Protocol

from fund.notice import Notice
from wechat_bot.notices import progress_notice


class TemplateSender(Protocol):
    """The platform's template messages."""

    def send_template(
        self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]], client_msg_id: str
    ) -> object:
        """Raises Refused, Unavailable or OutcomeUnknown."""
        ...


class TemplateMessenger:
    """Plays ``fund.notice.Messenger``. ``page`` makes the absolute address of one of our pages."""

    def __init__(self, api: TemplateSender, template_id: str, page: Callable[[str], str]) -> None:
        self._api = api
        self._template_id = template_id
        self._page = page

    def __call__(self, openid: str, notice: Notice) -> None:
        """Send once per ``client_msg_id``. Raises Refused, Unavailable or OutcomeUnknown."""
        data = progress_notice(notice.title, notice.state_words, notice.reference, notice.at, notice.remark)
        self._api.send_template(openid, self._template_id, self._page(notice.path), data, notice.client_msg_id)
