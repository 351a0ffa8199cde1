"""Finds what fell between two rows: a triage that broke or was never queued, a delivery that nobody attempts.

The steps and the outbox make this rare: a crash between two commits, a release that changed the order of the steps,
a mistake of ours. Everything that a triage writes is keyed, so beginning it anew repeats nothing that was posted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine import history
from bot.engine.durable import JOBS, DurableEngine
from bot.engine.names import delivery_key, delivery_prefix, triage_id
from bot.model.delivery import Delivery
from bot.model.report import Card
from bot.model.run import RunState
from bot.store.stores import Stores
from bot.store.tickets import Job

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
QUIET_S = 60.0
"""How long something may stand still before it is looked at."""
KEEP_TICKS = timedelta(days=1)
BROKEN = "This could not be triaged: something went wrong in the bot itself. Its log says what; a person must look."


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps and prunes. `deliveries` says where a card goes."""

    engine: DurableEngine
    stores: Stores
    deliveries: Callable[[Card], Sequence[Delivery]]
    keep_history: timedelta
    quiet_s: float = QUIET_S

    def sweep(self, nominal: datetime) -> None:
        """Begin anew what stands still; after several attempts say on the card that it failed."""
        # What lives is read first: a workflow that ends in between counts as live, and is looked at the next time.
        triages = history.live(triage_id(""))
        for job in self.stores.tickets.unsettled(self.quiet_s):
            if job.workflow not in triages:
                self._mend(job)
        delivered = {delivery_key(workflow) for workflow in history.live(delivery_prefix(""))}
        for key in self.stores.outbox.stale(self.quiet_s):
            if key not in delivered:
                logger.warning("delivery %s had no worker and is queued again", key)
                self.engine.dispatch([key], f"sweep-{nominal.timestamp():.0f}")

    def _mend(self, job: Job) -> None:
        if not history.state(job.workflow):
            self.engine.triage(job.ticket, job.workflow, self.stores.tickets.wish(job.ticket))
        elif job.attempts + 1 < MOST_ATTEMPTS:
            attempt = job.attempts + 1
            logger.warning("the triage of ticket %s broke and is begun anew (attempt %d)", job.ticket, attempt + 1)
            workflow = triage_id(job.ticket, f"{job.workflow}:{attempt}")
            self.stores.tickets.begin(job.ticket, workflow, attempts=attempt)
            self.engine.triage(job.ticket, workflow, self.stores.tickets.wish(job.ticket))
        else:
            self._give_up(job)

    def _give_up(self, job: Job) -> None:
        logger.error("the triage of ticket %s broke %d times and is given up", job.ticket, MOST_ATTEMPTS)
        ticket = self.stores.tickets.get(job.ticket)
        if ticket is None or not self.stores.tickets.settle(job.ticket, job.workflow, RunState.FAILED.value):
            return
        card = Card(ticket, "failed", self.stores.records.match_of(ticket.id), note=BROKEN)
        wanted = self.deliveries(card)
        self.stores.outbox.intend(wanted)
        self.engine.dispatch([delivery.key for delivery in wanted], f"failed:{job.workflow}")

    def prune(self, nominal: datetime) -> None:
        """Forget the history of workflows, events and replicas that is older than the settings keep it.

        Tickets, reports and the outbox stay: they are what makes a message that arrives again do nothing.
        """
        forgotten = 0
        while count := history.prune(nominal - KEEP_TICKS, JOBS) + history.prune(nominal - self.keep_history):
            forgotten += count
        self.stores.journal.prune(self.keep_history.total_seconds())
        self.stores.leases.prune(self.keep_history.total_seconds())
        if forgotten:
            logger.info("forgot %d finished workflows", forgotten)
