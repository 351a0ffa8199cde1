"""Whether packets may pass: security groups, network ACLs and routes, as small pure functions over EC2's answers.

Shapes are those of ec2:DescribeSecurityGroups, DescribeNetworkAcls and DescribeRouteTables.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Rule = Mapping[str, Any]

INTERNET = "internet"
EPHEMERAL = (1024, 65535)
_PROTOCOLS = {"tcp": ("tcp", "6", "-1"), "udp": ("udp", "17", "-1")}


@dataclass(frozen=True, slots=True)
class Peer:
    """Who talks: an address or range, the security groups it is in, or the whole internet. May be nobody known."""

    text: str = ""
    network: Network | None = None
    groups: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Say whether there is anything to compare with a rule."""
        return self.network is not None or bool(self.groups)

    @property
    def public(self) -> bool:
        """Say whether it comes over the internet."""
        return self.network is not None and (self.text == INTERNET or self.network.is_global)


def peer(text: str) -> Peer:
    """Read `10.0.1.5`, `10.0.0.0/16`, `sg-0a1b` or `internet`; what is none of these is a peer that is not known."""
    text = text.strip()
    if re.fullmatch(r"sg-[0-9a-z]+", text):
        return Peer(text, groups=frozenset({text}))
    if text.lower() == INTERNET:
        return Peer(INTERNET, ipaddress.ip_network("0.0.0.0/0"))
    try:
        return Peer(text, ipaddress.ip_network(text, strict=False))
    except ValueError:
        return Peer(text)


def covers(rule: Rule, port: int, protocol: str = "tcp") -> bool:
    """Say whether a security group rule is about this port."""
    if str(rule.get("IpProtocol")) not in _PROTOCOLS[protocol]:
        return False
    if str(rule.get("IpProtocol")) == "-1":
        return True
    return int(rule.get("FromPort", 0)) <= port <= int(rule.get("ToPort", 65535))


def sources(rules: Iterable[Rule], port: int) -> tuple[str, ...]:
    """Give all that the rules open this port to: ranges, groups and prefix lists."""
    found: list[str] = []
    for rule in rules:
        if covers(rule, port):
            found += [str(item["CidrIp"]) for item in rule.get("IpRanges") or ()]
            found += [str(item["CidrIpv6"]) for item in rule.get("Ipv6Ranges") or ()]
            found += [str(item["GroupId"]) for item in rule.get("UserIdGroupPairs") or ()]
            found += [str(item["PrefixListId"]) for item in rule.get("PrefixListIds") or ()]
    return tuple(dict.fromkeys(found))


def admits(rules: Iterable[Rule], port: int, other: Peer) -> bool | None:
    """Say whether the rules let `other` through on this port; None when a prefix list decides, which is not read."""
    opened = sources(rules, port)
    if any(_matches(source, other) for source in opened):
        return True
    return None if any(source.startswith("pl-") for source in opened) else False


def _matches(source: str, other: Peer) -> bool:
    if source.startswith("sg-"):
        return source in other.groups
    if source.startswith("pl-") or other.network is None:
        return source in ("0.0.0.0/0", "::/0")
    return inside(other.network, source)


def inside(network: Network, wider: str) -> bool:
    """Say whether all of `network` lies within the range `wider`."""
    other = ipaddress.ip_network(wider, strict=False)
    return network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]


def rules_in(groups: Iterable[Mapping[str, Any]], *, egress: bool = False) -> Iterator[Rule]:
    """Give all rules of some security groups, in one direction: they add up."""
    for group in groups:
        yield from group.get("IpPermissionsEgress" if egress else "IpPermissions") or ()


def acl_entry(acl: Mapping[str, Any], ports: tuple[int, int], other: Network, *, egress: bool) -> Rule | None:
    """Give the numbered entry of a network ACL that decides for these TCP ports and this peer.

    Entries count from the lowest number; the first that is about all of the ports and the peer decides. None: no
    entry does, which denies.
    """
    entries = [entry for entry in acl.get("Entries") or () if bool(entry.get("Egress")) is egress]
    for entry in sorted(entries, key=lambda entry: int(entry["RuleNumber"])):
        cidr = str(entry.get("CidrBlock") or entry.get("Ipv6CidrBlock") or "")
        if not cidr or str(entry.get("Protocol")) not in ("-1", "6"):
            continue
        if inside(other, cidr) and _spans(entry, ports):
            return entry  # type: ignore[no-any-return]
    return None


def _spans(entry: Rule, ports: tuple[int, int]) -> bool:
    span = entry.get("PortRange")
    if not span:
        return True
    # A deny of some of the ports already breaks the traffic; an allow must hold for all of them.
    if entry.get("RuleAction") == "deny":
        return int(span["From"]) <= ports[1] and int(span["To"]) >= ports[0]
    return int(span["From"]) <= ports[0] and int(span["To"]) >= ports[1]


def denies(entry: Rule | None) -> bool:
    """Say whether the deciding entry denies; no entry at all does."""
    return entry is None or entry.get("RuleAction") != "allow"


def acl_of(subnet: str, acls: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Give the network ACL that is associated with a subnet."""
    for acl in acls:
        if any(found.get("SubnetId") == subnet for found in acl.get("Associations") or ()):
            return acl
    return None


def table_of(subnet: str, tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Give the route table of a subnet: its own, else the VPC's main one."""
    main = None
    for table in tables:
        for association in table.get("Associations") or ():
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main"):
                main = table
    return main


def route_to(table: Mapping[str, Any], other: Network) -> Mapping[str, Any] | None:
    """Give the route that packets to `other` take: the longest matching prefix. None: there is no way."""
    best, length = None, -1
    for route in table.get("Routes") or ():
        cidr = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
        if not cidr or not inside(other, cidr):
            continue
        found = ipaddress.ip_network(cidr, strict=False).prefixlen
        if found > length:
            best, length = route, found
    return best


def target_of(route: Mapping[str, Any]) -> str:
    """Name where a route leads: `igw-...`, `nat-...`, `tgw-...`, `pcx-...`, `local`."""
    keys = (
        "GatewayId",
        "NatGatewayId",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
        "NetworkInterfaceId",
        "EgressOnlyInternetGatewayId",
        "InstanceId",
        "LocalGatewayId",
        "CarrierGatewayId",
        "CoreNetworkArn",
    )
    return next((str(route[key]) for key in keys if route.get(key)), "")


def is_blackhole(route: Mapping[str, Any]) -> bool:
    """Say whether what the route leads to is gone."""
    return route.get("State") == "blackhole"
