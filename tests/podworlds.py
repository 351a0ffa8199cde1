"""Small builders of pods as the API shows them, and a way to run a probe with logs, refusals and settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.model.finding import Finding
from bot.probes.kubernetes.view import open_view
from bot.probes.session import AllProbes
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import KubernetesSettings

Probe = Callable[..., tuple[Finding, ...]]


def ago(**since: float) -> str:
    """Give a timestamp as the API writes it."""
    return (datetime.now(UTC) - timedelta(**since)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ended(code: int = 1, reason: str = "Error", message: str = "", minutes: float = 2) -> dict[str, Any]:
    """Give a terminated state."""
    times = {"startedAt": ago(minutes=minutes + 1), "finishedAt": ago(minutes=minutes)}
    return {"exitCode": code, "reason": reason, **times, **({"message": message} if message else {})}


def status(name: str = "app", **more: Any) -> dict[str, Any]:
    """Give a container status."""
    return {"name": name, "image": "registry.example/app:1", "ready": False, "restartCount": 0, "state": {}, **more}


def crashed(name: str = "app", code: int = 1, restarts: int = 5, **end: Any) -> dict[str, Any]:
    """Give the status of a container in a crash loop."""
    return status(
        name,
        restartCount=restarts,
        state={"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}},
        lastState={"terminated": ended(code, **end)},
    )


def waits(reason: str, message: str = "", name: str = "app") -> dict[str, Any]:
    """Give the status of a container that waits."""
    return status(name, state={"waiting": {"reason": reason, **({"message": message} if message else {})}})


def runs(name: str = "app", hours: float = 5, **more: Any) -> dict[str, Any]:
    """Give the status of a container that runs and is ready."""
    return status(name, **{"ready": True, "state": {"running": {"startedAt": ago(hours=hours)}}, **more})


def container(name: str = "app", **more: Any) -> dict[str, Any]:
    """Give a container of a pod's spec."""
    return {"name": name, "image": "registry.example/shop/checkout:2.0", **more}


def pod(
    name: str = "checkout-7d9f4b6c5-x2x1x",
    *statuses: Mapping[str, Any],
    spec: Mapping[str, Any] | None = None,
    phase: str = "Running",
    owner: str = "checkout",
    **status_more: Any,
) -> dict[str, Any]:
    """Give a pod of Deployment `owner` in namespace shop; of nobody when `owner` is empty."""
    metadata: dict[str, Any] = {"name": name, "namespace": "shop", "creationTimestamp": ago(minutes=30)}
    if owner:
        metadata["labels"] = {"app": owner, "pod-template-hash": "7d9f4b6c5"}
        metadata["ownerReferences"] = [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": f"{owner}-7d9f4b6c5",
                "uid": "1",
                "controller": True,
            }
        ]
    ready = "True" if statuses and all(each.get("ready") for each in statuses) else "False"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"restartPolicy": "Always", "nodeName": "node-a", "containers": [container()], **(spec or {})},
        "status": {
            "phase": phase,
            "startTime": ago(minutes=30),
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": list(statuses),
            **status_more,
        },
    }


def event(
    name: str, reason: str, message: str, kind: str = "Pod", namespace: str = "shop", **more: Any
) -> dict[str, Any]:
    """Give an event of an object."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.{abs(hash((reason, message))):x}", "namespace": namespace},
        "involvedObject": {"kind": kind, "name": name, "namespace": namespace},
        "reason": reason,
        "message": message,
        "type": "Warning",
        "lastTimestamp": ago(minutes=1),
        **more,
    }


def config_map(name: str, *keys: str, namespace: str = "shop", **more: Any) -> dict[str, Any]:
    """Give a ConfigMap with these keys."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict.fromkeys(keys, "x"), **more}


def secret(name: str, kind: str = "Opaque", namespace: str = "shop") -> dict[str, Any]:
    """Give a Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name, "namespace": namespace}}


def service(name: str, port: int, address: str = "10.96.0.9", namespace: str = "shop") -> dict[str, Any]:
    """Give a Service that selects the pods labelled with its name."""
    spec = {"clusterIP": address, "clusterIPs": [address], "selector": {"app": name}, "ports": [{"port": port}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def node(name: str = "node-a", labels: Mapping[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """Give a node that is ready, with 4 CPU and 16 GiB."""
    allocatable = {"cpu": "4", "memory": "16Gi", "pods": "58"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": spec,
        "status": {"allocatable": allocatable, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def prober(cluster: KubernetesSandbox, folder: Path) -> Probe:
    """Give a function that runs one probe over objects, logs and refusals, through the real client."""

    def run(
        objects: Sequence[Mapping[str, Any]],
        probe: str,
        logs: Mapping[str, str] | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
        settings: Mapping[str, Any] | None = None,
        **arguments: object,
    ) -> tuple[Finding, ...]:
        cluster.load(objects, logs or {}, faults)
        config = str(cluster.kubeconfig(folder / "kubeconfig"))
        opener = open_view(KubernetesSettings(kubeconfig=config, **(settings or {})))
        session = AllProbes({"kubernetes": opener}).session({}, datetime.now(UTC) + timedelta(seconds=30))
        try:
            return session.run(probe, {"namespace": "shop", **arguments}).findings
        finally:
            session.close()

    return run


def critical(findings: Sequence[Finding]) -> dict[str, str]:
    """Give `Kind/name` to cause of the critical findings."""
    return {f"{each.resource.kind}/{each.resource.name}": each.cause for each in findings if each.status == "critical"}
