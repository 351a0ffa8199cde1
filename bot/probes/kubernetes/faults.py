"""Faults of pods: what a judgement says of one container, folded over the pods that share it, made into findings.

A fault lies with the pod. When the object to blame is another one (a missing ConfigMap, a Service that nobody serves),
it stands in `beneath`: the pod is then a symptom of it. `needs` are objects that other probes may find at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.model.finding import Evidence, Finding, Relation, Severity, Status, Unknown
from bot.model.resource import Resource
from bot.probes.kubernetes.verdicts import Ref, Verdict, count, resource, to_finding

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView

Pod = Mapping[str, Any]

HOST = "Host"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one pod. `subject` tells faults with one cause apart (the variable, the image, the host)."""

    cause: str
    summary: str
    remedy: str
    subject: str = ""
    evidence: tuple[Evidence, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    beneath: tuple[Verdict, ...] = ()
    needs: tuple[tuple[Ref, str], ...] = ()
    since: datetime | None = None
    status: Status = Status.CRITICAL


@dataclass(frozen=True, slots=True)
class FaultyPod:
    """A pod and its fault."""

    pod: Pod
    fault: Fault

    @property
    def name(self) -> str:
        """Give the pod's name."""
        return str(self.pod["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Give the pod's namespace."""
        return str(self.pod["metadata"].get("namespace", ""))


def owner(pod: Pod) -> Ref:
    """Name the workload of a pod: its Deployment (over the ReplicaSet), else its controller, else the pod itself."""
    metadata = pod["metadata"]
    namespace = str(metadata.get("namespace", ""))
    controller: Mapping[str, Any] = next(iter(metadata.get("ownerReferences") or ()), {})
    if not controller:
        return Ref("Pod", str(metadata["name"]), namespace)
    kind, name = str(controller.get("kind", "")), str(controller.get("name", ""))
    template = (metadata.get("labels") or {}).get("pod-template-hash", "")
    if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
        return Ref("Deployment", name.removesuffix(f"-{template}"), namespace)
    return Ref(kind, name, namespace)


def findings(view: KubernetesView, probe: str, faulty: Iterable[FaultyPod]) -> Iterator[Finding]:
    """Give one finding for each fault that pods of one workload share, then what lies beneath, each object once."""
    groups: dict[tuple[Ref, str, str], list[FaultyPod]] = {}
    for each in sorted(faulty, key=lambda each: (each.namespace, each.name)):
        groups.setdefault((owner(each.pod), each.fault.cause, each.fault.subject), []).append(each)
    beneath: dict[tuple[Ref, str], Verdict] = {}
    for (workload, _, _), group in groups.items():
        yield _finding(view, probe, workload, group)
        for each in group:
            for verdict in each.fault.beneath:
                beneath.setdefault((verdict.about, verdict.cause), verdict)
    for verdict in beneath.values():
        yield _tied(view, probe, verdict)


def _finding(view: KubernetesView, probe: str, workload: Ref, group: Sequence[FaultyPod]) -> Finding:
    first, fault = group[0], group[0].fault
    about = view.resource("Pod", first.name, first.namespace)
    more = f" The same in {count(len(group) - 1, 'more pod')} of {workload}." if len(group) > 1 else ""
    return Finding(
        probe=probe,
        resource=about,
        status=fault.status,
        summary=f"{fault.summary}{more}",
        severity=Severity.HIGH if fault.status is Status.CRITICAL else Severity.LOW,
        cause=fault.cause,
        remedy=fault.remedy,
        evidence=fault.evidence,
        relations=tuple(_relations(view, workload, group)),
        facts=fault.facts,
        since=fault.since,
    )


def _relations(view: KubernetesView, workload: Ref, group: Sequence[FaultyPod]) -> Iterator[Relation]:
    first = view.resource("Pod", group[0].name, group[0].namespace)
    if workload.kind != "Pod":
        yield Relation(resource(view, workload), first, "runs the pod")
    for each in group:
        pod = view.resource("Pod", each.name, each.namespace)
        for need, why in each.fault.needs:
            yield Relation(pod, target(view, need), why)
        for verdict in each.fault.beneath:
            if verdict.about != Ref("Pod", each.name, each.namespace):
                yield Relation(pod, target(view, verdict.about), f"needs {verdict.about}")


def target(view: KubernetesView, which: Ref) -> Resource:
    """Give the resource of `which`; a host outside the cluster belongs to the network."""
    return Resource("network", "", "", HOST, which.name) if which.kind == HOST else resource(view, which)


def _tied(view: KubernetesView, probe: str, verdict: Verdict) -> Finding:
    return replace(to_finding(view, probe, verdict), resource=target(view, verdict.about))


def healthy(view: KubernetesView, probe: str, namespace: str, name: str, summary: str) -> Finding:
    """Say what was looked at and found in order."""
    about = view.resource("Namespace", namespace) if not name else view.resource("Workload", name, namespace)
    return Finding(probe=probe, resource=about, status=Status.OK, summary=summary)


def nothing_there(view: KubernetesView, probe: str, namespace: str, name: str, near: Sequence[str] = ()) -> Finding:
    """Say that there is no pod to look at: that is neither healthy nor a fault."""
    what = f"no pod of {name} in namespace {namespace}" if name else f"no pod in namespace {namespace}"
    hint = f" (near names: {', '.join(near)})" if near else ""
    summary = f"There is {what}{hint}: check the name, and whether it is scaled to zero"
    return _absent(view, probe, namespace, summary)


def replaced(view: KubernetesView, probe: str, namespace: str, pod: str, workload: str) -> Iterator[Finding]:
    """Say that a pod no longer exists and that those of its workload stand in for it; nothing when it does exist."""
    if workload:
        yield _absent(
            view, probe, namespace, f"Pod {pod} no longer exists; the pods of {workload} were looked at instead"
        )


def _absent(view: KubernetesView, probe: str, namespace: str, summary: str) -> Finding:
    about = view.resource("Namespace", namespace)
    return Finding(probe, about, Status.UNKNOWN, summary, unknown_because=Unknown.ABSENT)
