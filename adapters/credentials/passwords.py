"""Passwords as Argon2id keeps them, with the parameters RFC 9106 gives for machines with little memory."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Plays ``fund.passwords.Passwords``."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """``hasher``: another one for tests, whose accounts need not stand up to anybody."""
        self._hasher = hasher or PasswordHasher()
        # Of nobody's password: made now, so that the first unknown login takes no longer than the others.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """With parameters and salt in it."""
        return self._hasher.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        """Whether it is that password; '' is checked against one that nobody has. Never raises."""
        try:
            return self._hasher.verify(hashed or self._nobody, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False
