"""The library's private recovery call still does what `recovery.py` says of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.metadata import version

from bot.engine import history
from bot.engine.names import triage_id
from bot.engine.recovery import adopt
from tests.unit.engine.conftest import Rig


def test_library_is_the_version_that_this_was_proven_with() -> None:
    assert version("dbos") == "3.4.0"


def test_work_of_a_dead_replica_is_taken_over_once_and_goes_on(
    idle_rig: Rig, wait: Callable[..., None], message: Callable
) -> None:
    entered, leave = threading.Event(), threading.Event()
    calls: list[str] = []

    def hang_once(_ticket: object) -> None:
        calls.append("match")
        if len(calls) == 1:
            entered.set()
            leave.wait(20)
            raise RuntimeError("this replica is dead")

    idle_rig.hook = hang_once
    dead = idle_rig.launch()
    ticket = idle_rig.front.submit(message()).ticket
    assert entered.wait(20)
    dead.close(patience_s=0)

    survivor = idle_rig.launch()
    assert survivor.executor != dead.executor
    wait(lambda: idle_rig.state(ticket) == "complete" and history.idle())
    leave.set()
    assert calls == ["match", "match"]
    assert idle_rig.wall.stages() == ["reported"]
    assert history.state(triage_id(ticket)) == "SUCCESS"


def test_work_of_the_living_is_left_alone(rig: Rig, wait: Callable[..., None], message: Callable) -> None:
    entered, leave = threading.Event(), threading.Event()
    calls: list[str] = []

    def hang(_ticket: object) -> None:
        calls.append("match")
        entered.set()
        leave.wait(20)

    rig.hook = hang
    rig.front.submit(message())
    assert entered.wait(20)
    assert adopt(rig.stores.leases.live) == 0
    leave.set()
    wait(history.idle)
    assert calls == ["match"]
