"""QR codes on our pages, drawn by ourselves: nothing is asked of anybody, and the page needs no second request."""

from functools import lru_cache

import segno


@lru_cache(maxsize=64)
def lasting_picture_of(text: str) -> str:
    """The same for what stays as it is: drawn once per process."""
    return picture_of(text)


def picture_of(text: str) -> str:
    """A code with this content as the address of a picture (``data:``), for an ``img``."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
