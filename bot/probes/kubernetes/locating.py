"""Finds what a ticket means: from a host, a Service or a name to the Ingress, Service and workload behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.probes.kubernetes import routes
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import takes, template_of
from bot.probes.kubernetes.rollouts import replicas
from bot.probes.kubernetes.verdicts import Verdict, ref, sound, to_finding
from bot.probes.kubernetes.workloads import TO_FIND, find
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.workload.locate"
Workload = tuple[str, Object]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a namespace holds that requests may pass."""

    ingresses: Sequence[Object] = ()
    services: Sequence[Object] = ()
    workloads: Sequence[Workload] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way through the scene; what it does not touch is None."""

    ingress: Object | None = None
    service: Object | None = None
    workload: Workload | None = None


@probe(
    NAME,
    permissions=(
        "list ingresses.networking.k8s.io",
        "list services",
        *TO_FIND,
    ),
    facts=("ingress", "service", "workload", "kind"),
)
def locate(
    view: KubernetesView, *, namespace: str, workload: str = "", service: str = "", host: str = ""
) -> Iterator[Finding]:
    """Which Ingress, Service and workload are meant, and how they lead to one another."""
    scene = Scene(view.list("Ingress", namespace).items, view.list("Service", namespace).items, find(view, namespace))
    for verdict in told(namespace, ways(scene, workload, service, host)):
        yield to_finding(view, NAME, verdict)


def ways(scene: Scene, workload: str = "", service: str = "", host: str = "") -> tuple[Way, ...]:
    """Give the ways that are meant, those with a workload short of pods first; empty when nothing is found."""
    found = [
        way
        for way in (_from_host(scene, host) or _from_service(scene, service) or _from_name(scene, workload))
        if not workload or not host or way.workload is None or way.workload[1]["metadata"]["name"] == workload
    ] or _from_name(scene, workload)
    return tuple(sorted(found, key=lambda way: not _short(way)))


def _short(way: Way) -> bool:
    if way.service is None:
        return True
    if way.workload is None:
        return True
    obj = way.workload[1]
    return int(obj.get("status", {}).get("readyReplicas") or 0) < replicas(obj)


def _from_host(scene: Scene, host: str) -> list[Way]:
    named = {each["metadata"]["name"]: each for each in scene.services}
    found = []
    for ingress in scene.ingresses:
        if not host or not routes.serves(ingress, host):
            continue
        names = dict.fromkeys(
            each.service for each in routes.backends(ingress) if each.host in ("", host) or "*" in each.host
        )
        for name in names:
            service = named.get(name)
            behind = _behind(scene, service) if service else ()
            found += [Way(ingress, service, each) for each in behind or (None,)]
    return found


def _from_service(scene: Scene, service: str) -> list[Way]:
    for each in scene.services:
        if service and each["metadata"]["name"] == service:
            ingress = _ingress_to(scene, service)
            return [Way(ingress, each, behind) for behind in _behind(scene, each) or (None,)]
    return []


def _from_name(scene: Scene, name: str) -> list[Way]:
    """A name may be a workload's, a Service's or an Ingress's: that order."""
    for kind, obj in scene.workloads:
        if name and obj["metadata"]["name"] == name:
            services = [each for each in scene.services if (kind, obj) in _behind(scene, each)]
            by_name = [each for each in scene.services if each["metadata"]["name"] == name]
            service = next(iter(services or by_name), None)
            ingress = _ingress_to(scene, service["metadata"]["name"]) if service else None
            return [Way(ingress, service, (kind, obj))]
    by_service = _from_service(scene, name)
    if by_service:
        return by_service
    for ingress in scene.ingresses:
        if name and ingress["metadata"]["name"] == name:
            hosts = routes.hosts(ingress)
            return _from_host(Scene((ingress,), scene.services, scene.workloads), hosts[0]) if hosts else [Way(ingress)]
    return []


def _behind(scene: Scene, service: Object) -> tuple[Workload, ...]:
    return tuple((kind, obj) for kind, obj in scene.workloads if takes(service, template_of(obj)))


def _ingress_to(scene: Scene, service: str) -> Object | None:
    return next(
        (each for each in scene.ingresses if any(one.service == service for one in routes.backends(each))), None
    )


def told(namespace: str, found: Sequence[Way]) -> tuple[Verdict, ...]:
    """Say what was found, the first way first; the facts of the first count."""
    verdicts = []
    for way in found:
        steps = [ref(obj, kind) for kind, obj in _objects(way)]
        facts = {step.kind.lower(): step.name for step in steps if step.kind in ("Ingress", "Service")}
        if way.workload:
            facts |= {"workload": way.workload[1]["metadata"]["name"], "kind": way.workload[0]}
        line = " > ".join(str(step) for step in steps)
        needs = ((steps[1], "it leads to it"),) if len(steps) > 1 else ()
        verdicts.append(sound(steps[0], f"In {namespace}: {line}.", needs=needs, facts=facts))
        if len(steps) > 2:
            verdicts.append(sound(steps[1], f"In {namespace}: {line}.", needs=((steps[2], "it leads to it"),)))
    return tuple(verdicts)


def _objects(way: Way) -> list[Workload]:
    found: list[Workload] = []
    if way.ingress:
        found.append(("Ingress", way.ingress))
    if way.service:
        found.append(("Service", way.service))
    if way.workload:
        found.append(way.workload)
    return found
