"""Findings and the relations between their resources, made into root causes and the chain that leads to them.

A critical finding is a root cause when nothing that its resource depends on, directly or through others, is critical
too; every other one is a symptom. Plain graph work: no API, no model, the same answer twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model.explanation import Explanation, Link, NotChecked, RootCause
from bot.model.finding import Finding, Relation, Severity, Status, Unknown
from bot.model.resource import Resource

_SEVERITIES = tuple(Severity)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NAMING = frozenset(
    {"workload", "pod", "service", "ingress", "node", "claim", "job", "host"}
    | {"instance", "bucket", "function", "database", "load_balancer", "target_group"}
)


@dataclass(frozen=True, slots=True)
class _Graph:
    """What depends on what, in a stable order."""

    below: Mapping[Resource, tuple[Resource, ...]]

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> _Graph:
        below: dict[Resource, list[Resource]] = {}
        for relation in relations:
            targets = below.setdefault(relation.source, [])
            if relation.target not in targets and relation.target != relation.source:
                targets.append(relation.target)
        return cls({source: tuple(targets) for source, targets in below.items()})

    def reach(self, start: Resource) -> dict[Resource, Resource]:
        """Give what is reached from `start`, each with the resource it was reached from (breadth first)."""
        came_from: dict[Resource, Resource] = {}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for target in self.below.get(here, ()):
                if target != start and target not in came_from:
                    came_from[target] = here
                    queue.append(target)
        return came_from

    def path(self, start: Resource, end: Resource) -> tuple[Resource, ...]:
        """Give the shortest way from `start` to `end`, both included; empty when there is none."""
        if start == end:
            return (start,)
        came_from = self.reach(start)
        if end not in came_from:
            return ()
        way = [end]
        while way[-1] != start:
            way.append(came_from[way[-1]])
        return tuple(reversed(way))


def explain(findings: Sequence[Finding], parameters: Mapping[str, str]) -> Explanation:
    """Explain a run's findings. `parameters` name the ticket's own resource (`workload`, `pod`, `service`, ...)."""
    graph = _Graph.of(relation for finding in findings for relation in finding.relations)
    critical = _leading(finding for finding in findings if finding.status is Status.CRITICAL)
    reached = {resource: graph.reach(resource) for resource in critical}
    roots = [resource for resource in critical if _is_root(resource, critical, reached)]
    own = _own_resources(findings, graph, parameters)
    from_own = {target for start in own for target in (start, *graph.reach(start))}
    ranked = sorted(roots, key=lambda root: _rank(root, critical[root][0], reached, from_own))
    return Explanation(
        root_causes=tuple(_root_cause(root, critical, reached, root in from_own) for root in ranked),
        chain=_chain(ranked[0], own, graph, findings) if ranked else (),
        ruled_out=_unique(finding.summary for finding in findings if finding.status is Status.OK),
        warnings=_distinct(finding for finding in findings if finding.status is Status.WARNING),
        not_checked=_not_checked(findings),
    )


def _leading(findings: Iterable[Finding]) -> dict[Resource, list[Finding]]:
    """Group critical findings by resource: the most severe first, one for each cause."""
    grouped: dict[Resource, list[Finding]] = {}
    for finding in findings:
        known = grouped.setdefault(finding.resource, [])
        if all(finding.cause != other.cause for other in known):
            known.append(finding)
    for known in grouped.values():
        known.sort(key=lambda finding: -_SEVERITIES.index(finding.severity))
    return grouped


def _is_root(
    resource: Resource, critical: Mapping[Resource, object], reached: Mapping[Resource, Mapping[Resource, object]]
) -> bool:
    """Nothing critical lies below, but for what lies above as well: in a circle the first by name is the root."""
    for other in reached[resource]:
        if other not in critical:
            continue
        in_a_circle = resource in reached[other]
        if not in_a_circle or other < resource:
            return False
    return True


def _rank(
    root: Resource,
    finding: Finding,
    reached: Mapping[Resource, Mapping[Resource, object]],
    from_own: set[Resource],
) -> tuple[bool, int, int, float, str]:
    reach = sum(root in below for below in reached.values())
    newest = -((finding.since or _LONG_AGO) - _LONG_AGO).total_seconds()
    return (root not in from_own, -reach, -_SEVERITIES.index(finding.severity), newest, str(root))


def _root_cause(
    root: Resource,
    critical: Mapping[Resource, Sequence[Finding]],
    reached: Mapping[Resource, Mapping[Resource, object]],
    leads: bool,
) -> RootCause:
    leading, *beside = critical[root]
    above = [finding for resource, found in critical.items() if root in reached[resource] for finding in found]
    return RootCause(leading, (*beside, *above), leads)


def _own_resources(findings: Sequence[Finding], graph: _Graph, parameters: Mapping[str, str]) -> list[Resource]:
    """The resources that the ticket names, those with findings first."""
    names = {value for name, value in parameters.items() if name in _NAMING and value}
    known = [finding.resource for finding in findings]
    known += [resource for source, targets in graph.below.items() for resource in (source, *targets)]
    return [resource for resource in dict.fromkeys(known) if resource.name in names]


def _chain(root: Resource, own: Sequence[Resource], graph: _Graph, findings: Sequence[Finding]) -> tuple[Link, ...]:
    """The longest of the shortest ways from the ticket's own resources, else from any faulty resource, to the root."""
    starts = own or [finding.resource for finding in findings if finding.status is Status.CRITICAL]
    ways = [graph.path(start, root) for start in dict.fromkeys(starts)]
    way = max(ways, key=len, default=()) or (root,)
    said: dict[Resource, Finding] = {}
    for finding in sorted(findings, key=lambda finding: finding.status is not Status.CRITICAL):
        if finding.status in (Status.CRITICAL, Status.WARNING):
            said.setdefault(finding.resource, finding)
    why = {(relation.source, relation.target): relation.why for finding in findings for relation in finding.relations}
    links = []
    for index, resource in enumerate(way):
        fault = said.get(resource)
        next_one = way[index + 1] if index + 1 < len(way) else None
        summary = fault.summary if fault else why.get((resource, next_one), "") if next_one else ""
        links.append(Link(resource, summary, fault.cause if fault else ""))
    return tuple(links)


def _not_checked(findings: Iterable[Finding]) -> tuple[NotChecked, ...]:
    kept: dict[tuple[str, Unknown], NotChecked] = {}
    for finding in findings:
        if finding.status is Status.UNKNOWN:
            because = finding.unknown_because or Unknown.UNSUPPORTED
            kept.setdefault((finding.summary, because), NotChecked(finding.summary, because, finding.permission))
    return tuple(kept.values())


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({(finding.resource, finding.cause, finding.summary): finding for finding in findings}.values())
