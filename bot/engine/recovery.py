"""Takes over what dead replicas left behind: the only place that touches the library's private recovery call.

The library restarts the work of its own executor id at launch, and of nobody else; detecting dead executors is left
to a service that we do not use. Its version is pinned, and `tests/unit/engine/test_recovery.py` proves that the call
still does what is said here: it puts pending workflows of the named executors back into their queues, at most once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

ROUNDS = 5
PAUSE_S = 0.2


def adopt(live: Callable[[], frozenset[str]]) -> int:
    """Put the pending work of all executors that are not `live` back into the queues; give how many there were.

    Repeats until nothing of theirs is pending, since a database that restarts in between strands some; what is left
    after that waits for the next call.
    """
    adopted = 0
    for _ in range(ROUNDS):
        orphans = _pending_owners()
        # Read after the pending work: a replica takes its lease before any work.
        dead = sorted(set(orphans) - live())
        if not dead:
            break
        count = sum(orphans[owner] for owner in dead)
        logger.warning("takes over %d workflows of dead replicas %s", count, ", ".join(dead))
        _recover(dead)
        adopted += count
        time.sleep(PAUSE_S)
    return adopted


def _pending_owners() -> dict[str, int]:
    from dbos import DBOS

    owners: dict[str, int] = {}
    for workflow in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
        owners[workflow.executor_id or ""] = owners.get(workflow.executor_id or "", 0) + 1
    return owners


def _recover(executors: list[str]) -> None:
    from dbos import DBOS

    DBOS._recover_pending_workflows(executors)
