"""What state a pod is in, in the few words that the judgements over workloads, services and jobs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.verdicts import Ref, condition, ref

FAILING = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)
"""Waiting reasons that do not go away by themselves."""


def is_ready(pod: Pod) -> bool:
    """Say whether the pod counts as an endpoint. Without a Ready condition its containers speak for it."""
    ready = condition(pod, "Ready").get("status")
    return (ready == "True" or (ready is None and _all_run(pod))) and not is_going(pod)


def _all_run(pod: Pod) -> bool:
    status = pod.get("status") or {}
    return status.get("phase") == "Running" and all(each.get("ready") for each in status.get("containerStatuses") or ())


def is_going(pod: Pod) -> bool:
    """Say whether the pod is being deleted."""
    return "deletionTimestamp" in pod.get("metadata", {})


def is_over(pod: Pod) -> bool:
    """Say whether the pod has ended, well or badly."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def waiting_reason(pod: Pod) -> str:
    """Give the first reason why a container of the pod waits for good, empty when none does."""
    status = pod.get("status", {})
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        reason = ((container.get("state") or {}).get("waiting") or {}).get("reason", "")
        if reason in FAILING:
            return str(reason)
    return ""


def unschedulable(pod: Pod) -> str:
    """Give the scheduler's message when it found no node for the pod, else nothing."""
    scheduled = condition(pod, "PodScheduled")
    return str(scheduled.get("message", "")) if scheduled.get("reason") == "Unschedulable" else ""


def is_failing(pod: Pod) -> bool:
    """Say whether the pod will not become ready without somebody's help."""
    return bool(waiting_reason(pod) or unschedulable(pod))


def trouble(pod: Pod) -> str:
    """Say in a few words why the pod is not ready."""
    return waiting_reason(pod) or ("Unschedulable" if unschedulable(pod) else _unready(pod))


def _unready(pod: Pod) -> str:
    if is_going(pod):
        return "being deleted"
    message = condition(pod, "Ready").get("message", "")
    phase = pod.get("status", {}).get("phase", "unknown")
    return f"{phase}, not ready{f' ({message})' if message else ''}"


def needs(pods: Iterable[Pod], why: str) -> tuple[tuple[Ref, str], ...]:
    """Give the pods as dependencies, for the reason `why`, by name."""
    return tuple((each, why) for each in sorted(ref(pod, "Pod") for pod in pods))


def containers_of(pod_spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Give the containers that run for as long as the pod does: the main ones and native side-cars."""
    sidecars = (each for each in pod_spec.get("initContainers") or () if each.get("restartPolicy") == "Always")
    return (*(pod_spec.get("containers") or ()), *sidecars)
