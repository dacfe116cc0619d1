"""Temporary media: uploaded by the account or by a follower's phone, fetched within three days.

Source: https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia
"""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, request

from ..world import World
from .answers import WechatError

MEGABYTE = 1024 * 1024
LIMITS = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "thumb": 64 * 1024}
SUFFIXES = {
    "image": ("png", "jpg", "jpeg", "gif", "bmp"),
    "voice": ("amr", "mp3"),
    "video": ("mp4",),
    "thumb": ("jpg",),
}
SECONDS_KEPT = 3 * 24 * 60 * 60


@dataclass(frozen=True)
class Media:
    """One stored file."""

    id: str
    path: Path
    content_type: str


class MediaStore:
    """Files under the world's folder, listed in its section `media`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, content: bytes, suffix: str) -> str:
        """Keep a file; returns its media id."""
        media_id = secrets.token_urlsafe(48)
        folder = self._world.folder / "media"
        folder.mkdir(exist_ok=True)
        name = f"{secrets.token_hex(16)}.{suffix}"
        (folder / name).write_bytes(content)
        with self._world.changing() as data:
            until = self._world.now() + SECONDS_KEPT
            data.setdefault("media", {})[media_id] = {"name": name, "until": until}
        return media_id

    def find(self, media_id: str) -> Media | None:
        """The file behind a media id; None when there is none or its three days are over."""
        kept = self._world.section("media").get(media_id)
        if kept is None or kept["until"] <= self._world.now():
            return None
        content_type = mimetypes.guess_type(kept["name"])[0] or "application/octet-stream"
        return Media(media_id, self._world.folder / "media" / kept["name"], content_type)


class MediaApi:
    """`media/upload` and `media/get`."""

    def __init__(self, world: World, store: MediaStore) -> None:
        self._world = world
        self._store = store

    def upload(self) -> dict[str, Any]:
        """Take one file in the form field `media`."""
        kind = request.args.get("type", "")
        if kind not in LIMITS:
            raise WechatError(40004)
        file = request.files.get("media")
        content = file.read() if file else b""
        if file is None or not content or not (file.filename or "").isascii():
            # a Chinese file name really is answered like this: the form parser loses the part
            raise WechatError(41005)
        suffix = (file.filename or "").rpartition(".")[2].lower()
        if suffix not in SUFFIXES[kind]:
            raise WechatError(40005)
        if len(content) > LIMITS[kind]:
            raise WechatError(45001)
        name = "thumb_media_id" if kind == "thumb" else "media_id"
        return {"type": kind, name: self._store.keep(content, suffix), "created_at": int(self._world.now())}

    def get(self) -> Response:
        """The file itself."""
        media = self._store.find(request.args.get("media_id", ""))
        if media is None:
            raise WechatError(40007)
        response = Response(media.path.read_bytes(), mimetype=media.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{media.path.name}"'
        return response

    def routes(self) -> list[tuple[str, str, Any]]:
        """Address, method, work."""
        return [("media/upload", "POST", self.upload), ("media/get", "GET", self.get)]
