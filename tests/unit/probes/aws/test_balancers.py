from __future__ import annotations

import pytest

from bot.probes.aws import balancers as read
from bot.probes.aws import reachability as reach

LB = {"LoadBalancerArn": "arn:lb", "LoadBalancerName": "shop"}
TG = {"TargetGroupArn": "arn:tg", "TargetGroupName": "web", "Port": 8080, "LoadBalancerArns": ["arn:lb"]}
FOUND = (read.BALANCERS, read.GROUPS, read.HEALTH, read.CLASSIC)


def test_balancer_comes_with_its_groups_and_their_health(sandbox, view_of, says):
    health = {"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": {"State": "healthy"}}]}
    sandbox.load(
        [
            says(read.BALANCERS, {"LoadBalancers": [LB]}, Names=["shop"]),
            says(read.GROUPS, {"TargetGroups": [TG]}, LoadBalancerArn="arn:lb"),
            says(read.HEALTH, health, TargetGroupArn="arn:tg"),
        ]
    )
    view, _ = view_of(*FOUND)
    found = read.find(view, "shop", "")
    assert found.balancer["LoadBalancerName"] == "shop"
    assert [len(group.targets) for group in found.groups] == [1]


def test_group_leads_to_its_balancer_and_unread_health_is_no_empty_group(sandbox, view_of, says):
    sandbox.load(
        [
            says(read.GROUPS, {"TargetGroups": [TG]}, Names=["web"]),
            says(read.BALANCERS, {"LoadBalancers": [LB]}, LoadBalancerArns=["arn:lb"]),
            says(read.HEALTH, code="AccessDenied", status=403),
        ]
    )
    view, log = view_of(*FOUND)
    found = read.find(view, "", "web")
    assert found.balancer["LoadBalancerName"] == "shop"
    assert found.groups[0].targets is None
    assert log.gaps


def test_what_is_neither_new_nor_classic_is_absent_with_near_names(sandbox, view_of, says):
    sandbox.load(
        [
            says(read.BALANCERS, code="LoadBalancerNotFound", Names=["shp"]),
            says(read.CLASSIC, code="LoadBalancerNotFound"),
            says(read.BALANCERS, {"LoadBalancers": [LB]}),
        ]
    )
    view, _ = view_of(*FOUND)
    found = read.find(view, "shp", "")
    assert (found.balancer, found.classic, found.near) == (None, None, ("shop",))


@pytest.mark.parametrize(
    ("described", "target", "port"),
    [
        ({"Port": 80}, {"Target": {"Id": "i-1", "Port": 8080}}, 8080),
        ({"Port": 80, "HealthCheckPort": "traffic-port"}, {"Target": {"Id": "i-1"}}, 80),
        ({"Port": 80, "HealthCheckPort": "9000"}, {"Target": {"Id": "i-1", "Port": 8080}}, 9000),
        ({"Port": 80}, {"Target": {"Id": "i-1"}, "HealthCheckPort": "8081"}, 8081),
    ],
)
def test_port_of_the_health_check(described, target, port):
    assert read.Group({"TargetGroupName": "web", **described}, ()).port_of(target) == port


def rules(cidrs=(), groups=(), port=8080):
    return [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
            "UserIdGroupPairs": [{"GroupId": group} for group in groups],
        }
    ]


EVERYWHERE = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
PEER = reach.Peer("", reach.peer("10.0.1.0/24").network, frozenset({"sg-lb"}))


@pytest.mark.parametrize(
    ("inward", "outward", "blocking"),
    [
        (rules(groups=["sg-lb"]), EVERYWHERE, None),
        (rules(cidrs=["10.0.0.0/16"]), EVERYWHERE, None),
        (rules(cidrs=["10.9.0.0/16"]), EVERYWHERE, ("sg-web", False)),
        ([], EVERYWHERE, ("sg-web", False)),
        (rules(groups=["sg-lb"]), rules(groups=["sg-web"]), None),
        (rules(groups=["sg-lb"]), rules(groups=["sg-other"]), ("sg-lb", True)),
        (rules(groups=["sg-lb"]), [], ("sg-lb", True)),
    ],
)
def test_security_group_between_is_named(inward, outward, blocking):
    web = {"GroupId": "sg-web", "IpPermissions": inward}
    balancer = {"GroupId": "sg-lb", "IpPermissionsEgress": outward}
    found = read.Between((balancer,), (web,), (PEER,)).blocking(8080)
    assert (found and (found[0]["GroupId"], found[1])) == blocking


def test_what_could_not_be_read_blocks_nothing():
    assert read.Between(None, None, ()).blocking(8080) is None
