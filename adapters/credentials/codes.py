"""One-time codes as every authenticator makes them: six digits, thirty seconds, HMAC-SHA1 (RFC 6238)."""

from collections.abc import Callable
from datetime import datetime

import pyotp
from pyotp.utils import strings_equal

ISSUER = "省直公积金后台"
_WINDOW = (1, 0, -1)
"""Steps beside the present one whose codes are good: a telephone's clock may be half a minute off."""


class TotpCodes:
    """Plays ``fund.signing_in.Codes``."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def new_secret(self) -> str:
        """160 random bits in base32, as RFC 4226 §4 recommends."""
        return pyotp.random_base32()

    def step_of(self, secret: str, code: str) -> int | None:
        """The newest step of the window that has this code. All are compared, whichever fits."""
        typed = "".join(code.split())
        if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
            return None
        totp, now = pyotp.TOTP(secret), self._clock()
        fitting = [beside for beside in _WINDOW if strings_equal(typed, totp.at(now, counter_offset=beside))]
        return totp.timecode(now) + fitting[0] if fitting else None

    def address(self, secret: str, login: str) -> str:
        """otpauth://totp/…, which shows as the account's name in the authenticator."""
        return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)

    def code(self, secret: str) -> str:
        """The code of this moment; for the demo accounts and for tests."""
        return pyotp.TOTP(secret).at(self._clock())
