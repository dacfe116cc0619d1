"""Telling a follower what was decided: once, soon, and without pestering a platform that is down.

The platform drops a repetition of ``client_msg_id`` for ten minutes. So an attempt that may have arrived is
repeated within that time and never after it: one notice too few is the lesser evil, since the same words
stand in 我的消息.
"""

import logging
from datetime import timedelta
from uuid import UUID

from fund.errors import OutcomeUnknown, Unavailable
from fund.notice import Messenger, Notices
from fund.ports import Bindings, Clock

log = logging.getLogger(__name__)

DEDUPED = timedelta(minutes=9)
"""How long a repetition is safe; the platform promises ten minutes."""

MOST_ATTEMPTS = 82
"""With the waits of ``worker.backoff`` three days: longer than the platform's daily quota can be used up, and than
a weekend on which nobody mends the account."""


class NoticeSender:
    """The use case behind the job ``send_notice``."""

    def __init__(self, notices: Notices, bindings: Bindings, send: Messenger, clock: Clock) -> None:
        self._notices = notices
        self._bindings = bindings
        self._send = send
        self._clock = clock

    def __call__(self, notice_id: UUID) -> None:
        """Send the notice unless that was done or makes no sense any more.

        Raises Unavailable or OutcomeUnknown when it is to be tried again later.
        """
        due = self._notices.due(notice_id)
        if due is None:
            return
        if due.attempts >= MOST_ATTEMPTS:
            return self._give_up(notice_id, "too_many_attempts")
        begun = self._clock()
        if due.unknown_since is not None and begun - due.unknown_since > DEDUPED:
            return self._give_up(notice_id, "outcome_unknown")
        openid = self._bindings.openid_of(due.person_id)
        if openid is None:
            return self._give_up(notice_id, "no_follower")
        self._notices.trying(notice_id, begun)
        try:
            told = self._send(openid, due.notice, repeated=due.unknown_since is not None)
        except Unavailable as down:
            self._notices.failed(notice_id, down.code or "unavailable", due.unknown_since)
            raise
        except OutcomeUnknown as unknown:
            self._notices.failed(notice_id, unknown.code or "outcome_unknown", due.unknown_since or begun)
            raise
        self._notices.sent(notice_id, self._clock(), told)

    def _give_up(self, notice_id: UUID, reason: str) -> None:
        # Whoever uses the hall or the app alone follows no account: nothing is wrong.
        log.log(
            logging.INFO if reason == "no_follower" else logging.WARNING, "notice %s given up: %s", notice_id, reason
        )
        self._notices.give_up(notice_id, reason)
