"""Security headers of every answer, and the nonce scripts are let in by."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=(), camera=(self)",
    "Cache-Control": "no-store",
}


def of_every_answer(*, secure: bool) -> dict[str, str]:
    """What an answer carries unless its view says otherwise; a page has its Content-Security-Policy besides."""
    strict = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {}
    return _ALWAYS | strict


def csp_nonce() -> str:
    """One per answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def csp_frames() -> str:
    """Called by a page that holds one of the frames ``register`` was told of; prints nothing."""
    g.csp_frames = True
    return ""


def register(
    app: Flask,
    *,
    secure: bool,
    form_targets: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
) -> None:
    """``form_targets``: origins a form may end up at by redirect (the identity service, WeChat); ``scripts``:
    addresses of scripts let in besides those with our own nonce (WeChat's JS-SDK), each only in full; ``frames``:
    what may be framed, as CSP writes it, on the pages that ask for it (WeChat's open tags)."""
    origins = " ".join(sorted({_origin(url) for url in form_targets}))
    sources = " ".join(sorted(set(scripts)))
    framed = f"frame-src {' '.join(frames)}; " if frames else ""
    always = [(name.lower(), (name, value)) for name, value in of_every_answer(secure=secure).items()]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.jinja_env.globals["csp_frames"] = csp_frames

    @app.after_request
    def add(response: Response) -> Response:
        there = {name.lower() for name, _ in response.headers}
        response.headers.extend([pair for name, pair in always if name not in there])
        if response.mimetype == "text/html":
            script = f"'nonce-{g.csp_nonce}' {sources}".strip() if "csp_nonce" in g else "'none'"
            response.headers.setdefault(
                "Content-Security-Policy",
                "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
                f"script-src {script}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
                f"font-src 'self'; manifest-src 'self'; worker-src 'self'; {framed if 'csp_frames' in g else ''}"
                f"form-action 'self' {origins}".strip(),
            )
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
