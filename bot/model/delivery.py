"""What reached whom: a card on its way, and the proof that it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.model.report import Card
from bot.model.ticket import Address


class Purpose(StrEnum):
    """What a delivery is for. A ticket has at most one delivery for each purpose and address.

    `card`: the one message of the ticket, edited in place. `evidence`: the long part, as a file in its thread.
    `note`: the internal note on the ticket. `labels`: the ticket's labels. `escalation`: the hand-over to a team.
    """

    CARD = "card"
    EVIDENCE = "evidence"
    NOTE = "note"
    LABELS = "labels"
    ESCALATION = "escalation"


class DeliveryState(StrEnum):
    """`intended` is committed before the first attempt; `delivered` has a receipt; `abandoned` gave up, and says so."""

    INTENDED = "intended"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way. `key` is deterministic and travels with the message, so it can be found again.

    `receipt` is the destination's own id of what was posted (Slack `channel/ts`, Jira comment id), empty before.
    """

    key: str
    ticket: str
    address: Address
    purpose: Purpose
    content: Card
    state: DeliveryState = DeliveryState.INTENDED
    attempts: int = 0
    receipt: str = ""
    error: str = ""
