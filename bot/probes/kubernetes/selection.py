"""Which pods a question is about: one pod, those of one workload, or all of a namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.probes.kubernetes.faults import owner
from bot.probes.kubernetes.labels import labels_of, near

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView

Pod = Mapping[str, Any]

_NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/instance")
_MADE_BY = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?P<name>.+)-[a-z0-9]{6,10}-[a-z0-9]{5}$",
        r"^(?P<name>.+)-\d{1,4}$",
        r"^(?P<name>.+)-[a-z0-9]{5}$",
    )
)
_RUN_OF_CRON = re.compile(r"^(?P<name>.+)-\d{6,12}$")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pods in question, by name. `complete` is False when the list was denied or cut short.

    `instead` names the workload whose pods stand in for a pod that no longer exists; `near` are names like the one
    that was asked for in vain.
    """

    pods: tuple[Pod, ...]
    complete: bool
    instead: str = ""
    near: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Say whether there is certainly no such pod."""
        return self.complete and not self.pods


def choose(view: KubernetesView, namespace: str, workload: str = "", pod: str = "") -> Chosen:
    """Give the pods of a namespace that belong to `workload`, or the one named `pod`; all when both are empty."""
    listing = view.list("Pod", namespace)
    found = [each for each in listing if _wanted(each, workload, pod)]
    if found or not listing.complete or not (pod or workload):
        return Chosen(_by_name(found), listing.complete)
    for name in runners(pod):
        found = [each for each in listing if belongs(each, name)]
        if found:
            return Chosen(_by_name(found), True, instead=name)
    known = {owner(each).name for each in listing}
    return Chosen((), True, near=near(pod or workload, known))


def _by_name(pods: Iterable[Pod]) -> tuple[Pod, ...]:
    return tuple(sorted(pods, key=lambda each: str(each["metadata"]["name"])))


def runners(pod: str) -> tuple[str, ...]:
    """Give the workloads that may have made a pod of that name: pods are replaced while a ticket waits."""
    return tuple(match["name"] for match in (pattern.match(pod) for pattern in _MADE_BY) if match)


def _wanted(each: Pod, workload: str, pod: str) -> bool:
    name = str(each["metadata"]["name"])
    if pod:
        return name == pod
    return not workload or belongs(each, workload)


def belongs(pod: Pod, workload: str) -> bool:
    """Say whether `workload` runs this pod: by its controllers, else by name or the usual labels."""
    controller = owner(pod)
    if workload in (controller.name, pod["metadata"]["name"]):
        return True
    if controller.kind == "Pod":
        return any(labels_of(pod).get(key) == workload for key in _NAME_LABELS)
    references = pod["metadata"].get("ownerReferences") or ()
    if any(reference.get("name") == workload for reference in references):
        return True
    run = _RUN_OF_CRON.match(controller.name) if controller.kind == "Job" else None
    return bool(run and run["name"] == workload)
