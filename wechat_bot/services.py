"""What the replies may ask of the rest of the service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class BotServices:
    """The collaborators of the replies, handed in by bootstrap.

    ``progress_of`` tells a follower's own progress in a few lines of plain Chinese without personal data, None for a
    follower who is not bound to a person, '' for one without any application; ``progress_with`` the same of the one
    application with a 受理编号, '' for a number that is not theirs, whoever's it may be. ``follow`` is told of a new follower with
    the scene of the QR code ('' without one). ``forget`` deletes everything kept of a follower who left, as the platform
    demands; of a push handled late, what is older than the push (None: all of it). ``delivered`` is told what became of
    a message (openid, the platform's number of it, its status), ``chose`` what a follower allowed (openid, template,
    yes or no, when if that is not now). All of these may raise FundError, and calling any of them twice is harmless.
    ``hours`` are the working hours in words; ``staff_on_duty`` says whether customer service takes over
    conversations now.
    """

    public_url: str
    progress_of: Callable[[str], str | None]
    progress_with: Callable[[str, str], str | None]
    forget: Callable[[str, datetime | None], None]
    follow: Callable[[str, str], None]
    delivered: Callable[[str, str, str], None]
    chose: Callable[[str, str, bool, datetime | None], None]
    account_code: Callable[[], str]
    staff_on_duty: Callable[[], bool]
    clock: Callable[[], datetime]
    hotline: str
    hours: str

    def page(self, path: str) -> str:
        """The absolute address that opens one of our pages with the follower recognised."""
        return f"{self.public_url.rstrip('/')}/wechat/oauth/start?next={quote(path, safe='/')}"

    def link(self, words: str, path: str) -> str:
        """The same as a link inside a text reply."""
        return f'<a href="{self.page(path)}">{words}</a>'
