"""``flask wechat qrcode``: QR codes with a scene, for counter posters."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import click
import segno

from wechat_bot.console import SAME, Out, as_json, asked, coloured, yes
from wechat_bot.scenes import SCENES

MOST_DAYS = 30
MOST_SECONDS = MOST_DAYS * 24 * 60 * 60
_KINDS = {".svg": "svg", ".png": "png"}
_MODULE = 10
"""Units (svg) or pixels (png) of one square; a poster is printed from the svg at any size."""


class Made(Protocol):
    """A QR code of the platform; ``expires_in`` is in seconds, 0 for a lasting one."""

    @property
    def url(self) -> str: ...
    @property
    def expires_in(self) -> int: ...


class Maker(Protocol):
    """The platform's QR codes. Raises FundError."""

    def qrcode_create(self, scene: str, seconds: int | None = None) -> Made: ...


def qrcode_command(maker: Callable[[], Maker], clock: Callable[[], datetime]) -> click.Command:
    """The command; the client is made when it runs. The code's ticket is never shown: it is not needed again."""
    scenes = "；".join(f"{scene}（{purpose}）" for scene, purpose in SCENES.items())

    @click.command("qrcode", help=f"生成带场景的二维码，供海报使用。场景有：{scenes}")
    @click.argument("scene")
    @click.option("--output", "-o", type=click.Path(path_type=Path), help="图片文件，.svg（印刷用）或 .png")
    @click.option("--days", type=click.IntRange(1, MOST_DAYS), help=f"临时二维码的天数，最多 {MOST_DAYS}（默认永久）")
    @click.option("--seconds", type=click.IntRange(60, MOST_SECONDS), help="临时二维码的秒数")
    @as_json
    @yes
    @coloured
    def qrcode(
        scene: str, output: Path | None, days: int | None, seconds: int | None, as_json: bool, yes: bool
    ) -> None:
        out = Out(as_json)
        if scene not in SCENES:
            out.refuse(f"没有场景“{scene}”，可用的有：{scenes}")
        if days and seconds:
            out.refuse("--days 和 --seconds 只能写一个")
        if output and output.suffix.lower() not in _KINDS:
            out.refuse(f"{output} 的后缀应为 .svg 或 .png")
        if output:
            out.confirm(yes or not output.exists(), f"{output} 已存在，覆盖它吗？")
        life = days * 24 * 60 * 60 if days else seconds
        made = asked(out, lambda: maker().qrcode_create(scene, life))
        picture = segno.make(made.url, error="m", micro=False)
        if output:
            _write(out, picture, output)
        elif not as_json and sys.stdout.isatty():
            picture.terminal(compact=True)
        until = clock() + timedelta(seconds=made.expires_in) if made.expires_in else None
        out.say(f"场景：{scene}（{SCENES[scene]}）")
        out.say(f"内容：{made.url}")
        out.say(f"有效期至：{until:%Y-%m-%d %H:%M}" if until else "有效期：永久")
        out.end(
            SAME,
            scene=scene,
            url=made.url,
            expires_in=made.expires_in,
            expires_at=until.isoformat(timespec="seconds") if until else None,
            file=str(output) if output else None,
        )

    return qrcode


def _write(out: Out, picture: segno.QRCode, output: Path) -> None:
    try:
        picture.save(str(output), kind=_KINDS[output.suffix.lower()], scale=_MODULE)
    except OSError as error:
        out.refuse(f"写不了 {output}：{error.strerror or type(error).__name__}")
    out.say(f"已写入 {output}", fg="green")
