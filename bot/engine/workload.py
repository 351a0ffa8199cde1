"""What the engine runs, and does not know: the chain for a ticket, an attempt at a delivery, a scheduled job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.delivery import Delivery
from bot.model.ports import Checkpoint
from bot.model.report import Card, Escalation, Report
from bot.model.run import ApiCall
from bot.model.runbook import Runbook
from bot.model.ticket import RawMessage, Ticket
from bot.pipeline.delivering import Attempt


@dataclass(frozen=True, slots=True)
class Workload:
    """The work itself.

    `triage(ticket, step)` is the chain; `attempt(key, last)` is one attempt at a delivery (`last`: then give up);
    `jobs` by name take the nominal time of their tick, and do not raise.
    """

    triage: Callable[[Ticket, Checkpoint], Report]
    attempt: Callable[[str, bool], Attempt]
    jobs: Mapping[str, Callable[[datetime], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskTools:
    """What the front desk needs of the rooms.

    `receive` makes the redacted ticket of a message. `runbooks` is the catalogue by id. `rank` orders runbook ids by
    how well they fit some words. `plan` lists the calls of a dry run, or raises InputError. `deliveries` says where a
    card goes. `hand_over(ticket, report, runbook, reason)` makes the escalation that a person asked for.
    """

    receive: Callable[[RawMessage], Ticket]
    runbooks: Mapping[str, Runbook]
    rank: Callable[[str], Sequence[str]]
    plan: Callable[[str, Mapping[str, str]], tuple[ApiCall, ...]]
    deliveries: Callable[[Card], Sequence[Delivery]]
    hand_over: Callable[[Ticket, Report | None, Runbook | None, str], Escalation]
