"""One ticket, start to end, in this process: no database, nothing posted. For the command line and for cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.model.delivery import Delivery
from bot.model.explanation import Explanation
from bot.model.match import Match
from bot.model.ports import Clock, Matcher, Probes
from bot.model.report import Card, Report
from bot.model.run import Run
from bot.model.runbook import Runbook
from bot.model.ticket import Address, Invocation, Origin, RawMessage, Ticket
from bot.pipeline.flow import Desk, triage
from bot.pipeline.receiving import receive
from bot.pipeline.routing import Places, Routing

T = TypeVar("T")


def message(text: str, invocation: Invocation | None = None, *, key: str = "command line") -> RawMessage:
    """Make a raw message of a text: its first line is the summary."""
    summary, _, body = text.strip().partition("\n")
    return RawMessage(
        Origin("cli", "local", key), summary, body, invocation=invocation, reply_to=(Address("cli", key),)
    )


@dataclass(slots=True)
class Notebook:
    """Keeps what the chain makes, in memory. Implements `flow.Records`."""

    match: Match | None = None
    run: Run | None = None
    report: Report | None = None
    explanation: Explanation | None = None
    steps: list[str] = field(default_factory=list)

    def keep_match(self, match: Match) -> None:
        """Keep the match."""
        self.match = match

    def keep_run(self, run: Run) -> None:
        """Keep the run as it stands."""
        self.run = run

    def keep_report(self, report: Report) -> None:
        """Keep the report."""
        self.report = report

    def intend(self, wanted: Sequence[Delivery]) -> None:
        """Post nothing."""

    def checkpoint(self, name: str, outcome: type[T], work: Callable[[], T]) -> T:
        """Do the work; remember the explanation on its way past. Implements `ports.Checkpoint`."""
        self.steps.append(name)
        done = work()
        if isinstance(done, Explanation):
            self.explanation = done
        return done


@dataclass(frozen=True, slots=True)
class Triaged:
    """All that came of one ticket. `run` and `explanation` are None when nothing was run."""

    ticket: Ticket
    match: Match
    report: Report
    run: Run | None
    explanation: Explanation | None
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Bench:
    """What a ticket is triaged with when there is no engine."""

    matcher: Matcher
    runbooks: Mapping[str, Runbook]
    probes: Probes
    routing: Routing
    clock: Clock
    run_deadline_s: float = 60
    probes_at_once: int = 8
    progress: Callable[[Card], None] = lambda _card: None

    def triage(self, raw: RawMessage) -> Triaged:
        """Triage one message at once. Raises only what is a mistake of ours."""
        began = time.monotonic()
        notebook = Notebook()
        desk = Desk(
            matcher=self.matcher,
            runbooks=self.runbooks,
            probes=self.probes,
            routing=self.routing,
            places=Places(),
            records=notebook,
            clock=self.clock,
            dispatch=lambda _keys, _stage: None,
            progress=self.progress,
            run_deadline_s=self.run_deadline_s,
            probes_at_once=self.probes_at_once,
        )
        ticket = receive(raw, self.clock)
        report = triage(ticket, desk, notebook.checkpoint)
        assert notebook.match is not None  # noqa: S101 - the chain keeps it before anything else
        elapsed = round((time.monotonic() - began) * 1000)
        return Triaged(ticket, notebook.match, report, notebook.run, notebook.explanation, elapsed)
