"""Keeps what the chain makes of a ticket, for those who ask later: match, run, report, deliveries.

Each call may be repeated: a step that is done again after a crash writes the same rows again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.kit.codec import from_json, to_json
from bot.model.delivery import Delivery
from bot.model.match import Match
from bot.model.report import Report
from bot.model.run import Run, RunState
from bot.model.runbook import Disposition
from bot.store.database import Database
from bot.store.outbox import SqlOutbox
from bot.store.tables import matches, reports, runs, tickets

T = TypeVar("T")
WAITING = "waiting"


class SqlRecords:
    """The records in the database. Implements `pipeline.flow.Records`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        """Take an open database, and the outbox on it."""
        self._database = database
        self._outbox = outbox

    def keep_match(self, match: Match) -> None:
        """Keep the match of a ticket."""
        row = {"ticket": match.ticket, "content": to_json(match)}
        with self._database.engine.begin() as connection:
            connection.execute(self._database.upsert(matches, row, replace=("content",)))
            _mark(connection, match.ticket, state=RunState.RUNNING.value, runbook=match.runbook or "")

    def keep_run(self, run: Run) -> None:
        """Keep a run as it stands."""
        row = {"id": run.id, "ticket": run.ticket, "state": run.state.value, "content": to_json(run)}
        with self._database.engine.begin() as connection:
            connection.execute(self._database.upsert(runs, row, replace=("state", "content")))
            _mark(connection, run.ticket, runbook=run.runbook)

    def keep_report(self, report: Report) -> None:
        """Keep the report of a ticket; its state becomes its run's, or `waiting` when a question is open."""
        row = {"ticket": report.ticket, "content": to_json(report)}
        with self._database.engine.begin() as connection:
            connection.execute(self._database.upsert(reports, row, replace=("content",)))
            _mark(connection, report.ticket, state=_state(connection, report), headline=report.headline)

    def state_after(self, report: Report) -> str:
        """Give the state in which a ticket is once this report ends its triage."""
        with self._database.engine.connect() as connection:
            return _state(connection, report)

    def intend(self, wanted: Sequence[Delivery]) -> None:
        """Commit deliveries before any is attempted."""
        self._outbox.intend(wanted)

    def match_of(self, ticket: str) -> Match | None:
        """Give the match of a ticket, or None."""
        return self._content(matches, matches.c.ticket == ticket, Match)

    def report_of(self, ticket: str) -> Report | None:
        """Give the report of a ticket, or None."""
        return self._content(reports, reports.c.ticket == ticket, Report)

    def run_of(self, ticket: str) -> Run | None:
        """Give the run of a ticket, or None."""
        return self._content(runs, runs.c.ticket == ticket, Run)

    def _content(self, table: sa.Table, where: sa.ColumnElement[bool], kind: type[T]) -> T | None:
        with self._database.engine.connect() as connection:
            text = connection.execute(sa.select(table.c.content).where(where)).scalars().first()
        return None if text is None else from_json(text, kind)


def _state(connection: sa.Connection, report: Report) -> str:
    if report.disposition is Disposition.ASK:
        return WAITING
    state = connection.execute(sa.select(runs.c.state).where(runs.c.id == report.run)).scalar()
    return state or RunState.COMPLETE.value


def _mark(connection: sa.Connection, ticket: str, **values: Any) -> None:
    """A step that was still running when a person stopped the triage does not bring it back to life."""
    running = sa.update(tickets).where(tickets.c.id == ticket, tickets.c.settled.is_(False))
    connection.execute(running.values(changed_at=time.time(), **values))
