"""Verdicts: what a judgement over plain objects says, before it is tied to a cluster.

Judgements take dicts and give verdicts, so that they can be tested without any API; `to_finding` adds the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.model.finding import Evidence, Finding, Relation, Severity, Status
from bot.model.resource import Resource
from bot.probes.kubernetes.answers import happened
from bot.probes.kubernetes.kinds import kinds

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView

NAME, HOST = "Name", "Host"
"""Kinds of the network's own: a name that is looked up, and a host outside the cluster."""
MAX_RELATIONS = 20


class Ref(NamedTuple):
    """An object by kind, name and namespace (empty for what has none)."""

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        """Name it for people: `Deployment checkout`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judgement says of `about`.

    `needs` are objects that `about` depends on, `holds` those that depend on it, each with the reason.
    """

    about: Ref
    status: Status
    summary: str
    cause: str = ""
    remedy: str = ""
    seen: str = ""
    command: str = ""
    needs: tuple[tuple[Ref, str], ...] = ()
    holds: tuple[tuple[Ref, str], ...] = ()
    severity: Severity = Severity.INFO
    facts: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


def fault(about: Ref, cause: str, summary: str, remedy: str, *, seen: str = "", **more: Any) -> Verdict:
    """Say that something is broken."""
    return Verdict(about, Status.CRITICAL, summary, cause, remedy, seen or summary, severity=Severity.HIGH, **more)


def symptom(about: Ref, cause: str, summary: str, remedy: str, *, seen: str = "", **more: Any) -> Verdict:
    """Say that something does not work, where the reason is more likely to lie in what it needs."""
    return Verdict(about, Status.CRITICAL, summary, cause, remedy, seen or summary, severity=Severity.MEDIUM, **more)


def caution(about: Ref, cause: str, summary: str, remedy: str, *, seen: str = "", **more: Any) -> Verdict:
    """Say that something deserves a look, but breaks nothing by itself."""
    return Verdict(about, Status.WARNING, summary, cause, remedy, seen or summary, severity=Severity.LOW, **more)


def sound(about: Ref, summary: str, **more: Any) -> Verdict:
    """Say what was looked at and found in order."""
    return Verdict(about, Status.OK, summary, **more)


def ref(obj: Mapping[str, Any], kind: str = "") -> Ref:
    """Name an object as the API gave it; `kind` when items of a list do not carry theirs."""
    metadata = obj.get("metadata", {})
    return Ref(kind or obj.get("kind", ""), metadata.get("name", ""), metadata.get("namespace", ""))


def to_finding(view: KubernetesView, probe: str, verdict: Verdict) -> Finding:
    """Tie a verdict to the cluster of `view`."""
    about = resource(view, verdict.about)
    below = (Relation(about, resource(view, need), why) for need, why in verdict.needs[:MAX_RELATIONS])
    above = (Relation(resource(view, held), about, why) for held, why in verdict.holds[:MAX_RELATIONS])
    command = verdict.command or see(verdict.about)
    evidence = (Evidence(str(verdict.about), verdict.seen, command),) if verdict.seen else ()
    return Finding(
        probe=probe,
        resource=about,
        status=verdict.status,
        summary=verdict.summary,
        severity=verdict.severity,
        cause=verdict.cause,
        remedy=verdict.remedy,
        evidence=evidence,
        relations=(*below, *above),
        facts=verdict.facts,
        since=verdict.since,
    )


def resource(view: KubernetesView, which: Ref) -> Resource:
    """Give the resource of `which` in the cluster of `view`; a name or a host belongs to the network."""
    if which.kind in (NAME, HOST):
        return Resource("network", "", "", which.kind, which.name)
    return view.resource(which.kind, which.name, which.namespace)


def see(which: Ref) -> str:
    """Give the kubectl command that shows `which`."""
    known = kinds().get(which.kind)
    where = f" -n {which.namespace}" if which.namespace and (known is None or known.namespaced) else ""
    return f"kubectl describe {which.kind.lower()} {which.name}{where}"


def read_it(pod: Ref, container: str, previous: bool) -> str:
    """Give the kubectl command that shows the end of a container's log."""
    return f"kubectl logs {pod.name} -n {pod.namespace} -c {container}{' --previous' if previous else ''} --tail=50"


def moment(text: str | None) -> datetime | None:
    """Read an API timestamp (`2026-11-24T10:00:00Z`); None when there is none or it is not one."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def seen_at(event: Mapping[str, Any]) -> datetime | None:
    """Say when an event was last seen."""
    return moment(happened(event))


def age_of(obj: Mapping[str, Any], now: datetime) -> timedelta:
    """Say how old an object is; nothing when it does not tell."""
    created = moment(obj.get("metadata", {}).get("creationTimestamp"))
    return now - created if created else timedelta(0)


def condition(obj: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Give the status condition of that type, empty when absent."""
    found = (each for each in obj.get("status", {}).get("conditions") or () if each.get("type") == kind)
    return next(found, {})


def is_true(obj: Mapping[str, Any], kind: str) -> bool:
    """Say whether the status condition of that type is True."""
    return bool(condition(obj, kind).get("status") == "True")


def count(number: int, noun: str) -> str:
    """Say `1 pod`, `2 pods`, `2 policies`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
