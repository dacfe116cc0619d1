"""What the replies may ask of the rest of the service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class BotServices:
    """The collaborators of the replies, handed in by bootstrap.

    ``progress_of`` tells a follower's own progress in a few lines of plain Chinese without personal data, or
    None for a follower who is not bound to a person or has no application. ``follow`` is told of a new
    follower with the scene of the QR code ('' without one). ``forget`` deletes everything kept of a follower
    who left, as the platform demands; calling it twice is harmless. All three may raise FundError.
    ``hours`` are the working hours in words.
    """

    public_url: str
    progress_of: Callable[[str], str | None]
    forget: Callable[[str], None]
    follow: Callable[[str, str], None]
    clock: Callable[[], datetime]
    hotline: str
    hours: str

    def page(self, path: str) -> str:
        """The absolute address that opens one of our pages with the follower recognised."""
        return f"{self.public_url.rstrip('/')}/wechat/oauth/start?next={quote(path, safe='/')}"

    def link(self, words: str, path: str) -> str:
        """The same as a link inside a text reply."""
        return f'<a href="{self.page(path)}">{words}</a>'
