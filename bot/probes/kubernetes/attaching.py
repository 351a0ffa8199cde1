"""Why a bound volume does not reach its pod: read off what the scheduler, the attach controller and the kubelet say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.kit.text import one_line
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of
from bot.probes.kubernetes.podstates import unschedulable
from bot.probes.kubernetes.provisioning import DENIED, denied, driver_of, no_driver, said
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref, see

ZONE = "topology.kubernetes.io/zone"
_MULTI = re.compile(r"Multi-Attach error|already (?:exclusively )?(?:attached|used by pod)", re.I)
_LIMIT = re.compile(
    r"max volume count|attachment limit|AttachmentLimitExceeded|maximum number of (?:attach|volume)", re.I
)
_UNKNOWN_DRIVER = re.compile(r"driver name (?P<name>\S+) not found in the list of registered CSI drivers")


def judge(
    claim: Object, volume: Object | None, pod: Object, events: Sequence[Object], pods: Sequence[Object]
) -> Verdict | None:
    """Say why `pod` does not get the volume of a bound `claim`; `events` are the pod's, `pods` all that mount it."""
    about, user = ref(claim, "PersistentVolumeClaim"), ref(pod, "Pod")
    message = said(events, "FailedAttachVolume", "FailedMount")
    scheduling = unschedulable(pod) or said(events, "FailedScheduling")
    if "volume node affinity conflict" in scheduling and volume:
        return _zone(about, volume, user, scheduling)
    if _LIMIT.search(message) or _LIMIT.search(scheduling):
        return _limit(about, user, pod, message if _LIMIT.search(message) else scheduling)
    if not message:
        return None
    if _MULTI.search(message):
        return _multi_attach(about, user, message, pods)
    unknown = _UNKNOWN_DRIVER.search(message)
    if unknown:
        return no_driver(Ref("CSIDriver", unknown["name"]), about, message)
    if DENIED.search(message):
        return denied(Ref("CSIDriver", _driver(volume)), about, message)
    return _mount(about, user, message, claim)


def _driver(volume: Object | None) -> str:
    spec = (volume or {}).get("spec", {})
    return str((spec.get("csi") or {}).get("driver") or driver_of("kubernetes.io/aws-ebs"))


def zone_of(volume: Object) -> str:
    """Give the zone to which a volume's node affinity ties it, empty for none."""
    terms = (((volume.get("spec", {}).get("nodeAffinity") or {}).get("required") or {}).get("nodeSelectorTerms")) or ()
    for term in terms:
        for each in term.get("matchExpressions") or ():
            if str(each.get("key", "")).endswith("/zone"):
                return ", ".join(each.get("values") or ())
    return labels_of(volume).get(ZONE, "")


def _zone(about: Ref, volume: Object, user: Ref, message: str) -> Verdict:
    tied, zone = ref(volume, "PersistentVolume"), zone_of(volume)
    where = f"in zone {zone}" if zone else "on other nodes"
    return fault(
        tied,
        "zone-conflict",
        f"Volume {tied.name} of {about} is {where}, and no node that can take pod {user.name} is there.",
        f"Bring up a node {where}, or drop what ties the pod elsewhere; a volume cannot move, only be restored from a "
        "snapshot.",
        seen=message,
        command="kubectl get nodes -L topology.kubernetes.io/zone",
        holds=((about, "this is its volume"), (user, "it mounts this volume")),
        facts={"zone": zone},
    )


def _limit(about: Ref, user: Ref, pod: Object, message: str) -> Verdict:
    node = pod.get("spec", {}).get("nodeName", "")
    at = Ref("Node", node) if node else user
    where = f"Node {node} has" if node else f"No node is left for pod {user.name}: they have"
    return fault(
        at,
        "attach-limit",
        f"{where} as many volumes attached as it can take, so {about} is not attached: {one_line(message, 300)}",
        "Run the pod on another node, add a node, or use an instance type that takes more volumes.",
        seen=message,
        command=f"kubectl get volumeattachments | grep {node}" if node else "kubectl get csinodes -o yaml",
        holds=((user, "it mounts the volume there"),) if node else (),
    )


def _multi_attach(about: Ref, user: Ref, message: str, pods: Sequence[Object]) -> Verdict:
    holders = [
        f"pod {pod['metadata']['name']} on {pod['spec']['nodeName']}"
        for pod in pods
        if pod["metadata"]["name"] != user.name and pod.get("spec", {}).get("nodeName")
    ]
    by = f", by {', '.join(sorted(holders)[:2])}" if holders else ""
    return fault(
        about,
        "multi-attach",
        f"The volume of {about} is still attached to another node{by}, and can only be attached to one, so pod "
        f"{user.name} does not start.",
        "Let the old pod go first (strategy Recreate, or delete it); after a node died, remove the node or taint it "
        "out-of-service, so that the volume is detached.",
        seen=message,
        command="kubectl get volumeattachments",
        holds=((user, "it mounts this claim"),),
    )


def _mount(about: Ref, user: Ref, message: str, claim: Object) -> Verdict | None:
    volume = claim.get("spec", {}).get("volumeName", "")
    if volume not in message and about.name not in message:
        return None
    return fault(
        about,
        "mount-failing",
        f"The volume of {about} cannot be mounted for pod {user.name}: {one_line(message, 300)}",
        "Read the kubelet's message; look at the CSI driver's pod on that node.",
        seen=message,
        command=see(user),
        holds=((user, "it mounts this claim"),),
    )
