"""Reads what a load balancer is made of: the balancer, its target groups, their targets and the network between."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.probes.aws import reachability as reach
from bot.probes.aws.naming import near
from bot.probes.aws.view import AwsView

BALANCERS = "elbv2:DescribeLoadBalancers"
GROUPS = "elbv2:DescribeTargetGroups"
HEALTH = "elbv2:DescribeTargetHealth"
CLASSIC = "elb:DescribeLoadBalancers"
CLASSIC_HEALTH = "elb:DescribeInstanceHealth"
SECURITY_GROUPS = "ec2:DescribeSecurityGroups"
INTERFACES = "ec2:DescribeNetworkInterfaces"
SUBNETS = "ec2:DescribeSubnets"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A target group, and the health of its targets; `targets` is None when that could not be read."""

    described: Json
    targets: tuple[Json, ...] | None

    @property
    def name(self) -> str:
        """The name of the target group."""
        return str(self.described["TargetGroupName"])

    def check(self) -> str:
        """Say how the health check asks: `GET /healthz on port 8080, expecting 200`."""
        about = self.described
        port = about.get("HealthCheckPort", "traffic-port")
        port = f"port {about.get('Port')}" if port == "traffic-port" else f"port {port}"
        matcher = (about.get("Matcher") or {}).get("HttpCode") or (about.get("Matcher") or {}).get("GrpcCode")
        asks = (
            f"GET {about['HealthCheckPath']} on"
            if about.get("HealthCheckPath")
            else about.get("HealthCheckProtocol", "TCP")
        )
        return f"{asks} {port}" + (f", expecting {matcher}" if matcher else "")

    def port_of(self, target: Json) -> int:
        """Give the port that the health check of a target asks."""
        port = str(target.get("HealthCheckPort") or self.described.get("HealthCheckPort") or "traffic-port")
        if port == "traffic-port":
            port = str((target.get("Target") or {}).get("Port") or self.described.get("Port") or 0)
        return int(port)


@dataclass(frozen=True, slots=True)
class Found:
    """What a ticket's load balancer or target group turned out to be. `classic` is set for a Classic Load Balancer."""

    name: str
    known: bool = True
    balancer: Json | None = None
    groups: tuple[Group, ...] = ()
    classic: Json | None = None
    near: tuple[str, ...] = field(default=())


def find(view: AwsView, load_balancer: str, target_group: str) -> Found:
    """Look for a load balancer by name (ALB and NLB, then Classic), or for a target group and its balancer."""
    if target_group:
        return _by_group(view, target_group)
    answer = view.call(BALANCERS, Names=[load_balancer])
    for balancer in answer.get("LoadBalancers", ()):
        groups = view.pages(GROUPS, "TargetGroups", LoadBalancerArn=balancer["LoadBalancerArn"])
        return Found(load_balancer, groups.complete, balancer, _with_health(view, groups.items))
    if not answer.absent:
        return Found(load_balancer, known=False)
    old = view.call(CLASSIC, LoadBalancerNames=[load_balancer])
    for classic in old.get("LoadBalancerDescriptions", ()):
        return Found(load_balancer, classic=classic)
    if not old.absent:
        return Found(load_balancer, known=False)
    everything = view.pages(BALANCERS, "LoadBalancers")
    names = [str(one["LoadBalancerName"]) for one in everything]
    return Found(load_balancer, everything.complete, near=near(load_balancer, names))


def _by_group(view: AwsView, target_group: str) -> Found:
    answer = view.call(GROUPS, Names=[target_group])
    for group in answer.get("TargetGroups", ()):
        arns = list(group.get("LoadBalancerArns") or ())
        balancers = view.call(BALANCERS, LoadBalancerArns=arns[:1]).get("LoadBalancers", ()) if arns else ()
        return Found(target_group, True, next(iter(balancers), None), _with_health(view, [group]))
    if not answer.absent:
        return Found(target_group, known=False)
    everything = view.pages(GROUPS, "TargetGroups")
    names = [str(one["TargetGroupName"]) for one in everything]
    return Found(target_group, everything.complete, near=near(target_group, names))


def _with_health(view: AwsView, groups: Sequence[Json]) -> tuple[Group, ...]:
    answers = view.together([(HEALTH, {"TargetGroupArn": group["TargetGroupArn"]}) for group in groups])
    return tuple(
        Group(group, tuple(answer.get("TargetHealthDescriptions", ())) if answer.data else None)
        for group, answer in zip(groups, answers, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Between:
    """The security groups on both sides, and where the balancer's requests come from; None: could not be read."""

    balancer_groups: tuple[Json, ...] | None
    target_groups: tuple[Json, ...] | None
    peers: tuple[reach.Peer, ...]

    def blocking(self, port: int) -> tuple[Json, bool] | None:
        """Give the security group in the way on this port, and whether it is the balancer's own (egress)."""
        if self.target_groups:
            rules = list(reach.rules_in(self.target_groups))
            if self.peers and all(reach.admits(rules, port, peer) is False for peer in self.peers):
                return self.target_groups[0], False
        if self.balancer_groups:
            ids = {str(group["GroupId"]) for group in self.target_groups or ()}
            outward = reach.sources(reach.rules_in(self.balancer_groups, egress=True), port)
            # The targets' addresses lie in some range; only a rule for none at all is surely in the way.
            if not any(not one.startswith("sg-") or one in ids for one in outward):
                return self.balancer_groups[0], True
        return None


def between(view: AwsView, balancer: Json | None, target: str) -> Between:
    """Read what lies between a balancer and one target (an instance id or an address)."""
    own = [str(one) for one in (balancer or {}).get("SecurityGroups") or ()]
    name = "attachment.instance-id" if target.startswith("i-") else "addresses.private-ip-address"
    interfaces = view.call(INTERFACES, Filters=[{"Name": name, "Values": [target]}])
    theirs = {
        str(group["GroupId"])
        for interface in interfaces.get("NetworkInterfaces", ())
        for group in interface.get("Groups") or ()
    }
    if not theirs and not own:
        return Between(None, None, ())
    zones = [str(zone["SubnetId"]) for zone in (balancer or {}).get("AvailabilityZones") or () if zone.get("SubnetId")]
    calls: list[tuple[str, Mapping[str, Any]]] = [(SECURITY_GROUPS, {"GroupIds": sorted({*own, *theirs})})]
    calls += [(SUBNETS, {"SubnetIds": zones})] if zones else []
    groups, *subnets = view.together(calls)
    known = tuple(groups.get("SecurityGroups", ()))
    ranges = [str(one["CidrBlock"]) for answer in subnets for one in answer.get("Subnets", ())]
    return Between(
        tuple(one for one in known if one["GroupId"] in own) if groups.data else None,
        tuple(one for one in known if one["GroupId"] in theirs) if groups.data and interfaces.data else None,
        tuple(reach.Peer(text, ipaddress.ip_network(text), frozenset(own)) for text in ranges)
        or ((reach.Peer("", groups=frozenset(own)),) if own else ()),
    )
