"""kill -9 at every step boundary and at random moments: nothing lost, nothing posted twice, one final card each."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.killing import KILLED, Board, Nursery, assert_each_has_one_final_card

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
        os.kill(child, signal.SIGKILL)
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


@pytest.mark.timeout(300)
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
