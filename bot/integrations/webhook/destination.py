"""The escalation webhooks as a destination, so that a hand-over goes through the outbox like everything else."""

from __future__ import annotations

from collections.abc import Mapping

from bot.integrations.webhook.escalation import WebhookTarget
from bot.model.delivery import Delivery, Purpose
from bot.model.errors import InputError


class WebhookDestination:
    """Pages by name: `webhook:NAME` is the target of that name (fulfils `Destination`)."""

    name = "webhook"

    def __init__(self, targets: Mapping[str, WebhookTarget]) -> None:
        """Take the targets by the name that `config/routing.yaml` uses."""
        self._targets = targets

    def find(self, delivery: Delivery) -> str | None:
        """Nothing can be asked of a webhook: give the receipt that is known, else None; the key makes a retry safe."""
        return delivery.receipt or None

    def publish(self, delivery: Delivery) -> str:
        """Page once for the delivery's key. Raises OutsideError, InputError when there is nothing or nobody to page."""
        escalation = delivery.content.escalation
        if delivery.purpose is not Purpose.ESCALATION or escalation is None:
            raise InputError(f"a webhook takes hand-overs; it has no place for a {delivery.purpose.value}")
        target = self._targets.get(delivery.address.target)
        if target is None:
            known = ", ".join(sorted(self._targets)) or "none"
            raise InputError(f"no webhook is called {delivery.address.target!r}; there are: {known}")
        return target.page(escalation, delivery.key)

    def revise(self, delivery: Delivery) -> None:
        """Leave it: a page that was sent is not edited."""
