"""Probes over nodes: those that a workload's pods run on, or all when there is no workload in question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.verdicts import (
    Ref,
    Verdict,
    caution,
    condition,
    count,
    fault,
    is_true,
    moment,
    ref,
    sound,
    to_finding,
)
from bot.probes.kubernetes.workloads import TO_FIND, all_pods_of
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.node.state"
PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


@probe(
    NAME,
    permissions=(
        "list nodes",
        "list pods",
        *TO_FIND,
    ),
    facts=("node", "instance"),
)
def state(view: KubernetesView, *, namespace: str, workload: str = "") -> Iterator[Finding]:
    """Whether the nodes that the pods of a workload (or of the namespace) run on are ready and without pressure."""
    users: dict[str, list[Object]] = {}
    for pod in _pods(view, namespace, workload):
        if not podstates.is_over(pod):
            users.setdefault(pod.get("spec", {}).get("nodeName") or "", []).append(pod)
    users.pop("", None)
    good = 0
    for name in sorted(users):
        node = view.get("Node", name)
        left = [pod for pod in users[name] if podstates.is_going(pod)]
        gone = node.absent and left and view.list("Node").items
        verdict = judge(node.object, users[name]) if node.object else _gone(name, left) if gone else None
        if verdict:
            yield to_finding(view, NAME, verdict)
        else:
            good += bool(node.object)
    if good:
        at = Ref("Namespace", namespace)
        yield to_finding(
            view, NAME, sound(at, f"{count(good, 'node')} under the pods of {workload or namespace}: ready.")
        )


def _pods(view: KubernetesView, namespace: str, workload: str) -> Sequence[Object]:
    if not workload:
        return view.list("Pod", namespace).items
    return all_pods_of(view, namespace, workload)


def judge(node: Object, pods: Sequence[Object]) -> Verdict | None:
    """Say what is wrong with a node on which `pods` run; None when it is in order."""
    about, ready = ref(node, "Node"), condition(node, "Ready")
    held = podstates.needs(pods, "it runs on this node")
    facts = {"node": about.name, "instance": instance_of(node)}
    if not is_true(node, "Ready"):
        silent = ready.get("status") == "Unknown"
        said = "its kubelet no longer reports" if silent else ready.get("message", "")
        return fault(
            about,
            "node-not-ready",
            f"Node {about.name} is not ready: {said or 'it has no Ready condition'}; "
            f"{count(len(pods), 'pod')} in question on it.",
            "Look at the machine: is it up, and does its kubelet run?",
            seen=str(ready.get("message", "")),
            holds=held,
            facts=facts,
            since=moment(ready.get("lastTransitionTime")),
        )
    for kind in PRESSURES:
        pressed = condition(node, kind)
        if is_true(node, kind):
            return caution(
                about,
                "node-under-pressure",
                f"Node {about.name} reports {kind}: {pressed.get('message', '')}.",
                "Free what is short on the node, or move pods away; it evicts pods and takes no new ones.",
                holds=held,
                facts=facts,
                since=moment(pressed.get("lastTransitionTime")),
            )
    if node.get("spec", {}).get("unschedulable"):
        say = f"Node {about.name} is cordoned: what runs there goes on, nothing new is placed."
        return caution(
            about, "node-cordoned", say, f"When its work is done: kubectl uncordon {about.name}.", facts=facts
        )
    return None


def _gone(name: str, pods: Sequence[Object]) -> Verdict:
    return fault(
        Ref("Node", name),
        "node-gone",
        f"Node {name} no longer exists, so pod {pods[0]['metadata']['name']} there is never quite deleted.",
        "Delete the pods that are left over (kubectl delete pod --force), so that they are made anew elsewhere.",
        seen=f"spec.nodeName: {name}",
        command="kubectl get nodes",
        holds=podstates.needs(pods, "it is said to run on this node"),
        facts={"node": name},
    )


def instance_of(node: Object) -> str:
    """Give the EC2 instance behind a node (`i-0abc...`), empty when it is not one."""
    provider = str(node.get("spec", {}).get("providerID", ""))
    return provider.rpartition("/")[2] if provider.startswith("aws://") else ""
