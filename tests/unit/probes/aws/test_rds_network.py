from __future__ import annotations

import pytest

from bot.model.finding import Status
from bot.model.resource import Resource
from bot.probes.aws import reachability as reach
from bot.probes.aws.rds_network import Path, judge

WHERE = Resource("aws", "123456789012", "eu-west-2", "rds.DBInstance", "orders")
ALLOW = {"CidrBlock": "0.0.0.0/0", "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100}
ACL = {
    "NetworkAclId": "acl-1",
    "Associations": [{"SubnetId": "subnet-1"}],
    "Entries": [{**ALLOW, "Egress": True}, {**ALLOW, "Egress": False}],
}
TABLE = {
    "RouteTableId": "rtb-1",
    "Associations": [{"Main": True}],
    "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}],
}


def group(name="sg-db", cidrs=("10.0.0.0/16",), groups=(), egress=("0.0.0.0/0",)):
    inward = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
        "UserIdGroupPairs": [{"GroupId": one} for one in groups],
    }
    outward = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": cidr} for cidr in egress]}
    return {"GroupId": name, "IpPermissions": [inward], "IpPermissionsEgress": [outward]}


def causes(client="10.0.1.5", public=False, **more):
    instance = {
        "PubliclyAccessible": public,
        "DBSubnetGroup": {"Subnets": [{"SubnetIdentifier": "subnet-1"}]},
    }
    parts = {"groups": (group(),), "client_groups": (), "acls": (ACL,), "tables": (TABLE,), **more}
    findings = list(judge(Path(instance, WHERE, reach.peer(client), 5432, **parts)))
    return [(one.cause, one.resource.name) for one in findings if one.status is Status.CRITICAL]


def test_open_path_is_no_fault():
    assert causes() == []


def test_security_group_is_the_root_and_the_database_its_symptom():
    assert causes("10.9.0.1", tables=None) == [("security-group-blocks", "sg-db"), ("database-unreachable", "orders")]


def test_unnamed_client_finds_only_what_stops_everybody():
    assert causes("") == []
    assert causes("", groups=(group(cidrs=()),))[0] == ("security-group-blocks", "sg-db")


def test_several_groups_add_up():
    assert causes("10.9.0.1", groups=(group(), group("sg-2", ["10.9.0.0/16"])), tables=None) == []


def test_client_group_must_let_out():
    client = group("sg-app", cidrs=(), egress=())
    found = causes("sg-app", groups=(group(groups=["sg-app"]),), client_groups=(client,))
    assert found[0] == ("security-group-egress-blocks", "sg-app")


def test_internet_client_needs_public_access_and_an_internet_gateway():
    everyone = (group(cidrs=["0.0.0.0/0"]),)
    assert causes("8.8.8.8", groups=everyone) == [("not-publicly-accessible", "orders")]
    assert causes("8.8.8.8", public=True, groups=everyone)[0] == ("no-internet-route", "rtb-1")
    routed = {**TABLE, "Routes": [*TABLE["Routes"], {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}
    assert causes("8.8.8.8", public=True, groups=everyone, tables=(routed,)) == []


@pytest.mark.parametrize(
    ("route", "cause"),
    [
        (None, "no-route-to-client"),
        ({"VpcPeeringConnectionId": "pcx-1", "State": "blackhole"}, "route-blackhole"),
        ({"TransitGatewayId": "tgw-1", "State": "active"}, ""),
    ],
)
def test_answers_need_a_way_back(route, cause):
    routes = [*TABLE["Routes"], *([{"DestinationCidrBlock": "172.16.0.0/12", **route}] if route else [])]
    found = causes("172.16.1.1", groups=(group(cidrs=["172.16.0.0/12"]),), tables=({**TABLE, "Routes": routes},))
    assert [one for one, _ in found if one != "database-unreachable"] == ([cause] if cause else [])


def test_parts_that_could_not_be_read_are_not_taken_for_obstacles():
    assert causes("10.9.0.1", groups=None, acls=None, tables=None) == []
