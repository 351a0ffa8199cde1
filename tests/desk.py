"""A front desk in memory, for tests of what talks to it: it keeps what it was asked, and forgets no event id."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.model import Address, ApiCall, Match, RawMessage, Report, Runbook
from bot.model.errors import InputError
from bot.model.ports import Submission, TicketStatus
from bot.pipeline.extracting import check_given
from tests.builders import a_runbook


@dataclass(frozen=True)
class Asked:
    """One `ask_again`."""

    ticket: str
    runbook: str
    parameters: Mapping[str, str]
    by: str
    click: str


@dataclass
class MemoryDesk:
    """Fulfils `ports.FrontDesk`. Set `known`, `matches` and `broken` to arrange."""

    known: dict[str, Runbook] = field(
        default_factory=lambda: {
            "kubernetes/image-pull": a_runbook("kubernetes/image-pull", title="Image cannot be pulled")
        }
    )
    submitted: list[RawMessage] = field(default_factory=list)
    tickets: dict[str, RawMessage] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)
    escalated: list[tuple[str, str, str]] = field(default_factory=list)
    clicks: set[tuple[str, str]] = field(default_factory=set)
    votes: dict[tuple[str, str], bool] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    wrong: str = ""
    broken: bool = False
    changed: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()))

    def _ticket(self, ticket: str) -> None:
        if ticket not in self.tickets:
            raise InputError(f"there is no ticket {ticket!r}")

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError("the database is away")

    def submit(self, raw: RawMessage) -> Submission:
        self._check()
        with self.changed:
            origin = raw.origin
            ticket = f"t-{origin.source}-{origin.key}-{origin.revision}"
            fresh = ticket not in self.tickets
            if fresh:
                self.tickets[ticket] = raw
                self.submitted.append(raw)
            self.changed.notify_all()
            return Submission(ticket, fresh)

    def first_time(self, event_id: str) -> bool:
        self._check()
        with self.changed:
            first = event_id not in self.events
            self.events.append(event_id)
            self.changed.notify_all()
            return first

    def ask_again(self, ticket: str, runbook: str, parameters: Mapping[str, str], by: str, click: str) -> Submission:
        self._check()
        self._ticket(ticket)
        if runbook:
            self.runbook(runbook)
        with self.changed:
            fresh = not any(one.click == click for one in self.asked)
            if fresh:
                self.asked.append(Asked(ticket, runbook, dict(parameters), by, click))
            self.changed.notify_all()
            return Submission(ticket, fresh)

    def ticket_at(self, address: Address) -> str | None:
        return next((key for key, raw in reversed(self.tickets.items()) if address in raw.reply_to), None)

    def ticket_of_key(self, key: str) -> str | None:
        return next((ticket for ticket, raw in reversed(self.tickets.items()) if raw.origin.key == key), None)

    def match_of(self, ticket: str) -> Match | None:
        return self.matches.get(ticket)

    def report_of(self, ticket: str) -> Report | None:
        return None

    def status(self, ticket: str | None = None, limit: int = 10) -> tuple[TicketStatus, ...]:
        found = (
            reversed(self.tickets.items())
            if ticket is None
            else [(ticket, self.tickets[ticket])]
            if ticket in self.tickets
            else []
        )
        return tuple(
            TicketStatus(key, raw.origin.key, raw.summary, "running", "kubernetes/image-pull", "", datetime.now(UTC))
            for key, raw in list(found)[:limit]
        )

    def cancel(self, ticket: str, by: str) -> bool:
        fresh = ticket in self.tickets and all(stopped != ticket for stopped, _ in self.cancelled)
        if fresh:
            self.cancelled.append((ticket, by))
        return fresh

    def escalate(self, ticket: str, by: str, reason: str, click: str) -> bool:
        self._ticket(ticket)
        with self.changed:
            fresh = (ticket, click) not in self.clicks
            if fresh:
                self.clicks.add((ticket, click))
                self.escalated.append((ticket, by, reason))
            return fresh

    def feedback(self, ticket: str, useful: bool, by: str) -> None:
        self.votes[ticket, by] = useful

    def runbooks(self, words: str = "") -> tuple[Runbook, ...]:
        return tuple(one for one in self.known.values() if words.lower() in f"{one.id} {one.title}".lower())

    def runbook(self, runbook: str) -> Runbook:
        if runbook not in self.known:
            raise InputError(f"there is no runbook {runbook!r}; the nearest is kubernetes/image-pull")
        return self.known[runbook]

    def dry_run(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        if self.wrong:
            raise InputError(self.wrong)
        namespace = check_given(self.runbook(runbook), parameters).get("namespace", "-")
        return (ApiCall("kubernetes", f"GET /api/v1/namespaces/{namespace}/pods?limit=500", "planned"),)

    def wait_for(self, predicate, timeout: float = 5.0):
        with self.changed:
            found = self.changed.wait_for(predicate, timeout)
        assert found, "the desk was not asked in time"
        return found
