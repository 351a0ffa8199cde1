"""RDS: whether the network lets a client through to a database: public access, security groups, ACLs, routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.kit.text import listed
from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws import reachability as reach
from bot.probes.aws.databases import PERMISSIONS, find, reached_as
from bot.probes.aws.naming import called
from bot.probes.aws.rds import resource_of
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

NETWORK = Says("aws.rds.network")
GROUPS = "ec2:DescribeSecurityGroups"
ACLS = "ec2:DescribeNetworkAcls"
TABLES = "ec2:DescribeRouteTables"
INSTANCES = "ec2:DescribeInstances"


@dataclass(frozen=True, slots=True)
class Path:
    """What lies between a client and a database. A part that could not be read is None."""

    instance: Mapping[str, Any]
    resource: Resource
    client: reach.Peer
    port: int
    groups: tuple[Mapping[str, Any], ...] | None
    client_groups: tuple[Mapping[str, Any], ...]
    acls: tuple[Mapping[str, Any], ...] | None
    tables: tuple[Mapping[str, Any], ...] | None

    def named(self, kind: str, name: str) -> Resource:
        """Name a neighbour of the database: same account, same region."""
        return Resource("aws", self.resource.scope, self.resource.place, kind, name)

    @property
    def subnets(self) -> tuple[str, ...]:
        """The ids of the subnets that the database may be in."""
        group = self.instance.get("DBSubnetGroup") or {}
        return tuple(str(subnet["SubnetIdentifier"]) for subnet in group.get("Subnets") or ())


@probe("aws.rds.network", permissions=(*PERMISSIONS, GROUPS, ACLS, TABLES, INSTANCES), facts=("port", "open_to"))
def network(view: AwsView, *, instance: str = "", host: str = "", port: int = 0, client: str = "") -> Iterator[Finding]:
    """Whether the network lets a client through to a database.

    `client` is an address, a range, a security group, an EC2 instance id or `internet`; when empty, only what would
    stop every client is found. `port` is the database's own when 0.
    """
    database = find(view, instance, host)
    if database.instance is None:
        return
    found = database.instance
    port = port or int((found.get("Endpoint") or {}).get("Port") or found.get("DbInstancePort") or 0)
    about = resource_of(database)
    yield from reached_as(host, about, judge(_look(database.view, found, about, port, client)))


def _look(view: AwsView, instance: Mapping[str, Any], resource: Resource, port: int, client: str) -> Path:
    who = _client(view, client)
    own = [str(group["VpcSecurityGroupId"]) for group in instance.get("VpcSecurityGroups") or ()]
    asked = sorted({*own, *who.groups})
    vpc = str((instance.get("DBSubnetGroup") or {}).get("VpcId", ""))
    in_vpc = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    groups, acls, tables = view.together([(GROUPS, {"GroupIds": asked}), (ACLS, in_vpc), (TABLES, in_vpc)])
    known = groups.get("SecurityGroups", ())
    return Path(
        instance,
        resource,
        who,
        port,
        tuple(group for group in known if group["GroupId"] in own) if groups.data else None,
        tuple(group for group in known if group["GroupId"] in who.groups),
        tuple(acls.get("NetworkAcls", ())) if acls.data else None,
        tuple(tables.get("RouteTables", ())) if tables.data else None,
    )


def _client(view: AwsView, client: str) -> reach.Peer:
    if not client.startswith("i-"):
        return reach.peer(client)
    answer = view.call(INSTANCES, InstanceIds=[client])
    for reservation in answer.get("Reservations", ()):
        for machine in reservation.get("Instances", ()):
            address = reach.peer(str(machine.get("PrivateIpAddress", "")))
            groups = frozenset(str(group["GroupId"]) for group in machine.get("SecurityGroups") or ())
            return reach.Peer(client, address.network, groups)
    return reach.Peer(client)


def judge(path: Path) -> Iterator[Finding]:
    """Judge a path: each obstacle on the object at fault, and the database as what cannot be reached."""
    obstacles = [
        finding
        for check in (_public_access, _groups, _client_egress, _acl, _route)
        if (finding := check(path)) is not None
    ]
    yield from obstacles
    others = [finding.resource for finding in obstacles if finding.resource != path.resource]
    if others:
        yield _unreachable(path, others)
    elif not obstacles and path.groups is not None:
        yield _open(path)


def _unreachable(path: Path, others: list[Resource]) -> Finding:
    whom = path.client.text or "any client"
    return NETWORK.critical(
        "database-unreachable",
        path.resource,
        f"{path.resource.name} cannot be reached on port {path.port} from {whom}.",
        "Correct what stands in the way.",
        relations=needs(path.resource, *others, why="lets its clients through"),
        facts={"port": str(path.port)},
    )


def _open(path: Path) -> Finding:
    opened = reach.sources(reach.rules_in(path.groups or ()), path.port)
    whom = path.client.text if path.client.known else ""
    compared = f"{whom} is let through" if whom else "no client was named to compare with"
    return NETWORK.ok(
        path.resource,
        f"Port {path.port} of {path.resource.name} is open to {listed(opened)}; {compared}.",
        facts={"port": str(path.port), "open_to": ", ".join(opened)},
    )


def _public_access(path: Path) -> Finding | None:
    if not path.client.public or path.instance.get("PubliclyAccessible"):
        return None
    return NETWORK.critical(
        "not-publicly-accessible",
        path.resource,
        f"{path.resource.name} has no public address, but {path.client.text} comes over the internet.",
        "Connect from within the VPC (a bastion, VPN or peering) rather than making it public.",
        evidence=shown(
            "PubliclyAccessible",
            "false",
            f"aws rds describe-db-instances --db-instance-identifier {path.resource.name}",
        ),
    )


def _groups(path: Path) -> Finding | None:
    if path.groups is None:
        return None
    rules = list(reach.rules_in(path.groups))
    opened = reach.sources(rules, path.port)
    if opened and (not path.client.known or reach.admits(rules, path.port, path.client) is not False):
        return None
    names = [called(group, "GroupId", "GroupName") for group in path.groups] or ["none"]
    what = f"only to {listed(opened)}" if opened else "to nobody"
    against = f", not to {path.client.text}" if opened and path.client.text else ""
    ids = [str(group["GroupId"]) for group in path.groups]
    return NETWORK.critical(
        "security-group-blocks",
        path.named("ec2.SecurityGroup", min(ids, default="none")),
        f"Security group {listed(names)} of {path.resource.name} opens port {path.port} {what}{against}.",
        f"Add an inbound rule for TCP {path.port} from the client's security group.",
        evidence=shown(
            "IpPermissions",
            f"TCP {path.port} from: {', '.join(opened) or 'none'}",
            f"aws ec2 describe-security-groups --group-ids {' '.join(ids)}",
        ),
    )


def _client_egress(path: Path) -> Finding | None:
    if not path.client_groups:
        return None
    rules = list(reach.rules_in(path.client_groups, egress=True))
    own = frozenset(str(group["GroupId"]) for group in path.groups or ())
    opened = reach.sources(rules, path.port)
    # The database's own address is not known here: any range may hold it, so only its absence is judged.
    if any(not source.startswith("sg-") or source in own for source in opened):
        return None
    group = path.client_groups[0]
    return NETWORK.critical(
        "security-group-egress-blocks",
        path.named("ec2.SecurityGroup", str(group["GroupId"])),
        f"Security group {called(group, 'GroupId', 'GroupName')} of the client lets nothing out to port {path.port}.",
        f"Add an outbound rule for TCP {path.port} to the database's security group.",
        evidence=shown(
            "IpPermissionsEgress",
            f"TCP {path.port} to: {', '.join(opened) or 'none'}",
            f"aws ec2 describe-security-groups --group-ids {group['GroupId']}",
        ),
    )


def _acl(path: Path) -> Finding | None:
    if path.acls is None or path.client.network is None:
        return None
    for subnet in path.subnets:
        acl = reach.acl_of(subnet, path.acls)
        if acl is None:
            continue
        inward = reach.acl_entry(acl, (path.port, path.port), path.client.network, egress=False)
        outward = reach.acl_entry(acl, reach.EPHEMERAL, path.client.network, egress=True)
        if not reach.denies(inward) and not reach.denies(outward):
            continue
        entry, way = (inward, f"inbound TCP {path.port}") if reach.denies(inward) else (outward, "the answers")
        rule = f"rule {entry['RuleNumber']}" if entry and int(entry["RuleNumber"]) < 32767 else "no rule allows it"
        return NETWORK.critical(
            "network-acl-blocks",
            path.named("ec2.NetworkAcl", str(acl["NetworkAclId"])),
            f"Network ACL {called(acl, 'NetworkAclId')} of subnet {subnet} denies {way} for {path.client.text} "
            f"({rule}).",
            f"Allow TCP {path.port} in and TCP 1024-65535 out for the client's range.",
            evidence=shown("Entries", rule, f"aws ec2 describe-network-acls --network-acl-ids {acl['NetworkAclId']}"),
        )
    return None


def _route(path: Path) -> Finding | None:
    if path.tables is None or path.client.network is None:
        return None
    for subnet in path.subnets:
        table = reach.table_of(subnet, path.tables)
        if table is None:
            continue
        route = reach.route_to(table, path.client.network)
        if path.client.public and path.instance.get("PubliclyAccessible"):
            good = route is not None and reach.target_of(route).startswith("igw-")
            cause, way = "no-internet-route", "internet gateway"
        else:
            good = path.client.public or route is not None
            cause, way = "no-route-to-client", "route"
        gone = route is not None and reach.is_blackhole(route)
        if good and not gone:
            continue
        leads = f"leads to {reach.target_of(route)}, which is gone" if route and gone else f"has no {way} to it"
        return NETWORK.critical(
            "route-blackhole" if gone else cause,
            path.named("ec2.RouteTable", str(table["RouteTableId"])),
            f"Answers to {path.client.text} get lost: route table {called(table, 'RouteTableId')} of subnet {subnet} "
            f"{leads}.",
            "Correct the route back to the client (internet gateway, peering, transit gateway or VPN).",
            evidence=shown(
                "Routes",
                f"{(route or {}).get('DestinationCidrBlock', 'none')}",
                f"aws ec2 describe-route-tables --route-table-ids {table['RouteTableId']}",
            ),
        )
    return None
