"""Why: root causes against symptoms, the chain between them, and what was not looked at."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.finding import Finding, Unknown
from bot.model.resource import Resource


@dataclass(frozen=True, slots=True)
class RootCause:
    """A critical finding below which nothing critical lies. `symptoms` are the findings that it explains."""

    finding: Finding
    symptoms: tuple[Finding, ...] = ()
    leads: bool = False
    """True for the root that the ticket's own resource reaches."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain from symptom to cause: this resource, and what is said of it."""

    resource: Resource
    summary: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that could not be made: never to be read as healthy."""

    what: str
    because: Unknown
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The graph's answer. `chain` leads from the ticket's own resource down to the first root cause."""

    root_causes: tuple[RootCause, ...] = ()
    chain: tuple[Link, ...] = ()
    ruled_out: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
