"""Which card goes where: the conversation that a ticket came from, its Jira issue, its team. Pure."""

from __future__ import annotations

import hashlib

from bot.model.delivery import Delivery, Purpose
from bot.model.report import Card
from bot.model.runbook import Disposition
from bot.model.ticket import Address
from bot.pipeline.routing import Places

LONG_EVIDENCE = 1_500


def deliveries(card: Card, places: Places) -> tuple[Delivery, ...]:
    """Give what must reach whom, now that the card stands as it does. The same card gives the same keys.

    The live card goes to every conversation; a note and labels to the issue once there is a report; the evidence as a
    file when it is long; the hand-over to the team when there is one.
    """
    found: list[tuple[Purpose, Address]] = []
    conversations = [address for address in _conversations(card, places) if address.destination in places.destinations]
    found += [(Purpose.CARD, address) for address in conversations]
    if card.report is not None:
        if len(card.report.evidence) > LONG_EVIDENCE:
            found += [(Purpose.EVIDENCE, address) for address in conversations]
        if "jira" in places.destinations:
            issues = [address for address in card.ticket.reply_to if address.destination == "jira"]
            found += [(Purpose.NOTE, address) for address in issues if _worth_a_note(card)]
            found += [(Purpose.LABELS, address) for address in issues if places.label_tickets]
    if card.escalation is not None and card.escalation.target:
        destination, _, target = card.escalation.target.partition(":")
        if destination in places.destinations:
            found.append((Purpose.ESCALATION, Address(destination, target)))
    return tuple(
        Delivery(delivery_key(card.ticket.id, purpose, address), card.ticket.id, address, purpose, card)
        for purpose, address in dict.fromkeys(found)
    )


def delivery_key(ticket: str, purpose: Purpose, address: Address) -> str:
    """Derive the key that travels with the message: `d-` and 20 hex digits."""
    return "d-" + hashlib.sha256(f"{ticket}\x1f{purpose}\x1f{address}".encode()).hexdigest()[:20]


def _conversations(card: Card, places: Places) -> tuple[Address, ...]:
    chats = tuple(address for address in card.ticket.reply_to if address.destination != "jira")
    if chats or not places.ticket_channel or card.ticket.fields.get("security"):
        return chats  # a ticket that only some may read is not laid open in a channel
    return (Address("slack", places.ticket_channel),)


def _worth_a_note(card: Card) -> bool:
    """A ticket that is none of our business gets a label, and no note in the way of its reader."""
    return card.report is not None and card.report.disposition is not Disposition.NONE
