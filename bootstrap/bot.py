"""The Official Account's part of the house: what the replies may ask, for the web and for the worker alike."""

from collections.abc import Callable
from datetime import datetime, time

from adapters.wechat.api import WeChatApi
from adapters.wechat.picture import AccountPicture
from bootstrap.clock import now
from bootstrap.parts import Parts
from wechat_bot.followers import Followers
from wechat_bot.scenes import RENT
from wechat_bot.services import BotServices


def bot_services(parts: Parts, followed: Callable[[], None], api: WeChatApi) -> BotServices:
    """``followed`` counts new followers; ``api`` is the account's client of this process."""
    settings = parts.settings
    followers = Followers(
        parts.bindings,
        parts.applications.of_person,
        parts.titles,
        parts.followers,
        followed,
        now,
        {settings.wechat.subscribe_progress} - {""},
    )
    return BotServices(
        public_url=settings.public_url,
        progress_of=followers.progress_of,
        forget=followers.forget,
        follow=followers.follow,
        delivered=followers.delivered,
        chose=followers.chose,
        account_code=AccountPicture(api, RENT).media_id,
        staff_on_duty=lambda: on_duty(settings.wechat.staff_hours, now()),
        clock=now,
        hotline=settings.centre.hotline,
        hours=settings.centre.hours,
    )


def on_duty(hours: str, at: datetime) -> bool:
    """Whether customer service takes over conversations at a moment; ``hours`` as in the settings.

    >>> on_duty("1-5 08:30-17:00", datetime(2026, 11, 24, 8, 30)), on_duty("", datetime(2026, 11, 24, 12, 0))
    (True, False)
    """
    if not hours:
        return False
    days, _, times = hours.partition(" ")
    first, last = (int(day) for day in days.split("-"))
    opens, closes = (time.fromisoformat(moment) for moment in times.split("-"))
    return first <= at.isoweekday() <= last and opens <= at.time() < closes
