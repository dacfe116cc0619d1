"""Logs: one line of JSON for each event, with the id of the request it belongs to, through the last guard."""

import datetime
import json
import logging
import logging.config
from collections.abc import Callable, Iterable
from typing import Any

from config.redaction import redactor
from config.settings import Settings

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def request_id_of_flask() -> str:
    """The id of the request at hand, which web keeps in `g.request_id`; "" outside a request."""
    from flask import g, has_app_context

    return str(g.get("request_id", "")) if has_app_context() else ""


class OneLine(logging.Formatter):
    """A record as one line of JSON: time, level, logger, request_id, message, extras, exception."""

    def __init__(self, secrets: Iterable[str] = (), request_id: Callable[[], str] = request_id_of_flask) -> None:
        super().__init__()
        self._redact = redactor(secrets)
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        """The line. Never raises: a record that cannot be rendered is told as such."""
        when = datetime.datetime.fromtimestamp(record.created).astimezone()
        line: dict[str, Any] = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": self._clean(getattr(record, "request_id", None) or self._request_id()),
            "message": self._message(record),
        }
        extras = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line |= {name: self._clean(value) for name, value in extras.items() if name not in line}
        if record.exc_info:
            line["exception"] = self._redact(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self._redact(self.formatStack(record.stack_info))
        return _as_json({name: value for name, value in line.items() if value != ""})

    def _message(self, record: logging.LogRecord) -> str:
        try:
            return self._redact(record.getMessage())
        except (TypeError, ValueError):  # arguments that do not fit the message
            return self._redact(f"{record.msg} (its arguments do not fit)")

    def _clean(self, value: object) -> Any:
        if isinstance(value, dict):
            return {self._redact(str(name)): self._clean(item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        text = str(value)
        cleaned = self._redact(text)
        return value if isinstance(value, int | float) and cleaned == text else cleaned


def logging_config(settings: Settings, request_id: Callable[[], str] = request_id_of_flask) -> dict[str, Any]:
    """For `logging.config.dictConfig` and gunicorn's `logconfig_dict`: everything to standard output."""
    to_output = {"handlers": ["output"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one_line": {"()": OneLine, "secrets": settings.secret_values(), "request_id": request_id}},
        "handlers": {
            "output": {
                "class": "logging.StreamHandler",
                "formatter": "one_line",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"level": "INFO", "handlers": ["output"]},
        "loggers": {
            "gunicorn.error": {"level": "INFO", **to_output},
            "gunicorn.access": {"level": "INFO", **to_output},
            # They quote whole requests and statements at DEBUG and INFO.
            "urllib3": {"level": "WARNING"},
            "wechatpy": {"level": "WARNING"},
            "sqlalchemy.engine": {"level": "WARNING"},
            "PIL": {"level": "WARNING"},
        },
    }


def configure(settings: Settings, request_id: Callable[[], str] = request_id_of_flask) -> None:
    """Set up logging for this process. `request_id` tells the id of the request at hand, "" for none."""
    # No line tells them, and every record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.config.dictConfig(logging_config(settings, request_id))
    logging.captureWarnings(True)
