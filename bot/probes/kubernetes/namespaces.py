"""Probes over the namespace itself: is it there, is it going, and is its quota used up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.quantities import number
from bot.probes.kubernetes.verdicts import Ref, Verdict, caution, fault, moment, ref, sound, to_finding
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

STATE = "kubernetes.namespace.state"
QUOTA = "kubernetes.namespace.quota"
FULL = 0.9


@probe(STATE, permissions=("list namespaces", "list pods"), facts=("namespace",))
def state(view: KubernetesView, *, namespace: str) -> Iterator[Finding]:
    """Whether the namespace exists and is not being deleted."""
    found = view.get("Namespace", namespace)
    if found.object:
        yield to_finding(view, STATE, judge(found.object))
    elif found.absent and not view.list("Pod", namespace).items:
        names = [each["metadata"]["name"] for each in view.list("Namespace")]
        yield to_finding(view, STATE, _absent(namespace, names))


def _absent(namespace: str, names: Sequence[str]) -> Verdict:
    return fault(
        Ref("Namespace", namespace),
        "namespace-missing",
        f"There is no namespace {namespace} in this cluster{near_hint(namespace, names)}.",
        "Check the name, and whether it is another cluster that is meant.",
        command="kubectl get namespaces",
    )


def judge(namespace: Object) -> Verdict:
    """Say whether a namespace is being deleted, and what holds that up."""
    about, status = ref(namespace, "Namespace"), namespace.get("status", {})
    if status.get("phase") != "Terminating":
        return sound(about, f"Namespace {about.name} is active.")
    remaining = [
        str(each.get("message", ""))
        for each in status.get("conditions") or ()
        if each.get("status") == "True" and each.get("type", "").startswith("Namespace")
    ]
    why = "; ".join(remaining) or "nothing is said to hold it up"
    return fault(
        about,
        "namespace-terminating",
        f"Namespace {about.name} is being deleted, so nothing new can be created in it: {why}",
        "If it is stuck, remove what remains by the controller that owns its finalizer.",
        seen="\n".join(remaining),
        since=moment(namespace["metadata"].get("deletionTimestamp")),
    )


@probe(QUOTA, permissions=("list resourcequotas",), facts=("quota",))
def quota(view: KubernetesView, *, namespace: str) -> Iterator[Finding]:
    """Whether a ResourceQuota of the namespace is nearly or quite used up."""
    for each in view.list("ResourceQuota", namespace):
        verdict = judge_quota(each)
        if verdict:
            yield to_finding(view, QUOTA, verdict)


def judge_quota(quota: Object) -> Verdict | None:
    """Say which resources of a quota are used to nine tenths or more; None when none is."""
    about, status = ref(quota, "ResourceQuota"), quota.get("status", {})
    hard, used = status.get("hard") or {}, status.get("used") or {}
    tight = [
        f"{what} {used.get(what, '0')} of {limit}"
        for what, limit in hard.items()
        if (number(used.get(what, "0")) or 0) >= FULL * (number(limit) or math.inf)
    ]
    if not tight:
        return None
    return caution(
        about,
        "quota-nearly-used",
        f"ResourceQuota {about.name} is nearly used up: {', '.join(tight)}.",
        "Have the quota raised before the next release, or free what is not needed.",
        facts={"quota": about.name},
    )
