"""The pull secrets of a pod whose image a registry refuses: absent, of the wrong type, elsewhere, none, or refused.

The values of Secrets are never read. That one is absent is known from the kubelet's own event, or from names where
those may be listed; its type from a list by type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.kit.text import listed
from bot.probes.kubernetes.answers import Event, Pod
from bot.probes.kubernetes.elsewhere import other_namespaces
from bot.probes.kubernetes.faults import Fault
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView


REFUSALS = frozenset({"image-pull-unauthorised", "image-repository-not-found"})
TYPES = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")
_SAID = re.compile(r"Unable to retrieve some image pull secrets \((?P<names>[^)]{1,300})\)")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is known of a pod's pull secrets, by name. `elsewhere` are namespaces that have one of that name."""

    absent: tuple[str, ...] = ()
    wrong_type: tuple[str, ...] = ()
    elsewhere: Mapping[str, tuple[str, ...]] | None = None


def pull_secrets(pod: Pod) -> tuple[str, ...]:
    """Give the names of the pull secrets that the pod names (those of its service account are copied there)."""
    return tuple(str(each["name"]) for each in pod.get("spec", {}).get("imagePullSecrets") or () if each.get("name"))


def missing_by_event(events: Iterable[Event]) -> tuple[str, ...]:
    """Give the pull secrets that the kubelet says it cannot find."""
    found = (_SAID.search(str(event.get("message", ""))) for event in events)
    names = [name.strip() for match in found if match for name in match["names"].split(",")]
    return tuple(dict.fromkeys(names))


def look(view: KubernetesView, pod: Pod, events: Sequence[Event]) -> Secrets:
    """Find out what can be known of the pod's pull secrets without reading any."""
    namespace, named = ref(pod).namespace, pull_secrets(pod)
    absent = missing_by_event(events) or tuple(name for name in named if view.get("Secret", name, namespace).absent)
    if absent:
        return Secrets(
            absent, elsewhere={name: other_namespaces(view, Ref("Secret", name, namespace)) for name in absent}
        )
    present = [name for name in named if view.get("Secret", name, namespace).found]
    lists = [view.list("Secret", namespace, fields=f"type={kind}") for kind in TYPES] if present else []
    if not lists or not all(each.complete for each in lists):
        return Secrets()
    usable = {each["metadata"]["name"] for found in lists for each in found}
    return Secrets(wrong_type=tuple(name for name in present if name not in usable))


def sharpen(found: Fault, pod: Pod, secrets: Secrets) -> Fault:
    """Say of a refused pull what the pod's pull secrets add to it."""
    namespace, named = ref(pod).namespace, pull_secrets(pod)
    if secrets.absent:
        below = tuple(
            _missing(name, namespace, found, (secrets.elsewhere or {}).get(name, ())) for name in secrets.absent
        )
        return replace(_refused(found), beneath=below, facts={**found.facts, "secret": secrets.absent[0]})
    if secrets.wrong_type:
        below = tuple(_wrong_type(name, namespace) for name in secrets.wrong_type)
        return replace(_refused(found), beneath=below, facts={**found.facts, "secret": secrets.wrong_type[0]})
    if found.cause != "image-pull-unauthorised":
        return found
    if not named:
        summary = f"{found.summary[:-1]}; the pod names no pull secret."
        return replace(found, cause="pull-secret-not-set", summary=summary)
    summary = f"{found.summary[:-1]}, with what is in Secret {listed(named)}."
    remedy = (
        f"Renew Secret {named[0]}: type {TYPES[0]}, made for {found.facts['registry']}, with an account that may read "
        "the repository."
    )
    facts = {**found.facts, "secret": named[0]}
    return replace(found, cause="pull-secret-refused", summary=summary, remedy=remedy, facts=facts)


def _refused(found: Fault) -> Fault:
    return replace(found, cause="image-pull-unauthorised")


def _missing(name: str, namespace: str, found: Fault, elsewhere: tuple[str, ...]) -> Verdict:
    there = f" (there is one in {listed(elsewhere)}, which is not seen from here)" if elsewhere else ""
    return fault(
        Ref("Secret", name, namespace),
        "pull-secret-in-other-namespace" if elsewhere else "pull-secret-missing",
        f"Pull Secret {name} does not exist in {namespace}{there}, so {found.facts['registry']} is asked without it.",
        f"Create Secret {name} in {namespace} (kubectl create secret docker-registry); a pull secret of another "
        "namespace is not seen.",
        seen=f"imagePullSecrets of the pod: {name}",
        command=f"kubectl get secret {name} -n {namespace}",
        facts={"secret": name},
    )


def _wrong_type(name: str, namespace: str) -> Verdict:
    return fault(
        Ref("Secret", name, namespace),
        "pull-secret-wrong-type",
        f"Secret {name} in {namespace} is not of type {TYPES[0]}, so the kubelet does not use it for pulling.",
        "Create it again with kubectl create secret docker-registry; the type of a Secret cannot be changed.",
        seen=f"not among the Secrets of type {listed(TYPES)}",
        command=f"kubectl get secret {name} -n {namespace}",
        facts={"secret": name},
    )
