"""手机APP: the phone pages, installed. How to get it, what makes a browser offer it, and the page shown without a network.

The service worker (``static/src/worker.js``) keeps our static files and the offline page, and never a page about a person.
"""

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import segno
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from fund.errors import NotFound
from h5.package import FILE_NAME, Package, built, content_of
from web.devices import in_wechat, on_phone
from web.guards import public
from web.services import services

BRAND, GROUND = "#0a7048", "#f3f6f4"
KEPT = (
    "app.css", "app.js", "offline.js", "queue.js", "photos.js", "amount.js", "card.js",
    "emblem.svg", "notice.svg", "success.svg", "empty.svg", "app-icon-192.png",
)  # fmt: skip
"""What the phone keeps, so that the offline page is whole and pages open faster. All of it is the same for everybody."""

ICONS = (
    ("app-icon-192.png", "192x192", "any"),
    ("app-icon-512.png", "512x512", "any"),
    ("app-icon-maskable-512.png", "512x512", "maskable"),
)
PACKAGE_TYPE = "application/vnd.android.package-archive"


def app_blueprint(folder: Path) -> Blueprint:
    """``folder`` is where ``make apk`` puts the Android package; it may be empty or absent."""
    blueprint = Blueprint("app", __name__)
    blueprint.add_url_rule("/app/", "index", public(partial(index, folder)))
    blueprint.add_url_rule("/app/qr.svg", "qr", public(qr))
    blueprint.add_url_rule(f"/app/{FILE_NAME}", "package", public(partial(package, folder)))
    blueprint.add_url_rule("/app/manifest.webmanifest", "manifest", public(manifest))
    blueprint.add_url_rule("/h5/sw.js", "worker", public(worker))
    blueprint.add_url_rule("/h5/offline", "offline", public(offline))
    return blueprint


def index(folder: Path) -> ResponseReturnValue:
    """How to install: the package if one was built, and the browser's own way."""
    agent = request.user_agent.string
    return render_template(
        "app/index.html",
        package=_package(folder),
        opened_in_wechat=in_wechat(),
        on_phone=on_phone(),
        on_iphone="iPhone" in agent or "iPad" in agent,
    )


def qr() -> ResponseReturnValue:
    """The code to scan with a phone. It opens the page, not the file: in WeChat a file cannot be downloaded."""
    code = segno.make(f"{services().site.public_url}/app/", error="m", micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, nl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


def package(folder: Path) -> ResponseReturnValue:
    """The Android package. Raises NotFound while there is none."""
    found = _package(folder)
    content = content_of(found) if found else None
    if content is None:
        raise NotFound("no package was built", code="no_such_page")
    # Some phones fetch a download a second time from what they kept of the first.
    told = {"Content-Disposition": f"attachment; filename={FILE_NAME}", "Cache-Control": "no-cache"}
    return Response(content, mimetype=PACKAGE_TYPE, headers=told)


def manifest() -> ResponseReturnValue:
    """What a browser has to know to install the pages (w3.org/TR/appmanifest). Signing in stays within the app."""
    site, asset = services().site, _asset()
    content = {
        "id": "/h5/", "name": site.name, "short_name": "省直公积金", "lang": "zh-CN", "dir": "ltr",
        "description": f"{site.centre}：租房提取、进度查询、办事指南",
        "start_url": "/h5/", "scope": "/", "display": "standalone", "orientation": "portrait",
        "theme_color": BRAND, "background_color": GROUND, "categories": ["government", "finance"],
        "icons": [{"src": asset(name), "sizes": sizes, "type": "image/png", "purpose": why} for name, sizes, why in ICONS],
        "shortcuts": [
            {"name": "业务办理", "url": "/h5/business"},
            {"name": "我的申请", "url": "/h5/applications"},
            {"name": "我的消息", "url": "/h5/inbox"},
        ],
    }  # fmt: skip
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")


def worker() -> ResponseReturnValue:
    """The service worker. Its address stays, and its content changes with every file it keeps: then the phone takes
    the new one."""
    asset = _asset()
    kept = {"offline": "/h5/offline", "files": [asset(name) for name in KEPT]}
    script = f"self.kept = {json.dumps(kept)};\nimportScripts({json.dumps(asset('worker.js'))});\n"
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def offline() -> ResponseReturnValue:
    """What the phone shows without a network: the same for everybody, so that it may be kept."""
    return render_template("app/offline.html")


def _package(folder: Path) -> Package | None:
    return built(folder, f"{services().site.public_url.rstrip('/')}/h5/")


def _asset() -> Callable[[str], str]:
    found: Any = current_app.jinja_env.globals["asset"]
    return found  # type: ignore[no-any-return]
