"""The sandbox as one application: `gunicorn --workers 1 --threads 16 'sandbox.app:create_app()'`.

One process only: its world lives in its memory and in one file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from . import bank, control, core, faults, identity, phone, wechat
from .world import World


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Build the simulated outside world from `environ` (the process's own when None).

    Raises WrongPeople or ValueError when a setting cannot be used.
    """
    world = World(os.environ if environ is None else environ)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 32 * 1024 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.extensions["world"] = world
    faults.apply_to(app, world)
    platform = wechat.Platform(world)
    app.extensions["wechat"] = platform
    app.register_blueprint(wechat.blueprint(platform))
    app.register_blueprint(phone.blueprint(platform))
    app.register_blueprint(control.blueprint(platform))
    app.register_blueprint(identity.blueprint(world), url_prefix="/ids")
    app.register_blueprint(core.blueprint(world), url_prefix="/core")
    app.register_blueprint(bank.blueprint(world), url_prefix="/bank")
    return app
