"""Which handler answers which message, registered so that ``replies.py`` reads as the domain."""

import logging
import re
import unicodedata
from collections.abc import Callable

from adapters.wechat.messages import NO_REPLY, Incoming, Reply
from fund.errors import FundError
from wechat_bot.services import BotServices

Handler = Callable[[Incoming, BotServices], Reply]

_MAX_SENTENCE = 40
_PUNCTUATION = re.compile(r"[\s\W_]+")

_log = logging.getLogger(__name__)


class Router:
    """A table of handlers. Registering the same word, key or event twice is an error at import."""

    def __init__(self) -> None:
        self._clicks: dict[str, Handler] = {}
        self._events: dict[str, Handler] = {}
        self._words: dict[str, Handler] = {}
        self._kinds: dict[str, Handler] = {}
        self._found: list[tuple[Callable[[str], str], Handler]] = []
        self._asking: set[Handler] = set()
        self._guard: Callable[[Incoming, BotServices], Reply | None] | None = None
        self._when_busy: Handler | None = None

    def on_click(self, *keys: str) -> Callable[[Handler], Handler]:
        """Answers a tap on the menu buttons with these keys."""
        return _entering(self._clicks, keys)

    def on_event(self, *events: str) -> Callable[[Handler], Handler]:
        """Answers these events (lower case)."""
        return _entering(self._events, events)

    def on_text(self, *words: str) -> Callable[[Handler], Handler]:
        """Answers a message that is one of these words, or a short sentence around one."""
        return _entering(self._words, tuple(_plain(word) for word in words))

    def on_found(self, find: Callable[[str], str]) -> Callable[[Handler], Handler]:
        """Answers a text in which ``find`` finds something (gives more than ''), whatever words stand around it."""

        def enter(handler: Handler) -> Handler:
            self._found.append((find, handler))
            return handler

        return enter

    def on_kind(self, *kinds: str) -> Callable[[Handler], Handler]:
        """Answers messages of these kinds; for ``text`` the ones no word fits."""
        return _entering(self._kinds, kinds)

    def before_text(self, guard: Callable[[Incoming, BotServices], Reply | None]) -> None:
        """``guard`` sees every text first; what it answers, if anything, is the answer."""
        self._guard = guard

    def asks(self, handler: Handler) -> Handler:
        """Marks a handler that asks something outside of this process, and so may take its time. It has to bear
        being run twice for one message: once it took too long, it is run again by a job."""
        self._asking.add(handler)
        return handler

    def when_busy(self, handler: Handler) -> Handler:
        """Answers a follower whose handler met a failure of ours or of a neighbour."""
        self._when_busy = handler
        return handler

    @property
    def click_keys(self) -> frozenset[str]:
        """The menu keys that have a handler."""
        return frozenset(self._clicks)

    @property
    def handlers(self) -> frozenset[Handler]:
        """Everything that was registered."""
        tables = (self._clicks, self._events, self._words, self._kinds)
        found = (handler for _, handler in self._found)
        return frozenset((*found, *(handler for table in tables for handler in table.values())))

    def find(self, message: Incoming, services: BotServices) -> Handler | None:
        """Who answers a message; None for one nobody here knows."""
        handler = self._handler_of(message, services)
        if handler is None:
            _log.info("no handler for kind=%s event=%s", _loggable(message.kind), _loggable(message.event))
        return handler

    def may_take_long(self, handler: Handler) -> bool:
        """Whether the handler asks something outside of this process."""
        return handler in self._asking

    def answer(
        self, message: Incoming, services: BotServices, beside: Callable[[Handler], Reply] | None = None
    ) -> Reply:
        """The reply to a message. An unknown one gets no reply, which the platform takes as ``success``.

        ``beside`` runs the handlers that may take long. A FundError from an event handler is passed on, so that the
        platform delivers the event again; a follower who wrote or tapped is told to try later instead.
        """
        handler = self.find(message, services)
        if handler is None:
            return NO_REPLY
        try:
            if beside is not None and self.may_take_long(handler):
                return beside(handler)
            return handler(message, services)
        except FundError as failure:
            if self._when_busy is None or (message.kind == "event" and message.event != "click"):
                raise
            _log.warning("a reply failed: %s %s", type(failure).__name__, failure.code)
            return self._when_busy(message, services)

    def _handler_of(self, message: Incoming, services: BotServices) -> Handler | None:
        if message.kind == "event":
            if message.event == "click":
                return self._clicks.get(message.key)
            return self._events.get(message.event)
        if message.kind == "text":
            guarded = self._guard(message, services) if self._guard else None
            if guarded is not None:
                return lambda _message, _services: guarded
            found = next((handler for find, handler in self._found if find(message.text)), None)
            return found or self._by_words(message.text) or self._kinds.get("text")
        return self._kinds.get(message.kind)

    def _by_words(self, text: str) -> Handler | None:
        """The handler of the word itself, else of the first registered word inside a short sentence.

        First registered: "取消租房提取" is about cancelling, so narrow wishes are registered before topics.
        """
        plain = _plain(text)
        if plain in self._words:
            return self._words[plain]
        if len(plain) > _MAX_SENTENCE:
            return None
        return next((handler for word, handler in self._words.items() if word in plain), None)


def _entering(table: dict[str, Handler], names: tuple[str, ...]) -> Callable[[Handler], Handler]:
    def enter(handler: Handler) -> Handler:
        for name in names:
            if name in table:
                raise ValueError(f"{name} already has a handler")
            table[name] = handler
        return handler

    return enter


def _plain(text: str) -> str:
    """Full-width and half-width, case, blanks and punctuation do not tell words apart."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def _loggable(name: str) -> str:
    """A wire name as it may stand in a log: the sender chose it."""
    return name if re.fullmatch(r"[a-z0-9_]{0,40}", name) else "(odd)"
