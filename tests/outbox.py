"""An outbox in memory, for tests of what delivers; it obeys the contract in `tests/contract/test_outbox.py`."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.model.delivery import Delivery, DeliveryState, Purpose
from bot.model.report import Card
from bot.model.ticket import Address
from tests.builders import a_ticket


def a_delivery(key: str = "d-1", **more: Any) -> Delivery:
    ticket = a_ticket()
    values: dict[str, Any] = {"address": Address("board", "C1"), "purpose": Purpose.CARD, "content": Card(ticket)}
    return Delivery(key, ticket.id, **{**values, **more})


class MemoryOutbox:
    """Fulfils `ports.Outbox`."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def intend(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            known = self.rows.get(delivery.key)
            receipt = known.receipt if known else ""
            self.rows[delivery.key] = replace(
                delivery, state=DeliveryState.INTENDED, attempts=0, receipt=receipt, error=""
            )

    def get(self, key: str) -> Delivery | None:
        return self.rows.get(key)

    def attempted(self, key: str, error: str) -> int:
        row = self.rows[key]
        self.rows[key] = replace(row, attempts=row.attempts + 1, error=error)
        return row.attempts + 1

    def delivered(self, key: str, receipt: str) -> None:
        self.rows[key] = replace(self.rows[key], state=DeliveryState.DELIVERED, receipt=receipt, error="")

    def abandon(self, key: str, error: str) -> None:
        self.rows[key] = replace(self.rows[key], state=DeliveryState.ABANDONED, error=error)

    def pending(self) -> tuple[str, ...]:
        return tuple(key for key, row in self.rows.items() if row.state is DeliveryState.INTENDED)

    def lock(self, key: str) -> Any:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())

        @contextmanager
        def held() -> Any:
            with lock:
                yield

        return held()
