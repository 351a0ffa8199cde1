"""Probes over Services: does the way from a Service lead to ready pods, and does the outside reach the Service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.probes.kubernetes import endpoints, loadbalancers, serviceports
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.backends import slices_of
from bot.probes.kubernetes.elsewhere import other_namespaces
from bot.probes.kubernetes.labels import takes, template_of
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.verdicts import NAME, Ref, Verdict, caution, fault, ref, sound, to_finding
from bot.probes.kubernetes.workloads import KINDS, TO_FIND, find, health_hint
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

ENDPOINTS = "kubernetes.service.endpoints"
LOAD_BALANCER = "kubernetes.service.loadbalancer"
EXTERNAL = "kubernetes.service.externalname"
IN_CLUSTER = ".svc.cluster.local"


@probe(
    ENDPOINTS,
    permissions=(
        "list services",
        "list pods",
        "list endpointslices.discovery.k8s.io",
        *TO_FIND,
        "list events",
    ),
    facts=("service", "workload", "label", "wanted", "foreign", "target_port", "container_ports", "port"),
)
def service_endpoints(
    view: KubernetesView, *, namespace: str, service: str = "", workload: str = "", port: str = ""
) -> Iterator[Finding]:
    """Whether a Service leads to ready pods: its selector, its ports, the pods behind it, its endpoints.

    `workload` stands for the Services of that name or in front of it; neither given, all of the namespace are meant.
    """
    services = view.list("Service", namespace)
    chosen = [each for each in services if not service or each["metadata"]["name"] == service]
    if service and not chosen and services.complete:
        yield to_finding(view, ENDPOINTS, _absent(view, namespace, service, services.items))
    if workload and not service:
        chosen = in_front_of(view, namespace, workload)
    for each in chosen:
        for verdict in _judged(view, each, port, bool(service or workload)):
            yield to_finding(view, ENDPOINTS, verdict)


def in_front_of(view: KubernetesView, namespace: str, workload: str) -> list[Object]:
    """Give the Services that select the pods of a workload, and the one of the same name."""
    templates = [template_of(obj) for _, obj in find(view, namespace, workload)]
    return [
        each
        for each in view.list("Service", namespace)
        if each["metadata"]["name"] == workload or any(takes(each, template) for template in templates)
    ]


def _judged(view: KubernetesView, service: Object, port: str, named: bool) -> tuple[Verdict, ...]:
    about, spec = ref(service, "Service"), service.get("spec", {})
    if port and spec.get("type") != "ExternalName":
        wrong = serviceports.asked(about, spec.get("ports") or (), port)
        if wrong:
            return (wrong,)
    pods = view.list("Pod", about.namespace)
    if not pods.complete:
        return ()
    behind = endpoints.Behind(
        service,
        pods.items,
        find(view, about.namespace),
        slices_of(view, about),
        named=named,
        complete=all(view.list(kind, about.namespace).complete for kind in KINDS),
    )
    return endpoints.judge(replace(behind, hint=health_hint(view, behind.chosen)))


def _absent(view: KubernetesView, namespace: str, service: str, known: tuple[Object, ...]) -> Verdict:
    about = Ref("Service", service, namespace)
    others = other_namespaces(view, about)
    command = f"kubectl get services -A --field-selector metadata.name={service}"
    if others:
        return fault(
            about,
            "service-in-other-namespace",
            f"There is no Service {service} in {namespace}; it is in {', '.join(others)}.",
            f"Call it {service}.{others[0]}: the short name only works within its own namespace.",
            command=command,
            facts={"service": f"{service}.{others[0]}"},
        )
    names = [each["metadata"]["name"] for each in known]
    return fault(
        about,
        "service-missing",
        f"There is no Service {service} in {namespace}{near_hint(service, names)}.",
        "Correct the name in the caller, or create the Service.",
        command=command,
    )


@probe(
    LOAD_BALANCER,
    permissions=("list services", "list pods", "list nodes", "list events"),
    facts=("nodes",),
)
def load_balancer(
    view: KubernetesView, *, namespace: str, service: str = "", patience_minutes: int = 5
) -> Iterator[Finding]:
    """Whether the outside reaches a Service: its load balancer, and nodes that keep traffic to their own pods."""
    patience, now = timedelta(minutes=patience_minutes), datetime.now(UTC)
    for each in view.list("Service", namespace):
        about = ref(each, "Service")
        if service and about.name != service:
            continue
        events = _events(view, about) if _waits(each) else ()
        verdict = loadbalancers.pending(each, events, now, patience) or _local(view, each, bool(service))
        if verdict:
            yield to_finding(view, LOAD_BALANCER, verdict)
        elif each.get("spec", {}).get("type") == "LoadBalancer" and not _waits(each):
            yield to_finding(view, LOAD_BALANCER, sound(about, f"{about} has its load balancer."))


def _events(view: KubernetesView, about: Ref) -> tuple[Object, ...] | None:
    """Give the Service's own events; None when they could not be read, so that silence is not made of it."""
    own = view.events(about.namespace, about.kind, about.name)
    return own if view.list("Event", about.namespace).complete else None


def _waits(service: Object) -> bool:
    return service.get("spec", {}).get("type") == "LoadBalancer" and not (
        service.get("status", {}).get("loadBalancer") or {}
    ).get("ingress")


def _local(view: KubernetesView, service: Object, named: bool) -> Verdict | None:
    spec = service.get("spec", {})
    if "Local" not in (spec.get("internalTrafficPolicy"), spec.get("externalTrafficPolicy")):
        return None
    nodes, pods = view.list("Node"), view.list("Pod", service["metadata"]["namespace"])
    if not nodes.complete or not pods.complete:
        return None
    chosen = endpoints.Behind(service, pods.items).chosen
    verdict = loadbalancers.local_only(service, chosen, nodes.items)
    if verdict and not named:
        return caution(verdict.about, verdict.cause, verdict.summary, verdict.remedy, seen=verdict.seen)
    return verdict


@probe(EXTERNAL, permissions=("list services",), facts=("external_name", "service"))
def external_name(view: KubernetesView, *, namespace: str, service: str = "") -> Iterator[Finding]:
    """Where a Service of type ExternalName leads; a name of this cluster is looked up among its Services."""
    for each in view.list("Service", namespace):
        about, spec = ref(each, "Service"), each.get("spec", {})
        if spec.get("type") != "ExternalName" or (service and about.name != service):
            continue
        host = str(spec.get("externalName", "")).rstrip(".")
        if host.endswith(IN_CLUSTER):
            yield to_finding(view, EXTERNAL, _inside(view, about, host))
        else:
            facts = {"external_name": host}
            needs = ((Ref(NAME, host), "it is another name for it"),)
            yield to_finding(view, EXTERNAL, sound(about, f"{about} leads to {host}.", facts=facts, needs=needs))


def _inside(view: KubernetesView, about: Ref, host: str) -> Verdict:
    name, _, namespace = host.removesuffix(IN_CLUSTER).partition(".")
    target = Ref("Service", name, namespace)
    listing = view.list("Service", namespace)
    names = [each["metadata"]["name"] for each in listing]
    if name in names or not listing.complete:
        return sound(
            about, f"{about} leads to {target} in {namespace}.", needs=((target, "it is another name for it"),)
        )
    return fault(
        about,
        "external-name-absent",
        f"{about} is another name for {host}, but there is no Service {name} in {namespace}{near_hint(name, names)}.",
        "Correct spec.externalName, or create the Service that it names.",
        seen=f"spec.externalName: {host}",
        facts={"service": f"{name}.{namespace}"},
    )
