"""Any identity service with OAuth 2.0: authorisation code (RFC 6749 §4.1) and PKCE S256 (RFC 7636)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from adapters.http.client import Neighbour
from adapters.identity.ciphers import decryption
from adapters.identity.claims import Claims, identity, plain
from fund.errors import OutcomeUnknown, Refused, Unavailable
from fund.people import Identity

PROVIDER = "oauth2"
SIGN_IN_SECONDS = 600
FIELDS = ("sub", "name", "id_number", "mobile", "level", "kind")
NATURAL_PERSONS = frozenset({"", "1", "person", "natural"})  # a service without kinds has persons only
_CODE = re.compile(r"[\x20-\x7e]{1,1024}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_CANCELLED = ("access_denied", "cancel", "login_required", "interaction_required")


class Pending(Protocol):
    """Where a sign-in that has begun is remembered until its end."""

    def put(self, key: str, value: Mapping[str, Any], seconds: int) -> None:
        """Keep for ``seconds``. Raises Unavailable."""
        ...

    def take(self, key: str) -> Mapping[str, Any] | None:
        """Give and delete; None when absent, expired or taken. Raises Unavailable."""
        ...


class OAuth2Code:
    """Plays ``fund.ports.IdentityProvider``.

    ``token`` and ``userinfo`` are the two endpoints of the back channel (their base URL is the whole
    address, their ``code_field`` is ``error``); all must be https unless ``allow_http``. ``field_map`` says
    under which name, or dotted path, the service gives our ``sub, name, id_number, mobile, level, kind``.
    ``min_level`` is the least level that counts as real-name verified. Raises ValueError when these do not
    fit together.
    """

    def __init__(
        self,
        authorize_url: str,
        token: Neighbour,
        userinfo: Neighbour,
        client_id: str,
        client_secret: str,
        pending: Pending,
        *,
        field_map: Mapping[str, str],
        min_level: int = 1,
        scope: str = "",
        decrypt: str = "none",
        key: bytes = b"",
        allow_http: bool = False,
    ) -> None:
        schemes = {urlsplit(authorize_url).scheme, token.scheme, userinfo.scheme}
        if not allow_http and schemes != {"https"}:
            raise ValueError("the identity service must be reached over https")
        if missing := [name for name in FIELDS if not field_map.get(name)]:
            raise ValueError(f"the field map lacks {', '.join(missing)}")
        self._authorize_url = authorize_url
        self._token = token
        self._userinfo = userinfo
        self._client_id = client_id
        self._client_secret = client_secret
        self._pending = pending
        self._field_map = dict(field_map)
        self._min_level = min_level
        self._scope = scope
        self._decrypt = decryption(decrypt, key)

    def begin(self, state: str, return_url: str) -> str:
        """The address of the sign-in page.

        ``state`` leaves ``return_url`` and travels as the protocol's own parameter, because services compare
        the redirect address with the registered one to the letter.
        """
        verifier = secrets.token_urlsafe(48)
        redirect_uri = _without_state(return_url)
        self._pending.put(_key(state), {"verifier": verifier, "redirect_uri": redirect_uri}, SIGN_IN_SECONDS)
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        if self._scope:
            query["scope"] = self._scope
        joint = "&" if urlsplit(self._authorize_url).query else "?"
        return f"{self._authorize_url}{joint}{urlencode(query)}"

    def end(self, return_url: str) -> str | None:
        """RFC 6749 knows no sign-out."""
        return None

    def complete(self, state: str, query: Mapping[str, str]) -> Identity:
        """Who came back with ``query``, for the ``state`` that ``begin`` was given.

        Raises Refused (``cancelled``, ``expired``, ``not_verified``, ``enterprise``, ``incomplete``,
        ``undecodable``) or Unavailable. Signing in anew is right after each of them.
        """
        kept = self._pending.take(_key(state))
        if kept is None or not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            raise Refused(f"{PROVIDER}: no sign-in under way", code="expired")
        error, code = query.get("error", ""), query.get("code", "")
        if error in _CANCELLED or not (error or code):
            raise Refused(f"{PROVIDER}: came back without a code", code="cancelled")
        if error:
            raise _unavailable("the service came back with an error")
        if not _CODE.fullmatch(code):
            raise Refused(f"{PROVIDER}: not a code", code="expired")
        user = self._user(self._access_token(code, kept["verifier"], kept["redirect_uri"]))
        return identity(self._claims(user), self._decrypt, PROVIDER)

    def _access_token(self, code: str, verifier: str, redirect_uri: str) -> str:
        """Exchange the code, once only: it is spent by the first try, whether the answer arrives or not."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code_verifier": verifier,
        }
        answer: dict[str, Any] = {}
        refusal = ""
        try:
            answer = self._token.post("", form=form)
        except (Refused, OutcomeUnknown) as error:
            refusal = error.code
        if refusal == "invalid_grant":
            raise Refused(f"{PROVIDER}: the code is no longer good", code="expired")
        if refusal:
            raise _unavailable(f"no token: {refusal}")
        token, kind = answer.get("access_token"), plain(answer.get("token_type")).lower()
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or kind != "bearer":
            raise _unavailable("missing or invalid: access_token, token_type")
        return token

    def _user(self, token: str) -> dict[str, Any]:
        refusal = ""
        user: dict[str, Any] = {}
        try:
            user = self._userinfo.get("", headers={"Authorization": f"Bearer {token}"})
        except Refused as refused:
            refusal = refused.code
        if refusal or not plain(_at(user, self._field_map["sub"])):
            # Some services wrap an error in a good answer; whoever has no subject is nobody.
            raise _unavailable(f"no user information: {refusal or 'no subject'}")
        return user

    def _claims(self, user: Mapping[str, Any]) -> Claims:
        found = {name: _at(user, self._field_map[name]) for name in FIELDS}
        kind = plain(found["kind"])
        return Claims(
            name=found["name"],
            id_number=found["id_number"],
            mobile=found["mobile"],
            natural_person=kind.lower() in NATURAL_PERSONS,
            verified=_level(found["level"]) >= self._min_level,
        )


def _key(state: str) -> str:
    """States are secrets while they live; what is kept is only their hash."""
    return f"{PROVIDER}:{hashlib.sha256(state.encode()).hexdigest()}"


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")


def _without_state(url: str) -> str:
    parts = urlsplit(url)
    rest = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "state"]
    return urlunsplit(parts._replace(query=urlencode(rest)))


def _at(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _level(value: Any) -> int:
    """``2``, ``"2"`` and ``"L2"`` are level 2; what cannot be read is below every level."""
    match = re.fullmatch(r"[Ll]?([0-9]{1,2})", plain(value))
    return int(match[1]) if match else -1


def _unavailable(why: str) -> Unavailable:
    return Unavailable(f"{PROVIDER}: {why}", code="identity_unreachable")
