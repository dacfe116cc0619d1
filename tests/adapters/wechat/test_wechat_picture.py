"""The account's QR code as a picture: uploaded once for all, and again when the platform has lost it."""

import io

import pytest
from PIL import Image

from adapters.wechat.api import WeChatApi
from adapters.wechat.picture import AccountPicture
from fund.errors import FundError
from tests.adapters.wechat.conftest import ScriptedPlatform, StandingClock
from tests.adapters.wechat.test_wechat_media import DONE, GET, UPLOAD, of_type, picture

CREATE = "/cgi-bin/qrcode/create"
CODE = {"ticket": "TICKET", "url": "http://weixin.qq.com/q/02abcdefghij"}


@pytest.fixture
def code(api: WeChatApi, platform: ScriptedPlatform) -> AccountPicture:
    platform.say(CREATE, CODE)
    platform.say(UPLOAD, DONE, DONE | {"media_id": "SECOND"})
    return AccountPicture(api, "rent")


def test_a_lasting_code_is_drawn_and_uploaded_once_for_three_days(
    code: AccountPicture, platform: ScriptedPlatform, clock: StandingClock
) -> None:
    assert [code.media_id() for _ in range(3)] == ["MEDIA"] * 3
    assert platform.last(CREATE)[3]["action_name"] == "QR_LIMIT_STR_SCENE"
    body = platform.bodies[-1][1]
    with Image.open(io.BytesIO(body[body.index(b"\x89PNG") :])) as drawn:
        assert drawn.size[0] == drawn.size[1] > 300
    clock.move(3 * 24 * 60 * 60)
    assert code.media_id() == "SECOND"
    assert platform.count(UPLOAD) == 2


def test_a_picture_that_the_platform_still_has_is_left_alone(code: AccountPicture, platform: ScriptedPlatform) -> None:
    platform.say(GET, of_type("image/png", picture()))  # type: ignore[arg-type]
    assert code.proven() == len(picture())
    assert (code.media_id(), platform.count(UPLOAD)) == ("MEDIA", 1)


def test_a_picture_that_the_platform_lost_is_uploaded_anew(code: AccountPicture, platform: ScriptedPlatform) -> None:
    platform.say(GET, {"errcode": 40007, "errmsg": ""}, of_type("image/png", picture()))  # type: ignore[arg-type]
    assert code.proven() == len(picture())
    assert (code.media_id(), platform.count(UPLOAD)) == ("SECOND", 2)


@pytest.mark.parametrize("path", [CREATE, UPLOAD])
def test_what_the_platform_refuses_is_an_error_of_ours(
    path: str, code: AccountPicture, platform: ScriptedPlatform
) -> None:
    platform.say(path, {"errcode": 48001, "errmsg": "api unauthorized"})
    with pytest.raises(FundError):
        code.media_id()


def test_a_garbled_answer_is_tried_again_by_the_next_follower(code: AccountPicture, platform: ScriptedPlatform) -> None:
    platform.say(UPLOAD, b"<html>", DONE)
    with pytest.raises(FundError):
        code.media_id()
    assert code.media_id() == "MEDIA"
