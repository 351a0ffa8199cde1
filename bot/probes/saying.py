"""Builds findings in one line, so that a judgement reads as the sentence it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.model.finding import Evidence, Finding, Relation, Severity, Status, Unknown
from bot.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Says:
    """What one probe says: `Says("aws.rds.state").critical(...)`."""

    probe: str

    def ok(self, resource: Resource, summary: str, **more: Any) -> Finding:
        """Say that it was looked at and is well."""
        return Finding(self.probe, resource, Status.OK, summary, **more)

    def critical(self, cause: str, resource: Resource, summary: str, remedy: str, **more: Any) -> Finding:
        """Say what is broken, and what to do next; `severity` is high unless given."""
        more.setdefault("severity", Severity.HIGH)
        return Finding(self.probe, resource, Status.CRITICAL, summary, cause=cause, remedy=remedy, **more)

    def warning(self, cause: str, resource: Resource, summary: str, remedy: str, **more: Any) -> Finding:
        """Say what is not broken yet."""
        more.setdefault("severity", Severity.MEDIUM)
        return Finding(self.probe, resource, Status.WARNING, summary, cause=cause, remedy=remedy, **more)

    def unknown(self, because: Unknown, resource: Resource, summary: str, **more: Any) -> Finding:
        """Say what could not be told."""
        return Finding(self.probe, resource, Status.UNKNOWN, summary, unknown_because=because, **more)


def shown(label: str, text: str, command: str = "") -> tuple[Evidence, ...]:
    """Give one piece of evidence, with the command that shows it."""
    return (Evidence(label, text, command),)


def needs(source: Resource, *targets: Resource, why: str = "") -> tuple[Relation, ...]:
    """Relate one resource to those that it needs."""
    return tuple(Relation(source, target, why) for target in targets)
