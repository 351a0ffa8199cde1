"""What was asked: the raw message as a source hands it over, and the normalised, redacted ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TicketKind(StrEnum):
    """ITIL's word for the record."""

    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"
    PROBLEM = "problem"
    CHANGE = "change"


class Priority(StrEnum):
    """Impact x urgency of a ticket."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


@dataclass(frozen=True, slots=True)
class Address:
    """Where something can be posted: a destination and a place within it.

    `destination` names the integration (`slack`, `jira`, `webhook`); `target` its channel id, ticket key or URL name;
    `thread` the message to reply under (Slack `ts`), empty for none.
    """

    destination: str
    target: str
    thread: str = ""

    def __str__(self) -> str:
        """Print `slack:C012/1700000000.000100`."""
        return f"{self.destination}:{self.target}" + (f"/{self.thread}" if self.thread else "")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a ticket came from. `source`, `site`, `key` and `revision` together are its identity.

    `site` tells two Jiras or two Slack workspaces apart. `revision` changes when what was asked changed
    (a hash of the text, or the id of a click that asks for something else); re-delivery keeps it.
    """

    source: str
    site: str
    key: str
    revision: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A person's explicit wish: this runbook, these parameters. It goes before any matching."""

    runbook: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """What a source hands over, before anything is normalised or masked. Never stored, never logged.

    `fields` are the source's own (Jira: `status`, `labels`, `components`, ...), all as text.
    `reply_to` says where the answer goes when it is not the ticket itself.
    """

    origin: Origin
    summary: str
    body: str = ""
    reporter: str = ""
    kind: str = ""
    priority: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reply_to: tuple[Address, ...] = ()
    invocation: Invocation | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """The record that came in, whatever its kind. Its texts are masked and capped; they stay hostile input."""

    id: str
    key: str
    kind: TicketKind
    origin: Origin
    summary: str
    body: str
    reporter: str
    priority: Priority
    received_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    reply_to: tuple[Address, ...] = ()
    invocation: Invocation | None = None
    cut: bool = False
    """True when the text was longer than the cap and was cut."""

    @property
    def reference(self) -> str:
        """Give what people call it: its key, or its id when the key is only an address (a chat message's)."""
        return self.id if "/" in self.key else self.key

    @property
    def text(self) -> str:
        """Give the summary and the body as one text."""
        return f"{self.summary}\n{self.body}".strip()
