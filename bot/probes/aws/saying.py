"""Builds findings in one line, so that a judgement reads as the sentence it makes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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


def near(name: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Give up to three existing names that look like `name`."""
    return tuple(difflib.get_close_matches(name, list(existing), n=3, cutoff=0.6))


def moment(value: object) -> datetime | None:
    """Take a timestamp as the SDK gives it."""
    return value if isinstance(value, datetime) else None


def tagged(thing: Mapping[str, Any], key: str = "Name") -> str:
    """Give the value of a tag, empty when it is not set."""
    return next((str(tag["Value"]) for tag in thing.get("Tags") or () if tag.get("Key") == key), "")


def called(thing: Mapping[str, Any], id_key: str, name_key: str = "") -> str:
    """Name a thing by id and, when it has one, by name: `sg-0a1 (orders-db)`."""
    name = str(thing.get(name_key) or "") if name_key else tagged(thing)
    return f"{thing[id_key]} ({name})" if name else str(thing[id_key])
