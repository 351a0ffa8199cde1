"""What is wrong with a name or a connection, and how endpoints, names and certificates relate."""

from __future__ import annotations

from bot.model.finding import Finding, Relation
from bot.model.resource import Resource
from bot.probes.network.client import Resolution
from bot.probes.saying import Says, shown


def thing(kind: str, host: str, port: int = 0) -> Resource:
    """Name a `Name`, `Endpoint` or `Certificate`; the usual ports are left out."""
    return Resource("network", "", "", kind, host if port in (0, 80, 443) else f"{host}:{port}")


def endpoint_needs(host: str, port: int) -> tuple[Relation, ...]:
    """An endpoint needs its name to resolve and its certificate to hold."""
    endpoint = thing("Endpoint", host, port)
    return (
        Relation(endpoint, thing("Name", host), "is found by its name"),
        Relation(endpoint, thing("Certificate", host, port), "proves who it is"),
    )


def name_fault(says: Says, host: str, resolution: Resolution, record: str = "A") -> Finding | None:
    """Say what is wrong with a name; None when nothing is, or when the name server did not answer in time."""
    where = thing("Name", host)
    evidence = shown(f"{record} {host}", resolution.problem, f"dig {record} {host}")
    if resolution.problem == "nxdomain":
        return says.critical(
            "name-not-found",
            where,
            f"The name {host} does not exist (NXDOMAIN).",
            "Create the record, or correct the name; look for a typing error and for a lapsed domain.",
            evidence=evidence,
        )
    if resolution.problem == "no-data":
        alias = f" (an alias of {resolution.alias})" if resolution.alias else ""
        return says.critical(
            "name-without-address",
            where,
            f"The name {host}{alias} exists, but has no {record} record.",
            "Add the address record; behind an alias, see whether what it points at still exists.",
            evidence=evidence,
        )
    if resolution.problem == "servfail":
        return says.critical(
            "name-server-failed",
            where,
            f"The name servers answer SERVFAIL for {host}.",
            "See whether the zone's name servers are up, its delegation is right and its DNSSEC signatures hold.",
            evidence=evidence,
        )
    return None


CONNECTION_FAULTS = {
    "refused": (
        "connection-refused",
        "refuses connections on port {port}: nothing listens there",
        "Start what should listen, or correct the port or the load balancer's listener.",
    ),
    "timed-out": (
        "connection-timed-out",
        "does not answer on port {port}: packets are dropped on the way",
        "Look for a firewall, a security group or a machine that is off.",
    ),
    "unreachable": (
        "host-unreachable",
        "cannot be reached on port {port}",
        "Look at the route and at whether the machine is on.",
    ),
    "reset": (
        "connection-reset",
        "drops the connection on port {port} before it answers",
        "Look at the logs of what listens there: it closes connections or crashes on them.",
    ),
}


def connection_fault(says: Says, host: str, port: int, problem: str, command: str) -> Finding | None:
    """Say what is wrong with the connection itself; None when `problem` is about something else."""
    if problem not in CONNECTION_FAULTS:
        return None
    cause, means, remedy = CONNECTION_FAULTS[problem]
    return says.critical(
        cause,
        thing("Endpoint", host, port),
        f"{host} {means.format(port=port)}.",
        remedy,
        evidence=shown(f"connect {host}:{port}", problem, command),
        relations=endpoint_needs(host, port),
    )
