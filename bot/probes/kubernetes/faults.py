"""Faults of pods: what a judgement says of one container, folded over the pods that share it, made into findings.

A fault lies with the pod. When the object to blame is another one (a missing ConfigMap, a Service that nobody serves),
it stands in `beneath`: the pod is then a symptom of it. `needs` are objects that other probes may find at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.model.finding import Evidence, Finding, Relation, Severity, Status, Unknown
from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.verdicts import Ref, Verdict, count, ref, resource, sound, to_finding

if TYPE_CHECKING:
    from bot.probes.kubernetes.selection import Chosen
    from bot.probes.kubernetes.view import KubernetesView


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
    def about(self) -> Ref:
        """Name the pod."""
        return ref(self.pod, "Pod")


Judge = Callable[[Sequence[Pod]], Iterable[FaultyPod]]
Well = Callable[[str, Sequence[Pod]], str]
"""Says what is well: takes the name that was asked for, and the pods."""


def findings(view: KubernetesView, probe: str, faulty: Iterable[FaultyPod]) -> Iterator[Finding]:
    """Give one finding for each fault that pods of one workload share, then what lies beneath, each object once."""
    groups: dict[tuple[Ref, str, str], list[FaultyPod]] = {}
    for each in sorted(faulty, key=lambda each: (each.about.namespace, each.about.name)):
        groups.setdefault((owner(each.pod), each.fault.cause, each.fault.subject), []).append(each)
    beneath: dict[tuple[Ref, str], Verdict] = {}
    for (workload, _, _), group in groups.items():
        yield _finding(view, probe, workload, group)
        for each in group:
            for verdict in each.fault.beneath:
                beneath.setdefault((verdict.about, verdict.cause), verdict)
    for verdict in beneath.values():
        yield to_finding(view, probe, verdict)


def _finding(view: KubernetesView, probe: str, workload: Ref, group: Sequence[FaultyPod]) -> Finding:
    first, fault = group[0], group[0].fault
    more = f" The same in {count(len(group) - 1, 'more pod')} of {workload}." if len(group) > 1 else ""
    return Finding(
        probe=probe,
        resource=resource(view, first.about),
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
    if workload.kind != "Pod":
        yield Relation(resource(view, workload), resource(view, group[0].about), "runs the pod")
    for each in group:
        pod = resource(view, each.about)
        for need, why in each.fault.needs:
            yield Relation(pod, resource(view, need), why)
        for verdict in each.fault.beneath:
            if verdict.about != each.about:
                yield Relation(pod, resource(view, verdict.about), f"needs {verdict.about}")


def told(view: KubernetesView, probe: str, chosen: Chosen, judge: Judge, well: Well) -> Iterator[Finding]:
    """Give the findings of a probe over the pods that were chosen: their faults, or what it looked at and found well.

    No pod to look at is neither healthy nor a fault; nothing is called well when pods may have been missed.
    """
    if chosen.instead:
        summary = f"Pod {chosen.asked} no longer exists; the pods of {chosen.instead} were looked at instead"
        yield _absent(view, probe, chosen.namespace, summary)
    if chosen.missing:
        yield _absent(view, probe, chosen.namespace, _none_there(chosen))
        return
    faulty = tuple(judge(chosen.pods))
    yield from findings(view, probe, faulty)
    if not faulty and chosen.complete:
        about = Ref("Workload", chosen.asked, chosen.namespace) if chosen.asked else Ref("Namespace", chosen.namespace)
        yield to_finding(view, probe, sound(about, well(chosen.asked or chosen.namespace, chosen.pods)))


def _none_there(chosen: Chosen) -> str:
    what = f"no pod of {chosen.asked} in namespace" if chosen.asked else "no pod in namespace"
    hint = f" (near names: {', '.join(chosen.near)})" if chosen.near else ""
    return f"There is {what} {chosen.namespace}{hint}: check the name, and whether it is scaled to zero"


def _absent(view: KubernetesView, probe: str, namespace: str, summary: str) -> Finding:
    about = view.resource("Namespace", namespace)
    return Finding(probe, about, Status.UNKNOWN, summary, unknown_because=Unknown.ABSENT)
