"""kill -9 at every step boundary and at random moments: nothing lost, nothing posted twice, one final card each."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.settings import EngineSettings
from bot.store.stores import Stores

WORKER = Path(__file__).with_name("kill_worker.py")
ROOT = Path(__file__).parents[2]
STEPS = (
    "intend-received", "match", "start", "wave-1", "wave-2", "settle", "explain", "report", "escalate",
    "intend-reported",
)  # fmt: skip
BOUNDARIES = (
    *(f"{step}:{when}" for step in STEPS for when in ("before", "unsaved", "after")),
    "chain:after", "post:before", "post:unsaved", "revise:before", "revise:unsaved", "attempt:unsaved",
)  # fmt: skip
RANDOM_KILLS = 10
TICKETS = 100
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


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board()
    yield board
    board.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path, board: Board) -> dict[str, Any]:
    """What all lives of a test share."""
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else ""
    return {
        "state_dir": str(tmp_path),
        "database_url": url,
        "board": board.url,
        "lease_s": 10,
        "boundary": "",
        "tickets": [],
        "ledger": str(tmp_path / "ledger"),
        "finish": False,
    }


def stores_of(world: dict[str, Any]) -> Stores:
    return Stores.open(EngineSettings(state_dir=Path(world["state_dir"]), database_url=world["database_url"] or None))


class Trial:
    """Tickets arrive while processes die."""

    def __init__(self, world: dict[str, Any], processes: int) -> None:
        self.nurseries = [Nursery(f"replica-{number}", world) for number in range(processes)]
        self._ledger = Path(world["ledger"])
        self._guard = threading.Lock()
        self.submitted = 0
        self.missed: list[str] = []

    def tickets(self, number: int) -> list[int]:
        """Let new tickets arrive."""
        with self._guard:
            first = self.submitted
            self.submitted += number
            return list(range(first, self.submitted))

    def not_taken_in(self) -> list[int]:
        """What a source gives again: no process that took these in lived to say so."""
        taken_in = {int(line) for line in self._ledger.read_text().splitlines()}
        return [number for number in range(self.submitted) if number not in taken_in]

    def die_at(self, nursery: Nursery, boundary: str) -> None:
        """The life ends at its boundary; when the other process took all the work, another is tried."""
        for _ in range(8):
            nursery.begin(boundary=boundary, tickets=self.tickets(2), finish=True)
            if nursery.end() == KILLED:
                return
        self.missed.append(boundary)

    def die_after(self, nursery: Nursery, seconds: float) -> None:
        child = nursery.begin(tickets=self.tickets(3))
        time.sleep(seconds)
        subprocess.run(["/bin/kill", "-9", str(child)], check=False)
        nursery.end()

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        kills: list[Callable[[Nursery], None]] = [
            (lambda nursery, boundary=boundary: self.die_at(nursery, boundary)) for boundary in BOUNDARIES
        ]
        moments = [chance.uniform(0.1, 1.2) for _ in range(RANDOM_KILLS)]
        kills += [(lambda nursery, moment=moment: self.die_after(nursery, moment)) for moment in moments]
        chance.shuffle(kills)
        self._in_parallel(lambda nursery, number: [kill(nursery) for kill in kills[number :: len(self.nurseries)]])
        self.tickets(max(0, TICKETS - self.submitted))
        left = self.not_taken_in()
        self._in_parallel(lambda nursery, number: self.finish(nursery, left[number :: len(self.nurseries)]))

    def finish(self, nursery: Nursery, tickets: list[int]) -> None:
        nursery.begin(tickets=tickets, finish=True)
        assert nursery.end() == 0

    def _in_parallel(self, work: Callable[[Nursery, int], Any]) -> None:
        failures: list[Exception] = []

        def guarded(nursery: Nursery, number: int) -> None:
            try:
                work(nursery, number)
            except Exception as error:  # noqa: BLE001 - told to the test's own thread
                failures.append(error)

        threads = [
            threading.Thread(target=guarded, args=(nursery, number)) for number, nursery in enumerate(self.nurseries)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures

    def close(self) -> None:
        for nursery in self.nurseries:
            nursery.close()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("processes", [1, 2])
def test_killed_anywhere_loses_nothing_and_posts_nothing_twice(
    world: dict[str, Any], board: Board, processes: int
) -> None:
    trial = Trial(world, processes)
    try:
        trial.run(seed=processes)
    finally:
        trial.close()
    assert not trial.missed, "boundaries that no life came to"
    assert trial.submitted >= TICKETS
    assert_each_has_one_final_card(world, board, trial.submitted)


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
