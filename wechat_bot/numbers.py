"""Numbers in what a follower types: those nobody should send, and the one of an application."""

import re
import unicodedata

from fund.application import ALPHABET

_PRIVATE = re.compile(r"\d{16}")
"""An id or card number, or several numbers in a row: of all of these somebody should be warned."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w]{1,3}(?=[\dXx])")
_FOUR, _GAP = f"[{ALPHABET}]{{4}}", r"[\s\-–—_.·]{0,3}"
_REFERENCE = re.compile(rf"(?<![0-9A-Z])({_FOUR}){_GAP}({_FOUR}){_GAP}({_FOUR})(?![0-9A-Z])", re.ASCII)
_LIKE_ONE = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{4})-([0-9A-Z]{4})-([0-9A-Z]{4})(?![0-9A-Z])")
"""Three fours with hyphens, misread signs included: somebody means an application."""


def has_private_number(text: str) -> bool:
    """Whether an id or card number may be in a text."""
    return _PRIVATE.search(_BETWEEN_DIGITS.sub("", _plain(text))) is not None


def reference_in(text: str) -> str:
    """The 受理编号 in a text as we write it (``ABCD-EFGH-JKMN``), or '': however it was typed, alone or in a sentence."""
    plain = _plain(text).upper()
    found = _REFERENCE.search(plain) or _LIKE_ONE.search(plain)
    return "-".join(found.groups()) if found else ""


def _plain(text: str) -> str:
    """Half-width, without signs that cannot be seen."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
