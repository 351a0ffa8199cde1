"""Raw message to Ticket: cleaned, capped, masked, with an identity that re-delivery keeps."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.kit.redaction import mask
from bot.kit.text import clean, cut, one_line
from bot.model.ports import Clock
from bot.model.ticket import Origin, Priority, RawMessage, Ticket, TicketKind

MAX_SUMMARY = 300
MAX_BODY = 50_000
MAX_FIELD = 2_000
MAX_FIELDS = 50

_PRIORITY_WORDS = {
    "p1": Priority.P1, "highest": Priority.P1, "blocker": Priority.P1, "critical": Priority.P1, "1": Priority.P1,
    "p2": Priority.P2, "high": Priority.P2, "major": Priority.P2, "2": Priority.P2,
    "p3": Priority.P3, "medium": Priority.P3, "normal": Priority.P3, "3": Priority.P3,
    "p4": Priority.P4, "low": Priority.P4, "lowest": Priority.P4, "minor": Priority.P4, "trivial": Priority.P4,
    "4": Priority.P4,
}  # fmt: skip
_KIND_WORDS = {
    "service request": TicketKind.SERVICE_REQUEST,
    "service_request": TicketKind.SERVICE_REQUEST,
    "request": TicketKind.SERVICE_REQUEST,
    "access": TicketKind.SERVICE_REQUEST,
    "problem": TicketKind.PROBLEM,
    "change": TicketKind.CHANGE,
}


def receive(raw: RawMessage, clock: Clock) -> Ticket:
    """Make the ticket of a raw message. The same message gives the same id, however often it arrives."""
    body, summary = clean(raw.body), one_line(clean(raw.summary), MAX_SUMMARY)
    origin = _with_revision(raw, summary, body)
    return Ticket(
        id=ticket_id(origin),
        key=one_line(clean(raw.origin.key), 120),
        kind=_KIND_WORDS.get(raw.kind.strip().lower(), TicketKind.INCIDENT),
        origin=origin,
        summary=mask(summary) or "(no summary)",
        body=mask(cut(body, MAX_BODY)),
        reporter=one_line(clean(raw.reporter), 120),
        priority=_PRIORITY_WORDS.get(raw.priority.strip().lower(), Priority.P3),
        received_at=raw.received_at or clock(),
        fields=_fields(raw),
        reply_to=raw.reply_to,
        invocation=raw.invocation,
        cut=len(body) > MAX_BODY,
    )


def ticket_id(origin: Origin) -> str:
    """Derive the id from source, site, key and revision: `t-` and 16 hex digits."""
    identity = "\x1f".join((origin.source, origin.site, origin.key, origin.revision))
    return "t-" + hashlib.sha256(identity.encode()).hexdigest()[:16]


def _with_revision(raw: RawMessage, summary: str, body: str) -> Origin:
    if raw.origin.revision:
        return raw.origin
    content = f"{summary}\x1f{body}\x1f{raw.invocation}"
    return replace(raw.origin, revision=hashlib.sha256(content.encode()).hexdigest()[:12])


def _fields(raw: RawMessage) -> dict[str, str]:
    return {
        one_line(clean(name), 80): mask(cut(clean(value), MAX_FIELD))
        for name, value in list(raw.fields.items())[:MAX_FIELDS]
    }
