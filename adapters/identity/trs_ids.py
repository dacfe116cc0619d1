"""辽宁政务服务网 as two public sources show it: TRS Identity Server (facts §5.1).

The browser is sent to ``LoginServlet`` and comes back with a session id in its address; that id is then
exchanged for the person over the back channel. The protocol has no nonce and puts the id into a URL, so here
the id only counts together with the ``coSessionId`` made from our own one-time ``state``.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from adapters.http.client import Neighbour
from adapters.identity.ciphers import decryption
from adapters.identity.claims import Claims, identity, plain
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.people import Identity

PROVIDER = "trs_ids"
SESSION_KEYS = ("com.trs.idm.gSessionId", "trsidsssosessionid")
_SESSION = re.compile(r"[\x21-\x7e]{1,512}")
_OK, _NO_SESSION = "200", "404"
_ENTERPRISE = "2"  # SCORE
_VERIFIED = ("1", "2")  # IDSEXT_relNameAuth


class TrsIds:
    """Plays ``fund.ports.IdentityProvider``.

    ``url`` is the service's base (``…/ids``), used by the browser; ``http`` is the back channel and must go
    to the same host, over https unless ``allow_http``. ``key`` encrypts the fields (``decrypt`` = ``3des``
    or ``none``) and binds our sessions. Raises ValueError when these do not fit together.
    """

    def __init__(
        self,
        url: str,
        app_name: str,
        key: bytes,
        http: Neighbour,
        *,
        decrypt: str = "3des",
        allow_http: bool = False,
    ) -> None:
        parts = urlsplit(url)
        if not allow_http and (parts.scheme, http.scheme) != ("https", "https"):
            raise ValueError("the identity service must be reached over https")
        if parts.hostname != http.host:
            raise ValueError("the identity service's back channel must go to its own host")
        self._url = url.rstrip("/")
        self._app_name = app_name
        self._key = key
        self._http = http
        self._decrypt = decryption(decrypt, key)

    def begin(self, state: str, return_url: str) -> str:
        """The address of the sign-in page; somebody already signed in there comes straight back."""
        query = {
            "coAppName": _base64(self._app_name),
            "coSessionId": _base64(self._co_session(state)),
            "surl": _base64(return_url),
        }
        return f"{self._url}/LoginServlet?{urlencode(query)}"

    def end(self, return_url: str) -> str | None:
        """The address that signs out over there and comes back."""
        query = {"coAppName": _base64(self._app_name), "surl": _base64(return_url)}
        return f"{self._url}/LogoutServlet?{urlencode(query)}"

    def complete(self, state: str, query: Mapping[str, str]) -> Identity:
        """Who came back with ``query``, for the ``state`` that ``begin`` was given.

        Raises Refused (``cancelled``, ``expired``, ``not_verified``, ``enterprise``, ``incomplete``,
        ``undecodable``) or Unavailable. Signing in anew is right after each of them.
        """
        session = next((query[name].strip() for name in SESSION_KEYS if query.get(name, "").strip()), "")
        if not session:
            raise Refused(f"{PROVIDER}: came back without a session", code="cancelled")
        if not _SESSION.fullmatch(session):
            raise Refused(f"{PROVIDER}: not a session id", code="expired")
        return identity(_claims(self._user(state, session)), self._decrypt, PROVIDER)

    def _user(self, state: str, session: str) -> dict[str, Any]:
        answer = self._ask(state, session)
        code = plain(answer.get("code"))
        if code == _NO_SESSION:
            raise Refused(f"{PROVIDER}: no such session", code="expired")
        if code != _OK:
            raise _unavailable(f"answered code {code if code.isdigit() else '?'}")
        data = _object(answer.get("data"))
        if data is None:
            raise Refused(f"{PROVIDER}: the data cannot be read", code="undecodable")
        user = _object(data.get("user"))
        if user is None:
            raise Refused(f"{PROVIDER}: no user among the data", code="incomplete")
        return user

    def _ask(self, state: str, session: str) -> dict[str, Any]:
        """Ask once only: the session id is spent by the first question, whether its answer arrives or not."""
        query = {
            "idsServiceType": "httpssoservice",
            "serviceName": "findUserBySSOID",
            "coAppName": self._app_name,
            "ssoSessionId": session,
            "coSessionId": self._co_session(state),
            "type": "json",
        }
        try:
            return self._http.get("/service", query, replayable=False)
        except Refused as refused:
            # Some installations repeat the answer's code as the HTTP status.
            return {"code": refused.code}
        except OutcomeUnknown as lost:
            # Looking somebody up changes nothing for them: what remains is to sign in again.
            why = lost.message
        raise Unavailable(why, code="identity_unreachable")

    def _co_session(self, state: str) -> str:
        return hmac.new(self._key, b"coSessionId:" + state.encode(), hashlib.sha256).hexdigest()[:32]


def _claims(user: Mapping[str, Any]) -> Claims:
    return Claims(
        name=user.get("trueName"),
        id_number=user.get("creditID"),
        mobile=user.get("mobile"),
        natural_person=plain(user.get("SCORE")) != _ENTERPRISE,
        verified=plain(user.get("IDSEXT_relNameAuth")) in _VERIFIED,
    )


def _object(value: Any) -> dict[str, Any] | None:
    """An object that may be wrapped once more as a JSON string, as ``data`` always is."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _unavailable(why: str) -> Unavailable:
    return Unavailable(f"{PROVIDER}: {why}", code="identity_unreachable")
