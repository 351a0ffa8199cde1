"""What is known of a probe without running it, and what one call of it brings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.finding import Finding
from bot.model.run import ApiCall


@dataclass(frozen=True, slots=True)
class ProbeParameter:
    """A keyword parameter of a probe, read off its signature. `type` is `str`, `int`, `float` or `bool`."""

    name: str
    type: str
    required: bool
    default: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """What lint, docs and the permission files need to know of a probe.

    `permissions` are spelled as the system does: Kubernetes `list pods`, `get pods/log`, `list deployments.apps`;
    AWS `rds:DescribeDBInstances` (the API operation); network `connect`. `facts` are the fact names that its
    findings may carry, which conditions may read.
    """

    name: str
    system: str
    summary: str
    parameters: tuple[ProbeParameter, ...]
    permissions: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What one call of a probe brought."""

    findings: tuple[Finding, ...]
    api_calls: tuple[ApiCall, ...] = ()
