"""Tables as the API server makes them for `kubectl get`, so that the sandbox looks like a cluster there too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.kubernetes_answers import metadata_only

Object = Mapping[str, Any]
Cell = str | int


def table(kind: str, objects: Sequence[Object], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Give a `Table` of objects of one kind; kinds without columns of their own show name and age."""
    columns = _COLUMNS.get(kind, ())
    heads = [_column("Name"), *(_column(name) for name, _ in columns), _column("Age")]
    rows = [
        {
            "cells": [obj["metadata"]["name"], *(cell(obj) for _, cell in columns), _age(obj)],
            "object": metadata_only(obj),
        }
        for obj in objects
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": dict(metadata),
        "columnDefinitions": heads,
        "rows": rows,
    }


def _column(name: str) -> dict[str, Any]:
    style = "name" if name == "Name" else ""
    return {"name": name, "type": "string", "format": style, "description": name, "priority": 0}


def _age(obj: Object) -> str:
    return _since(str(obj["metadata"].get("creationTimestamp", "")))


def _since(moment: str) -> str:
    try:
        seconds = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    except (ValueError, TypeError):
        return "<unknown>"
    for length, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(0, seconds)}s"


def _at(obj: Any, *path: str, default: Any = "") -> Any:
    for step in path:
        obj = obj.get(step) if isinstance(obj, Mapping) else None
    return default if obj is None else obj


def _pod_ready(pod: Object) -> str:
    statuses = _at(pod, "status", "containerStatuses", default=())
    ready = sum(1 for status in statuses if status.get("ready"))
    return f"{ready}/{len(_at(pod, 'spec', 'containers', default=()))}"


def _pod_status(pod: Object) -> str:
    """Follow printPod of the API server: the first thing that is wrong, else the phase."""
    if "deletionTimestamp" in pod["metadata"]:
        return "Terminating"
    for status in _at(pod, "status", "initContainerStatuses", default=()):
        said = _held_up(status)
        if said and said != "Completed":
            return f"Init:{said}"
    said = str(_at(pod, "status", "reason") or _at(pod, "status", "phase") or "Unknown")
    for status in reversed(_at(pod, "status", "containerStatuses", default=())):
        said = _held_up(status) or said
    return said


def _held_up(status: Object) -> str:
    waiting, ended = _at(status, "state", "waiting"), _at(status, "state", "terminated")
    if waiting:
        return str(waiting.get("reason", ""))
    if ended:
        return str(ended.get("reason") or f"ExitCode:{ended.get('exitCode', 0)}")
    return ""


def _pod_restarts(pod: Object) -> int:
    return sum(int(status.get("restartCount", 0)) for status in _at(pod, "status", "containerStatuses", default=()))


def _replicas(obj: Object) -> str:
    return f"{_at(obj, 'status', 'readyReplicas', default=0)}/{_at(obj, 'spec', 'replicas', default=1)}"


def _count(*path: str) -> Callable[[Object], int]:
    return lambda obj: int(_at(obj, *path, default=0) or 0)


def _text(*path: str) -> Callable[[Object], str]:
    return lambda obj: str(_at(obj, *path) or "<none>")


def _ports(service: Object) -> str:
    ports = _at(service, "spec", "ports", default=())
    return ",".join(f"{port.get('port')}/{port.get('protocol', 'TCP')}" for port in ports) or "<none>"


def _external(service: Object) -> str:
    entries = _at(service, "status", "loadBalancer", "ingress", default=())
    found = [str(entry.get("ip") or entry.get("hostname")) for entry in entries]
    waits = _at(service, "spec", "type") == "LoadBalancer"
    return ",".join(found) or ("<pending>" if waits else "<none>")


def _node_status(node: Object) -> str:
    conditions = _at(node, "status", "conditions", default=())
    ready = any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)
    cordoned = ",SchedulingDisabled" if _at(node, "spec", "unschedulable") else ""
    return f"{'Ready' if ready else 'NotReady'}{cordoned}"


def _hosts(ingress: Object) -> str:
    return ",".join(rule.get("host", "*") for rule in _at(ingress, "spec", "rules", default=())) or "*"


def _about(event: Object) -> str:
    return f"{str(_at(event, 'involvedObject', 'kind')).lower()}/{_at(event, 'involvedObject', 'name')}"


def _last_seen(event: Object) -> str:
    return _since(str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"]))


_COLUMNS: Mapping[str, tuple[tuple[str, Callable[[Object], Cell]], ...]] = {
    "Pod": (("Ready", _pod_ready), ("Status", _pod_status), ("Restarts", _pod_restarts)),
    "Deployment": (
        ("Ready", _replicas),
        ("Up-to-date", _count("status", "updatedReplicas")),
        ("Available", _count("status", "availableReplicas")),
    ),
    "StatefulSet": (("Ready", _replicas),),
    "DaemonSet": (
        ("Desired", _count("status", "desiredNumberScheduled")),
        ("Ready", _count("status", "numberReady")),
        ("Available", _count("status", "numberAvailable")),
    ),
    "ReplicaSet": (
        ("Desired", _count("spec", "replicas")),
        ("Current", _count("status", "replicas")),
        ("Ready", _count("status", "readyReplicas")),
    ),
    "Job": (
        (
            "Completions",
            lambda job: f"{_count('status', 'succeeded')(job)}/{_at(job, 'spec', 'completions', default=1)}",
        ),
    ),
    "CronJob": (
        ("Schedule", _text("spec", "schedule")),
        ("Suspend", lambda obj: str(_at(obj, "spec", "suspend", default=False))),
    ),
    "Service": (
        ("Type", lambda service: str(_at(service, "spec", "type") or "ClusterIP")),
        ("Cluster-IP", _text("spec", "clusterIP")),
        ("External-IP", _external),
        ("Port(s)", _ports),
    ),
    "Ingress": (("Class", _text("spec", "ingressClassName")), ("Hosts", _hosts), ("Address", _external)),
    "Node": (("Status", _node_status), ("Version", _text("status", "nodeInfo", "kubeletVersion"))),
    "Namespace": (("Status", _text("status", "phase")),),
    "PersistentVolumeClaim": (
        ("Status", _text("status", "phase")),
        ("Volume", _text("spec", "volumeName")),
        ("StorageClass", _text("spec", "storageClassName")),
    ),
    "PersistentVolume": (("Status", _text("status", "phase")), ("StorageClass", _text("spec", "storageClassName"))),
    "Event": (
        ("Last Seen", _last_seen),
        ("Type", _text("type")),
        ("Reason", _text("reason")),
        ("Object", _about),
        ("Message", _text("message")),
    ),
}
