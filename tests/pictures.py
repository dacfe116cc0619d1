"""Photos for tests, made on the spot."""

import io
import random

from PIL import Image


def a_photo(seed: int = 0, size: tuple[int, int] = (900, 1200), kind: str = "JPEG", **options: object) -> bytes:
    """A picture whose content depends on ``seed``."""
    rng = random.Random(seed)
    image = Image.new("RGB", (16, 16))
    image.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(256)])
    out = io.BytesIO()
    image.resize(size).save(out, kind, **options)
    return out.getvalue()
