"""Shows a card while its run goes on: best effort, off the run's path, and never over a newer card.

What must arrive goes through the outbox; what is shown here is forgotten with the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.model.delivery import Delivery, Purpose
from bot.model.errors import RateLimited, SecondlineError
from bot.model.ports import Destination, Outbox
from bot.model.report import Card

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 30.0
ENDED = frozenset({"reported", "cancelled", "failed"})


class LiveCards:
    """Edits posted cards in place, the newest state of each ticket only, one after the other in a thread."""

    def __init__(
        self,
        deliveries: Callable[[Card], Sequence[Delivery]],
        outbox: Outbox,
        destinations: Mapping[str, Destination],
    ) -> None:
        """Take where cards go. `show` is the desk's `progress`."""
        self._deliveries = deliveries
        self._outbox = outbox
        self._destinations = destinations
        self._waiting: dict[str, Card] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="live-cards", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def show(self, card: Card) -> None:
        """Show the card as it stands now, soon, unless a newer one comes before; returns at once, never raises."""
        with self._changed:
            self._waiting[card.ticket.id] = card
            self._changed.notify()

    def stop(self) -> None:
        """Forget what waits, and stop."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(LONGEST_PAUSE_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopped)
                if self._stopped:
                    return
                card = self._waiting.pop(next(iter(self._waiting)))
            pause_s = self.edit(card)
            if pause_s:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped, min(pause_s, LONGEST_PAUSE_S))

    def edit(self, card: Card) -> float:
        """Edit what was posted for this ticket; give the seconds to pause when a destination asks us to slow down."""
        pause_s = 0.0
        for delivery in self._deliveries(card):
            try:
                if delivery.purpose is Purpose.CARD:
                    self._edit(delivery.key, card)
            except RateLimited as error:
                pause_s = max(pause_s, error.retry_after_s)
            except SecondlineError as error:
                logger.debug("live card of %s: %s", card.ticket.id, error.message)
        return pause_s

    def _edit(self, key: str, card: Card) -> None:
        with self._outbox.lock(key):
            posted = self._outbox.get(key)
            if posted is None or not posted.receipt or posted.content.stage in ENDED:
                return
            destination = self._destinations.get(posted.address.destination)
            if destination is not None:
                destination.revise(replace(posted, content=card))
