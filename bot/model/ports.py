"""The Protocols through which the rooms meet. `app.py` is the only place where a class meets its port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from bot.model.delivery import Delivery
from bot.model.match import Match
from bot.model.probe import ProbeOutcome, ProbeSpec
from bot.model.report import Escalation, Report
from bot.model.run import ApiCall
from bot.model.runbook import Runbook
from bot.model.ticket import Address, RawMessage, Ticket

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def __call__(self) -> datetime:
        """Give the present moment."""
        ...


# --- probes -----------------------------------------------------------------------------------------------


class ProbeSession(Protocol):
    """The probes of one run: its caches, its deadline. Thread-safe, since a wave calls it in parallel."""

    def run(self, probe: str, arguments: Mapping[str, object]) -> ProbeOutcome:
        """Run one probe. What an outside system refuses becomes an `unknown` finding, not an exception.

        Raises ReadOnlyViolation when the probe oversteps, DeadlineExceeded when the run's time is up.
        """
        ...

    def plan(self, probe: str, arguments: Mapping[str, object]) -> tuple[ApiCall, ...]:
        """List the calls that the probe would make, without making any."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class Probes(Protocol):
    """All probes that exist."""

    def specs(self) -> Mapping[str, ProbeSpec]:
        """Give every probe by name."""
        ...

    def session(self, targets: Mapping[str, str], deadline: datetime) -> ProbeSession:
        """Open the probes for one run. `targets` may name `cluster`, `account`, `region`; the rest is config's."""
        ...


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What names in a text turned out to be. `found` holds parameters (`namespace`, `workload`, ...) that exist.

    `near` are existing names close to what was asked; `note` says in one line what was resolved and how.
    """

    found: Mapping[str, str] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    note: str = ""


class Directory(Protocol):
    """What exists, so that names in a ticket can be told from words."""

    def resolve(self, words: Sequence[str], known: Mapping[str, str]) -> Whereabouts:
        """Look `words` up, within what is already `known` (a `namespace`, say). Unreachable: an empty answer."""
        ...


# --- matching ---------------------------------------------------------------------------------------------


class Matcher(Protocol):
    """Ticket to Match; the one function behind which matching may change."""

    def __call__(self, ticket: Ticket) -> Match:
        """Rank the runbooks for `ticket`, bind parameters, decide."""
        ...


# --- sources and destinations -----------------------------------------------------------------------------


class Source(Protocol):
    """Somewhere that tickets come from by asking. (Those that push call `FrontDesk.submit` themselves.)"""

    name: str

    def poll(self, cursor: str) -> tuple[Sequence[RawMessage], str]:
        """Give what is new since `cursor` (empty at first), and the next cursor. Overlap is fine.

        Raises OutsideError; the cursor then stays.
        """
        ...


class Destination(Protocol):
    """Somewhere that cards can be posted."""

    name: str

    def find(self, delivery: Delivery) -> str | None:
        """Ask the destination whether a message with the delivery's key is there; give its receipt or None."""
        ...

    def publish(self, delivery: Delivery) -> str:
        """Post it, carrying the key; give the receipt. Raises OutsideError, or InputError when it can never work."""
        ...

    def revise(self, delivery: Delivery) -> None:
        """Bring the message behind `delivery.receipt` up to date with `delivery.content`. Idempotent."""
        ...


class EscalationTarget(Protocol):
    """A paging system of a team."""

    name: str

    def page(self, escalation: Escalation, key: str) -> str:
        """Page the team once for `key`; give the vendor's receipt. Raises OutsideError."""
        ...


# --- the front desk: what listeners may ask of the engine --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to a submitted message: its ticket, and whether it is new (False: seen before, nothing started)."""

    ticket: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class TicketStatus:
    """A ticket as `/l2 status` shows it. `state` is a RunState value, or `waiting` while a question is open."""

    ticket: str
    key: str
    summary: str
    state: str
    runbook: str
    headline: str
    received_at: datetime
    url: str = ""
    by: str = ""


class FrontDesk(Protocol):
    """Everything that a chat command, a button or a webhook may ask for. Calls return at once; work is queued."""

    def submit(self, raw: RawMessage) -> Submission:
        """Take a message in: durable when this returns, triaged in the background, once for its identity."""
        ...

    def first_time(self, event_id: str) -> bool:
        """Record an event id; False when it was recorded before, so that redelivery does nothing."""
        ...

    def ask_again(self, ticket: str, runbook: str, parameters: Mapping[str, str], by: str, click: str) -> Submission:
        """Run `runbook` for a stored ticket: the answer to a question. `click` makes it once per click.

        An empty `runbook` keeps the one matched before. Raises InputError when ticket or runbook are unknown.
        """
        ...

    def ticket_at(self, address: Address) -> str | None:
        """Give the id of the newest ticket whose conversation is at `address`, or None."""
        ...

    def ticket_of_key(self, key: str) -> str | None:
        """Give the id of the newest ticket with this key (`OPS-12`), or None."""
        ...

    def match_of(self, ticket: str) -> Match | None:
        """Give the stored match of a ticket, or None."""
        ...

    def report_of(self, ticket: str) -> Report | None:
        """Give the stored report of a ticket, or None."""
        ...

    def status(self, ticket: str | None = None, limit: int = 10) -> tuple[TicketStatus, ...]:
        """Give one ticket, or the newest `limit`."""
        ...

    def cancel(self, ticket: str, by: str) -> bool:
        """Stop a triage that still runs; False when there is none."""
        ...

    def escalate(self, ticket: str, by: str, reason: str, click: str) -> bool:
        """Hand the ticket over to its team on a person's word; False when that was done before."""
        ...

    def feedback(self, ticket: str, useful: bool, by: str) -> None:
        """Keep a vote; a later vote of the same person replaces the earlier."""
        ...

    def runbooks(self, words: str = "") -> tuple[Runbook, ...]:
        """Give the runbooks, those that `words` fit best first; all of them by id when `words` is empty."""
        ...

    def runbook(self, runbook: str) -> Runbook:
        """Give one runbook; raise InputError that names the nearest when there is none."""
        ...

    def dry_run(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        """List the exact API calls of a run without making any. Raises InputError for a wrong parameter."""
        ...


# --- durable execution and storage -------------------------------------------------------------------------


class Checkpoint(Protocol):
    """Runs one arrow of the flow. The engine's remembers the outcome; the command line's just calls."""

    def __call__(self, name: str, outcome: type[T], work: Callable[[], T]) -> T:
        """Do `work`, or give what it brought before a crash. `outcome` is its type, for reading it back."""
        ...


class Outbox(Protocol):
    """Deliveries, kept until they arrived."""

    def intend(self, deliveries: Iterable[Delivery]) -> None:
        """Commit the rows, before any attempt; a known key only has its content replaced."""
        ...

    def get(self, key: str) -> Delivery | None:
        """Give one delivery, or None."""
        ...

    def attempted(self, key: str, error: str) -> int:
        """Count a failed attempt and why; give the number of attempts so far."""
        ...

    def delivered(self, key: str, receipt: str) -> None:
        """Keep the receipt."""
        ...

    def abandon(self, key: str, error: str) -> None:
        """Give up on it, and say why."""
        ...

    def pending(self) -> tuple[str, ...]:
        """Give the keys of what has not arrived."""
        ...

    def lock(self, key: str) -> Lock:
        """Give a lock that excludes other threads and replicas from this delivery while it is held."""
        ...


class Lock(Protocol):
    """A context manager; entering waits for the lock."""

    def __enter__(self) -> object:
        """Wait for and take the lock."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Give it back."""
        ...
