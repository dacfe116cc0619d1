"""A citizen's browser at the sandbox's identity service: signs in, or does not, and is sent back."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests

from fund.errors import Refused
from fund.ports import IdentityProvider


class Visitor:
    """Keeps cookies; stops where it is sent away from the identity service."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        self._session.close()

    def open(self, url: str) -> requests.Response:
        """The page at last, or the redirect that leads away."""
        return self._follow(self._session.get(url, timeout=5, allow_redirects=False))

    def sign_in(self, page: requests.Response, login: str, password: str = "Demo-2026") -> dict[str, str]:
        """Fill in the sign-in page. Gives the query that the application is returned to with."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
        form = hidden | {"login": login, "password": password}
        sent = self._session.post(page.url, data=form, timeout=5, allow_redirects=False)
        return returned_with(self._follow(sent))

    def cancel(self, page: requests.Response) -> dict[str, str]:
        """Follow the page's way back without signing in."""
        addresses = [unescape(href) for href in re.findall(r'href="([^"]+)"', page.text)]
        away = [href for href in addresses if href.startswith("http") and not href.startswith(self._service)]
        assert away, "the page offers no way back"
        return dict(parse_qsl(urlsplit(away[0]).query))

    def _follow(self, response: requests.Response) -> requests.Response:
        while response.is_redirect:
            target = urljoin(response.url, response.headers["Location"])
            if not target.startswith(self._service):
                return response
            response = self._session.get(target, timeout=5, allow_redirects=False)
        return response


def returned_with(response: requests.Response) -> dict[str, str]:
    """The query of the address that the browser was sent to, each name's first value as Flask gives it."""
    assert response.is_redirect, f"{response.status_code}: not sent back"
    query: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(response.headers["Location"]).query):
        query.setdefault(name, value)
    return query


def refusal(provider: IdentityProvider, query: Mapping[str, str], state: str = "state-1") -> str:
    """The code with which coming back is refused; nothing of what was asked may hang on the error."""
    with pytest.raises(Refused) as caught:
        provider.complete(state, query)
    assert caught.value.__context__ is None
    return caught.value.code
