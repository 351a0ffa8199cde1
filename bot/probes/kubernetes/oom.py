"""Who killed a container for its memory, by which figure: its limit, the node, or its runtime's settings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.model.finding import Evidence, Status
from bot.probes.kubernetes import runtimes
from bot.probes.kubernetes.answers import Event, Node, Pod
from bot.probes.kubernetes.containers import Container, Termination, containers
from bot.probes.kubernetes.faults import Fault
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.quantities import memory, number
from bot.probes.kubernetes.verdicts import Ref, Verdict, condition, count, fault, is_true, moment, ref, see, seen_at

AROUND = timedelta(minutes=10)
_LIMIT_RANGER = "kubernetes.io/limit-ranger"
_VICTIM = re.compile(r"victim process: (?P<name>[^,]{1,80}), pid: (?P<pid>\d+)")


def killed(pod: Pod) -> tuple[Container, ...]:
    """Give the containers whose newest end was an OOM kill."""
    return tuple(each for each in containers(pod) if each.last and each.last.reason == "OOMKilled")


def judge(
    pod: Pod,
    container: Container,
    node: Node | None = None,
    node_events: Iterable[Event] = (),
    *,
    now: datetime,
    recent: timedelta = timedelta(hours=24),
) -> Fault:
    """Say which limit killed `container`, with its figures. An old kill of a container that is well is a warning."""
    end = container.last
    limit = number((container.spec.get("resources") or {}).get("limits", {}).get("memory", ""))
    system = _system_kill(node_events, end)
    well = container.ready and end is not None and end.finished is not None and now - end.finished > recent
    status = Status.WARNING if well else Status.CRITICAL
    common: dict[str, Any] = {
        "subject": container.name,
        "evidence": _evidence(pod, container, limit),
        "facts": _facts(container, limit),
        "since": end.finished if end else None,
        "status": status,
    }
    said = f"{container.label.capitalize()} of {owner(pod).name} was killed for its memory{_how_often(pod, container)}"
    if system or (limit is None and _presses(node)):
        return _by_node(pod, node, system, said, common)
    if limit is None:
        return Fault(
            "memory-limit-not-set",
            f"{said}: it has no memory limit, so the kernel killed it when memory ran short around it.",
            "Set a memory request and limit that fit what it uses, so that the node keeps the room for it.",
            **common,
        )
    return _by_limit(pod, container, limit, said, common)


def _by_limit(pod: Pod, container: Container, limit: float, said: str, common: Mapping[str, Any]) -> Fault:
    claim = runtimes.over_limit(container, limit)
    if claim:
        return Fault(
            "memory-limit-below-runtime",
            f"{said}: {runtimes.say(claim, limit)}.",
            f"Set {claim.setting.split('=')[0]} to about 70 % of the limit, or raise the limit above it.",
            **common,
        )
    default = f" (the default of a LimitRange: {_ranged(pod)})" if _ranged(pod) else ""
    cause = "init-container-memory-limit" if container.role == "init" else "memory-limit-reached"
    return Fault(
        cause,
        f"{said}: it reached its memory limit of {memory(limit)}{default}.",
        "Compare its use over time with the limit: raise the limit if the need is real, else look for the leak.",
        **common,
    )


def _by_node(pod: Pod, node: Node | None, system: Event | None, said: str, common: Mapping[str, Any]) -> Fault:
    name = str(pod.get("spec", {}).get("nodeName", ""))
    verdict = _starved(name, node, system)
    return Fault(
        "node-out-of-memory",
        f"{said}: node {name} itself ran out of memory.",
        "Repair the node's lack of memory first; give the container a request that reserves what it uses.",
        beneath=(verdict,),
        **common,
    )


def _starved(name: str, node: Node | None, system: Event | None) -> Verdict:
    seen = str(system.get("message", "")) if system else str(condition(node or {}, "MemoryPressure").get("message", ""))
    victim = _VICTIM.search(seen)
    named = f", its kernel killed {victim['name']} (pid {victim['pid']})" if victim else ""
    return fault(
        Ref("Node", name),
        "node-out-of-memory",
        f"Node {name} ran out of memory{named}.",
        "See which pods use more than they request (kubectl top pods), set their requests and limits, add room.",
        seen=seen,
        command=f"kubectl describe node {name}",
    )


def _system_kill(events: Iterable[Event], end: Termination | None) -> Event | None:
    """Give the SystemOOM event of the node at about the time of the end."""
    for event in events:
        if event.get("reason") not in ("SystemOOM", "OOMKilling"):
            continue
        at = seen_at(event)
        if not at or not end or not end.finished or abs(at - end.finished) < AROUND:
            return event
    return None


def _presses(node: Node | None) -> bool:
    return node is not None and is_true(node, "MemoryPressure")


def _ranged(pod: Pod) -> str:
    said = str((pod["metadata"].get("annotations") or {}).get(_LIMIT_RANGER, ""))
    return said.partition("plugin set: ")[2] if "memory limit" in said else ""


def _how_often(pod: Pod, container: Container) -> str:
    began = moment(pod.get("status", {}).get("startTime"))
    if container.restarts < 2 or not began:
        return ""
    return f" ({count(container.restarts, 'restart')} since {began:%Y-%m-%d %H:%M} UTC)"


def _facts(container: Container, limit: float | None) -> Mapping[str, str]:
    request = (container.spec.get("resources") or {}).get("requests", {}).get("memory", "")
    given = (container.spec.get("resources") or {}).get("limits", {}).get("memory", "none")
    known = {"container": container.name, "limit": str(given), "request": str(request or "none")}
    return {**known, "limit_bytes": f"{limit:.0f}" if limit else "", "restarts": str(container.restarts)}


def _evidence(pod: Pod, container: Container, limit: float | None) -> tuple[Evidence, ...]:
    end = container.last
    if not end:
        return ()
    at = f" at {end.finished:%Y-%m-%d %H:%M:%S} UTC" if end.finished else ""
    ran = f", after {int((end.finished - end.started).total_seconds())} s" if end.finished and end.started else ""
    bound = memory(limit) if limit else "none"
    text = f"{end.reason}, {end.exit}{at}{ran}; memory limit {bound}; {count(container.restarts, 'restart')}"
    command = see(ref(pod, "Pod"))
    return (Evidence(f"last end of {container.label}", text, command),)
