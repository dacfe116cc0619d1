"""Passwords as Argon2id, codes as RFC 6238 gives them."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.credentials import Argon2Passwords, TotpCodes
from tests.staff import CHEAP

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""'12345678901234567890', the seed of RFC 6238 appendix B."""


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    codes = TotpCodes(lambda: datetime.fromtimestamp(moment, UTC))
    assert codes.code(RFC_SECRET) == code
    assert codes.step_of(RFC_SECRET, code) == moment // 30


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708a", "２８７０８２", "-87082", "287082\0", "x" * 999])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert TotpCodes(lambda: datetime.fromtimestamp(59, UTC)).step_of(RFC_SECRET, typed) is None


def test_a_secret_is_of_160_bits_and_never_the_same() -> None:
    codes = TotpCodes(lambda: datetime.now(UTC))
    drawn = {codes.new_secret() for _ in range(50)}
    assert len(drawn) == 50
    assert {len(each) for each in drawn} == {32}


def test_the_address_is_what_authenticators_read() -> None:
    address = urlsplit(TotpCodes(lambda: datetime.now(UTC)).address(RFC_SECRET, "wang.min"))
    asked = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert asked["secret"] == [RFC_SECRET]
    assert asked["issuer"] == ["省直公积金后台"]
    assert address.path.endswith("wang.min")


def test_a_password_is_kept_as_argon2id_and_known_again() -> None:
    passwords = Argon2Passwords()
    hashed = passwords.hash("Morning-2026")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(hashed, "Morning-2026")
    assert not passwords.matches(hashed, "Morning-2027")
    assert passwords.hash("Morning-2026") != hashed


@pytest.mark.parametrize("hashed", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_what_is_no_hash_matches_nothing(hashed: str) -> None:
    assert not CHEAP.matches(hashed, "Morning-2026")


def test_nobody_s_password_takes_as_long_as_somebody_s() -> None:
    passwords = Argon2Passwords()
    hashed = passwords.hash("Morning-2026")

    def best_of(given: str) -> float:
        took = []
        for _ in range(7):
            began = time.process_time()  # the work, not how busy the machine is
            passwords.matches(given, "wrong")
            took.append(time.process_time() - began)
        return min(took)

    nobody, somebody = best_of(""), best_of(hashed)
    assert 0.5 < nobody / somebody < 2
