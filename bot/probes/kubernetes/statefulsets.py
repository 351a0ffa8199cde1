"""How far the rollout of a StatefulSet came, and what holds it: an ordinal, its strategy or its headless Service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.rollouts import replicas, scaled_to_zero
from bot.probes.kubernetes.verdicts import Ref, Verdict, age_of, count, fault, ref, sound, symptom

Pods = Sequence[Object]


def judge(stateful_set: Object, pods: Pods, now: datetime, patience: timedelta, hint: str = "") -> Verdict:
    """Say the one deepest thing about a StatefulSet. A pod younger than `patience` that does not fail is on its way."""
    about, wanted = ref(stateful_set, "StatefulSet"), replicas(stateful_set)
    if wanted == 0:
        return scaled_to_zero(about)
    held = _held_by_strategy(stateful_set, about)
    if held:
        return held
    unready = _unready(pods)
    ready = stateful_set.get("status", {}).get("readyReplicas", 0)
    if ready >= wanted and not unready:
        return sound(about, f"{about}: {ready} of {count(wanted, 'pod')} ready.")
    if unready and not podstates.is_failing(unready[0]) and age_of(unready[0], now) < patience:
        name = unready[0]["metadata"]["name"]
        return sound(
            about,
            f"{about}: {ready} of {count(wanted, 'pod')} ready, {name} has only just started.",
            needs=podstates.needs(unready, "it runs in this pod"),
        )
    return _short(stateful_set, unready, hint)


def _ordinal(pod: Object) -> int:
    tail = pod["metadata"]["name"].rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def _unready(pods: Pods) -> list[Object]:
    return sorted((pod for pod in pods if not podstates.is_ready(pod)), key=_ordinal)


def _held_by_strategy(stateful_set: Object, about: Ref) -> Verdict | None:
    status, strategy = stateful_set.get("status", {}), stateful_set.get("spec", {}).get("updateStrategy") or {}
    wanted, updated = replicas(stateful_set), status.get("updatedReplicas", 0)
    if status.get("updateRevision") == status.get("currentRevision") or updated >= wanted:
        return None
    if strategy.get("type") == "OnDelete":
        return waits_for_deletion(about, updated, wanted)
    partition = int((strategy.get("rollingUpdate") or {}).get("partition", 0))
    if not partition or updated < wanted - partition or status.get("readyReplicas", 0) < wanted:
        return None
    return fault(
        about,
        "partition-holds-rollout",
        f"{about} updates only ordinals from {partition} on, by its partition: {updated} of {wanted} pods run the "
        "newest template.",
        "Lower spec.updateStrategy.rollingUpdate.partition, down to 0, when the rest may follow.",
        seen=f"spec.updateStrategy.rollingUpdate.partition: {partition}, status.updatedReplicas: {updated}",
    )


def waits_for_deletion(about: Ref, updated: int, wanted: int) -> Verdict:
    """Say that the strategy OnDelete waits until somebody deletes the old pods."""
    return fault(
        about,
        "update-waits-for-deletion",
        f"{about} has the update strategy OnDelete: {updated} of {wanted} pods run the newest template, the others "
        "stay until somebody deletes them.",
        "Delete the old pods one by one, or set spec.updateStrategy.type to RollingUpdate.",
        seen=f"spec.updateStrategy.type: OnDelete, updated pods: {updated}",
    )


def _short(stateful_set: Object, unready: Pods, hint: str) -> Verdict:
    about, wanted = ref(stateful_set, "StatefulSet"), replicas(stateful_set)
    status, spec = stateful_set.get("status", {}), stateful_set.get("spec", {})
    ready, exist = status.get("readyReplicas", 0), status.get("replicas", 0)
    ordered = spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady"
    behind = status.get("updateRevision") != status.get("currentRevision")
    first = unready[0] if unready else None
    why = f": {podstates.trouble(first)}" if first else ""
    if first and ordered and (exist < wanted or behind):
        name = first["metadata"]["name"]
        blocked = f"the {count(wanted - exist, 'pod')} after it" if exist < wanted else "the update of the others"
        return symptom(
            about,
            "ordinal-blocks",
            f"{about} waits on pod {name} (ordinal {_ordinal(first)}){why}; {blocked} must wait, "
            f"{ready} of {wanted} ready.",
            f"Repair pod {name}. After correcting the template of a broken update, delete the pod: it is not replaced "
            "by itself.",
            seen="\n".join(filter(None, (f"status.replicas: {exist}, readyReplicas: {ready}", hint))),
            needs=podstates.needs(unready, "the next ordinal waits for it"),
        )
    return symptom(
        about,
        "workload-unavailable",
        f"{about} has {ready} of {wanted} pods ready{'; pod ' + first['metadata']['name'] + why if first else ''}.",
        "Look at the pods that are not ready.",
        seen="\n".join(filter(None, (f"status.replicas: {exist}, readyReplicas: {ready}", hint))),
        needs=podstates.needs(unready, "it runs in this pod"),
    )


def headless(stateful_set: Object, service: Object | None, names: Sequence[str]) -> Verdict | None:
    """Judge the Service that gives the pods their names; `service` None means that it does not exist."""
    about, name = ref(stateful_set, "StatefulSet"), stateful_set.get("spec", {}).get("serviceName", "")
    if not name or service is not None:
        return None
    near = f" Near names: {', '.join(names)}." if names else ""
    return fault(
        Ref("Service", name, about.namespace),
        "headless-service-missing",
        f"The headless Service {name} of {about} does not exist, so its pods have no DNS names.{near}",
        f"Create Service {name} with clusterIP: None and the pods' labels; spec.serviceName itself cannot be changed.",
        seen=f"spec.serviceName: {name}",
        command=f"kubectl get services -n {about.namespace}",
        holds=((about, "its pods get their names from it"),),
    )
