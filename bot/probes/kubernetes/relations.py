"""What needs what in a cluster, read off the objects themselves. Asks nothing but the pods of a namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.model.finding import Relation
from bot.model.resource import Resource

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView, Object

_HASH_LABEL = "pod-template-hash"
_HASHED = re.compile(r"^(?P<name>.+)-[bcdf-hj-np-tv-xz2456789]{6,10}$")
_RUN_OF_CRON = re.compile(r"^(?P<name>.+)-\d{6,12}$")
_VOLUME_SOURCES = (
    ("configMap", "name", "ConfigMap"),
    ("secret", "secretName", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
)
_ENV_SOURCES = (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))
_ENV_FROM_SOURCES = (("configMapRef", "ConfigMap"), ("secretRef", "Secret"))


def dependencies(view: KubernetesView, pod: Object) -> tuple[Relation, ...]:
    """Give what a pod needs: ConfigMaps, Secrets, claims, its service account and its node; optional ones left out."""
    namespace = namespace_of(pod)
    source = view.resource("Pod", name_of(pod), namespace)
    found = dict.fromkeys(_needs(pod.get("spec") or {}))
    return tuple(Relation(source, view.resource(kind, name, namespace), why) for kind, name, why in found)


def _needs(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for volume in spec.get("volumes") or ():
        yield from _mounted(volume)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        yield from _read_by(container)
    for secret in spec.get("imagePullSecrets") or ():
        if secret.get("name"):
            yield "Secret", secret["name"], "its images are pulled with it"
    if account := spec.get("serviceAccountName"):
        yield "ServiceAccount", account, "it runs as it"
    if node := spec.get("nodeName"):
        yield "Node", node, "it runs there"


def _mounted(volume: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    why = f"mounted as volume {volume.get('name', '')}"
    projected = (volume.get("projected") or {}).get("sources") or ()
    for each in (volume, *projected):
        for key, field, kind in _VOLUME_SOURCES:
            source = each.get(key) or {}
            name = source.get(field) or source.get("name")
            if name and not source.get("optional"):
                yield kind, name, why


def _read_by(container: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    why = f"container {container.get('name', '')} reads it"
    pairs = [(each.get("valueFrom") or {}, _ENV_SOURCES) for each in container.get("env") or ()]
    pairs += [(each, _ENV_FROM_SOURCES) for each in container.get("envFrom") or ()]
    for given, sources in pairs:
        for key, kind in sources:
            source = given.get(key) or {}
            if source.get("name") and not source.get("optional"):
                yield kind, source["name"], why


def owner_of(view: KubernetesView, obj: Object) -> Resource:
    """Give the top workload of an object: the Deployment over a ReplicaSet, the CronJob over a Job, else itself.

    Read off names and owner references alone: a ReplicaSet is its Deployment's name and the template's hash, a
    scheduled Job its CronJob's and a time.
    """
    kind, name = top_owner(obj)
    return view.resource(kind, name, namespace_of(obj))


def top_owner(obj: Object) -> tuple[str, str]:
    """Give (kind, name) of the top workload; see `owner_of`."""
    controller = _controller(obj)
    if controller is None:
        return str(obj.get("kind") or "Pod"), name_of(obj)
    kind, name = str(controller.get("kind", "")), str(controller.get("name", ""))
    if kind == "ReplicaSet":
        return _over_replica_set(name, (obj["metadata"].get("labels") or {}).get(_HASH_LABEL, ""))
    if kind == "Job" and (scheduled := _RUN_OF_CRON.match(name)):
        return "CronJob", scheduled["name"]
    return kind, name


def _over_replica_set(name: str, template_hash: str) -> tuple[str, str]:
    if template_hash and name.endswith(f"-{template_hash}"):
        return "Deployment", name.removesuffix(f"-{template_hash}")
    hashed = _HASHED.match(name)
    return ("Deployment", hashed["name"]) if hashed else ("ReplicaSet", name)


def _controller(obj: Object) -> Mapping[str, Any] | None:
    owners = obj["metadata"].get("ownerReferences") or ()
    return next((each for each in owners if each.get("controller")), owners[0] if owners else None)


def workload_pods(view: KubernetesView, namespace: str, workload: str) -> tuple[Object, ...]:
    """Give the pods of a workload (or the pod of that name), by name. Asks for the pods of the namespace."""
    chosen = [pod for pod in view.list("Pod", namespace) if _belongs(pod, workload)]
    return tuple(sorted(chosen, key=name_of))


def _belongs(pod: Object, workload: str) -> bool:
    controller = _controller(pod) or {}
    return workload in (name_of(pod), top_owner(pod)[1], controller.get("name"))


def to_pods(view: KubernetesView, workload: Resource, pods: Iterable[Object]) -> tuple[Relation, ...]:
    """Give workload (or Job) to pod, for each of `pods`."""
    return tuple(Relation(workload, _pod(view, pod), "it consists of its pods") for pod in pods)


def service_to_pods(view: KubernetesView, service: Object, pods: Iterable[Object]) -> tuple[Relation, ...]:
    """Give Service to pod, for those of `pods` in its namespace that its selector takes; without selector none."""
    selector = (service.get("spec") or {}).get("selector") or {}
    namespace = namespace_of(service)
    source = view.resource("Service", name_of(service), namespace)
    taken = [pod for pod in pods if selector and namespace_of(pod) == namespace and _carries(pod, selector)]
    return tuple(Relation(source, _pod(view, pod), "its selector takes it") for pod in taken)


def ingress_to_services(view: KubernetesView, ingress: Object) -> tuple[Relation, ...]:
    """Give Ingress to Service, for every backend that it names."""
    namespace = namespace_of(ingress)
    source = view.resource("Ingress", name_of(ingress), namespace)
    spec = ingress.get("spec") or {}
    paths = [path for rule in spec.get("rules") or () for path in (rule.get("http") or {}).get("paths") or ()]
    backends = [spec.get("defaultBackend") or {}, *(path.get("backend") or {} for path in paths)]
    names = dict.fromkeys((backend.get("service") or {}).get("name") for backend in backends)
    return tuple(
        Relation(source, view.resource("Service", name, namespace), "it routes to it") for name in names if name
    )


def claim_to_storage(view: KubernetesView, claim: Object) -> tuple[Relation, ...]:
    """Give claim to volume and storage class, and volume to class, as far as the claim names them."""
    spec = claim.get("spec") or {}
    source = view.resource("PersistentVolumeClaim", name_of(claim), namespace_of(claim))
    volume, storage_class = spec.get("volumeName"), spec.get("storageClassName")
    found = []
    if volume:
        found.append(Relation(source, view.resource("PersistentVolume", volume), "it is bound to it"))
    if storage_class:
        target = view.resource("StorageClass", storage_class)
        found.append(Relation(source, target, "its storage class provisions it"))
        if volume:
            found.append(Relation(view.resource("PersistentVolume", volume), target, "it is of that class"))
    return tuple(found)


def _carries(pod: Object, pairs: Mapping[str, str]) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in pairs.items())


def _pod(view: KubernetesView, pod: Object) -> Resource:
    return view.resource("Pod", name_of(pod), namespace_of(pod))


def name_of(obj: Object) -> str:
    """Give `metadata.name`."""
    return str(obj["metadata"].get("name", ""))


def namespace_of(obj: Object) -> str:
    """Give `metadata.namespace`, empty for what has none."""
    return str(obj["metadata"].get("namespace", ""))
