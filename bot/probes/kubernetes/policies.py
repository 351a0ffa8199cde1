"""What a set of NetworkPolicies lets through between pods: the API's own rules, evaluated on plain objects.

The network plug-in's own policy kinds (Cilium, Calico) are not read: an answer here is about NetworkPolicy alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of, selects
from bot.probes.kubernetes.podstates import containers_of


@dataclass(frozen=True, slots=True)
class Peer:
    """A pod as policies see it: its labels, the labels of its namespace, its address."""

    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    pod: Object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wire:
    """The port at the pod that is connected to."""

    number: int
    protocol: str = "TCP"


def peer(pod: Object, namespace_labels: Mapping[str, str]) -> Peer:
    """Make a peer of a pod."""
    namespace = pod["metadata"].get("namespace", "")
    named = {"kubernetes.io/metadata.name": namespace, **namespace_labels}
    return Peer(namespace, labels_of(pod), named, pod.get("status", {}).get("podIP", ""), pod)


def isolating(policies: Iterable[Object], pod: Peer, direction: str) -> tuple[Object, ...]:
    """Give the policies that isolate `pod` in `direction` (`Ingress` or `Egress`), by name."""
    found = (
        policy
        for policy in policies
        if policy["metadata"].get("namespace", "") == pod.namespace
        and direction in _types(policy)
        and selects(policy.get("spec", {}).get("podSelector") or {}, pod.labels)
    )
    return tuple(sorted(found, key=lambda policy: str(policy["metadata"]["name"])))


def _types(policy: Object) -> Sequence[str]:
    spec = policy.get("spec", {})
    return spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])


def admits(policy: Object, direction: str, target: Peer, wire: Wire, other: Peer | None) -> bool:
    """Say whether a rule of `policy` lets `wire` of `target` through; `other` is the far end, None for anybody."""
    key, side = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    return any(
        _port_fits(rule, target, wire) and (other is None or _peer_fits(rule.get(side), policy, other))
        for rule in policy.get("spec", {}).get(key) or ()
    )


def _port_fits(rule: Mapping[str, Any], target: Peer, wire: Wire) -> bool:
    ports = rule.get("ports")
    return not ports or any(_one_port_fits(port, target, wire) for port in ports)


def _one_port_fits(port: Mapping[str, Any], target: Peer, wire: Wire) -> bool:
    if (port.get("protocol") or "TCP") != wire.protocol:
        return False
    value = port.get("port")
    if value is None:
        return True
    if isinstance(value, int):
        return value <= wire.number <= int(port.get("endPort") or value)
    return any(
        each.get("name") == value and each.get("containerPort") == wire.number
        for container in containers_of(target.pod.get("spec", {}))
        for each in container.get("ports") or ()
    )


def _peer_fits(peers: Sequence[Mapping[str, Any]] | None, policy: Object, other: Peer) -> bool:
    return not peers or any(_one_peer_fits(each, policy, other) for each in peers)


def _one_peer_fits(rule: Mapping[str, Any], policy: Object, other: Peer) -> bool:
    if "ipBlock" in rule:
        return _in_block(rule["ipBlock"], other.address)
    namespaces, pods = rule.get("namespaceSelector"), rule.get("podSelector")
    if namespaces is None:
        if other.namespace != policy["metadata"].get("namespace", ""):
            return False
    elif not selects(namespaces, other.namespace_labels):
        return False
    return pods is None or selects(pods, other.labels)


def _in_block(block: Mapping[str, Any], address: str) -> bool:
    if not address:
        return False
    here = ip_address(address)
    if here not in ip_network(block.get("cidr", "0.0.0.0/0"), strict=False):
        return False
    return not any(here in ip_network(hole, strict=False) for hole in block.get("except") or ())


def to_blame(policies: Sequence[Object], direction: str) -> Object:
    """Choose the policy to name of those that isolate: one that lets something else in before one that denies all."""
    key = "ingress" if direction == "Ingress" else "egress"
    return next((policy for policy in policies if policy.get("spec", {}).get(key)), policies[0])
