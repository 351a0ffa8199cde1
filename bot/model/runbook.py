"""What we know how to do. Built by the catalogue from YAML; nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.model.ticket import Priority


class Disposition(StrEnum):
    """What happens next."""

    ADVISE = "advise"
    ASK = "ask"
    ESCALATE = "escalate"
    HEALTHY = "healthy"
    NONE = "none"


class ParameterType(StrEnum):
    """The type of a runbook's parameter; each has a strict parser in `pipeline/extracting.py`."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    NAMESPACE = "namespace"
    WORKLOAD = "workload"
    POD = "pod"
    SERVICE = "service"
    INGRESS = "ingress"
    NODE = "node"
    CLAIM = "claim"
    JOB = "job"
    CLUSTER = "cluster"
    HOST = "host"
    PORT = "port"
    URL = "url"
    ACCOUNT = "account"
    REGION = "region"
    ARN = "arn"
    INSTANCE = "instance"
    BUCKET = "bucket"
    OBJECT_KEY = "object_key"
    FUNCTION = "function"
    DATABASE = "database"
    LOAD_BALANCER = "load_balancer"
    TARGET_GROUP = "target_group"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed value that a runbook needs."""

    name: str
    type: ParameterType
    description: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Triggers:
    """What in a ticket suggests this runbook."""

    phrases: tuple[str, ...]
    """How people say it, in their words."""
    signals: tuple[str, ...] = ()
    """Exact strings of machines: reason words, error codes (`OOMKilled`, `ErrImagePull`)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One probe call. `arguments` and `when` may hold Jinja2 expressions over parameters and earlier steps."""

    id: str
    probe: str
    why: str
    arguments: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    when: str | None = None
    after: tuple[str, ...] = ()
    """Ids of the steps whose outcome this one reads; derived from its expressions by the catalogue."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a cause, or a condition over the findings, means: what to say and what to do next.

    `say` and `advise` are sandboxed Jinja2 templates over `finding`, `parameters` and `steps`.
    An empty `say` keeps the finding's own summary.
    """

    causes: tuple[str, ...] = ()
    when: str | None = None
    say: str = ""
    advise: tuple[str, ...] = ()
    disposition: Disposition = Disposition.ADVISE


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """Which team takes over when this runbook cannot help, and how urgent that is at least."""

    team: str
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Runbook:
    """The scripted procedure for one kind of ticket."""

    id: str
    title: str
    purpose: str
    not_for: tuple[str, ...]
    owner: str
    reviewed: date
    triggers: Triggers
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]
    conclusions: tuple[Conclusion, ...]
    otherwise: Conclusion
    escalation: EscalationRule

    def parameter(self, name: str) -> Parameter | None:
        """Give the declared parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)
