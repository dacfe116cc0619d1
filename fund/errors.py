"""Errors, sorted by what the caller should do next.

``Refused``         the other side said no: tell the person why, do not repeat.
``Unavailable``     the request never took effect: safe to try again.
``OutcomeUnknown``  it may have taken effect: ask before trying again.

No message in this module may hold a personal value; ids and masked forms only.
"""


class FundError(Exception):
    """Base of every error that this service raises on purpose.

    ``message`` is for staff and logs; ``code`` chooses the words the public reads (``web/problems.py``).
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message or code)
        self.message = message or code
        self.code = code


class Refused(FundError):
    """The other side understood and said no."""


class Unavailable(FundError):
    """The other side was not reached or had not begun; safe to retry."""


class OutcomeUnknown(FundError):
    """The request may have been carried out; query before repeating."""


class NotFound(FundError):
    """No such thing, or not this person's: the two look alike on purpose."""


class InvalidValue(FundError, ValueError):
    """A value that cannot exist; ``message`` is plain Chinese, ready to stand beside the field."""


class WrongState(FundError):
    """The application is not in a state that allows this move."""


class NotAllowed(FundError):
    """This actor may not make this move."""


class Stale(FundError):
    """Somebody changed the record since it was read; read again."""
