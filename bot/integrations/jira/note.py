"""A card as the text of an internal note. Pure."""

from __future__ import annotations

import hashlib

from bot.integrations.jira import wiki
from bot.kit.text import cut
from bot.model.report import Card

MAX_EVIDENCE = 12_000
REFERENCE = "secondline-ref"


def render(card: Card, key: str) -> str:
    """Give the wiki text of a card: the engineer's account, the hand-over, the evidence, and the reference."""
    parts = [wiki.from_markdown(card.report.engineer if card.report else _without_report(card))]
    if card.escalation is not None:
        handed = f"Handed over to {card.escalation.team} ({card.escalation.priority.value}): {card.escalation.reason}"
        parts.append(f"*{wiki.escape(handed)}*")
    if card.note:
        parts.append(wiki.escape(card.note))
    if card.report and card.report.evidence:
        parts.append("h4. Evidence\n" + wiki.noformat(cut(card.report.evidence, MAX_EVIDENCE)))
    return wiki.capped("\n\n".join(part for part in parts if part)) + f"\n\n{reference(key)}"


def reference(key: str) -> str:
    """Give the line that tells a note of ours by its text, for sites that do not keep comment properties."""
    return f"{REFERENCE} {hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _without_report(card: Card) -> str:
    because = card.match.because if card.match else ""
    return because or f"Ticket {card.ticket.key} was {card.stage}."
