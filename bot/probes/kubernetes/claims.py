"""Probes over PersistentVolumeClaims: has each its volume, and does the volume reach the pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.probes.kubernetes import attaching, podstates, volumes
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.containers import claims_of
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref, sound, to_finding
from bot.probes.kubernetes.workloads import TO_FIND, all_pods_of
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

BINDING = "kubernetes.claim.binding"
ATTACHING = "kubernetes.claim.attaching"
FACTS = ("provisioner", "driver", "zone")


@probe(
    BINDING,
    permissions=(
        "list persistentvolumeclaims",
        "list persistentvolumes",
        "list storageclasses.storage.k8s.io",
        "list csidrivers.storage.k8s.io",
        "list pods",
        "list events",
        *TO_FIND,
    ),
    facts=FACTS,
)
def binding(
    view: KubernetesView,
    *,
    namespace: str,
    claim: str = "",
    workload: str = "",
    pod: str = "",
    patience_minutes: int = 5,
) -> Iterator[Finding]:
    """Whether claims have a volume, and if not, what the storage class and its provisioner say."""
    claims, now = view.list("PersistentVolumeClaim", namespace), datetime.now(UTC)
    wanted = _wanted(view, namespace, claim, workload, pod)
    known = {each["metadata"]["name"]: each for each in claims}
    mounted = {name for each in view.list("Pod", namespace) if not podstates.is_over(each) for name in claims_of(each)}
    for name in sorted(wanted if wanted is not None else {*known, *mounted}):
        users = mounting(view, namespace, name)
        if name in known:
            storage = _storage(view, known[name], users, bool(claim))
            verdicts = volumes.judge(known[name], storage, now, timedelta(minutes=patience_minutes))
        else:
            # A pod that runs has its claim, whatever the list says.
            waits = bool(claim) or any(each.get("status", {}).get("phase") == "Pending" for each in users)
            verdicts = (_absent(namespace, name, known, users),) if claims.complete and waits else ()
        for verdict in verdicts:
            yield to_finding(view, BINDING, _with_users(verdict, users))


def _wanted(view: KubernetesView, namespace: str, claim: str, workload: str, pod: str) -> set[str] | None:
    """Give the names of the claims that are asked for; None for all.

    Of a pod that is not there, or mounts none, nothing can be told: then every claim of the namespace is looked at.
    """
    if claim:
        return {claim}
    if pod:
        pods = tuple(each for each in view.list("Pod", namespace) if each["metadata"]["name"] == pod)
    else:
        pods = tuple(all_pods_of(view, namespace, workload)) if workload else ()
    return {name for each in pods for name in claims_of(each)} or None


def mounting(view: KubernetesView, namespace: str, claim: str) -> tuple[Object, ...]:
    """Give the live pods that mount a claim, by name."""
    pods = (pod for pod in view.list("Pod", namespace) if claim in claims_of(pod) and not podstates.is_over(pod))
    return tuple(sorted(pods, key=lambda pod: str(pod["metadata"]["name"])))


def _storage(view: KubernetesView, claim: Object, users: Sequence[Object], named: bool) -> volumes.Storage:
    about = ref(claim, "PersistentVolumeClaim")
    if claim.get("status", {}).get("phase") != "Pending":
        return volumes.Storage(pods=users, events=view.events(about.namespace, about.kind, about.name), named=named)
    lists = {kind: view.list(kind) for kind in ("StorageClass", "PersistentVolume", "CSIDriver")}
    classes, bound, drivers = (each.items if each.complete else None for each in lists.values())
    events = view.events(about.namespace, about.kind, about.name)
    heard = view.list("Event", about.namespace).complete
    return volumes.Storage(classes, bound, drivers, users, events, named, heard)


def _absent(namespace: str, name: str, known: Mapping[str, Object], users: Sequence[Object]) -> Verdict:
    needed = f", though pod {users[0]['metadata']['name']} mounts it" if users else ""
    return fault(
        Ref("PersistentVolumeClaim", name, namespace),
        "claim-missing",
        f"There is no PersistentVolumeClaim {name} in {namespace}{needed}{near_hint(name, known)}.",
        "Create the claim, or correct the name in the pod template.",
        command=f"kubectl get persistentvolumeclaims -n {namespace}",
    )


def _with_users(verdict: Verdict, users: Sequence[Object]) -> Verdict:
    """Add that the pods depend on the claim, when the verdict is about the claim."""
    if verdict.about.kind != "PersistentVolumeClaim":
        return verdict
    held = tuple((ref(pod, "Pod"), "it mounts this claim") for pod in users)
    return replace(verdict, holds=tuple(dict.fromkeys((*verdict.holds, *held))))


@probe(
    ATTACHING,
    permissions=(
        "list persistentvolumeclaims",
        "list persistentvolumes",
        "list pods",
        "list events",
        *TO_FIND,
    ),
    facts=FACTS,
)
def attachment(
    view: KubernetesView, *, namespace: str, claim: str = "", workload: str = "", pod: str = ""
) -> Iterator[Finding]:
    """Whether bound volumes reach their pods: zone, attachment to another node, limits of the node, mounting."""
    wanted, seen = _wanted(view, namespace, claim, workload, pod), 0
    for each in view.list("PersistentVolumeClaim", namespace):
        about = ref(each, "PersistentVolumeClaim")
        if (wanted is not None and about.name not in wanted) or each.get("status", {}).get("phase") != "Bound":
            continue
        seen += 1
        verdict = _first(view, each)
        if verdict:
            yield to_finding(view, ATTACHING, verdict)
        elif wanted is not None:
            yield to_finding(view, ATTACHING, sound(about, f"{about}: nothing hinders its volume from being mounted."))


def _first(view: KubernetesView, claim: Object) -> Verdict | None:
    """Judge the claim against each pod that mounts it and has not started; the first fault counts."""
    about = ref(claim, "PersistentVolumeClaim")
    users = mounting(view, about.namespace, about.name)
    for pod in users:
        if pod.get("status", {}).get("phase") != "Pending":
            continue
        volume = view.get("PersistentVolume", claim.get("spec", {}).get("volumeName", "")).object
        events = view.events(about.namespace, "Pod", pod["metadata"]["name"])
        verdict = attaching.judge(claim, volume, pod, events, users)
        if verdict:
            return verdict
    return None
