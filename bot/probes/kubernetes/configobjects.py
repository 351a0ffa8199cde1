"""What is wrong with a ConfigMap or Secret that a pod refers to: absent, elsewhere, of the other kind, keyless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.kit.text import listed
from bot.probes.kubernetes.elsewhere import other_namespaces
from bot.probes.kubernetes.mountedfiles import keys, missing_key
from bot.probes.kubernetes.nearness import near, near_hint
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView


_SLUG = {"ConfigMap": "config-map", "Secret": "secret"}
_OTHER = {"ConfigMap": "Secret", "Secret": "ConfigMap"}


def blame(view: KubernetesView, about: Ref, key: str, where: str) -> Verdict:
    """Say why `about` (or `key` in it), which the kubelet cannot find, is not there for `where`."""
    return _without_key(view, about, key, where) if key else _absent(view, about, where)


def _absent(view: KubernetesView, about: Ref, where: str) -> Verdict:
    slug, kind = _SLUG[about.kind], about.kind
    needed = f", which {where} needs" if where else ""
    command = f"kubectl get {kind.lower()} {about.name} -n {about.namespace}"
    known = [str(each["metadata"]["name"]) for each in view.list(kind, about.namespace)]
    other = _OTHER[kind]
    if about.name not in known and view.get(other, about.name, about.namespace).found:
        return fault(
            about,
            "config-in-wrong-kind",
            f"There is no {about} in {about.namespace}{needed}; a {other} of that name exists.",
            f"Refer to the {other} in the pod template, or create the {kind}.",
            command=f"kubectl get configmap,secret {about.name} -n {about.namespace}",
        )
    others = other_namespaces(view, about)
    if others:
        return fault(
            about,
            f"{slug}-in-other-namespace",
            f"There is no {about} in {about.namespace}{needed}; there is one in {listed(others)}, which is not seen "
            "from here.",
            f"Create the {kind} in {about.namespace} as well: a pod only sees those of its own namespace.",
            command=f"kubectl get {kind.lower()} -A --field-selector metadata.name={about.name}",
        )
    close = near(about.name, known)
    return fault(
        about,
        f"{slug}-missing",
        f"There is no {about} in {about.namespace}{needed}{near_hint(about.name, known)}.",
        f"Create the {kind}{f', or refer to {close[0]} instead' if close else ''}, in the same release as the pod.",
        seen=f"{kind}s in {about.namespace}: {', '.join(sorted(known)[:20]) or 'none, or not to be read'}",
        command=command,
    )


def _without_key(view: KubernetesView, about: Ref, key: str, where: str) -> Verdict:
    maps = view.list("ConfigMap", about.namespace)
    holders = [str(each["metadata"]["name"]) for each in maps if key in keys(each)]
    if holders:
        return fault(
            about,
            "config-key-in-other-object",
            f"{about} in {about.namespace} has no key {key}, which {where or 'the pod'} needs; "
            f"ConfigMap {listed(holders)} has it.",
            f"Refer to ConfigMap {holders[0]} in the pod template, or add the key to {about}.",
            seen=f"key {key}: in ConfigMap {', '.join(holders)}",
            facts={"key": key},
        )
    found = view.get(about.kind, about.name, about.namespace).object if about.kind == "ConfigMap" else None
    if found:
        return missing_key(about, key, found)
    return fault(
        about,
        f"{_SLUG[about.kind]}-key-missing",
        f"{about} in {about.namespace} has no key {key}, which {where or 'the pod'} needs.",
        f"Add key {key} to {about}, or correct the key in the pod template.",
        seen=f"the kubelet could not find key {key} in {about.kind} {about.namespace}/{about.name}",
        command=f"kubectl describe {about.kind.lower()} {about.name} -n {about.namespace}",
        facts={"key": key},
    )
