"""What the library remembers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.engine import history
from bot.engine.names import triage_id
from tests.unit.engine.conftest import Rig


def test_workflow_is_live_while_it_runs_and_then_history(
    rig: Rig, wait: Callable[..., None], message: Callable
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hang(_ticket: object) -> None:
        entered.set()
        leave.wait(20)

    rig.hook = hang
    workflow = triage_id(rig.front.submit(message()).ticket)
    assert entered.wait(20)
    assert history.live(triage_id("")) == {workflow}
    assert not history.idle()
    assert history.prune(datetime.now(UTC) + timedelta(days=1)) == 0, "what runs is no history"
    leave.set()
    wait(history.idle)
    assert history.live(triage_id("")) == frozenset()
    assert history.prune(datetime.now(UTC) + timedelta(days=1), queue="jobs") == 0
    assert history.prune(datetime.now(UTC) + timedelta(days=1)) == 2, "a triage and a delivery"
    assert history.state(workflow) == ""
