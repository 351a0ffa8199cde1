"""What the sandbox's cluster holds: objects by kind, and the history of changes that watches read."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.model.errors import InputError
from bot.sandbox.kubernetes_kinds import Served, identity, kinds_of, split_api_version

HISTORY = 10_000
DEFAULT_AGE = timedelta(hours=1)
"""How old an object counts that does not tell; a real server always tells."""

Name = tuple[str, str]
"""(namespace, name); the namespace is empty for what has none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a watch: `ADDED`, `MODIFIED` or `DELETED`."""

    version: int
    type: str
    served: Served
    obj: Mapping[str, Any]


@dataclass(slots=True)
class Fault:
    """What the API is told to refuse. `times` counts down; None means always."""

    verb: str
    resource: str
    namespace: str = ""
    status: int = 0
    times: int | None = None
    retry_after: float | None = None
    delay_s: float = 0.0

    def covers(self, verb: str, resource: str, group: str, namespace: str) -> bool:
        """Say whether the fault strikes a request; `resource` may be `pods/log`."""
        names = {resource, f"{resource}.{group}" if group else resource, "*"}
        return self.verb in (verb, "*") and self.resource in names and self.namespace in ("", namespace)


@dataclass(slots=True)
class State:
    """Everything that the API server answers from. Thread-safe."""

    kinds: dict[tuple[str, str], Served] = field(default_factory=lambda: kinds_of(()))
    objects: dict[Served, dict[Name, dict[str, Any]]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    version: int = 1
    compacted: int = 0
    """Tokens to continue a list that are older than this have expired."""
    closed: bool = False
    _changes: deque[Change] = field(default_factory=lambda: deque(maxlen=HISTORY))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def replace(
        self, objects: Sequence[Mapping[str, Any]], logs: Mapping[str, str], faults: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put a new cluster in the place of the old; what differs is told to the watches.

        Raises InputError for an object without name or kind, or a fault with an unknown key.
        """
        kinds, wanted = _arranged(objects)
        struck = [_fault(each) for each in faults]
        with self._lock:
            gone = [
                (served, name)
                for served, held in self.objects.items()
                for name in held
                if name not in wanted.get(served, {})
            ]
            self.kinds, self.logs, self.faults = kinds, dict(logs), struck
            for served, name in gone:
                self._remove(served, name)
            for served, held in wanted.items():
                for name, obj in held.items():
                    self._put(served, name, obj)
            self.version += 1
            self.compacted = self.version

    def apply(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Add or change objects, and leave the others as they are."""
        with self._lock:
            present = [obj for held in self.objects.values() for obj in held.values()]
            kinds, _ = _arranged([*present, *objects])
            self.kinds = kinds
            for served, held in _arranged(objects, kinds)[1].items():
                for name, obj in held.items():
                    if name in self.objects.get(served, {}) and _synthetic(obj):
                        continue
                    self._put(served, name, obj)

    def _put(self, served: Served, name: Name, obj: dict[str, Any]) -> None:
        old = self.objects.setdefault(served, {}).get(name)
        if old is not None and _same(old, obj):
            return
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)
        self.objects[served][name] = obj
        self._changes.append(Change(self.version, "ADDED" if old is None else "MODIFIED", served, obj))

    def _remove(self, served: Served, name: Name) -> None:
        obj = self.objects[served].pop(name)
        self.version += 1
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        self._changes.append(Change(self.version, "DELETED", served, obj))

    def listed(self, served: Served, namespace: str) -> tuple[list[dict[str, Any]], int]:
        """Give the objects of a kind, ordered by namespace and name, and the version of the cluster."""
        with self._lock:
            held = self.objects.get(served, {})
            return [obj for key, obj in sorted(held.items()) if namespace in ("", key[0])], self.version

    def get(self, served: Served, namespace: str, name: str) -> dict[str, Any] | None:
        """Give one object, or None."""
        with self._lock:
            return self.objects.get(served, {}).get((namespace, name))

    def since(self, version: int, served: Served) -> tuple[list[Change], int] | None:
        """Give the changes of a kind after `version` and the present version; None when history was forgotten."""
        with self._lock:
            oldest = self._changes[0].version if self._changes else self.version + 1
            if version < oldest - 1 and len(self._changes) == HISTORY:
                return None
            return [each for each in self._changes if each.version > version and each.served == served], self.version

    def served(self, group: str, version: str, plural: str) -> Served | None:
        """Give the kind behind a path."""
        with self._lock:
            every = self.kinds.values()
            return next((k for k in every if (k.group, k.version, k.plural) == (group, version, plural)), None)

    def strike(self, verb: str, resource: str, group: str, namespace: str, *, continuing: bool = False) -> Fault | None:
        """Give the fault that a request meets, and count it. A 410 meets only what continues a list or a watch."""
        with self._lock:
            for fault in self.faults:
                if fault.times == 0 or not fault.covers(verb, resource, group, namespace):
                    continue
                if fault.status == 410 and not continuing:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def denies(self, verb: str, resource: str, group: str, namespace: str) -> bool:
        """Say whether a standing fault refuses this permission."""
        with self._lock:
            return any(
                fault.status == 403 and fault.times is None and fault.covers(verb, resource, group, namespace)
                for fault in self.faults
            )


def _fault(given: Mapping[str, Any]) -> Fault:
    try:
        return Fault(**given)
    except TypeError as error:
        known = ", ".join(Fault.__dataclass_fields__)
        raise InputError(f"fault {dict(given)}: needs verb and resource, and may have {known}") from error


def _arranged(
    objects: Iterable[Mapping[str, Any]], kinds: dict[tuple[str, str], Served] | None = None
) -> tuple[dict[tuple[str, str], Served], dict[Served, dict[Name, dict[str, Any]]]]:
    flat = list(flattened(objects))
    kinds = kinds or kinds_of(flat)
    arranged: dict[Served, dict[Name, dict[str, Any]]] = {}
    for obj in flat:
        served = kinds[identity(obj)]
        filled = _filled(served, obj)
        metadata = filled["metadata"]
        arranged.setdefault(served, {})[(metadata.get("namespace", ""), metadata["name"])] = filled
    for obj in _granted(arranged):
        served = kinds[identity(obj)]
        metadata = obj["metadata"]
        arranged.setdefault(served, {}).setdefault((metadata.get("namespace", ""), metadata["name"]), obj)
    return kinds, arranged


def flattened(objects: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Open every `kind: List` (and `PodList` and so on) into its items."""
    for obj in objects:
        kind = str(obj.get("kind", ""))
        if not kind.endswith("List") or not isinstance(obj.get("items"), list):
            yield obj
            continue
        for item in obj["items"]:
            own = {} if kind == "List" else {"apiVersion": obj.get("apiVersion"), "kind": kind.removesuffix("List")}
            yield {**own, **item}


def _filled(served: Served, obj: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = _plain(obj)
    metadata = filled.setdefault("metadata", {})
    if not metadata.get("name"):
        raise InputError(f"a {served.kind} lacks metadata.name")
    metadata["name"] = str(metadata["name"])
    if served.namespaced:
        metadata.setdefault("namespace", "default")
    else:
        metadata.pop("namespace", None)
    identifier = f"{served.qualified}/{metadata.get('namespace', '')}/{metadata['name']}"
    metadata.setdefault("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, identifier)))
    metadata.setdefault("creationTimestamp", _timestamp(datetime.now(UTC) - DEFAULT_AGE))
    return filled


def _plain(value: Any) -> Any:
    """Copy to plain JSON: YAML reads an unquoted timestamp as a date, the API writes it as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return _timestamp(value)
    return value.isoformat() if isinstance(value, date) else value


def _timestamp(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SYNTHETIC = "sandbox.secondline/given-by-the-control-plane"


def _granted(arranged: Mapping[Served, Mapping[Name, Mapping[str, Any]]]) -> Iterable[dict[str, Any]]:
    """Give what a control plane makes by itself: the namespaces in use, and what is in each."""
    used = {namespace for held in arranged.values() for namespace, _ in held if namespace}
    named = {name for served, held in arranged.items() if served.kind == "Namespace" for _, name in held}
    for namespace in sorted(used | named | {"default", "kube-system"}):
        labels = {"kubernetes.io/metadata.name": namespace}
        yield _made("Namespace", "", namespace, {"labels": labels}, spec={}, status={"phase": "Active"})
        yield _made("ServiceAccount", namespace, "default", {})
        yield _made("ConfigMap", namespace, "kube-root-ca.crt", {}, data={"ca.crt": ""})


def _made(kind: str, namespace: str, name: str, metadata: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    annotations = {SYNTHETIC: "true"}
    place = {"namespace": namespace} if namespace else {}
    obj = {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, **place, **metadata, "annotations": annotations},
        **rest,
    }
    served = Served(*split_api_version("v1"), kind, "", bool(namespace))
    return _filled(served, obj)


def _synthetic(obj: Mapping[str, Any]) -> bool:
    return SYNTHETIC in (obj["metadata"].get("annotations") or {})


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    def plain(obj: Mapping[str, Any]) -> dict[str, Any]:
        volatile = ("resourceVersion", "creationTimestamp")
        return {**obj, "metadata": {k: v for k, v in obj["metadata"].items() if k not in volatile}}

    return plain(old) == plain(new)
