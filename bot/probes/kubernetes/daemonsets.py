"""Whether a DaemonSet runs where it should: on every node that it selects, on no other, with the newest template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import carries, labels_of, printed
from bot.probes.kubernetes.statefulsets import waits_for_deletion
from bot.probes.kubernetes.verdicts import Verdict, age_of, count, fault, ref, sound, symptom


def judge(
    daemon_set: Object, pods: Sequence[Object], nodes: Sequence[Object], now: datetime, patience: timedelta
) -> Verdict:
    """Say the one deepest thing about a DaemonSet."""
    about, status = ref(daemon_set, "DaemonSet"), daemon_set.get("status", {})
    wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    special = _no_node(daemon_set, nodes) or _misscheduled(daemon_set, pods, nodes)
    if special:
        return special
    updated = status.get("updatedNumberScheduled", 0)
    if (daemon_set.get("spec", {}).get("updateStrategy") or {}).get("type") == "OnDelete" and updated < wanted:
        return waits_for_deletion(about, updated, wanted)
    unready = [pod for pod in pods if not podstates.is_ready(pod)]
    young = all(not podstates.is_failing(pod) and age_of(pod, now) < patience for pod in unready)
    if ready >= wanted or (unready and young):
        return sound(about, f"{about}: {ready} of {count(wanted, 'pod')} ready.")
    why = f"; pod {unready[0]['metadata']['name']}: {podstates.trouble(unready[0])}" if unready else ""
    return symptom(
        about,
        "workload-unavailable",
        f"{about} has {ready} of {wanted} pods ready{why}.",
        "Look at the pods that are not ready.",
        needs=podstates.needs(unready, "it runs in this pod"),
    )


def _selector(daemon_set: Object) -> Mapping[str, str]:
    return daemon_set.get("spec", {}).get("template", {}).get("spec", {}).get("nodeSelector") or {}


def _no_node(daemon_set: Object, nodes: Sequence[Object]) -> Verdict | None:
    about, selector = ref(daemon_set, "DaemonSet"), _selector(daemon_set)
    if daemon_set.get("status", {}).get("desiredNumberScheduled", 0) or not nodes:
        return None
    if any(carries(labels_of(node), selector) for node in nodes):
        return None
    return fault(
        about,
        "daemonset-matches-no-node",
        f"{about} runs nowhere: none of the {count(len(nodes), 'node')} has its node selector {printed(selector)}.",
        "Label the nodes that it is meant for, or correct spec.template.spec.nodeSelector.",
        seen=f"nodeSelector: {printed(selector)}, status.desiredNumberScheduled: 0",
        command=f"kubectl get nodes -l {printed(selector)}",
    )


def _misscheduled(daemon_set: Object, pods: Sequence[Object], nodes: Sequence[Object]) -> Verdict | None:
    about, number = ref(daemon_set, "DaemonSet"), daemon_set.get("status", {}).get("numberMisscheduled", 0)
    if not number:
        return None
    selector = _selector(daemon_set)
    wrong = {node["metadata"]["name"] for node in nodes if not carries(labels_of(node), selector)}
    there = sorted({pod.get("spec", {}).get("nodeName", "") for pod in pods} & wrong)
    where = f" on {', '.join(there[:3])}" if there else ""
    asked = f" (node selector {printed(selector)})" if selector else " (a taint that its pods do not tolerate)"
    return fault(
        about,
        "daemonset-misscheduled",
        f"{about} has {count(number, 'pod')} running where it should not{where}{asked}.",
        "Correct the node's labels or taints, or the node selector and tolerations of the DaemonSet.",
        seen=f"status.numberMisscheduled: {number}",
        command="kubectl get nodes --show-labels",
    )
