"""The ConfigMaps, Secrets and keys that a pod's spec cannot do without. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.containers import containers


class Reference(NamedTuple):
    """A reference that must hold before the pod starts: `key` empty for the whole object, `where` says who refers."""

    kind: str
    name: str
    key: str
    where: str


def references(pod: Pod) -> tuple[Reference, ...]:
    """Give every reference that is not optional, each once."""
    return tuple(dict.fromkeys([*_of_containers(pod), *_of_volumes(pod)]))


def _of_containers(pod: Pod) -> Iterator[Reference]:
    for container in containers(pod):
        for variable in container.spec.get("env") or ():
            source = variable.get("valueFrom") or {}
            where = f"environment variable {variable.get('name', '')} of {container.label}"
            yield from _one(source.get("configMapKeyRef"), "ConfigMap", where)
            yield from _one(source.get("secretKeyRef"), "Secret", where)
        for source in container.spec.get("envFrom") or ():
            where = f"the environment of {container.label}"
            yield from _one(source.get("configMapRef"), "ConfigMap", where)
            yield from _one(source.get("secretRef"), "Secret", where)


def _one(source: Mapping[str, Any] | None, kind: str, where: str) -> Iterator[Reference]:
    if source and source.get("name") and not source.get("optional"):
        yield Reference(kind, str(source["name"]), str(source.get("key", "")), where)


def _of_volumes(pod: Pod) -> Iterator[Reference]:
    for volume in pod.get("spec", {}).get("volumes") or ():
        where = f"volume {volume.get('name', '')}"
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        for source in sources:
            yield from _items(source.get("configMap"), "ConfigMap", where)
            yield from _items(source.get("secret"), "Secret", where)


def _items(source: Mapping[str, Any] | None, kind: str, where: str) -> Iterator[Reference]:
    name = str((source or {}).get("name") or (source or {}).get("secretName") or "")
    if not source or not name or source.get("optional"):
        return
    yield Reference(kind, name, "", where)
    for item in source.get("items") or ():
        yield Reference(kind, name, str(item.get("key", "")), where)
