"""Whether a pod fits a node: what it asks for, what is free, the labels it wants, the taints it bears. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bot.probes.kubernetes.answers import Node, Pod
from bot.probes.kubernetes.labels import carries, holds, labels_of
from bot.probes.kubernetes.quantities import number
from bot.probes.kubernetes.verdicts import is_true


class Room(NamedTuple):
    """What a node can give of one resource, what of it is free, and what pods of lower and higher priority hold."""

    node: str
    allocatable: float
    free: float
    lower: float = 0.0
    higher: float = 0.0


def asks(pod: Pod, resource: str) -> float:
    """Sum what a pod requests of a resource, as the scheduler does: its containers, or its largest init container."""
    if resource == "pods":
        return 1.0
    spec = pod.get("spec", {})
    sidecars = [each for each in spec.get("initContainers") or () if each.get("restartPolicy") == "Always"]
    init = [each for each in spec.get("initContainers") or () if each.get("restartPolicy") != "Always"]
    running = sum(_request(each, resource) for each in (*(spec.get("containers") or ()), *sidecars))
    first = max((_request(each, resource) for each in init), default=0.0)
    overhead = number((spec.get("overhead") or {}).get(resource, 0)) or 0.0
    return max(running, first) + overhead


def _request(container: Mapping[str, Any], resource: str) -> float:
    resources = container.get("resources") or {}
    given = (resources.get("requests") or {}).get(resource, (resources.get("limits") or {}).get(resource, 0))
    return number(given) or 0.0


def room(node: Node, pods: Iterable[Pod], resource: str, above: int = 0) -> Room:
    """Give what is left on a node of a resource, beside the pods that run there; `above` is the priority to compare."""
    allocatable = number((node.get("status", {}).get("allocatable") or {}).get(resource, 0)) or 0.0
    held = [(priority(pod), asks(pod, resource)) for pod in pods]
    used = sum(size for _, size in held)
    lower = sum(size for rank, size in held if rank < above)
    higher = sum(size for rank, size in held if rank > above)
    return Room(str(node["metadata"]["name"]), allocatable, max(0.0, allocatable - used), lower, higher)


def priority(pod: Pod) -> int:
    """Give the priority of a pod, 0 when it has none."""
    return int(pod.get("spec", {}).get("priority") or 0)


def is_ready(node: Node) -> bool:
    """Say whether the kubelet of a node reports ready."""
    return is_true(node, "Ready")


def is_cordoned(node: Node) -> bool:
    """Say whether somebody has closed the node to new pods."""
    return bool(node.get("spec", {}).get("unschedulable"))


def hard_taints(pod: Pod, node: Node) -> tuple[str, ...]:
    """Give the taints of a node that keep the pod away, `key=value`; those of cordon and readiness are left out."""
    taints = (
        taint
        for taint in node.get("spec", {}).get("taints") or ()
        if taint.get("effect") in ("NoSchedule", "NoExecute")
        and not str(taint.get("key", "")).startswith("node.kubernetes.io/")
    )
    tolerations = pod.get("spec", {}).get("tolerations") or ()
    return tuple(_taint(taint) for taint in taints if not any(_tolerates(each, taint) for each in tolerations))


def _taint(taint: Mapping[str, Any]) -> str:
    return f"{taint.get('key', '')}={taint.get('value', '')}".rstrip("=")


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint.get("key"))
    return toleration.get("key") == taint.get("key") and (toleration.get("value") or "") == (taint.get("value") or "")


def wanted_labels(pod: Pod) -> Mapping[str, str]:
    """Give the plain node selector of a pod."""
    return pod.get("spec", {}).get("nodeSelector") or {}


def affinity_terms(pod: Pod) -> tuple[Mapping[str, Any], ...]:
    """Give the terms of the required node affinity, of which a node must meet one."""
    node = (pod.get("spec", {}).get("affinity") or {}).get("nodeAffinity") or {}
    required = node.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return tuple(required.get("nodeSelectorTerms") or ())


def chosen_by(pod: Pod, node: Node) -> bool:
    """Say whether the node has what node selector and required affinity ask for."""
    labels = labels_of(node)
    if not carries(labels, wanted_labels(pod)):
        return False
    terms = affinity_terms(pod)
    return not terms or any(_meets(term, node) for term in terms)


def _meets(term: Mapping[str, Any], node: Node) -> bool:
    named = {"metadata.name": str(node["metadata"]["name"])}
    return all(holds(each, labels_of(node)) for each in term.get("matchExpressions") or ()) and all(
        holds(each, named) for each in term.get("matchFields") or ()
    )


def unmet_labels(pod: Pod, nodes: Iterable[Node]) -> tuple[tuple[str, str], ...]:
    """Give (key, wanted) of each selector pair or affinity expression that no node meets."""
    known = [labels_of(node) for node in nodes]
    pairs = [
        (key, value) for key, value in wanted_labels(pod).items() if not any(each.get(key) == value for each in known)
    ]
    for term in affinity_terms(pod):
        for each in term.get("matchExpressions") or ():
            if not any(holds(each, labels) for labels in known):
                pairs.append(
                    (str(each.get("key", "")), f"{each.get('operator')} {', '.join(each.get('values') or ())}".strip())
                )
    return tuple(dict.fromkeys(pairs))
