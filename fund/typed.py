"""What people type, before it is read: width and signs nobody can see."""

import unicodedata

_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥"}


def half_width(text: str) -> str:
    """Full-width forms as a Chinese keyboard gives them, made narrow. Nothing else is folded: 14² is not 142."""
    return text.translate(_NARROW)


def seen(text: str) -> str:
    """The text without format characters (Unicode Cf: zero-width, direction marks). They come along when text is
    copied from a chat; nobody can see them, so nobody can be asked to delete them."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")
