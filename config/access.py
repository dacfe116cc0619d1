"""The access log: one line for each request, without its query string, its Referer and its headers."""

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger


class AccessLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Logs what stands in our line. gunicorn's own first fills a table with every header, query and variable."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Who asked for what, how it was answered, and the id to find the request's other lines by."""
        request_id = next((value for name, value in resp.headers if name == "X-Request-Id"), "-")
        self.access_log.info(
            "%s %s %s %s %s bytes %d ms id %s",
            environ.get("REMOTE_ADDR", "-"),
            environ.get("REQUEST_METHOD", "-"),
            environ.get("PATH_INFO", "-"),
            str(resp.status).partition(" ")[0],
            resp.sent,
            request_time / timedelta(milliseconds=1),
            request_id,
        )
