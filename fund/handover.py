"""接力: what was begun on one device is continued on another, by a code that is scanned or typed.

A code leads the same person to the same place. It signs nobody in, carries no session and no answers, and is good
once and for a few minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

KEPT = timedelta(minutes=5)
"""How long a code is good for."""
_SIGNS = "34679ACDEFGHJKMNPRTUVWXY"
_LENGTH = 10


class Device(StrEnum):
    """Where it is continued."""

    PHONE = "phone"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class HandOver:
    """Whose it is and where it leads. ``place`` is a name of ours such as ``rent/photos``, never an address."""

    person_id: UUID
    place: str
    to: Device


class HandOvers(Protocol):
    """Codes that wait to be opened."""

    def make(self, handover: HandOver) -> str:
        """A new code, good for ``KEPT``. Raises Unavailable."""
        ...

    def look(self, code: str) -> HandOver | None:
        """What a code stands for, without using it up; None when used, too old or made up. Raises Unavailable."""
        ...

    def take(self, code: str) -> HandOver | None:
        """The same, once: of two who take it one gets it. Raises Unavailable."""
        ...


def new_code() -> str:
    """Ten signs that are told apart when read aloud: 45 bits, enough for what can be done with it in five minutes."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def code_of(typed: str) -> str:
    """A code as it was typed or scanned, put in form; '' when it cannot be one.

    >>> code_of(" 3479a-cdefg ")
    '3479ACDEFG'
    """
    plain = "".join(sign for sign in typed[:40].upper() if not sign.isspace() and sign != "-")
    return plain if len(plain) == _LENGTH and set(plain) <= set(_SIGNS) else ""
