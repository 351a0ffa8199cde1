"""Deliveries, kept until they arrived: the intent is committed before any attempt. Implements `ports.Outbox`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from bot.kit.codec import from_json, to_json
from bot.kit.redaction import mask
from bot.kit.text import one_line
from bot.model.delivery import Delivery, DeliveryState, Purpose
from bot.model.ports import Lock
from bot.store.database import Database
from bot.store.tables import conversations, outbox

MAX_ERROR = 500


class SqlOutbox:
    """The outbox in the database."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def intend(self, deliveries: Iterable[Delivery]) -> None:
        """Commit the rows, all or none; a known key has its content replaced and must arrive anew."""
        replaced = ("content", "state", "attempts", "error", "changed_at")
        with self._database.engine.begin() as connection:
            for delivery in deliveries:
                row = {
                    "key": delivery.key,
                    "ticket": delivery.ticket,
                    "state": DeliveryState.INTENDED.value,
                    "content": to_json(delivery),
                    "attempts": 0,
                    "receipt": "",
                    "error": "",
                    "changed_at": time.time(),
                }
                connection.execute(self._database.upsert(outbox, row, replace=replaced))

    def get(self, key: str) -> Delivery | None:
        """Give one delivery as it stands, or None."""
        with self._database.engine.connect() as connection:
            row = connection.execute(sa.select(outbox).where(outbox.c.key == key)).one_or_none()
        if row is None:
            return None
        kept = from_json(row.content, Delivery)
        return replace(
            kept, state=DeliveryState(row.state), attempts=row.attempts, receipt=row.receipt, error=row.error
        )

    def attempted(self, key: str, error: str) -> int:
        """Count a failed attempt and why; give the number of attempts so far, 0 when there is no such delivery."""
        change = (
            sa.update(outbox)
            .where(outbox.c.key == key)
            .values(attempts=outbox.c.attempts + 1, error=_line(error), changed_at=time.time())
            .returning(outbox.c.attempts)
        )
        with self._database.engine.begin() as connection:
            return int(connection.execute(change).scalar() or 0)

    def delivered(self, key: str, receipt: str) -> None:
        """Keep the receipt. A card that was posted opens a conversation about its ticket."""
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(outbox)
                .where(outbox.c.key == key)
                .values(state=DeliveryState.DELIVERED.value, receipt=receipt, error="", changed_at=time.time())
            )
            content = connection.execute(sa.select(outbox.c.content).where(outbox.c.key == key)).scalar()
            if content is None:
                return
            delivery = from_json(content, Delivery)
            if delivery.purpose is Purpose.CARD and not delivery.address.thread:
                row = {
                    "address": f"{delivery.address.destination}:{receipt}",
                    "ticket": delivery.ticket,
                    "since": time.time(),
                }
                self._database.insert_new(connection, conversations, row)

    def abandon(self, key: str, error: str) -> None:
        """Give up on it, and say why."""
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(outbox)
                .where(outbox.c.key == key)
                .values(state=DeliveryState.ABANDONED.value, error=_line(error), changed_at=time.time())
            )

    def pending(self) -> tuple[str, ...]:
        """Give the keys of what has not arrived, oldest first."""
        return self.stale(0)

    def stale(self, older_than_s: float) -> tuple[str, ...]:
        """Give the keys of what has not arrived and was not touched for `older_than_s` seconds, oldest first."""
        wanted = (
            sa.select(outbox.c.key)
            .where(outbox.c.state == DeliveryState.INTENDED.value, outbox.c.changed_at <= time.time() - older_than_s)
            .order_by(outbox.c.changed_at, outbox.c.key)
        )
        with self._database.engine.connect() as connection:
            return tuple(connection.execute(wanted).scalars())

    def lock(self, key: str) -> Lock:
        """Give a lock that excludes other threads, processes and replicas from this delivery."""
        lock: Lock = self._database.lock(f"delivery:{key}")
        return lock


def _line(error: str) -> str:
    return one_line(mask(error), MAX_ERROR)
