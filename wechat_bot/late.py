"""Pushes answered late: how they are kept, and the use case behind the job ``answer_late``."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from adapters.wechat.messages import NO_REPLY, Incoming, Reply, TextReply, TransferReply
from fund.errors import OutcomeUnknown, Unavailable
from fund.notice import Channel, Notice, Told
from wechat_bot.ladder import RUNGS, Ladder
from wechat_bot.router import Router
from wechat_bot.services import BotServices

STALE = timedelta(hours=24)
"""After this nobody waits for the answer any more."""

DEDUPED = timedelta(minutes=9)
"""How long the platform recognises a repetition (it promises ten minutes)."""

_TAG = re.compile(r"<[^<>]*>")
_log = logging.getLogger(__name__)


class Kept(Protocol):
    """A push that still wants its answer; ``message`` is its text form."""

    @property
    def id(self) -> UUID: ...
    @property
    def reference(self) -> str: ...
    @property
    def openid(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def unknown_since(self) -> datetime | None: ...


class Pushes(Protocol):
    """Where kept pushes lie. Every method raises Unavailable."""

    def keep(self, openid: str, message: str, at: datetime) -> None: ...
    def due(self, push_id: UUID) -> Kept | None: ...
    def trying(self, push_id: UUID, at: datetime) -> None: ...
    def failed(self, push_id: UUID, reason: str, unknown_since: datetime | None) -> None: ...
    def settle(
        self, push_id: UUID, told: Told | None, reason: str = "", *, person_id: UUID | None, words: str
    ) -> None: ...


class KeptForLater:
    """Plays ``answering.Late``."""

    def __init__(self, pushes: Pushes, clock: Callable[[], datetime]) -> None:
        self._pushes = pushes
        self._clock = clock

    def keep(self, message: Incoming) -> None:
        """Keep a push together with its job. Raises Unavailable, OutcomeUnknown."""
        fields = {name: value for name, value in asdict(message).items() if name != "kept_since"}
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
        self._pushes.keep(message.sender, text, self._clock())


class LateAnswers:
    """The use case: run the handler again, and send what it says."""

    def __init__(
        self,
        pushes: Pushes,
        router: Router,
        services: BotServices,
        ladder: Ladder,
        person_of: Callable[[str], UUID | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._pushes = pushes
        self._router = router
        self._services = services
        self._ladder = ladder
        self._person_of = person_of
        self._clock = clock

    def __call__(self, push_id: UUID) -> None:
        """Answer the push unless that was done. Raises Unavailable or OutcomeUnknown to be tried again later."""
        kept = self._pushes.due(push_id)
        if kept is None:
            return
        begun = self._clock()
        unsure = kept.unknown_since
        if begun - kept.at > STALE or (unsure is not None and begun - unsure > DEDUPED):
            return self._give_up(kept, "too_late" if unsure is None else "outcome_unknown")
        person = self._person_of(kept.openid)
        reply = self._answer(replace(_incoming(kept.message), kept_since=kept.at))
        if self._person_of(kept.openid) != person:
            # Another person was bound meanwhile: nobody can say whose answer this is.
            raise Unavailable("the binding changed while the answer was made", code="binding_changed")
        if isinstance(reply, TransferReply) or reply == NO_REPLY:
            return self._pushes.settle(push_id, None, "nothing_to_say", person_id=None, words="")
        self._pushes.trying(push_id, begun)
        # Only who can sign in as somebody finds anything behind the lower rungs.
        rungs = RUNGS if person else (Channel.CUSTOM,)
        try:
            told = self._ladder(kept.openid, _notice(kept), repeated=unsure is not None, reply=reply, rungs=rungs)
        except Unavailable as down:
            self._pushes.failed(push_id, down.code or "unavailable", unsure)
            raise
        except OutcomeUnknown as unknown:
            self._pushes.failed(push_id, unknown.code or "outcome_unknown", unsure or begun)
            raise
        if person is None and told.channel is Channel.INBOX:
            return self._pushes.settle(push_id, None, told.passed_over, person_id=None, words="")
        words = "" if told.channel is Channel.CUSTOM else _plain(reply)
        self._pushes.settle(push_id, told, person_id=person, words=words)

    def _answer(self, message: Incoming) -> Reply:
        """Whatever fails here is tried again by the queue: nobody is told to try again themselves."""
        handler = self._router.find(message, self._services)
        return handler(message, self._services) if handler else NO_REPLY

    def _give_up(self, kept: Kept, reason: str) -> None:
        _log.warning("late push %s given up: %s", kept.id, reason)
        self._pushes.settle(kept.id, None, reason, person_id=None, words="")


def _notice(kept: Kept) -> Notice:
    """What the rungs below the customer message say: that there is an answer, and where."""
    return Notice(
        application_id=None,
        kind="answer",
        client_msg_id=kept.id.hex,
        title="公众号咨询",
        state_words="已答复",
        reference=kept.reference,
        at=kept.at,
        remark="点击查看对您咨询的答复",
        path="/h5/inbox",
    )


def _plain(reply: Reply) -> str:
    """A text without its links: in 我的消息 one has come to where they lead."""
    return _TAG.sub("", reply.text) if isinstance(reply, TextReply) else ""


def _incoming(text: str) -> Incoming:
    fields = json.loads(text)
    return Incoming(**{**fields, "items": tuple(fields["items"])})
