"""What the tests with dying processes share: the destination's server, and processes that can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.settings import EngineSettings
from bot.store.stores import Stores

WORKER = Path(__file__).with_name("kill_worker.py")
ROOT = Path(__file__).parents[2]
KILLED = -9


class Server(ThreadingHTTPServer):
    """Its clients get killed: a broken connection is no news."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        return None


class Board:
    """The destination's server: it remembers what was posted, can be asked, and can be down."""

    def __init__(self) -> None:
        self.posts: Counter[str] = Counter()
        self.stage: dict[str, str] = {}
        self.ticket: dict[str, str] = {}
        self.down = False
        self.refused = 0
        self._guard = threading.Lock()
        board = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: Any) -> None:
                return None

            def answer(self) -> None:
                status, body = board.answer(self.command, self.path)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = answer  # noqa: N815

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str]]:
        parts = urlsplit(path)
        key, asked = parts.path.strip("/"), parse_qs(parts.query)
        with self._guard:
            if self.down:
                self.refused += 1
                return 503, {}
            if method == "POST":
                self.posts[key] += 1
                self.ticket[key] = asked["ticket"][0]
            if method != "GET":
                self.stage[key] = asked["stage"][0]
            return 200, {"receipt": f"receipt-{key}" if self.posts[key] else ""}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Nursery:
    """A process that has imported everything, and forks one worker process after another."""

    def __init__(self, executor: str, life: dict[str, Any]) -> None:
        self._life = life | {"executor": executor}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
        )

    def begin(self, **life: Any) -> int:
        """Begin a life; give its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._life | life) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> int:
        """Wait for the end of the life; give its exit status."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()  # type: ignore[union-attr]


def stores_of(world: dict[str, Any]) -> Stores:
    return Stores.open(EngineSettings(state_dir=Path(world["state_dir"]), database_url=world["database_url"] or None))


def assert_each_has_one_final_card(world: dict[str, Any], board: Board, tickets: int) -> None:
    stores = stores_of(world)
    try:
        states = Counter(one.state for one in stores.tickets.status(None, limit=10_000))
        assert states == {"complete": tickets}, "every ticket was triaged"
        assert stores.tickets.unsettled(0) == ()
        assert stores.outbox.pending() == ()
    finally:
        stores.close()
    posted = {key: number for key, number in board.posts.items() if number}
    assert set(posted.values()) == {1}, "nothing was posted twice"
    assert len(set(board.ticket.values())) == len(posted) == tickets, "every ticket has exactly one card"
    assert Counter(board.stage.values()) == {"reported": tickets}, "every card is the final one"
