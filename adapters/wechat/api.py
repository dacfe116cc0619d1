"""The platform's API, as far as this service uses it. Errors are those of ``caller.Caller``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.wechat.caller import Answer, Caller, Store, number_of, text_of, texts_of
from adapters.wechat.failures import (
    NO_CONDITIONAL_MENU,
    NO_MENU,
    WeChatBusy,
    WeChatRefused,
    account_troubles_pass,
)
from adapters.wechat.media import File, fetched, uploadable
from adapters.wechat.messages import OAuthAnswer, Reply
from adapters.wechat.rendering import custom_message
from adapters.wechat.tokens import Fetched, SharedValue
from adapters.wechat.transport import Transport


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code with a scene. ``url`` is what the picture encodes; ``expires_in`` is 0 for a lasting one."""

    ticket: str = field(repr=False)
    url: str
    expires_in: int


class WeChatApi:
    """A client of one Official Account; safe to share between threads.

    Raises WeChatRefused (the platform said no; see its ``action``), Unavailable (no effect, may be repeated)
    and OutcomeUnknown (a message may have been sent).
    """

    def __init__(
        self,
        transport: Transport,
        store: Store,
        *,
        app_id: str,
        app_secret: str,
        clock: Callable[[], datetime],
        busy_waits: Sequence[float] = (),
    ) -> None:
        """``store`` is a redis client; ``clock`` gives the time in Asia/Shanghai; ``busy_waits``: see Caller."""
        self._caller = Caller(
            transport, store, app_id=app_id, app_secret=app_secret, clock=clock, busy_waits=busy_waits
        )
        self._ticket = self._caller.shared("jsapi_ticket", self._fetch_ticket)

    # The menu

    def menu_get(self) -> Answer | None:
        """The live menu as the platform gives it (``menu``, perhaps ``conditionalmenu``), or None."""
        try:
            return self._caller.get("/cgi-bin/menu/get")
        except WeChatRefused as refused:
            if refused.errcode == NO_MENU:
                return None
            raise

    def menu_create(self, menu: Mapping[str, Any]) -> None:
        """Replace the default menu by ``{"button": […]}``."""
        self._caller.ask("/cgi-bin/menu/create", menu)

    def menu_delete(self) -> None:
        """Delete the default menu and every conditional one with it."""
        self._caller.get("/cgi-bin/menu/delete")

    def menu_addconditional(self, menu: Mapping[str, Any]) -> str:
        """Add a menu for the followers of a tag; its id."""
        return text_of(self._caller.ask("/cgi-bin/menu/addconditional", menu), "menuid")

    def menu_delconditional(self, menu_id: str) -> None:
        """Take one conditional menu away; one that is gone already is fine."""
        try:
            self._caller.ask("/cgi-bin/menu/delconditional", {"menuid": menu_id})
        except WeChatRefused as refused:
            if refused.errcode != NO_CONDITIONAL_MENU:
                raise

    def menu_trymatch(self, openid: str) -> Answer:
        """The menu this follower would see, as ``{"button": […]}``."""
        answer = self._caller.ask("/cgi-bin/menu/trymatch", {"user_id": openid})
        inner = answer.get("menu")
        return inner if isinstance(inner, Mapping) else answer

    # Messages. What troubles the whole account is Unavailable here: the message is as good when it is over.

    def send_template(
        self,
        openid: str,
        template_id: str,
        url: str,
        data: Mapping[str, Mapping[str, str]],
        client_msg_id: str,
    ) -> str:
        """Send a template message; its msgid. The platform drops a second one with this client_msg_id
        that comes within ten minutes."""
        wish = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": dict(data),
        }
        with account_troubles_pass():
            return str(self._caller.do("/cgi-bin/message/template/send", wish).get("msgid", ""))

    def send_subscribe(self, openid: str, template_id: str, url: str, data: Mapping[str, Mapping[str, str]]) -> str:
        """Send a 订阅通知, once for each call; its number, '' where the platform tells none."""
        wish = {"touser": openid, "template_id": template_id, "page": url, "data": dict(data)}
        with account_troubles_pass():
            return str(self._caller.do("/cgi-bin/message/subscribe/bizsend", wish).get("msgid", ""))

    def send_custom(self, openid: str, reply: Reply) -> None:
        """Send a reply as a customer message; allowed only for some time after the follower did something.

        What says nothing is not sent. Raises ValueError for a reply that only a passive answer can be.
        """
        content = custom_message(reply)
        if content is not None:
            with account_troubles_pass():
                self._caller.do("/cgi-bin/message/custom/send", {"touser": openid, **content})

    # The follower's browser

    def exchange_code(self, code: str) -> OAuthAnswer:
        """Who a web-authorisation code stands for. It works once: then WeChatRefused RESTART_OAUTH."""
        answer = self._caller.exchange("/sns/oauth2/access_token", code=code, grant_type="authorization_code")
        return OAuthAnswer(text_of(answer, "openid"), str(answer.get("is_snapshotuser")) == "1")

    def jsapi_ticket(self) -> str:
        """The ticket that signs JS-SDK configurations, shared and renewed like the token."""
        return self._ticket.get()

    # The account

    def qrcode_create(self, scene: str, seconds: int | None = None) -> QrCode:
        """A QR code that brings ``scene`` (1 to 64 characters) along; lasting unless it has ``seconds``."""
        kind = "QR_LIMIT_STR_SCENE" if seconds is None else "QR_STR_SCENE"
        wish: dict[str, Any] = {"action_name": kind, "action_info": {"scene": {"scene_str": scene}}}
        if seconds is not None:
            wish["expire_seconds"] = seconds
        answer = self._caller.ask("/cgi-bin/qrcode/create", wish)
        return QrCode(text_of(answer, "ticket"), text_of(answer, "url"), number_of(answer, "expire_seconds", 0))

    def media_upload(self, kind: str, name: str, content: bytes) -> str:
        """Upload a temporary ``image``, ``voice``, ``video`` or ``thumb``; its media id, good for three days.

        Raises ValueError for a file the platform would not take.
        """
        answer = self._caller.upload("/cgi-bin/media/upload", uploadable(kind, name, content), type=kind)
        return text_of(answer, "thumb_media_id" if kind == "thumb" else "media_id")

    def media_get(self, media_id: str) -> File:
        """A temporary picture, sound or film, at most ``media.MOST_BYTES``, its content type found by its bytes."""
        return fetched(self._caller.download("/cgi-bin/media/get", media_id=media_id))

    def shared(self, name: str, fetch: Callable[[], Fetched]) -> SharedValue:
        """A value of limited life that all processes of the account share; kept as the token is."""
        return self._caller.shared(name, fetch)

    def user_info(self, openid: str) -> Answer:
        """What the platform tells of a follower; ``subscribe`` is 0 for somebody who does not follow."""
        return self._caller.get("/cgi-bin/user/info", openid=openid, lang="zh_CN")

    def callback_ips(self) -> list[str]:
        """The addresses the platform's pushes come from."""
        return texts_of(self._caller.get("/cgi-bin/getcallbackip"), "ip_list")

    def _fetch_ticket(self) -> Fetched:
        answer = self._caller.get("/cgi-bin/ticket/getticket", type="jsapi")
        return Fetched(text_of(answer, "ticket"), number_of(answer, "expires_in"))


__all__ = ["OAuthAnswer", "QrCode", "Store", "WeChatApi", "WeChatBusy", "WeChatRefused"]
