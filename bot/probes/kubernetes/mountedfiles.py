"""The ConfigMap behind a file that an application cannot find or read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.containers import Container, mount_of, volume
from bot.probes.kubernetes.nearness import near, near_hint
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView

FILE_CAUSES = frozenset({"config-file-invalid", "file-missing"})


def blame_config_map(
    view: KubernetesView, pod: Pod, container: Container, cause: str, path: str, line: str
) -> tuple[Verdict, ...]:
    """Say of the ConfigMap mounted over `path` that its file is broken or absent; nothing when no one is mounted."""
    name = config_map_at(pod, container, path)
    if cause not in FILE_CAUSES or not name:
        return ()
    about = Ref("ConfigMap", name, ref(pod).namespace)
    command = f"kubectl get configmap {name} -n {about.namespace} -o yaml"
    if cause == "config-file-invalid":
        summary = f"ConfigMap {name} brings {path}, which the application cannot parse: {line}"
        remedy = f"Correct the file in ConfigMap {name} at the place that the parser names, and roll out again."
        return (fault(about, cause, summary, remedy, seen=line, command=command),)
    found = view.get("ConfigMap", name, about.namespace).object
    missing = found and key_absent(found, path)
    return (missing_key(about, path.rpartition("/")[2], found or {}, command),) if missing else ()


def config_map_at(pod: Pod, container: Container, path: str) -> str:
    """Name the ConfigMap whose volume is mounted at or above `path`, empty when it is anything else."""
    at = mount_of(container, path) if path.startswith("/") else ""
    source = volume(pod, at).get("configMap") if at else None
    return str(source.get("name", "")) if isinstance(source, Mapping) else ""


def key_absent(config_map: Mapping[str, Any], path: str) -> bool:
    """Say whether the ConfigMap has no key named like the file."""
    return path.rpartition("/")[2] not in keys(config_map)


def keys(config_map: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the keys of a ConfigMap."""
    return (*(config_map.get("data") or {}), *(config_map.get("binaryData") or {}))


def missing_key(about: Ref, key: str, config_map: Mapping[str, Any], command: str = "") -> Verdict:
    """Say that a ConfigMap lacks a key, with the keys that it has."""
    known = keys(config_map)
    close = near(key, known)
    immutable = (
        " It is immutable: the key cannot be added, a new ConfigMap is needed." if config_map.get("immutable") else ""
    )
    return fault(
        about,
        "config-map-immutable" if immutable else "config-map-key-missing",
        f"ConfigMap {about.name} in {about.namespace} has no key {key}{near_hint(key, known)}.{immutable}",
        f"Add key {key} to ConfigMap {about.name}{f', or refer to {close[0]}' if close else ''}."
        if not immutable
        else f"Create a new ConfigMap that holds {key}, and refer to it in the pod template.",
        seen=f"keys: {', '.join(known) or 'none'}",
        command=command or f"kubectl get configmap {about.name} -n {about.namespace} -o yaml",
        facts={"key": key},
    )
