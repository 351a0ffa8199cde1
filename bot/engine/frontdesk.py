"""What listeners may ask: take a message in, look something up, stop, hand over. Returns at once; work is queued.

Implements `ports.FrontDesk`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.engine import history
from bot.engine.durable import DurableEngine
from bot.engine.names import triage_id
from bot.engine.workload import DeskTools
from bot.kit.codec import to_json
from bot.kit.redaction import mask
from bot.kit.spelling import nearest
from bot.kit.text import clean, one_line
from bot.model.delivery import Purpose
from bot.model.errors import InputError
from bot.model.match import Match
from bot.model.ports import Submission, TicketStatus
from bot.model.report import Card, Report
from bot.model.run import ApiCall, RunState
from bot.model.runbook import Runbook
from bot.model.ticket import Address, Invocation, RawMessage, Ticket
from bot.store.stores import Stores

logger = logging.getLogger(__name__)

MAX_VALUE = 300
MAX_REASON = 500


class EngineFrontDesk:
    """The front desk over the stores and the engine."""

    def __init__(self, engine: DurableEngine, stores: Stores, tools: DeskTools) -> None:
        """Take a launched engine, its stores, and what the rooms lend."""
        self._engine = engine
        self._stores = stores
        self._tools = tools

    def submit(self, raw: RawMessage) -> Submission:
        """Take a message in: durable when this returns, triaged in the background, once for its identity."""
        ticket = self._tools.receive(raw)
        fresh = self._stores.tickets.add(ticket, triage_id(ticket.id))
        job = self._stores.tickets.job(ticket.id)
        if job is not None and job.workflow == triage_id(ticket.id):
            # Also when it was seen before: its first arrival may have died between the row and the queue.
            self._engine.triage(ticket.id, job.workflow)
        if fresh:
            logger.info("ticket %s (%s %s) taken in", ticket.id, ticket.origin.source, ticket.key)
        return Submission(ticket.id, fresh)

    def first_time(self, event_id: str) -> bool:
        """Record an event id; False when it was recorded before, so that redelivery does nothing."""
        return self._stores.journal.first_time(f"event:{event_id}")

    def ask_again(self, ticket: str, runbook: str, parameters: Mapping[str, str], by: str, click: str) -> Submission:
        """Run `runbook` for a stored ticket: the answer to a question. `click` makes it once per click.

        An empty `runbook` keeps the one matched before, with the parameters it had. Raises InputError when ticket or
        runbook are unknown.
        """
        known = self._ticket(ticket)
        match = self._stores.records.match_of(known.id)
        matched = match.candidates[0].runbook if match and match.candidates else ""
        chosen = self.runbook(runbook or matched).id
        given = {name: one_line(mask(clean(value)), MAX_VALUE) for name, value in parameters.items()}
        before = dict(match.parameters) if match and chosen == matched else {}
        wish = Invocation(chosen, {**before, **given}, by)
        workflow = triage_id(known.id, f"click:{click}")
        fresh = not history.state(workflow)
        if fresh:
            self._replace(known.id, workflow, wish)
        self._engine.triage(known.id, workflow, to_json(wish))
        fresh = self._stores.journal.first_time(f"click:{click}") and fresh
        if fresh:
            self._stores.journal.note(by, "ask again", known.id, f"{chosen} {given}")
        return Submission(known.id, fresh)

    def _replace(self, ticket: str, workflow: str, wish: Invocation) -> None:
        """A triage that still runs ends: its answer would be to a question that is no longer asked."""
        running = self._stores.tickets.job(ticket)
        self._stores.tickets.begin(ticket, workflow, wish=wish)
        if running is not None:
            self._engine.cancel(running.workflow)

    def ticket_at(self, address: Address) -> str | None:
        """Give the id of the newest ticket whose conversation is at `address`, or None."""
        return self._stores.tickets.at(address)

    def ticket_of_key(self, key: str) -> str | None:
        """Give the id of the newest ticket with this key (`OPS-12`), or None."""
        return self._stores.tickets.of_key(key)

    def match_of(self, ticket: str) -> Match | None:
        """Give the stored match of a ticket, or None."""
        return self._stores.records.match_of(ticket)

    def report_of(self, ticket: str) -> Report | None:
        """Give the stored report of a ticket, or None."""
        return self._stores.records.report_of(ticket)

    def status(self, ticket: str | None = None, limit: int = 10) -> tuple[TicketStatus, ...]:
        """Give one ticket, or the newest `limit`."""
        return self._stores.tickets.status(ticket, limit)

    def cancel(self, ticket: str, by: str) -> bool:
        """Stop a triage that still runs; False when there is none."""
        job = self._stores.tickets.job(ticket)
        known = self._stores.tickets.get(ticket)
        if job is None or known is None:
            return False
        if not self._stores.tickets.settle(ticket, job.workflow, RunState.CANCELLED.value):
            return False
        self._engine.cancel(job.workflow)
        self._stores.journal.note(by, "cancel", ticket)
        self._publish(replace(self._card(known), stage="cancelled", note=f"Stopped by {by}."), f"cancel:{job.workflow}")
        return True

    def escalate(self, ticket: str, by: str, reason: str, click: str) -> bool:
        """Hand the ticket over to its team on a person's word; False when that was done before."""
        known = self._ticket(ticket)
        event = f"escalate:{ticket}:{click}"
        if self._stores.journal.saw(event):
            return False
        report = self._stores.records.report_of(ticket)
        match = self._stores.records.match_of(ticket)
        runbook = self._tools.runbooks.get(match.runbook or "") if match else None
        why = one_line(mask(clean(reason)), MAX_REASON) or f"{by} asked for it"
        escalation = self._tools.hand_over(known, report, runbook, why)
        card = replace(self._card(known), escalation=escalation, note=f"Handed over by {by}.")
        self._publish(card, f"escalate:{click}")
        # Only now: a crash before this lets the click be repeated, and what was posted is found by its key.
        fresh = self._stores.journal.first_time(event)
        if fresh:
            self._stores.journal.note(by, "escalate", ticket, why)
        return fresh

    def feedback(self, ticket: str, useful: bool, by: str) -> None:
        """Keep a vote; a later vote of the same person replaces the earlier."""
        self._stores.journal.vote(ticket, useful, by)

    def runbooks(self, words: str = "") -> tuple[Runbook, ...]:
        """Give the runbooks, those that `words` fit best first; all of them by id when `words` is empty."""
        known = self._tools.runbooks
        ids = self._tools.rank(words) if words.strip() else sorted(known)
        return tuple(known[one] for one in ids if one in known)

    def runbook(self, runbook: str) -> Runbook:
        """Give one runbook; raise InputError that names the nearest when there is none."""
        found = self._tools.runbooks.get(runbook)
        if found is not None:
            return found
        raise InputError(f"there is no runbook {one_line(runbook, 80)!r}; {_nearest(runbook, self._tools.runbooks)}")

    def dry_run(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        """List the exact API calls of a run without making any. Raises InputError for a wrong parameter."""
        return self._tools.plan(self.runbook(runbook).id, parameters)

    def _ticket(self, ticket: str) -> Ticket:
        found = self._stores.tickets.get(ticket)
        if found is None:
            raise InputError(f"there is no ticket {one_line(ticket, 60)!r}")
        return found

    def _card(self, ticket: Ticket) -> Card:
        """The card as it was last meant to look, else what is known."""
        for delivery in self._tools.deliveries(Card(ticket)):
            kept = self._stores.outbox.get(delivery.key) if delivery.purpose is Purpose.CARD else None
            if kept is not None:
                return kept.content
        report = self._stores.records.report_of(ticket.id)
        stage = "reported" if report else "received"
        return Card(ticket, stage, self._stores.records.match_of(ticket.id), report=report)

    def _publish(self, card: Card, stage: str) -> None:
        wanted = self._tools.deliveries(card)
        self._stores.outbox.intend(wanted)
        self._engine.dispatch([delivery.key for delivery in wanted], stage)


def _nearest(name: str, known: Mapping[str, Runbook]) -> str:
    near = nearest(name, known, alike=40, most=3)
    return f"did you mean {' or '.join(near)}?" if near else "`list` shows all of them"
