"""What came back from a neighbour, before anybody believes it."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import requests

_CHUNK = 16 * 1024
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}|[0-9]{1,6}")


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """An answer as it arrived; ``body`` is None when it was larger than allowed or not worth reading.

    ``date`` is the other side's clock, as its header tells it, or ''.
    """

    status: int
    content_type: str
    body: bytes | None
    date: str = ""

    def json_object(self, *, any_content_type: bool = False) -> dict[str, Any] | None:
        """The JSON object in the body, or None when it is anything else."""
        kind = self.content_type.partition(";")[0].strip().lower()
        if not (any_content_type or kind in ("application/json", "text/json") or kind.endswith("+json")):
            return None
        try:
            found = json.loads(self.body or b"", parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def refusal_code(self, field: str, *, any_content_type: bool = False) -> str:
        """Why the neighbour said no, in lower case; empty when it does not say.

        A code is a short word or number; anything longer could be a sentence about a person and is not taken.
        """
        code = (self.json_object(any_content_type=any_content_type) or {}).get(field)
        if not isinstance(code, str | int) or isinstance(code, bool):
            return ""
        return str(code).lower() if _CODE.fullmatch(str(code)) else ""


def read(response: requests.Response, max_bytes: int) -> Answer:
    """Take in an answer, but never more than ``max_bytes`` of it. Raises what ``requests`` raises."""
    status, content_type = response.status_code, response.headers.get("Content-Type", "")
    date = response.headers.get("Date", "")
    if not (200 <= status < 300 or 400 <= status < 500):
        return Answer(status, content_type, None, date)
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            return Answer(status, content_type, None, date)
    return Answer(status, content_type, bytes(body), date)


def _no_constant(name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
