"""The account's QR code as a picture that followers can be sent: made once, uploaded once, shared by all processes."""

import io

import segno

from adapters.wechat.api import WeChatApi
from adapters.wechat.failures import NO_MEDIA, WeChatRefused
from adapters.wechat.media import KEPT_SECONDS
from adapters.wechat.tokens import Fetched

_MODULE, _BORDER = 12, 4
"""Pixels of one square, squares around: about 500 pixels wide, which a phone shows across a chat."""


class AccountPicture:
    """A lasting QR code that brings ``scene`` along. Its media id is kept like a ticket, for three days."""

    def __init__(self, api: WeChatApi, scene: str) -> None:
        self._api = api
        self._scene = scene
        self._media = api.shared(f"picture:{scene}", self._uploaded)

    def media_id(self) -> str:
        """The id to put into an image reply. Raises FundError."""
        return self._media.get()

    def proven(self) -> int:
        """Fetches the picture as the platform has it, uploaded anew if it was lost there; its size in bytes.

        Raises FundError.
        """
        media_id = self._media.get()
        try:
            return len(self._api.media_get(media_id).content)
        except WeChatRefused as refused:
            if refused.errcode != NO_MEDIA:
                raise
        self._media.expire(media_id)
        return len(self._api.media_get(self._media.get()).content)

    def _uploaded(self) -> Fetched:
        code = self._api.qrcode_create(self._scene)
        file = io.BytesIO()
        segno.make(code.url, error="m", micro=False).save(file, kind="png", scale=_MODULE, border=_BORDER)
        return Fetched(self._api.media_upload("image", "account.png", file.getvalue()), KEPT_SECONDS)
