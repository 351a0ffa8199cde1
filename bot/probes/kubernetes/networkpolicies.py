"""Probes over NetworkPolicies: whether they let requests through to the pods of a Service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.endpoints import selected
from bot.probes.kubernetes.labels import labels_of, printed
from bot.probes.kubernetes.podstates import containers_of
from bot.probes.kubernetes.policies import Peer, Wire, admits, isolating, peer, to_blame
from bot.probes.kubernetes.serviceports import target
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref, sound, to_finding
from bot.probes.kubernetes.workloads import TO_FIND, find, pods_of
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.networkpolicy.ingress"


@probe(
    NAME,
    permissions=(
        "list networkpolicies.networking.k8s.io",
        "list services",
        "list pods",
        "get namespaces",
        *TO_FIND,
    ),
    facts=("policy", "port"),
)
def ingress(
    view: KubernetesView, *, namespace: str, service: str = "", client_workload: str = "", client_namespace: str = ""
) -> Iterator[Finding]:
    """Whether NetworkPolicies let requests reach the pods of a Service, from anybody or from the client named."""
    policies, known = _policies(view, namespace), view.get("Namespace", client_namespace or namespace).known
    client = _client(view, client_workload, client_namespace or namespace)
    outgoing = _policies(view, client.namespace) if client else ()
    if policies is None or outgoing is None or (client and not known):
        return
    for each in view.list("Service", namespace):
        pods = () if service and each["metadata"]["name"] != service else _behind(view, each)
        if not pods:
            continue
        server = peer(pods[0], _namespace_labels(view, namespace))
        about = ref(each, "Service")
        clear = sound(about, f"{about}: no NetworkPolicy stands in the way to its pods.")
        yield to_finding(view, NAME, _judged(each, server, policies, client, outgoing) or clear)


def _policies(view: KubernetesView, namespace: str) -> tuple[Object, ...] | None:
    """Give the policies of a namespace; None when one may be missing, since it might be the one that allows."""
    found = view.list("NetworkPolicy", namespace)
    return found.items if found.complete else None


def _judged(
    service: Object, server: Peer, policies: Sequence[Object], client: Peer | None, outgoing: Sequence[Object]
) -> Verdict | None:
    about = ref(service, "Service")
    for wire in _wires(service, server):
        verdict = blocks_ingress(about, server, wire, policies, client)
        if client and not verdict:
            verdict = blocks_egress(about, server, wire, outgoing, client)
        if verdict:
            return verdict
    return None


def blocks_ingress(
    service: Ref, server: Peer, wire: Wire, policies: Sequence[Object], client: Peer | None
) -> Verdict | None:
    """Say which policy keeps requests from the pods of `service`; None when they come through.

    Without a `client` only what nobody at all may reach counts as blocked.
    """
    isolate = isolating(policies, server, "Ingress")
    if not isolate or any(admits(policy, "Ingress", server, wire, client) for policy in isolate):
        return None
    who = f"from {_named(client)}" if client else "from anybody"
    way = f"{who} to its pods on port {wire.number}"
    return _blocked(service, "network-policy-blocks", isolate, "Ingress", way, wire)


def blocks_egress(service: Ref, server: Peer, wire: Wire, policies: Sequence[Object], client: Peer) -> Verdict | None:
    """Say which policy keeps `client` from sending to the pods of `service`; None when it may."""
    isolate = isolating(policies, client, "Egress")
    if not isolate or any(admits(policy, "Egress", server, wire, server) for policy in isolate):
        return None
    way = f"out of {_named(client)} to port {wire.number} of {service.name}"
    return _blocked(service, "network-policy-blocks-egress", isolate, "Egress", way, wire)


def _blocked(service: Ref, cause: str, isolate: Sequence[Object], direction: str, way: str, wire: Wire) -> Verdict:
    blamed = ref(to_blame(isolate, direction), "NetworkPolicy")
    others = [each["metadata"]["name"] for each in isolate if each["metadata"]["name"] != blamed.name]
    beside = f" (with {', '.join(others)})" if others else ""
    side = "ingress" if direction == "Ingress" else "egress"
    return fault(
        blamed,
        cause,
        f"{blamed}{beside} lets nothing through {way}, so {service} cannot be reached.",
        f"Add an {side} rule for this peer and port {wire.number}, if the connection is meant to be allowed.",
        seen=f"{direction} policies that select the pods: {', '.join(each['metadata']['name'] for each in isolate)}",
        holds=((service, "requests to its pods pass this policy"),),
        facts={"policy": blamed.name, "port": str(wire.number)},
    )


def _named(client: Peer | None) -> str:
    if client is None:
        return "anybody"
    return f"pods {printed(client.labels)} in {client.namespace}"


def _wires(service: Object, server: Peer) -> tuple[Wire, ...]:
    found = []
    for port in service.get("spec", {}).get("ports") or ():
        number = target(port)
        if isinstance(number, str):
            number = _number(server.pod, number)
        if number:
            found.append(Wire(number, port.get("protocol") or "TCP"))
    return tuple(found)


def _number(pod: Object, name: str) -> int:
    for container in containers_of(pod.get("spec", {})):
        for port in container.get("ports") or ():
            if port.get("name") == name:
                return int(port["containerPort"])
    return 0


def _behind(view: KubernetesView, service: Object) -> tuple[Object, ...]:
    return selected(service, view.list("Pod", service["metadata"]["namespace"]))


def _client(view: KubernetesView, workload: str, namespace: str) -> Peer | None:
    for _, obj in find(view, namespace, workload) if workload else ():
        for pod in pods_of(view, obj):
            return peer(pod, _namespace_labels(view, namespace))
        template = {**obj["spec"]["template"], "status": {}}
        labelled = {**template, "metadata": {**template.get("metadata", {}), "namespace": namespace}}
        return peer(labelled, _namespace_labels(view, namespace))
    return None


def _namespace_labels(view: KubernetesView, namespace: str) -> Mapping[str, str]:
    found = view.get("Namespace", namespace).object
    return labels_of(found) if found else {}
