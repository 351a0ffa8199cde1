"""The tickets: one row for each identity, whatever happens to the history of their workflows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.kit.codec import from_json, to_json
from bot.kit.text import clean
from bot.model.ports import TicketStatus
from bot.model.run import RunState
from bot.model.ticket import Address, Invocation, Ticket
from bot.store.database import Database
from bot.store.tables import conversations, tickets


@dataclass(frozen=True, slots=True)
class Job:
    """The triage of a ticket that is under way: its workflow's id, and how often it was begun anew."""

    ticket: str
    workflow: str
    attempts: int
    state: str


class SqlTickets:
    """The tickets in the database."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def add(self, ticket: Ticket, workflow: str) -> bool:
        """Keep a new ticket, to be triaged by `workflow`; False when its identity is known already."""
        now = time.time()
        row = {
            "id": ticket.id,
            "source": ticket.origin.source,
            "site": ticket.origin.site,
            "key": clean(ticket.origin.key),
            "revision": ticket.origin.revision,
            "content": to_json(ticket),
            "received_at": ticket.received_at.timestamp(),
            "state": RunState.QUEUED.value,
            "runbook": "",
            "headline": "",
            "workflow": workflow,
            "invocation": "",
            "attempts": 0,
            "settled": False,
            "changed_at": now,
        }
        with self._database.engine.begin() as connection:
            fresh = self._database.insert_new(connection, tickets, row)
            for address in ticket.reply_to if fresh else ():
                talk = {"address": str(address), "ticket": ticket.id, "since": now}
                self._database.insert_new(connection, conversations, talk)
        return fresh

    def get(self, ticket: str) -> Ticket | None:
        """Give a ticket as it came in, or None."""
        with self._database.engine.connect() as connection:
            row = connection.execute(sa.select(tickets).where(tickets.c.id == ticket)).one_or_none()
        return None if row is None else from_json(row.content, Ticket)

    def job(self, ticket: str) -> Job | None:
        """Give what is known of the triage of a ticket that has not settled; None when it has, or does not exist."""
        found = self._jobs(tickets.c.id == ticket)
        return found[0] if found else None

    def unsettled(self, older_than_s: float) -> tuple[Job, ...]:
        """Give the triages that have not settled and showed no sign of life for `older_than_s` seconds."""
        return self._jobs(tickets.c.changed_at <= time.time() - older_than_s)

    def _jobs(self, where: sa.ColumnElement[bool]) -> tuple[Job, ...]:
        wanted = (
            sa.select(tickets.c.id, tickets.c.workflow, tickets.c.attempts, tickets.c.state)
            .where(where, tickets.c.settled.is_(False))
            .order_by(tickets.c.changed_at)
        )
        with self._database.engine.connect() as connection:
            return tuple(Job(*row) for row in connection.execute(wanted))

    def begin(self, ticket: str, workflow: str, *, attempts: int = 0, wish: Invocation | None = None) -> None:
        """Note that `workflow` now triages the ticket: a new attempt, or a new `wish` of a person."""
        values = {
            "workflow": workflow,
            "attempts": attempts,
            "settled": False,
            "state": RunState.QUEUED.value,
            "changed_at": time.time(),
        }
        if wish is not None:
            values["invocation"] = to_json(wish)
        with self._database.engine.begin() as connection:
            connection.execute(sa.update(tickets).where(tickets.c.id == ticket).values(values))

    def wish(self, ticket: str) -> str:
        """Give the last wish that was voiced for a ticket after it came in, as JSON; empty when there is none."""
        with self._database.engine.connect() as connection:
            return connection.execute(sa.select(tickets.c.invocation).where(tickets.c.id == ticket)).scalar() or ""

    def settle(self, ticket: str, workflow: str, state: str) -> bool:
        """Note that the triage by `workflow` ended in `state`; False when another one has begun or it had ended."""
        change = (
            sa.update(tickets)
            .where(tickets.c.id == ticket, tickets.c.workflow == workflow, tickets.c.settled.is_(False))
            .values(settled=True, state=state, changed_at=time.time())
        )
        with self._database.engine.begin() as connection:
            return bool(connection.execute(change).rowcount)

    def at(self, address: Address) -> str | None:
        """Give the id of the newest ticket whose conversation is at `address`, or None."""
        wanted = (
            sa.select(conversations.c.ticket)
            .where(conversations.c.address == str(address))
            .order_by(conversations.c.since.desc())
        )
        with self._database.engine.connect() as connection:
            return connection.execute(wanted.limit(1)).scalar()

    def of_key(self, key: str) -> str | None:
        """Give the id of the newest ticket with this key, or None."""
        wanted = sa.select(tickets.c.id).where(tickets.c.key == clean(key)).order_by(tickets.c.received_at.desc())
        with self._database.engine.connect() as connection:
            return connection.execute(wanted.limit(1)).scalar()

    def status(self, ticket: str | None, limit: int) -> tuple[TicketStatus, ...]:
        """Give one ticket, or the newest `limit`, newest first."""
        wanted = sa.select(tickets).order_by(tickets.c.received_at.desc(), tickets.c.id).limit(limit)
        if ticket is not None:
            wanted = wanted.where(tickets.c.id == ticket)
        with self._database.engine.connect() as connection:
            return tuple(_status(row) for row in connection.execute(wanted))


def _status(row: sa.Row[tuple[object, ...]]) -> TicketStatus:
    content = from_json(row.content, Ticket)
    wish = from_json(row.invocation, Invocation) if row.invocation else content.invocation
    return TicketStatus(
        ticket=row.id,
        key=row.key,
        summary=content.summary,
        state=row.state,
        runbook=row.runbook,
        headline=row.headline,
        received_at=datetime.fromtimestamp(row.received_at, UTC),
        url=content.origin.url,
        by=wish.by if wish else content.reporter,
    )
