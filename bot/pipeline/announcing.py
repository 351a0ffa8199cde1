"""Shows a run's progress on its card: best effort, off the run's own path, never out of order.

A run must not wait for a slow chat. So one thread of its own shows progress; what is overtaken by newer progress is
left out; and nothing is shown any more once the card's record says that the ticket is settled.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.model.delivery import Delivery, Purpose
from bot.model.errors import SecondlineError
from bot.model.ports import Destination, Outbox
from bot.model.report import Card

log = logging.getLogger(__name__)

SETTLED = frozenset({"reported", "cancelled", "failed"})


class Announcer:
    """Implements the desk's `progress`."""

    def __init__(
        self,
        outbox: Outbox,
        destinations: Mapping[str, Destination],
        deliveries: Callable[[Card], Sequence[Delivery]],
    ) -> None:
        """Take where cards were posted, who can edit them, and which a card has."""
        self._outbox, self._destinations, self._deliveries = outbox, destinations, deliveries
        self._newest: dict[str, Card] = {}
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="announcer", daemon=True)

    def start(self) -> None:
        """Begin to show."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is not shown yet is left out."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(5)

    def __call__(self, card: Card) -> None:
        """Have `card` shown soon, in place of older progress of the same ticket."""
        with self._wake:
            self._newest[card.ticket.id] = card
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._newest)
                if self._stopping:
                    return
                card = self._newest.pop(next(iter(self._newest)))
            for delivery in self._deliveries(card):
                if delivery.purpose is Purpose.CARD:
                    self._show(delivery, card)

    def _show(self, delivery: Delivery, card: Card) -> None:
        """Edit under the delivery's lock, which the final card is posted under too: so it is never overwritten."""
        destination = self._destinations.get(delivery.address.destination)
        if destination is None:
            return
        try:
            with self._outbox.lock(delivery.key):
                known = self._outbox.get(delivery.key)
                if known is not None and known.receipt and known.content.stage not in SETTLED:
                    destination.revise(replace(known, content=card))
        except SecondlineError as error:
            log.info("progress of %s could not be shown: %s", card.ticket.key, error.message)
