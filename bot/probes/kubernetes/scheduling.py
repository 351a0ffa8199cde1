"""The probe over pods that find no node: what the scheduler says, compared with the real nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.kit.text import listed, one_line
from bot.model.finding import Evidence, Status
from bot.probes.kubernetes import faults, fitting, placement, podstates, refusals, schedulermessage
from bot.probes.kubernetes.answers import Event, Pod
from bot.probes.kubernetes.faults import Fault, FaultyPod
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.placement import Nodes, Reason
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import Ref, age_of, condition, count, moment, ref, see, seen_at, to_finding
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView


SCHEDULING = "kubernetes.pod.scheduling"
DEFAULT_SCHEDULER = "default-scheduler"
UNSEEN = timedelta(minutes=1)
COMING = timedelta(minutes=10)
MAX_MESSAGE = 4000
_REFUSED_GROWTH = re.compile(
    r"max(?:imum)? (?:node group size|limit|cluster)|limit reached|exceed(?:s|ed)? limits? for nodepool|"
    r"no instance type|in backoff after failed scale-up|all available instance types exceed",
    re.IGNORECASE,
)


@probe(
    SCHEDULING,
    permissions=(
        "list pods",
        "list events",
        "list nodes",
        "list replicasets.apps",
        *refusals.PERMISSIONS,
    ),
    facts=("resource", "asked", "free", "node", "label", "wanted", "taint", "claim", "port", "gate", "scheduler"),
)
def scheduling(
    view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "", most_nodes: int = 8
) -> Iterator[Finding]:
    """Why pods stay Pending without a node: room, taints, labels, claims, closed nodes, gates, the autoscaler."""
    refused = () if pod else tuple(_never_created(view, namespace, workload))
    yield from refused
    chosen = choose(view, namespace, workload, pod)
    if refused:
        # That pods are missing has its reason, and those that exist do not make it well.
        chosen = replace(chosen, complete=False)
    yield from faults.told(view, SCHEDULING, chosen, lambda pods: scheduling_faults(view, pods, most_nodes), _well)


def _well(name: str, pods: Sequence[Pod]) -> str:
    return f"Every pod of {name} has a node ({count(len(pods), 'pod')} looked at)"


def waits_for_node(pod: Pod) -> bool:
    """Say whether a pod is Pending without a node."""
    return (
        pod.get("status", {}).get("phase") == "Pending"
        and not pod.get("spec", {}).get("nodeName")
        and not podstates.is_going(pod)
    )


def scheduling_faults(view: KubernetesView, pods: Iterable[Pod], most_nodes: int = 8) -> Iterator[FaultyPod]:
    """Give the faults of those pods that have no node. Pods of one workload with one message share one judgement."""
    judged: dict[tuple[Ref, str], Fault | None] = {}
    for pod in pods:
        if not waits_for_node(pod):
            continue
        about = ref(pod, "Pod")
        events = view.events(about.namespace, "Pod", about.name)
        key = (owner(pod), message_of(pod, events))
        if key not in judged:
            judged[key] = _judge(view, pod, events, key[1], most_nodes)
        found = judged[key]
        if found:
            yield FaultyPod(pod, found)


def message_of(pod: Pod, events: Sequence[Event]) -> str:
    """Give the scheduler's newest message: the condition's, else the event's."""
    said = str(condition(pod, "PodScheduled").get("message", ""))
    if said:
        return said[:MAX_MESSAGE]
    failed = (each for each in events if each.get("reason") == "FailedScheduling" and not _by_karpenter(each))
    return str(next(failed, {}).get("message", ""))[:MAX_MESSAGE]


def _by_karpenter(event: Event) -> bool:
    return "karpenter" in str((event.get("source") or {}).get("component", ""))


def _judge(view: KubernetesView, pod: Pod, events: Sequence[Event], said: str, most_nodes: int) -> Fault | None:
    now = datetime.now(UTC)
    early = before_the_scheduler(pod, said, now)
    if early:
        return _fault(pod, early, said)
    if not said:
        return None
    message = schedulermessage.parse(said)
    listing = view.list("Node")
    nodes = Nodes(listing.items if listing.complete else None)
    resource = placement.lacking(message)
    if nodes.all and resource and resource != "pods":
        nodes = replace(nodes, rooms=_rooms(view, pod, nodes, resource, most_nodes))
    found = placement.reason(pod, message, nodes)
    fault = _fault(pod, with_growth(found, events), said)
    if growing(events, now) or pod.get("status", {}).get("nominatedNodeName"):
        summary = f"{fault.summary[:-1]}; room is being made (a new node or preemption), so wait a few minutes."
        return replace(fault, status=Status.WARNING, summary=summary)
    return fault


