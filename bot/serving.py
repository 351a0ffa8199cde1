"""The HTTP side: health, and whatever webhooks the integrations bring. Knows none of them by name."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.model.errors import SettingsError
from bot.settings import ServingSettings

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

STOP_WITHIN_S = 5.0


def build(routes: Sequence[Any], ready: Callable[[], str]) -> Starlette:
    """Make the application. `ready` gives an empty text, or one line on what is not up yet.

    `/livez` answers while the process lives; `/readyz` answers 200 when it can take work. Neither asks Slack or Jira:
    their being down delays messages and is no reason to restart us.
    """
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        lacking = ready()
        return PlainTextResponse(f"{lacking or 'ok'}\n", status_code=503 if lacking else 200)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), *routes])


class Server:
    """Serves the application in a thread."""

    def __init__(self, settings: ServingSettings, app: Any) -> None:
        """Take where to listen and what to serve."""
        self._settings = settings
        self._app = app
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self.port = 0

    def start(self) -> None:
        """Listen. Raises SettingsError when the address cannot be had."""
        import uvicorn

        where = f"{self._settings.host}:{self._settings.port}"
        listener = socket.socket(socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._settings.host, self._settings.port))
        except OSError as error:
            listener.close()
            raise SettingsError(
                f"cannot listen on {where} (settings serving.host and .port): {error.strerror}"
            ) from error
        self.port = int(listener.getsockname()[1])
        self._server = uvicorn.Server(uvicorn.Config(self._app, log_level="warning", access_log=False, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True, name="serving")
        self._thread.start()
        log.info("listening on %s:%s", self._settings.host, self.port)

    def stop(self) -> None:
        """Answer what is under way, then stop."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_WITHIN_S)
