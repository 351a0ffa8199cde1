"""One execution of a runbook for a ticket: what was done, call by call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.finding import Finding


class RunState(StrEnum):
    """How far a run came. `partial`: some checks could not be made."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """How a step ended. `skipped`: its `when` did not hold. `failed`: the probe itself broke or ran out of time."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call to an outside system, as `--dry-run` lists it and a run records it.

    `operation` is what an engineer would recognise (`GET /api/v1/namespaces/shop/pods?limit=500`,
    `rds:DescribeDBInstances DBInstanceIdentifier=orders`). `outcome` is `ok`, `planned`, `only if needed`,
    or an error word (`denied`, `not found`, `timed out`, ...).
    """

    system: str
    operation: str
    outcome: str = "ok"


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step brought."""

    step: str
    probe: str
    state: StepState
    why: str
    findings: tuple[Finding, ...] = ()
    api_calls: tuple[ApiCall, ...] = ()
    elapsed_ms: int = 0
    note: str = ""
    """Why it was skipped or failed, one line."""


@dataclass(frozen=True, slots=True)
class Run:
    """The account of a run. `id` is derived from the ticket and the runbook."""

    id: str
    ticket: str
    runbook: str
    parameters: Mapping[str, str]
    state: RunState
    started_at: datetime
    finished_at: datetime | None = None
    steps: tuple[StepResult, ...] = field(default_factory=tuple)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give the findings of all steps in the order of the steps."""
        return tuple(finding for step in self.steps for finding in step.findings)

    @property
    def api_calls(self) -> tuple[ApiCall, ...]:
        """Give the outside calls of all steps, in order."""
        return tuple(call for step in self.steps for call in step.api_calls)
