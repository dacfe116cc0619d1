"""/wechat/jssdk/config: the signed JS-SDK configuration of one of our own pages, asked for by that page's script.

A page that gets none works as any web page does, so nothing here is worth waiting for.
"""

import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from fund.errors import FundError
from web.guards import public
from web.limits import limited

LONGEST_URL = 2048

# What a browser's location.href is made of: no blank, no control character, no backslash, nothing beyond ASCII.
_ADDRESS = re.compile(rf"[\x21-\x5b\x5d-\x7e]{{1,{LONGEST_URL}}}")
_DEFAULT_PORTS = {"http": 80, "https": 443}

_log = logging.getLogger(__name__)


def blueprint(sign: Callable[[str], Mapping[str, str | int]], public_url: str) -> Blueprint:
    """``sign`` turns the address of a page into its configuration, or raises FundError."""
    views = Blueprint("wechat_jssdk", __name__)
    start = own_start(public_url)

    @views.get("/wechat/jssdk/config")
    @public
    @limited("wechat-jssdk", most=600, seconds=60)
    def config() -> tuple[Response, int]:
        page = own_page(request.args.get("url", ""), start)
        if page is None:
            return jsonify(error="not_our_page"), 400
        try:
            return jsonify(sign(page)), 200
        except FundError as failure:
            _log.warning("no configuration for the JS-SDK: %s %s", type(failure).__name__, failure.code)
            return jsonify(error="unavailable"), 503

    return views


def own_start(public_url: str) -> str:
    """How the address of every page of ours begins in a browser: ``https://host/``, the default port left out."""
    parts = urlsplit(public_url.lower())
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}/"


def own_page(url: str, start: str) -> str | None:
    """``url`` as it is to be signed, its fragment dropped, or None when it is no page of ours.

    It is compared as text from its first character, so no user part, other port or look-alike host gets through.
    """
    page = url.partition("#")[0]
    return page if page.startswith(start) and _ADDRESS.fullmatch(page) else None
