"""Where templates and built assets lie, and how a Flask app is dressed for the public."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from whitenoise import WhiteNoise

from adapters.http import request_id
from web import assets, errors, guards, headers, requests
from web.metrics import Metrics

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"


class _App(Flask):
    """None of our views and hooks is a coroutine, so nothing has to be looked through for one at each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is."""
        return func


def dressed(
    name: str,
    metrics: Metrics,
    *,
    secure: bool,
    form_targets: tuple[str, ...],
    proxies: int,
    scripts: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
    door: guards.Door | None = None,
) -> Flask:
    """A Flask app with guards, headers, error pages, measures, strict templates and built assets."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    app = _App(name, root_path=str(ROOT), template_folder="templates", static_folder=None)
    # Tidying double slashes would redirect to whatever host the request names.
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    requests.register(app, request_id.begin, request_id.end)
    metrics.register(app)
    guards.register(app, door)
    headers.register(app, secure=secure, form_targets=form_targets, scripts=scripts, frames=frames)
    errors.register(app)
    assets.register(app, STATIC)
    static = WhiteNoise(app.wsgi_app, max_age=3600, immutable_file_test=_is_hashed)
    static.add_files(str(STATIC / "dist"), prefix="static/dist/")
    static.add_files(str(STATIC / "img"), prefix="static/img/")
    app.wsgi_app = ProxyFix(static, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def put_in_front(app: Flask, wrap: Callable[[Any], Any]) -> None:
    """Let another WSGI app see each request before Flask, with the addresses that the proxies in front have told."""
    proxies: Any = app.wsgi_app
    proxies.app = wrap(proxies.app)


def _is_hashed(path: str, url: str) -> bool:
    return url.startswith("/static/dist/") and Path(url).name.count(".") >= 2
