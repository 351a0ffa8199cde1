"""What becomes of a Service outside its cluster: a load balancer that does not come, traffic that stays on its node."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.kit.text import one_line
from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.verdicts import Verdict, age_of, count, fault, is_true, ref

FAILED = frozenset({"SyncLoadBalancerFailed", "FailedBuildModel", "FailedDeployModel", "CreatingLoadBalancerFailed"})
# The first class whose words all occur in the controller's message (lower case) applies.
_CLASSES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "load-balancer-subnets-missing",
        ("subnet",),
        "Tag the subnets (kubernetes.io/role/elb=1 or internal-elb=1), or name them in the Service's annotations.",
    ),
    ("load-balancer-quota", ("toomany",), "Delete load balancers that nobody uses, or have the quota raised."),
    ("load-balancer-quota", ("limit", "exceeded"), "Delete what nobody uses, or have the account's quota raised."),
    ("load-balancer-quota", ("quota",), "Delete load balancers that nobody uses, or have the quota raised."),
    ("load-balancer-denied", ("accessdenied",), "Give the controller's role the action that the message names."),
    ("load-balancer-denied", ("not authorized",), "Give the controller's role the action that the message names."),
    ("load-balancer-denied", ("unauthorized",), "Give the controller's role the action that the message names."),
)


def pending(service: Object, events: Sequence[Object] | None, now: datetime, patience: timedelta) -> Verdict | None:
    """Say why a Service of type LoadBalancer has no address; `events` are its own, newest first, None when unread."""
    spec, status = service.get("spec", {}), service.get("status", {})
    if spec.get("type") != "LoadBalancer" or (status.get("loadBalancer") or {}).get("ingress"):
        return None
    about = ref(service, "Service")
    if events is None:
        return None
    failed = next((event for event in events if event.get("reason") in FAILED), None)
    if failed:
        message = str(failed.get("message", ""))
        cause, remedy = _classified(message)
        said = one_line(message, 300)
        return fault(about, cause, f"{about} gets no load balancer: {said}", remedy, seen=message)
    if age_of(service, now) < patience:
        return None
    return fault(
        about,
        "load-balancer-no-controller",
        f"{about} waits for a load balancer for {_since(service, now)}, and no controller has said a word about it.",
        f"Install or repair the controller for {spec.get('loadBalancerClass') or 'load balancers'} "
        "(cloud controller manager, AWS Load Balancer Controller, MetalLB).",
        seen="spec.type: LoadBalancer, status.loadBalancer: {}, no events",
    )


def _since(service: Object, now: datetime) -> str:
    minutes = int(age_of(service, now).total_seconds() // 60)
    return count(minutes, "minute") if minutes < 120 else count(minutes // 60, "hour")


def _classified(message: str) -> tuple[str, str]:
    low = message.lower()
    for cause, words, remedy in _CLASSES:
        if all(word in low for word in words):
            return cause, remedy
    return "load-balancer-failed", "Read the controller's message; it retries by itself once the reason is gone."


def local_only(service: Object, pods: Sequence[Object], nodes: Sequence[Object]) -> Verdict | None:
    """Say which nodes drop the Service's traffic, since their policy is Local and they run none of its ready pods.

    A cloud's load balancer leaves such nodes out by itself, so `externalTrafficPolicy` counts for NodePort alone.
    """
    spec, about = service.get("spec", {}), ref(service, "Service")
    if spec.get("internalTrafficPolicy") == "Local":
        which = "internalTrafficPolicy"
    elif spec.get("externalTrafficPolicy") == "Local" and spec.get("type") == "NodePort":
        which = "externalTrafficPolicy"
    else:
        return None
    served = {pod.get("spec", {}).get("nodeName") for pod in pods if podstates.is_ready(pod)}
    up = [node["metadata"]["name"] for node in nodes if is_true(node, "Ready")]
    bare = sorted(set(up) - served)
    if not bare or not served:
        return None
    return fault(
        about,
        "no-local-endpoint",
        f"{about} has {which} Local, and {count(len(bare), 'node')} of {len(up)} run none of its pods "
        f"({', '.join(bare[:3])}): traffic that arrives there is dropped.",
        f"Set {which} to Cluster, or run a pod on every node (a DaemonSet, or a topology spread).",
        seen=f"{which}: Local, pods on: {', '.join(sorted(str(name) for name in served))}",
        facts={"nodes": ",".join(bare)},
    )
