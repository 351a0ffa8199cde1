"""Ids of workflows. They are derived, so that whatever is asked for twice is one workflow."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime


def triage_id(ticket: str, turn: str = "") -> str:
    """Derive the id of a triage: the same for the same ticket, and for the same click or attempt (`turn`) on it."""
    return f"triage:{ticket}" + (f":{short(turn)}" if turn else "")


def delivery_id(key: str, stage: str, number: int) -> str:
    """Derive the id of the attempt of that number (from 1) at a delivery, for a stage of its card."""
    return f"{delivery_prefix(key)}{stage}:{number}"


def delivery_prefix(key: str) -> str:
    """Give what the ids of all attempts at a delivery begin with; of all deliveries, for an empty key."""
    return f"deliver:{key}:" if key else "deliver:"


def delivery_key(workflow: str) -> str:
    """Read the key of the delivery off the id of an attempt at it."""
    return workflow.split(":", 2)[1]


def tick_id(job: str, nominal: datetime) -> str:
    """Derive the id of a scheduled run: `tick:poll-jira:2026-11-24T11:00:00Z`."""
    return f"tick:{job}:{nominal.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def short(text: str) -> str:
    """Fold a text of any length and content into 12 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
