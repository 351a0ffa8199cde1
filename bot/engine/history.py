"""What the library remembers of workflows: whether one waits, runs or ended. For a launched engine only."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.engine.names import delivery_prefix

LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def state(workflow: str) -> str:
    """Give the library's word for the state of a workflow, empty when it knows none of this id."""
    from dbos import DBOS

    found = DBOS.list_workflows(workflow_ids=[workflow], load_input=False, load_output=False)
    return found[0].status if found else ""


def is_live(workflow: str) -> bool:
    """Say whether a workflow waits or runs."""
    return state(workflow) in LIVE


def delivers(key: str) -> bool:
    """Say whether an attempt at this delivery waits or runs."""
    return _any_live(delivery_prefix(key))


def idle() -> bool:
    """Say whether nothing at all waits or runs."""
    return not _any_live(None)


def _any_live(prefix: str | None) -> bool:
    from dbos import DBOS

    live = DBOS.list_workflows(workflow_id_prefix=prefix, status=LIVE, limit=1, load_input=False, load_output=False)
    return bool(live)


def prune(before: datetime, queue: str | None = None, most: int = 1000) -> int:
    """Forget workflows that ended and were queued before a moment, at most `most`; give how many."""
    from dbos import DBOS

    old = DBOS.list_workflows(
        status=ENDED,
        end_time=before.astimezone(UTC).isoformat(),
        queue_name=queue,
        limit=most,
        load_input=False,
        load_output=False,
    )
    if old:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])
    return len(old)
