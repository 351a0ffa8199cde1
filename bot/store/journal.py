"""Small facts that must outlive the process: events seen, votes, cursors of polls, and who did what."""

from __future__ import annotations

import time

import sqlalchemy as sa

from bot.kit.redaction import mask
from bot.kit.text import one_line
from bot.store.database import Database
from bot.store.tables import audit, cursors, feedback, seen

MAX_DETAIL = 500


class SqlJournal:
    """The journal in the database."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def first_time(self, event: str) -> bool:
        """Record an event id; False when it was recorded before."""
        row = {"event": event, "at": time.time()}
        with self._database.engine.begin() as connection:
            return self._database.insert_new(connection, seen, row)

    def saw(self, event: str) -> bool:
        """Say whether an event id was recorded."""
        with self._database.engine.connect() as connection:
            return connection.execute(sa.select(seen.c.at).where(seen.c.event == event)).first() is not None

    def vote(self, ticket: str, useful: bool, by: str) -> None:
        """Keep a vote; a later vote of the same person replaces the earlier."""
        row = {"ticket": ticket, "by": by, "useful": useful, "at": time.time()}
        with self._database.engine.begin() as connection:
            connection.execute(self._database.upsert(feedback, row, replace=("useful", "at")))

    def votes(self, ticket: str) -> tuple[int, int]:
        """Give how many found the report of a ticket useful, and how many did not."""
        wanted = sa.select(feedback.c.useful).where(feedback.c.ticket == ticket)
        with self._database.engine.connect() as connection:
            given = list(connection.execute(wanted).scalars())
        return sum(given), len(given) - sum(given)

    def cursor(self, name: str) -> str:
        """Give the cursor of that name; empty when there is none yet."""
        with self._database.engine.connect() as connection:
            return connection.execute(sa.select(cursors.c.value).where(cursors.c.name == name)).scalar() or ""

    def keep_cursor(self, name: str, value: str) -> None:
        """Keep the cursor of that name."""
        row = {"name": name, "value": value}
        with self._database.engine.begin() as connection:
            connection.execute(self._database.upsert(cursors, row, replace=("value",)))

    def note(self, who: str, what: str, ticket: str = "", detail: str = "") -> None:
        """Write down who did what to which ticket."""
        row = {
            "at": time.time(),
            "who": one_line(who, 120),
            "what": what,
            "ticket": ticket,
            "detail": one_line(mask(detail), MAX_DETAIL),
        }
        with self._database.engine.begin() as connection:
            connection.execute(sa.insert(audit).values(row))

    def notes(self, ticket: str) -> tuple[tuple[str, str, str], ...]:
        """Give who did what, and its detail, for a ticket, oldest first."""
        wanted = sa.select(audit.c.who, audit.c.what, audit.c.detail).where(audit.c.ticket == ticket)
        with self._database.engine.connect() as connection:
            return tuple((row.who, row.what, row.detail) for row in connection.execute(wanted.order_by(audit.c.id)))

    def prune(self, older_than_s: float) -> int:
        """Forget events seen longer ago than `older_than_s` seconds; give how many there were."""
        with self._database.engine.begin() as connection:
            return connection.execute(sa.delete(seen).where(seen.c.at < time.time() - older_than_s)).rowcount
