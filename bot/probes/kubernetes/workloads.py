"""Probes over Deployments, StatefulSets and DaemonSets: as many pods as asked, of the newest template, or why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.finding import Status
from bot.probes.kubernetes import daemonsets, podstates, refusals, rollouts, statefulsets
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of, selects
from bot.probes.kubernetes.nearness import near, near_hint
from bot.probes.kubernetes.owners import belongs, owns
from bot.probes.kubernetes.verdicts import (
    Ref,
    Verdict,
    condition,
    fault,
    ref,
    to_finding,
)
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

ROLLOUT = "kubernetes.workload.rollout"
VERSION = "kubernetes.workload.version"
KINDS = ("Deployment", "StatefulSet", "DaemonSet")
TO_FIND = ("list deployments.apps", "list statefulsets.apps", "list daemonsets.apps")
"""What `find` needs; with `list pods` also `pods_of`."""


@probe(
    ROLLOUT,
    permissions=(
        *TO_FIND,
        "list replicasets.apps",
        "list pods",
        "list events",
        "list nodes",
        "list services",
        *refusals.PERMISSIONS,
    ),
    facts=("pods", "max_surge", "max_unavailable", *refusals.FACTS),
)
def rollout(
    view: KubernetesView, *, namespace: str, workload: str = "", patience_minutes: int = 10
) -> Iterator[Finding]:
    """Whether each workload runs as many pods of its newest template as it asks for, and what holds it.

    A pod that does not fail and is younger than `patience_minutes` counts as on its way. Named workloads that do not
    exist are a finding; without a name, a workload scaled to zero counts as meant that way.
    """
    found = find(view, namespace, workload)
    if workload and not found:
        verdict = _absent(view, namespace, workload)
        if verdict:
            yield to_finding(view, ROLLOUT, verdict)
    for kind, obj in found:
        if not workload and obj.get("spec", {}).get("replicas") == 0:
            continue
        number = {"pods": str(len(pods_of(view, obj)))}
        for verdict in _judged(view, kind, obj, timedelta(minutes=patience_minutes)):
            yield to_finding(view, ROLLOUT, replace(verdict, facts={**number, **verdict.facts}))


@probe(
    VERSION,
    permissions=TO_FIND,
    facts=("image",),
)
def version(view: KubernetesView, *, namespace: str, workload: str, version: str) -> Iterator[Finding]:
    """Whether the workload's template asks for the version that somebody expects."""
    for kind, obj in find(view, namespace, workload):
        verdict = rollouts.same_image(ref(obj, kind), obj, version)
        if verdict:
            yield to_finding(view, VERSION, verdict)


def find(view: KubernetesView, namespace: str, workload: str = "") -> tuple[tuple[str, Object], ...]:
    """Give (kind, object) of the workload of that name, or of all of the namespace."""
    return tuple(
        (kind, obj)
        for kind in KINDS
        for obj in view.list(kind, namespace)
        if not workload or obj["metadata"]["name"] == workload
    )


def _absent(view: KubernetesView, namespace: str, workload: str) -> Verdict | None:
    listings, pods = [view.list(kind, namespace) for kind in KINDS], view.list("Pod", namespace)
    if not all(listing.complete for listing in (*listings, pods)) or any(belongs(pod, workload) for pod in pods):
        return None
    names = [obj["metadata"]["name"] for listing in listings for obj in listing]
    return fault(
        Ref("Deployment", workload, namespace),
        "workload-missing",
        f"There is no Deployment, StatefulSet or DaemonSet {workload} in {namespace}{near_hint(workload, names)}.",
        "Check the name and the namespace; if it was deleted, deploy it again.",
        command=f"kubectl get deployments,statefulsets,daemonsets -n {namespace}",
        facts={"pods": "0"},
    )


def pods_of(view: KubernetesView, obj: Object) -> tuple[Object, ...]:
    """Give the live pods that the workload's selector selects, by name."""
    selector = obj.get("spec", {}).get("selector")
    pods = view.list("Pod", obj["metadata"]["namespace"])
    chosen = (pod for pod in pods if selects(selector, labels_of(pod)) and not podstates.is_over(pod))
    return tuple(sorted(chosen, key=lambda pod: str(pod["metadata"]["name"])))


def all_pods_of(view: KubernetesView, namespace: str, workload: str) -> tuple[Object, ...]:
    """Give the live pods of the workload of that name."""
    return tuple(pod for _, obj in find(view, namespace, workload) for pod in pods_of(view, obj))


def _judged(view: KubernetesView, kind: str, obj: Object, patience: timedelta) -> Iterator[Verdict]:
    about = ref(obj, kind)
    pods = pods_of(view, obj)
    replica_sets = _replica_sets(view, about) if kind == "Deployment" else ()
    message = _refused(view, obj, about, replica_sets)
    if message:
        yield from refusals.told(view, about, message)
        return
    hint = health_hint(view, pods)
    if kind == "Deployment":
        yield rollouts.judge(rollouts.Rollout(obj, replica_sets, pods, hint))
    elif kind == "StatefulSet":
        verdict = statefulsets.judge(obj, pods, datetime.now(UTC), patience, hint)
        service = _headless(view, obj)
        if service:
            # Pods that fail for a reason of their own matter more than the names that they lack.
            yield service if verdict.status is Status.OK else replace(service, status=Status.WARNING)
        yield verdict
    else:
        yield daemonsets.judge(obj, pods, view.list("Node").items, datetime.now(UTC), patience)


def _replica_sets(view: KubernetesView, about: Ref) -> tuple[Object, ...]:
    return rollouts.newest_first([obj for obj in view.list("ReplicaSet", about.namespace) if owns(about, obj)])


def _refused(view: KubernetesView, obj: Object, about: Ref, replica_sets: Sequence[Object]) -> str:
    """Give the API server's refusal of this workload's pods, if it still stands, else nothing."""
    if about.kind == "Deployment":
        for each in (obj, *replica_sets[:1]):
            failure = condition(each, "ReplicaFailure")
            if failure.get("status") == "True" and failure.get("reason") == "FailedCreate":
                return str(failure.get("message", ""))
        return ""
    status, spec = obj.get("status", {}), obj.get("spec", {})
    exist = status.get("currentNumberScheduled", status.get("replicas", 0))
    if exist >= status.get("desiredNumberScheduled", spec.get("replicas", 1)):
        return ""
    return refusals.refused(view, about)


def _headless(view: KubernetesView, obj: Object) -> Verdict | None:
    namespace, name = obj["metadata"]["namespace"], obj.get("spec", {}).get("serviceName", "")
    services = view.list("Service", namespace)
    if not name or not services.complete:
        return None
    named = {each["metadata"]["name"]: each for each in services}
    return statefulsets.headless(obj, named.get(name), near(name, named))


def health_hint(view: KubernetesView, pods: Sequence[Object]) -> str:
    """Give the newest warning of the kubelet about the health of the first unready pod."""
    for pod in pods:
        if podstates.is_ready(pod):
            continue
        metadata = pod["metadata"]
        for event in view.events(metadata["namespace"], "Pod", metadata["name"]):
            if event.get("reason") == "Unhealthy":
                return f"pod {metadata['name']}: {event.get('message', '')}"
    return ""
