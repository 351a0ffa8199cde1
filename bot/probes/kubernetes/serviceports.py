"""Whether the ports of a Service lead to ports that its pods' containers have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.podstates import containers_of
from bot.probes.kubernetes.verdicts import Ref, Verdict, caution, fault, ref

Port = Mapping[str, Any]


def judge(about: Ref, ports: Sequence[Port], pods: Sequence[Object]) -> tuple[Verdict, ...]:
    """Say the deepest thing about the ports of Service `about`, empty when they fit.

    A container need not declare its ports, so a number that no container declares is a fault only when they declare
    others and no port of the Service fits.
    """
    declared = _declared(pods)
    missing = _named_absent(about, ports, declared, pods)
    if missing:
        return missing
    wrong = _wrong_protocol(about, ports, declared)
    if wrong:
        return wrong
    numbers = {port.get("containerPort") for port in declared}
    off = [port for port in ports if isinstance(target(port), int) and target(port) not in numbers]
    if not declared or not off:
        return ()
    first = off[0]
    summary = (
        f"{about} sends port {first.get('port')} to port {target(first)} of the pods, but their containers "
        f"declare only {_listed(declared)}."
    )
    remedy = f"Set targetPort to the port on which the container listens ({_listed(declared)})."
    command = f"kubectl get service {about.name} -n {about.namespace} -o jsonpath='{{.spec.ports}}'"
    if len(off) < len(ports):
        return (caution(about, "target-port-undeclared", summary, remedy, command=command),)
    facts = {"target_port": str(target(first)), "container_ports": _listed(declared)}
    seen = _seen(first, declared)
    return (fault(about, "target-port-wrong", summary, remedy, command=command, facts=facts, seen=seen),)


def target(port: Port) -> int | str:
    """Give the target port: a number or a name; the port itself when left out."""
    value = port.get("targetPort") or port.get("port", 0)
    return int(value) if str(value).isdigit() else str(value)


def _declared(pods: Sequence[Object]) -> tuple[Port, ...]:
    containers = (container for pod in pods for container in containers_of(pod.get("spec", {})))
    found = (port for container in containers for port in container.get("ports") or ())
    return tuple({(str(port.get("name")), port.get("containerPort"), _protocol(port)): port for port in found}.values())


def _protocol(port: Port) -> str:
    return str(port.get("protocol") or "TCP")


def _listed(declared: Sequence[Port]) -> str:
    said = (f"{port.get('containerPort')}{' (' + port['name'] + ')' if port.get('name') else ''}" for port in declared)
    return ", ".join(dict.fromkeys(said))


def _seen(port: Port, declared: Sequence[Port]) -> str:
    there = _listed(declared) or "none"
    return f"port: {port.get('port')}, targetPort: {port.get('targetPort')}\ncontainer ports: {there}"


def _named_absent(
    about: Ref, ports: Sequence[Port], declared: Sequence[Port], pods: Sequence[Object]
) -> tuple[Verdict, ...]:
    names = {port.get("name") for port in declared if port.get("name")}
    for port in ports:
        wanted = target(port)
        if isinstance(wanted, int) or wanted in names:
            continue
        hint = near_hint(wanted, (str(name) for name in names))
        pod = ref(pods[0], "Pod").name
        return (
            fault(
                about,
                "named-port-missing",
                f"{about} sends port {port.get('port')} to the named port {wanted}, which no container of pod {pod} "
                f"declares{hint}; they have {_listed(declared) or 'none'}.",
                f"Name a port of the container {wanted}, or set targetPort to a port that it has.",
                seen=_seen(port, declared),
                facts={"target_port": wanted, "container_ports": _listed(declared)},
            ),
        )
    return ()


def _wrong_protocol(about: Ref, ports: Sequence[Port], declared: Sequence[Port]) -> tuple[Verdict, ...]:
    for port in ports:
        same = [each for each in declared if target(port) in (each.get("containerPort"), each.get("name"))]
        if not same or any(_protocol(each) == _protocol(port) for each in same):
            continue
        return (
            fault(
                about,
                "protocol-mismatch",
                f"{about} forwards port {port.get('port')} by {_protocol(port)}, but the container's port "
                f"{target(port)} speaks {_protocol(same[0])}.",
                f"Set the protocol of the Service's port to {_protocol(same[0])}.",
                seen=f"Service: {_protocol(port)}, container: {_protocol(same[0])}",
                facts={"target_port": str(target(port))},
            ),
        )
    return ()


def has(ports: Sequence[Port], wanted: str) -> bool:
    """Say whether a Service has a port of that number or name."""
    return any(wanted in (str(port.get("port")), port.get("name")) for port in ports)


def printed(ports: Sequence[Port]) -> str:
    """Print a Service's ports: `80 (http), 443`."""
    return ", ".join(f"{each.get('port')}{' (' + each['name'] + ')' if each.get('name') else ''}" for each in ports)


def asked(about: Ref, ports: Sequence[Port], wanted: str) -> Verdict | None:
    """Say whether the Service has the port (number or name) that clients ask for; None when it has."""
    if not wanted or has(ports, wanted):
        return None
    have = printed(ports)
    behind = [each for each in ports if wanted == str(each.get("targetPort"))]
    also = f" {wanted} is the port of the container behind it." if behind else ""
    return fault(
        about,
        "port-not-exposed",
        f"{about} has no port {wanted}: it listens on {have or 'none'}.{also}",
        f"Let clients use a port that the Service has, or add port {wanted} to it.",
        seen=f"ports: {have or 'none'}",
        facts={"port": wanted},
    )
