"""Who made an object: its controller, the workload over that, and whether a pod is a given workload's. Pure.

Read off names and owner references alone: a ReplicaSet is its Deployment's name and the template's hash, a scheduled
Job its CronJob's and a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of
from bot.probes.kubernetes.verdicts import Ref, ref

_HASH_LABEL = "pod-template-hash"
_HASHED = re.compile(r"^(?P<name>.+)-[bcdf-hj-np-tv-xz2456789]{6,10}$")
_RUN_OF_CRON = re.compile(r"^(?P<name>.+)-\d{6,12}$")
_NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/instance")


def owner(obj: Object) -> Ref:
    """Name the workload of a pod: the Deployment over its ReplicaSet, else its controller, else the pod itself."""
    itself, controller = ref(obj), _controller(obj)
    if not controller:
        return itself if itself.kind else itself._replace(kind="Pod")
    kind, name = str(controller.get("kind", "")), str(controller.get("name", ""))
    if kind == "ReplicaSet":
        kind, name = _over_replica_set(name, labels_of(obj).get(_HASH_LABEL, ""))
    return Ref(kind, name, itself.namespace)


def top_owner(obj: Object) -> Ref:
    """Name what stands over all: the CronJob over a scheduled Job, else the owner."""
    own = owner(obj)
    scheduled = _RUN_OF_CRON.match(own.name) if own.kind == "Job" else None
    return Ref("CronJob", scheduled["name"], own.namespace) if scheduled else own


def _over_replica_set(name: str, template_hash: str) -> tuple[str, str]:
    if template_hash and name.endswith(f"-{template_hash}"):
        return "Deployment", name.removesuffix(f"-{template_hash}")
    hashed = _HASHED.match(name)
    return ("Deployment", hashed["name"]) if hashed else ("ReplicaSet", name)


def _controller(obj: Object) -> Mapping[str, Any]:
    owners = _references(obj)
    return next((each for each in owners if each.get("controller")), owners[0] if owners else {})


def _references(obj: Object) -> tuple[Mapping[str, Any], ...]:
    return tuple(obj["metadata"].get("ownerReferences") or ())


def owns(about: Ref, obj: Object) -> bool:
    """Say whether an object's own references name `about`."""
    return any((each.get("kind"), each.get("name")) == (about.kind, about.name) for each in _references(obj))


def belongs(pod: Object, workload: str) -> bool:
    """Say whether `workload` runs this pod: by its controllers, else by name or, for a bare pod, the usual labels."""
    own = owner(pod)
    if workload in (ref(pod).name, own.name, top_owner(pod).name):
        return True
    if not _references(pod):
        return any(labels_of(pod).get(key) == workload for key in _NAME_LABELS)
    return any(each.get("name") == workload for each in _references(pod))
