"""The Official Account's part of the house: what the replies may ask, for the web and for the worker alike."""

from collections.abc import Callable
from datetime import datetime, time

from adapters.wechat.api import WeChatApi
from adapters.wechat.picture import AccountPicture
from bootstrap.clock import now
from bootstrap.parts import Parts
from businesses.rent.payee import paid_words
from fund import calendar
from fund.calendar import WorkCalendar
from wechat_bot.followers import Followers
from wechat_bot.scenes import RENT
from wechat_bot.services import BotServices


def bot_services(parts: Parts, followed: Callable[[], None], api: WeChatApi) -> BotServices:
    """``followed`` counts new followers; ``api`` is the account's client of this process. Raises CalendarError when
    ``calendar.toml`` cannot be used."""
    settings = parts.settings
    working_days = calendar.load()
    followers = Followers(
        parts.bindings,
        parts.applications.of_person,
        lambda application: paid_words(application, parts.applications.events(application.id)),
        parts.titles,
        parts.followers,
        followed,
        now,
        {settings.wechat.subscribe_progress} - {""},
    )
    return BotServices(
        public_url=settings.public_url,
        progress_of=followers.progress_of,
        progress_with=followers.progress_with,
        forget=followers.forget,
        follow=followers.follow,
        delivered=followers.delivered,
        chose=followers.chose,
        account_code=AccountPicture(api, RENT).media_id,
        staff_on_duty=lambda: on_duty(settings.wechat.staff_hours, now(), working_days),
        clock=now,
        hotline=settings.centre.hotline,
        hours=settings.centre.hours,
    )


def on_duty(hours: str, at: datetime, days: WorkCalendar) -> bool:
    """Whether customer service takes over conversations at a moment; ``hours`` as in the settings. Nobody is there on
    a public holiday, everybody on a weekend that is worked instead.

    >>> weekdays, days = "1-5 08:30-17:00", calendar.load()
    >>> on_duty(weekdays, datetime(2026, 11, 24, 8, 30), days), on_duty("", datetime(2026, 11, 24, 12, 0), days)
    (True, False)
    """
    if not hours:
        return False
    of_the_week, _, times = hours.partition(" ")
    first, last = (int(day) for day in of_the_week.split("-"))
    opens, closes = (time.fromisoformat(moment) for moment in times.split("-"))
    if at.date() in days.off or not opens <= at.time() < closes:
        return False
    return first <= at.isoweekday() <= last or at.date() in days.worked
