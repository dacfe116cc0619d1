"""How the staff prove who they are: hashed passwords (Argon2id, RFC 9106) and one-time codes (TOTP, RFC 6238)."""

from adapters.credentials.codes import TotpCodes
from adapters.credentials.passwords import Argon2Passwords

__all__ = ["Argon2Passwords", "TotpCodes"]
