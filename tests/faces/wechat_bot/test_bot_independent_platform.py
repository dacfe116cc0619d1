"""A platform written in another language, with another crypto library, understands us and we understand it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.wechat.platform_double import NOW
from tests.faces.wechat_bot.conftest import Callback

SCRIPT = Path(__file__).parents[2] / "adapters" / "wechat" / "independent_platform.mjs"
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")


def spoken_to(running: Callback) -> dict[str, Any]:
    double = running.double
    account = {
        "url": f"{running.url}/wechat/callback", "token": double.token, "appId": double.app_id, "mode": double.mode,
        "aesKey": double.aes_key, "account": double.account, "at": NOW,
    }  # fmt: skip
    assert NODE, "the assets are built with Node.js, so it is there"
    done = subprocess.run(
        [NODE, str(SCRIPT)], input=json.dumps(account), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
def test_another_implementation_of_the_platform_and_we_understand_each_other(
    mode: str, callback_in: Callable[[str], Callback]
) -> None:
    said = spoken_to(callback_in(mode))
    assert (said["check"]["status"], said["check"]["text"]) == (200, "6458123<b>")
    assert said["check"]["kind"].startswith("text/plain")
    first, *again = said["help"]
    assert "您可以直接发送" in first["content"] and first["to"] == "o-independent-01"
    assert [answer["text"] for answer in again] == [first["text"]] * 2
    assert said["business"][0]["type"] == "news"
    for name in ("help", "business", "subscribe", "tap", "emoji"):
        assert said[name][0]["status"] == 200, name
        if mode != "plain":
            assert said[name][0]["sealed"] and said[name][0]["signed"], name
    assert "感谢关注" in said["subscribe"][0]["content"]
    assert "大家常问" in said["tap"][0]["content"]
    assert said["view"][0]["text"] == "success"
    assert "您可以直接发送" in said["emoji"][0]["content"]
