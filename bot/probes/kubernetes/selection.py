"""Which pods a question is about: one pod, those of one workload, or all of a namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.nearness import near
from bot.probes.kubernetes.owners import belongs, owner

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView


_MADE_BY = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?P<name>.+)-[a-z0-9]{6,10}-[a-z0-9]{5}$",
        r"^(?P<name>.+)-\d{1,4}$",
        r"^(?P<name>.+)-[a-z0-9]{5}$",
    )
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pods in question, by name. `complete` is False when the list was denied or cut short.

    `asked` is the pod or workload that was named, empty for all of the namespace. `instead` names the workload whose
    pods stand in for a pod that no longer exists; `near` are names like the one that was asked for in vain.
    """

    namespace: str
    asked: str
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
    listing, asked = view.list("Pod", namespace), pod or workload
    found = [each for each in listing if _wanted(each, workload, pod)]
    if found or not listing.complete or not asked:
        return Chosen(namespace, asked, _by_name(found), listing.complete)
    for name in runners(pod):
        found = [each for each in listing if belongs(each, name)]
        if found:
            return Chosen(namespace, asked, _by_name(found), True, instead=name)
    known = {owner(each).name for each in listing}
    return Chosen(namespace, asked, (), True, near=near(asked, known))


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
