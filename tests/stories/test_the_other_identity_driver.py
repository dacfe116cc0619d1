"""The generic OAuth 2.0 driver signs people in as well as TRS IDS does."""

from pathlib import Path

from tests.citizen import a_citizen
from tests.house import running_house


def test_a_citizen_signs_in_by_oauth2_and_hands_in(tmp_path: Path) -> None:
    with running_house(tmp_path, IDENTITY_DRIVER="oauth2") as house:
        citizen = a_citizen(house).signs_in()
        assert not citizen.sees("立即登录")
        assert citizen.hands_in().heading == "提交成功"
        refused = a_citizen(house, verified=False).signs_in()
        assert refused.heading == "账号尚未实名认证"
