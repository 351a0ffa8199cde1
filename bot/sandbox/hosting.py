"""Runs a local server in a thread, on the loopback address only, and stops it again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uvicorn import Server

LOOPBACK = "127.0.0.1"
START_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Hosted:
    """A server that runs. `url` has no trailing slash."""

    url: str
    port: int
    stop: Callable[[], None]


def host(app: Any, port: int = 0) -> Hosted:
    """Serve an ASGI `app` on 127.0.0.1 in a daemon thread; port 0 picks a free one.

    Raises OSError when the port is taken, RuntimeError when the server does not come up in ten seconds.
    """
    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True, name=f"sandbox-{port}")
    thread.start()
    _wait_until_started(server)
    bound = int(listener.getsockname()[1])

    def stop() -> None:
        server.should_exit = True
        server.force_exit = True
        thread.join(5)
        listener.close()

    return Hosted(f"http://{LOOPBACK}:{bound}", bound, stop)


def _wait_until_started(server: Server) -> None:
    until = time.monotonic() + START_WITHIN_S
    while not server.started:
        if time.monotonic() > until:
            raise RuntimeError("the sandbox server did not start")
        time.sleep(0.005)
