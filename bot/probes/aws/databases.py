"""Finds the RDS instance or Aurora cluster that a ticket means, by identifier or by endpoint address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.model.finding import Finding, Relation
from bot.model.resource import Resource
from bot.probes.aws.naming import near
from bot.probes.aws.view import AwsView

INSTANCES = "rds:DescribeDBInstances"
CLUSTERS = "rds:DescribeDBClusters"
PERMISSIONS = (INSTANCES, CLUSTERS)

_ENDPOINT = re.compile(
    r"(?P<name>[a-z0-9-]+)\.(?P<kind>cluster-ro-|cluster-custom-|cluster-|proxy-|)[a-z0-9]+\.(?P<region>[a-z0-9-]+)"
    r"\.rds\.amazonaws\.com(?:\.cn)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Database:
    """What was found. `instance` is RDS's own description; None when absent or not known."""

    name: str
    view: AwsView
    instance: Mapping[str, Any] | None = None
    cluster: Mapping[str, Any] | None = None
    known: bool = True
    near: tuple[str, ...] = ()


def host_region(host: str) -> str:
    """Read the region off an endpoint address; empty when it is not one of RDS."""
    found = _ENDPOINT.fullmatch(host.strip().rstrip("."))
    return found.group("region") if found else ""


def find(view: AwsView, instance: str, host: str) -> Database:
    """Look for `instance`, or for whose endpoint `host` is; the address also tells the region."""
    endpoint = _ENDPOINT.fullmatch(host.strip().rstrip(".").lower()) if host else None
    view = view.at(endpoint.group("region")) if endpoint else view
    if endpoint and endpoint.group("kind"):
        return _cluster(view, endpoint.group("name"))
    name = (endpoint.group("name") if endpoint else "") or instance
    if not name:
        return _by_address(view, host)
    answer = view.call(INSTANCES, DBInstanceIdentifier=name)
    for found in answer.get("DBInstances", ()):
        return Database(name, view, found)
    if not answer.absent:
        return Database(name, view, known=False)
    return _cluster(view, name)


def _cluster(view: AwsView, name: str) -> Database:
    answer = view.call(CLUSTERS, DBClusterIdentifier=name)
    for cluster in answer.get("DBClusters", ()):
        writer = next((item for item in cluster.get("DBClusterMembers") or () if item.get("IsClusterWriter")), None)
        if writer is None:
            return Database(name, view, cluster=cluster)
        member = str(writer["DBInstanceIdentifier"])
        instances = view.call(INSTANCES, DBInstanceIdentifier=member)
        return Database(member, view, next(iter(instances.get("DBInstances", ())), None), cluster, instances.known)
    if not answer.absent:
        return Database(name, view, known=False)
    everything = view.pages(INSTANCES, "DBInstances")
    return Database(name, view, known=everything.complete, near=near(name, map(_identifier, everything)))


def _by_address(view: AwsView, host: str) -> Database:
    everything = view.pages(INSTANCES, "DBInstances")
    for found in everything:
        if (found.get("Endpoint") or {}).get("Address", "").lower() == host.lower():
            return Database(_identifier(found), view, found)
    first = host.partition(".")[0]
    return Database(host, view, known=everything.complete, near=near(first, map(_identifier, everything)))


def _identifier(instance: Mapping[str, Any]) -> str:
    return str(instance["DBInstanceIdentifier"])


def reached_as(host: str, database: Resource, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Relate the host by which a client knows a database to the database, so that what is below explains the client."""
    for finding in findings:
        if host:
            named = Relation(Resource("network", "", "", "Host", host), database, "the address of the database")
            finding = replace(finding, relations=(*finding.relations, named))
        yield finding
