"""The same people through OAuth 2.0 (RFC 6749 §4.1, PKCE of RFC 7636), for the generic identity driver."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from . import people
from .context import Ids, link
from .service import level_of, uuid_of
from .visits import CODES, OAuthVisit

TOKENS, SPENT = "tokens", "spent_codes"
TOKEN_SECONDS = 60 * 60
SPENT_SECONDS = 10 * 60


@dataclass(frozen=True)
class OAuth2:
    """Authorisation code only, with PKCE S256 always; a code that comes twice ends the token it gave."""

    ids: Ids

    def authorize(self) -> AnyResponse:
        """On to the sign-in page, or straight back when a global session exists. Raises WrongVisit."""
        visit = OAuthVisit.read(request.args, self.ids.account)
        fault = visit.fault()
        if fault:
            return redirect(visit.refused(fault))
        person = self.ids.signed_in()
        if person is not None:
            return redirect(visit.granted(self.ids.store, person["login"]))
        return redirect(link("login"))

    def token(self) -> tuple[Response, int]:
        """Exchange a code for a token."""
        if not self._is_client():
            answer = jsonify(error="invalid_client")
            answer.headers["WWW-Authenticate"] = 'Basic realm="ids"'
            return answer, 401
        if request.form.get("grant_type") != "authorization_code":
            return jsonify(error="unsupported_grant_type"), 400
        code = request.form.get("code", "")
        grant = self.ids.store.take(CODES, code)
        if grant is None:
            self._revoke(code)
            return jsonify(error="invalid_grant"), 400
        verifier = request.form.get("code_verifier", "")
        same_place = grant["redirect_uri"] == request.form.get("redirect_uri")
        if not (same_place and hmac.compare_digest(challenge_of(verifier), grant["challenge"].encode())):
            return jsonify(error="invalid_grant"), 400
        token = self.ids.store.put(TOKENS, {"login": grant["login"]}, TOKEN_SECONDS)
        self.ids.store.put(SPENT, {"token": token}, SPENT_SECONDS, key=code)
        return jsonify(access_token=token, token_type="Bearer", expires_in=TOKEN_SECONDS), 200

    def userinfo(self) -> tuple[Response, int]:
        """Who the token stands for."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        kept = self.ids.store.get(TOKENS, token) if kind.lower() == "bearer" else None
        person = people.by_login(self.ids.world, kept["login"]) if kept else None
        if person is None:
            answer = jsonify(error="invalid_token")
            answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return answer, 401
        return jsonify(
            sub=uuid_of(person),
            name=person.get("name") or "",
            id_number=person.get("id_number") or "",
            mobile=person.get("mobile") or "",
            level=level_of(person),
            kind="enterprise" if people.is_enterprise(person) else "person",
        ), 200

    def _is_client(self) -> bool:
        """Client authentication by HTTP Basic or in the body (RFC 6749 §2.3.1)."""
        basic = request.authorization
        if basic is not None and basic.type == "basic":
            given = (basic.username or "", basic.password or "")
        else:
            given = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
        account = self.ids.account
        right_id = hmac.compare_digest(given[0].encode(), account.client_id.encode())
        return hmac.compare_digest(given[1].encode(), account.client_secret.encode()) and right_id

    def _revoke(self, code: str) -> None:
        spent = self.ids.store.take(SPENT, code)
        if spent is not None:
            self.ids.store.take(TOKENS, spent["token"])


def challenge_of(verifier: str) -> bytes:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("utf-8")).digest()).rstrip(b"=")


def add_to(blueprint: Blueprint, ids: Ids) -> None:
    """Mount the three endpoints."""
    driver = OAuth2(ids)
    blueprint.add_url_rule("/oauth2/authorize", "authorize", driver.authorize)
    blueprint.add_url_rule("/oauth2/token", "token", driver.token, methods=["POST"])
    blueprint.add_url_rule("/oauth2/userinfo", "userinfo", driver.userinfo)
