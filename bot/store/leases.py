"""Which replicas are alive: one row for each running process, with its last heartbeat by the database's clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.model.errors import Unavailable
from bot.store.database import Database
from bot.store.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """A replica's claim to be alive. `token` is new at each start; `executor` is its name, kept over restarts."""

    token: str
    executor: str
    host: str
    pid: int


class SqlLeases:
    """The leases in the database. Every call raises Unavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def take(self, lease: Lease) -> None:
        """Take a new lease, beating now."""
        values = {
            "token": lease.token,
            "executor": lease.executor,
            "host": lease.host,
            "pid": lease.pid,
            "beat": self._database.clock(),
            "fenced": False,
        }
        self._change(sa.insert(leases).values(values))

    def beat(self, token: str) -> bool:
        """Renew a lease; False when it was fenced or is gone: its replica counts as dead, and must stop."""
        alive = sa.update(leases).where(leases.c.token == token, leases.c.fenced.is_(False))
        return self._change(alive.values(beat=self._database.clock())) == 1

    def of_executor(self, executor: str) -> tuple[Lease, ...]:
        """Give the leases of this name that are not fenced."""
        return self._leases(leases.c.executor == executor)

    def live(self) -> frozenset[str]:
        """Give the tokens of all leases that are not fenced."""
        return frozenset(lease.token for lease in self._leases(sa.true()))

    def fence(self, tokens: Iterable[str]) -> int:
        """Declare these dead: their replicas find out at their next heartbeat."""
        return self._change(sa.update(leases).where(leases.c.token.in_(list(tokens))).values(fenced=True))

    def fence_silent(self, lease_s: float, but: str = "") -> int:
        """Declare dead what has not beaten for `lease_s` seconds, `but` this token; give how many those are."""
        silent = (leases.c.beat < self._database.clock() - lease_s) & (leases.c.token != but)
        return self._change(sa.update(leases).where(silent, leases.c.fenced.is_(False)).values(fenced=True))

    def drop(self, token: str) -> None:
        """Give a lease back: the replica stops in good order."""
        self._change(sa.delete(leases).where(leases.c.token == token))

    def prune(self, older_than_s: float) -> int:
        """Forget fenced leases that last beat longer ago than `older_than_s` seconds."""
        old = leases.c.beat < self._database.clock() - older_than_s
        return self._change(sa.delete(leases).where(leases.c.fenced.is_(True), old))

    def _leases(self, where: sa.ColumnElement[bool]) -> tuple[Lease, ...]:
        wanted = sa.select(leases.c.token, leases.c.executor, leases.c.host, leases.c.pid)
        try:
            with self._database.engine.connect() as connection:
                rows = connection.execute(wanted.where(where, leases.c.fenced.is_(False)))
                return tuple(Lease(*row) for row in rows)
        except sa.exc.SQLAlchemyError as error:
            raise _unavailable("read the leases") from error

    def _change(self, statement: sa.Insert | sa.Update | sa.Delete) -> int:
        try:
            with self._database.engine.begin() as connection:
                return connection.execute(statement).rowcount
        except sa.exc.SQLAlchemyError as error:
            raise _unavailable("write a lease") from error


def _unavailable(operation: str) -> Unavailable:
    return Unavailable(f"the database does not answer: cannot {operation}", system="database", operation=operation)
