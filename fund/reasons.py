"""Why something cannot be done, in words for the person, each naming the paper it rests on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against an application.

    ``code`` is stable (tests, staff, statistics); ``text`` says what is wrong and what to do next;
    ``paper`` names the clause; ``step`` and ``field`` say which answer would mend it, if any.
    """

    code: str
    text: str
    paper: str = ""
    step: str = ""
    field: str = ""
