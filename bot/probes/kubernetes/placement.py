"""Why no node takes a pod, in words: the scheduler's message compared with the pod and the real nodes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.kit.text import listed
from bot.probes.kubernetes import fitting, schedulermessage
from bot.probes.kubernetes.answers import Node, Pod
from bot.probes.kubernetes.containers import claims_of
from bot.probes.kubernetes.labels import labels_of
from bot.probes.kubernetes.nearness import near
from bot.probes.kubernetes.quantities import amount
from bot.probes.kubernetes.schedulermessage import Message, Refusal
from bot.probes.kubernetes.verdicts import Ref, count, ref


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a pod finds no node: `what` completes "pod of checkout finds no node: ..."; `needs` are worth a look."""

    cause: str
    what: str
    remedy: str
    facts: Mapping[str, str]
    needs: tuple[tuple[Ref, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes, None when they could not be read; and what is free, the largest first, of the resource that lacks."""

    all: Sequence[Node] | None = None
    rooms: Sequence[fitting.Room] = ()

    def meant_for(self, pod: Pod) -> tuple[Node, ...]:
        """Give the nodes that selector and affinity allow."""
        return tuple(node for node in self.all or () if fitting.chosen_by(pod, node))


def reason(pod: Pod, message: Message, nodes: Nodes) -> Reason:
    """Say what keeps the pod from every node: the last hurdle of the nodes that it was meant for."""
    for judge in (_claim, _room, _other_scarcity, _no_node):
        found = judge(pod, message, nodes)
        if found:
            return found
    return _excluded(pod, message, nodes)


def lacking(message: Message) -> str:
    """Name the resource of which most nodes have too little, empty when room is not the reason."""
    short = message.of(schedulermessage.ROOM)
    return short[0].what if short else ""


def _claim(pod: Pod, message: Message, nodes: Nodes) -> Reason | None:
    volumes = message.of(schedulermessage.CLAIM, schedulermessage.ZONE, schedulermessage.VOLUME_LIMIT)
    if not volumes or (message.of(schedulermessage.ROOM) and volumes[0].nodes):
        return None
    first, namespace = volumes[0], ref(pod).namespace
    names = [first.what] if first.what else list(claims_of(pod))
    needs = tuple((Ref("PersistentVolumeClaim", name, namespace), "the pod mounts it") for name in names)
    cause, what, remedy = _VOLUME_WORDS[first.kind]
    claims = f"claim {listed(names)}" if names else "a claim"
    return Reason(cause, what.format(claims=claims), remedy, {"claim": names[0] if names else ""}, needs)


_VOLUME_WORDS = {
    schedulermessage.CLAIM: (
        "claim-unbound",
        "{claims} has no volume",
        "See why the claim is not bound: its storage class, its provisioner, its access mode.",
    ),
    schedulermessage.ZONE: (
        "volume-in-other-zone",
        "the volume of {claims} is bound to a zone or node where the pod may not run or finds no room",
        "Bring a node into the volume's zone, or move the data to a volume in the zone where the nodes are.",
    ),
    schedulermessage.VOLUME_LIMIT: (
        "volume-limit-reached",
        "the nodes can attach no more volumes, as {claims} needs",
        "Spread the pods over more nodes, or use an instance type that takes more volumes.",
    ),
}


def _room(pod: Pod, message: Message, nodes: Nodes) -> Reason | None:
    resource = lacking(message)
    if not resource:
        return None
    asked = fitting.asks(pod, resource)
    facts = {"resource": resource, "asked": amount(resource, asked)}
    cause = _ROOM_CAUSES.get(resource, "insufficient-gpu" if "gpu" in resource else "insufficient-resource")
    if resource == "pods":
        return Reason(cause, "the nodes that it may use run as many pods as they can", _MORE_NODES, facts)
    if not nodes.rooms:
        return Reason(cause, f"it asks for {facts['asked']}, and no node has that free", _MORE_NODES, facts)
    best = max(nodes.rooms, key=lambda each: each.free)
    largest = max(nodes.rooms, key=lambda each: each.allocatable)
    facts |= {"free": amount(resource, best.free), "node": best.node}
    if largest.allocatable == 0:
        what = f"it asks for {facts['asked']}, and no node offers any {resource}"
        return Reason(
            cause, what, f"Add nodes that have {resource}, or start the device plug-in on those that should.", facts
        )
    if asked > largest.allocatable:
        what = (
            f"it asks for {facts['asked']}, more than any node has: the largest, {largest.node}, gives "
            f"{amount(resource, largest.allocatable)} in all"
        )
        return Reason(cause, what, "Lower the request, or add a larger type of node.", facts)
    what = f"it asks for {facts['asked']}, and the most that is free is {facts['free']}, on {best.node}"
    return _by_priority(pod, nodes.rooms, what, asked, facts) or Reason(cause, what, _MORE_NODES, facts)


def _by_priority(
    pod: Pod, rooms: Sequence[fitting.Room], what: str, asked: float, facts: Mapping[str, str]
) -> Reason | None:
    """Room that pods of lower priority hold is taken only if the pod may preempt; a low one waits for higher ones."""
    spec = pod.get("spec", {})
    name = str(spec.get("priorityClassName", "")) or "none"
    if spec.get("preemptionPolicy") == "Never" and any(each.free + each.lower >= asked for each in rooms):
        more = f"{what}; pods of lower priority hold enough, but its priority class {name} never preempts"
        remedy = "Wait until room is free, or use a priority class whose preemptionPolicy is PreemptLowerPriority."
        return Reason("preemption-never", more, remedy, facts)
    taken = [each for each in rooms if each.free + each.higher >= asked]
    if fitting.priority(pod) < 0 and taken and not any(each.free + each.lower >= asked for each in rooms):
        more = f"{what}; pods of higher priority than its class {name} ({fitting.priority(pod)}) hold the rest"
        remedy = "It runs when they leave room; raise its priority class if it matters more, or add a node."
        return Reason("priority-too-low", more, remedy, facts)
    return None


_MORE_NODES = "Add a node, lower the request if it is larger than the need, or free what others hold."
_ROOM_CAUSES = {
    "cpu": "insufficient-cpu",
    "memory": "insufficient-memory",
    "ephemeral-storage": "insufficient-ephemeral-storage",
    "pods": "too-many-pods",
}


def _other_scarcity(pod: Pod, message: Message, nodes: Nodes) -> Reason | None:
    found = message.of(schedulermessage.PORT, schedulermessage.AFFINITY, schedulermessage.SPREAD)
    if not found:
        return None
    first = found[0]
    if first.kind == schedulermessage.PORT:
        ports = listed(_host_ports(pod))
        what = f"host port {ports} is taken on every node that it may use"
        return Reason(
            "host-port-taken", what, "Give up hostPort (use a Service), or run one pod a node.", {"port": ports}
        )
    if first.kind == schedulermessage.SPREAD:
        keys = listed([str(each.get("topologyKey", "")) for each in _spread(pod)] or ["its topology"])
        what = f"its topology spread over {keys} allows no node ({first.text})"
        remedy = "Add nodes in the emptier zones, raise maxSkew, or use whenUnsatisfiable: ScheduleAnyway."
        return Reason("topology-spread-unsatisfied", what, remedy, {"label": keys})
    what = f"rules of pod affinity or anti-affinity allow no node ({first.text})"
    remedy = "Add nodes, or make the rule preferred; anti-affinity by host needs as many nodes as replicas."
    return Reason("anti-affinity-unsatisfied", what, remedy, {})


def _host_ports(pod: Pod) -> list[str]:
    ports = (port for each in pod.get("spec", {}).get("containers") or () for port in each.get("ports") or ())
    return [str(port["hostPort"]) for port in ports if port.get("hostPort")]


def _spread(pod: Pod) -> Sequence[Mapping[str, Any]]:
    constraints = pod.get("spec", {}).get("topologySpreadConstraints") or ()
    return [each for each in constraints if each.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"]


def _no_node(pod: Pod, message: Message, nodes: Nodes) -> Reason | None:
    if not message.of(schedulermessage.NO_NODE) and not (nodes.all is not None and not nodes.all):
        return None
    return Reason(
        "no-nodes", "the cluster has no node", "Look at the node group or autoscaler: why has it no node?", {}
    )


def _excluded(pod: Pod, message: Message, nodes: Nodes) -> Reason:
    """No node was even a candidate: all are closed, or shut out by labels and taints."""
    meant = nodes.meant_for(pod)
    if nodes.all and not meant:
        return _no_such_label(pod, nodes.all)
    open_to_it = [node for node in meant if not fitting.hard_taints(pod, node)]
    down = [node for node in open_to_it if not fitting.is_ready(node)]
    closed = [node for node in open_to_it if fitting.is_cordoned(node) and node not in down]
    if closed and len(closed) >= len(down):
        return _closed(closed)
    if down:
        return _down(down)
    return _by_words(pod, message, meant)


def _no_such_label(pod: Pod, nodes: Sequence[Node]) -> Reason:
    unmet = fitting.unmet_labels(pod, nodes)
    if not unmet:
        what = "no node has all the labels that its node selector and affinity ask for together"
        return Reason("node-selector-unmatched", what, _LABEL_REMEDY, {})
    key, wanted = unmet[0]
    known = sorted({labels_of(node)[key] for node in nodes if key in labels_of(node)})
    close = near(key, {label for node in nodes for label in labels_of(node)})
    if known:
        hint = f"nodes have {key} = {listed(known)}"
    else:
        hint = f"no node has that label{f' (near names: {listed(close)})' if close else ''}"
    what = f"no node has the label {key}={wanted} that its node selector or affinity asks for; {hint}"
    return Reason("node-selector-unmatched", what, _LABEL_REMEDY, {"label": key, "wanted": wanted})


_LABEL_REMEDY = "Correct the selector in the pod template, or label (add) the nodes that are meant."


def _closed(nodes: Sequence[Node]) -> Reason:
    names = _names(nodes)
    what = (
        f"{count(len(nodes), 'node')} that it could use {'is' if len(nodes) == 1 else 'are'} cordoned: {listed(names)}"
    )
    remedy = f"Open them again when the maintenance is over (kubectl uncordon {names[0]}); ask whoever closed them."
    needs = tuple((Ref("Node", name), "the pod could run there") for name in names)
    return Reason("nodes-cordoned", what, remedy, {"node": names[0]}, needs)


def _down(nodes: Sequence[Node]) -> Reason:
    names = _names(nodes)
    what = (
        f"{count(len(nodes), 'node')} that it could use {'is' if len(nodes) == 1 else 'are'} not ready: {listed(names)}"
    )
    needs = tuple((Ref("Node", name), "the pod could run there") for name in names)
    return Reason("nodes-not-ready", what, "See why the nodes are not ready.", {"node": names[0]}, needs)


def _names(nodes: Sequence[Node]) -> list[str]:
    return sorted(str(node["metadata"]["name"]) for node in nodes)


def _by_words(pod: Pod, message: Message, meant: Sequence[Node]) -> Reason:
    """What remains is said by the message alone: taints, or a hurdle that is not known here."""
    taints = [each for each in message.of(schedulermessage.TAINT) if not schedulermessage.is_control_plane(each)]
    real = sorted({taint for node in meant for taint in fitting.hard_taints(pod, node)})
    named = [each.what for each in taints] or [taint for taint in real if taint.partition("=")[0] not in _CONTROL_PLANE]
    others: tuple[tuple[str, str, str], ...] = (
        (schedulermessage.CORDONED, "nodes-cordoned", "the nodes that it could use are cordoned"),
        (schedulermessage.NOT_READY, "nodes-not-ready", "the nodes that it could use are not ready"),
        (schedulermessage.PRESSURE, "nodes-under-pressure", "the nodes that it could use are under pressure"),
    )
    for kind, cause, what in others:
        if message.of(kind) and not meant:
            return Reason(cause, what, "Look at the state of the nodes.", {})
    if named or real:
        return _tainted(named or real)
    if message.of(schedulermessage.SELECTOR):
        asked = ", ".join(f"{key}={value}" for key, value in fitting.wanted_labels(pod).items()) or "its affinity"
        what = f"no node matches its node selector or affinity ({asked})"
        return Reason("node-selector-unmatched", what, _LABEL_REMEDY, {})
    for kind, cause, what in others:
        if message.of(kind):
            return Reason(cause, what, "Look at the state of the nodes.", {})
    return _unread(message)


_CONTROL_PLANE = schedulermessage.CONTROL_PLANE


def _tainted(taints: Sequence[str]) -> Reason:
    return Reason(
        "taint-not-tolerated",
        f"it does not tolerate the taint {listed(list(taints))} of the nodes that are left",
        "Add a toleration if the pod is meant for those nodes; else add nodes without the taint.",
        {"taint": taints[0]},
    )


def _unread(message: Message) -> Reason:
    said: tuple[Refusal, ...] = message.refusals
    what = schedulermessage.told(message) if said else "the scheduler does not say why"
    return Reason("unschedulable", what, "Read the scheduler's message; compare it with kubectl describe node.", {})
