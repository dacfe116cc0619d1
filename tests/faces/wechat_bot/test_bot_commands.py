"""``flask wechat qrcode`` and ``flask wechat quota`` as an administrator uses them, against the sandbox over HTTP."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno
from click.testing import CliRunner, Result
from PIL import Image

from tests.adapters.wechat.platform_double import NOW
from tests.adapters.wechat.sandbox_server import SandboxServer
from tests.faces.wechat_bot.administrator import BUSINESS, Administrator, now
from tests.faces.wechat_bot.conftest import Callback
from wechat_bot.commands import WechatScript, wechat_cli
from wechat_bot.scenes import SCENES

CREATE, QRCODE = "/cgi-bin/menu/create", "/cgi-bin/qrcode/create"
Runs = Callable[..., Result]


@pytest.fixture
def runs(admin: Administrator) -> Runs:
    """Runs ``flask wechat …``."""

    def run(*arguments: str, answer: str | None = None) -> Result:
        script = WechatScript(list, lambda: admin.api, now)
        return CliRunner().invoke(wechat_cli(script), arguments, input=answer)

    return run


# QR codes


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_that_can_be_printed_means_something_to_the_replies(
    scene: str, callback_in: Callable[[str], Callback]
) -> None:
    callback = callback_in("encrypted")
    for nonce, event, prefix in (("111", "subscribe", "qrscene_"), ("222", "SCAN", "")):
        with_scene = callback.say(nonce, MsgType="event", Event=event, EventKey=f"{prefix}{scene}")
        without = callback.say(f"{nonce}0", MsgType="event", Event=event, EventKey="", CreateTime=str(NOW - 1))
        assert with_scene
        assert with_scene.get("MsgType") != without.get("MsgType")


def test_a_lasting_code_is_a_picture_of_the_platforms_address(
    runs: Runs, tmp_path: Path, the_sandbox: SandboxServer
) -> None:
    target = tmp_path / "poster.png"
    done = runs("qrcode", "rent", "-o", str(target), "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["scene"], told["expires_in"], told["expires_at"]) == (0, "rent", 0, None)
    assert told["url"].startswith(f"{the_sandbox.url}/scan/")
    with Image.open(target) as picture:
        side = segno.make(told["url"], error="m", micro=False).symbol_size(border=4)[0]
        dots = picture.convert("L").resize((side, side), Image.Resampling.BOX)
        drawn = [[dots.getpixel((x, y)) < 128 for x in range(side)] for y in range(side)]  # type: ignore[operator]
    code = segno.make(told["url"], error="m", micro=False)
    assert drawn == [[bool(dot & 1) for dot in row] for row in code.matrix_iter(border=4)]


def test_a_poster_is_a_drawing_that_can_be_printed_at_any_size(runs: Runs, tmp_path: Path) -> None:
    target = tmp_path / "poster.svg"
    done = runs("qrcode", "rent", "-o", str(target))
    assert (done.exit_code, "有效期：永久" in done.output) == (0, True)
    drawing = ElementTree.parse(io.StringIO(target.read_text("utf-8"))).getroot()
    assert drawing.tag.endswith("svg")
    assert [child.tag.rpartition("}")[2] for child in drawing] == ["path"]


@pytest.mark.parametrize(("life", "seconds"), [(("--days", "30"), 2592000), (("--seconds", "600"), 600)])
def test_a_code_for_a_time_tells_when_it_ends(life: tuple[str, str], seconds: int, runs: Runs) -> None:
    told = json.loads(runs("qrcode", "rent", *life, "--json").stdout)
    assert told["expires_in"] == seconds
    assert told["expires_at"][:10] >= f"{now():%Y-%m-%d}"
    assert "有效期至：20" in runs("qrcode", "rent", *life).output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("poster",), "可用的有：rent（柜台海报"),
        (("rent", "--days", "1", "--seconds", "60"), "只能写一个"),
        (("rent", "--days", "31"), "31"),
        (("rent", "--seconds", "0"), "0"),
        (("rent", "-o", "poster.pdf"), "后缀应为 .svg 或 .png"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_code_is_made(
    arguments: tuple[str, ...], part: str, runs: Runs, the_sandbox: SandboxServer
) -> None:
    done = runs("qrcode", *arguments)
    assert (done.exit_code, part in done.stderr) == (2, True)
    assert the_sandbox.calls(QRCODE) == 0


def test_a_picture_is_overwritten_only_after_a_yes(runs: Runs, tmp_path: Path, the_sandbox: SandboxServer) -> None:
    target = tmp_path / "poster.svg"
    target.write_text("mine", "utf-8")
    assert runs("qrcode", "rent", "-o", str(target), answer="n\n").exit_code == 1
    assert (target.read_text("utf-8"), the_sandbox.calls(QRCODE)) == ("mine", 0)
    assert runs("qrcode", "rent", "-o", str(target), "--yes").exit_code == 0
    nowhere = runs("qrcode", "rent", "-o", str(tmp_path / "none" / "poster.svg"))
    assert (nowhere.exit_code, "写不了" in nowhere.stderr) == (2, True)


def test_a_codes_ticket_is_never_shown(runs: Runs, admin: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    made = admin.api.qrcode_create("rent", 600)
    monkeypatch.setattr(admin.api, "qrcode_create", lambda *_: made)
    assert made.ticket
    assert made.ticket not in runs("qrcode", "rent").output + runs("qrcode", "rent", "--json").output


# Quota


def test_todays_calls_are_shown(runs: Runs, the_sandbox: SandboxServer) -> None:
    the_sandbox.control("PUT", "quota", {"path": CREATE, "used": 12})
    assert "发布菜单：12 / 1000" in runs("quota").output
    told = json.loads(runs("quota", "--json").stdout)
    assert {"path": CREATE, "used": 12, "limit": 1000} in told["quota"]


def test_clearing_asks_first_and_lets_what_was_stopped_go_on(
    runs: Runs, admin: Administrator, the_sandbox: SandboxServer
) -> None:
    the_sandbox.control("PUT", "quota", {"path": CREATE, "used": 1000})
    admin.writes(BUSINESS)
    assert admin.runs("apply", "--yes").exit_code == 2
    assert runs("quota", "clear", answer="n\n").exit_code == 1
    assert admin.runs("apply", "--yes").exit_code == 2
    done = runs("quota", "clear", answer="y\n")
    assert (done.exit_code, "发布菜单：1000 / 1000" in done.output) == (0, True)
    assert admin.runs("apply", "--yes").exit_code == 0


def test_the_eleventh_time_in_a_month_is_refused_in_words(runs: Runs) -> None:
    codes = [runs("quota", "clear", "--yes").exit_code for _ in range(10)]
    assert codes == [0] * 10
    done = runs("quota", "clear", "--yes")
    assert (done.exit_code, "本月清零调用次数的机会已用完" in done.stderr) == (2, True)


def test_a_number_that_cannot_be_had_stops_no_other(runs: Runs, the_sandbox: SandboxServer) -> None:
    the_sandbox.control("POST", "faults", {"service": "wechat", "path": "/cgi-bin/openapi", "mode": "garbage"})
    done = runs("quota")
    assert (done.exit_code, done.output.count(" / ")) == (0, 3)
