"""What it means: the readable account of a run, in two registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.explanation import Link, NotChecked
from bot.model.finding import Evidence
from bot.model.match import Match
from bot.model.resource import Resource
from bot.model.runbook import Disposition
from bot.model.ticket import Priority, Ticket


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause as readers see it: said by the runbook's conclusion, or by the finding itself."""

    cause: str
    resource: Resource
    summary: str
    remedy: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The readable account. `fingerprint` is the same for the same answer: post once, update in place.

    `engineer` and `service_desk` are plain text with Markdown emphasis; destinations convert them.
    `evidence` is the long text that goes to a file or below the fold.
    """

    ticket: str
    run: str
    runbook: str
    headline: str
    disposition: Disposition
    engineer: str
    service_desk: str
    root_causes: tuple[Cause, ...] = ()
    chain: tuple[Link, ...] = ()
    next_steps: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    evidence: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who must act now, on what, and by when."""

    ticket: str
    reason: str
    team: str
    target: str
    """Where the team is reached, as `config/routing.yaml` names it."""
    priority: Priority
    respond_by: datetime
    hand_over: str


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One line of the live card: `state` is `waiting`, `running`, `done`, `skipped` or `failed`."""

    step: str
    why: str
    state: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of a ticket at one moment: what a destination renders, and edits in place.

    `stage` is `received`, `matched`, `running`, `reported`, `cancelled` or `failed`.
    """

    ticket: Ticket
    stage: str = "received"
    match: Match | None = None
    progress: tuple[StepProgress, ...] = ()
    report: Report | None = None
    escalation: Escalation | None = None
    note: str = ""
