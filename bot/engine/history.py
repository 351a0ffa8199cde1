"""What the library remembers of workflows: whether one waits, runs or ended. For a launched engine only."""

from __future__ import annotations

from datetime import UTC, datetime

LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def state(workflow: str) -> str:
    """Give the library's word for the state of a workflow, empty when it knows none of this id."""
    from dbos import DBOS

    found = DBOS.list_workflows(workflow_ids=[workflow], load_input=False, load_output=False)
    return found[0].status if found else ""


def live(prefix: str) -> frozenset[str]:
    """Give the ids of the workflows that wait or run and begin with `prefix`, in one query."""
    from dbos import DBOS

    found = DBOS.list_workflows(workflow_id_prefix=prefix, status=LIVE, load_input=False, load_output=False)
    return frozenset(workflow.workflow_id for workflow in found)


def idle() -> bool:
    """Say whether nothing at all waits or runs."""
    from dbos import DBOS

    return not DBOS.list_workflows(status=LIVE, limit=1, load_input=False, load_output=False)


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
