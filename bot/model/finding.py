"""One fact with a judgement, the evidence under it and the relations it saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.resource import Resource


class Status(StrEnum):
    """How the thing is. `unknown` (denied, timed out, cut short, absent, unsupported) never counts as `ok`."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a finding is; a ticket has a priority instead."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Unknown(StrEnum):
    """Why a check could not be made."""

    DENIED = "denied"
    TIMED_OUT = "timed_out"
    CUT_SHORT = "cut_short"
    ABSENT = "absent"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The masked raw part under a finding. `command` lets an engineer see it for themselves."""

    label: str
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` needs `target` to work: Ingress to Service, Pod to ConfigMap, Pod to database."""

    source: Resource
    target: Resource
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one probe says of one resource.

    `cause` is a stable slug (`image-tag-not-found`), the same word in code, cases and reports; empty when the
    finding is `ok` or `unknown`. `summary` is one plain sentence, `remedy` the next thing to do.
    `unknown_because` and `permission` are set when the status is `unknown`. `since` is when it began, if known.
    `facts` are short values that later steps and templates read (`{"host": "orders-db", "port": "5432"}`).
    """

    probe: str
    resource: Resource
    status: Status
    summary: str
    severity: Severity = Severity.INFO
    cause: str = ""
    remedy: str = ""
    evidence: tuple[Evidence, ...] = ()
    relations: tuple[Relation, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    unknown_because: Unknown | None = None
    permission: str = ""