def _rooms(view: KubernetesView, pod: Pod, nodes: Nodes, resource: str, most: int) -> tuple[fitting.Room, ...]:
    """Compare the largest nodes that the pod may use: one list of pods for each, whatever the size of the cluster."""
    usable = [
        node
        for node in nodes.meant_for(pod)
        if fitting.is_ready(node) and not fitting.is_cordoned(node) and not fitting.hard_taints(pod, node)
    ]
    usable.sort(key=lambda node: (-fitting.room(node, (), resource).allocatable, str(node["metadata"]["name"])))
    rooms: list[fitting.Room] = []
    for node in usable[:most]:
        fields = f"spec.nodeName={node['metadata']['name']},status.phase!=Succeeded,status.phase!=Failed"
        running = view.list("Pod", "", fields=fields)
        if not running.complete:
            return ()
        rooms.append(fitting.room(node, running, resource, fitting.priority(pod)))
    return tuple(rooms)


def before_the_scheduler(pod: Pod, said: str, now: datetime) -> Reason | None:
    """Say what keeps a pod from even being looked at: a gate, or a scheduler that does not exist or does not run."""
    gates = [str(each.get("name", "")) for each in pod.get("spec", {}).get("schedulingGates") or ()]
    if gates:
        what = f"it is held back by scheduling gate {listed(gates)}"
        remedy = "The controller that set the gate must take it away; ask its owner (a queue such as Kueue does so)."
        return Reason("scheduling-gated", what, remedy, {"gate": gates[0]})
    if said or age_of(pod, now) < UNSEEN:
        return None
    scheduler = str(pod.get("spec", {}).get("schedulerName", DEFAULT_SCHEDULER))
    if scheduler != DEFAULT_SCHEDULER:
        what = f"it names scheduler {scheduler}, and no scheduler of that name has looked at it"
        remedy = f"Correct schedulerName (usually {DEFAULT_SCHEDULER}), or start the scheduler {scheduler}."
        return Reason("scheduler-unknown", what, remedy, {"scheduler": scheduler})
    what = "the scheduler has not looked at it"
    return Reason("scheduler-silent", what, "See whether kube-scheduler runs; its pods are in kube-system.", {})


def with_growth(found: Reason, events: Sequence[Event]) -> Reason:
    """Add what the autoscaler says. Where it may not grow, that is the reason why room stays short."""
    for event in events:
        text = str(event.get("message", ""))
        refusing = event.get("reason") == "NotTriggerScaleUp" or (
            _by_karpenter(event) and event.get("reason") == "FailedScheduling"
        )
        if refusing and found.cause.startswith("insufficient") and _REFUSED_GROWTH.search(text):
            what = f"{found.what}; the autoscaler does not add a node ({one_line(text, 200)})"
            remedy = "Raise the maximum of the node group (or the limits of the node pool), or lower the requests."
            return replace(found, cause="scale-up-refused", what=what, remedy=remedy)
    return found


def growing(events: Sequence[Event], now: datetime) -> bool:
    """Say whether the autoscaler has just ordered a node for the pod."""
    for event in events:
        at = seen_at(event)
        ordered = event.get("reason") in ("TriggeredScaleUp", "Nominated")
        if ordered and at and now - at < COMING:
            return True
    return False


def _fault(pod: Pod, found: Reason, said: str) -> Fault:
    command = see(ref(pod, "Pod"))
    return Fault(
        found.cause,
        f"Pod of {owner(pod).name} finds no node: {found.what}.",
        found.remedy,
        found.cause,
        (Evidence("scheduler", one_line(said, 1000) or "no condition PodScheduled, no event", command),),
        {name: value for name, value in found.facts.items() if value},
        since=_since(pod),
        needs=found.needs,
    )


def _since(pod: Pod) -> datetime | None:
    said = condition(pod, "PodScheduled").get("lastTransitionTime")
    return moment(said or pod["metadata"].get("creationTimestamp"))


def _never_created(view: KubernetesView, namespace: str, workload: str) -> Iterator[Finding]:
    """Pods that are missed may not exist at all: the API server refuses them, over a quota for instance."""
    now, seen = datetime.now(UTC), set()
    for event in view.events(namespace):
        involved = event.get("involvedObject") or {}
        if not refusals.still_stands(event, now):
            continue
        about = _workload_of(view, involved, namespace)
        if about and about not in seen and workload in ("", about.name):
            seen.add(about)
            verdict = refusals.judged(view, about, str(event.get("message", "")))
            holds = () if verdict.about == about else ((about, "its pods are refused"),)
            yield to_finding(view, SCHEDULING, replace(verdict, holds=(*verdict.holds, *holds)))


def _workload_of(view: KubernetesView, involved: Mapping[str, Any], namespace: str) -> Ref | None:
    kind, name = str(involved.get("kind", "")), str(involved.get("name", ""))
    if kind != "ReplicaSet":
        return Ref(kind, name, namespace) if kind in ("StatefulSet", "DaemonSet", "Job") else None
    found = view.get("ReplicaSet", name, namespace).object
    return owner(found) if found and _is_current(found) else None


def _is_current(replica_set: Mapping[str, Any]) -> bool:
    wanted = int(replica_set.get("spec", {}).get("replicas") or 0)
    return int(replica_set.get("status", {}).get("replicas") or 0) < wanted
