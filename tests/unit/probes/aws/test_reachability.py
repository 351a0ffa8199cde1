from __future__ import annotations

from ipaddress import ip_network

import pytest

from bot.probes.aws import reachability as reach


def rule(protocol="tcp", ports=(5432, 5432), cidrs=(), groups=(), lists=()):
    return {
        "IpProtocol": protocol,
        **({"FromPort": ports[0], "ToPort": ports[1]} if protocol != "-1" else {}),
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
        "UserIdGroupPairs": [{"GroupId": group} for group in groups],
        "PrefixListIds": [{"PrefixListId": one} for one in lists],
    }


@pytest.mark.parametrize(
    ("rules", "client", "admitted"),
    [
        ([rule(cidrs=["10.0.0.0/16"])], "10.0.3.4", True),
        ([rule(cidrs=["10.0.0.0/16"])], "10.1.3.4", False),
        ([rule(cidrs=["10.0.0.0/24"])], "10.0.0.0/16", False),
        ([rule(groups=["sg-a"])], "sg-a", True),
        ([rule(groups=["sg-a"])], "sg-b", False),
        ([rule(groups=["sg-a"])], "10.0.3.4", False),
        ([rule(cidrs=["0.0.0.0/0"])], "sg-b", True),
        ([rule(cidrs=["10.0.0.0/16"])], "internet", False),
        ([rule(cidrs=["0.0.0.0/0"])], "internet", True),
        ([rule("-1", cidrs=["10.0.0.0/16"])], "10.0.3.4", True),
        ([rule("6", cidrs=["10.0.0.0/16"])], "10.0.3.4", True),
        ([rule("udp", cidrs=["10.0.0.0/16"])], "10.0.3.4", False),
        ([rule(ports=(5000, 6000), cidrs=["10.0.0.0/16"])], "10.0.3.4", True),
        ([rule(ports=(5000, 5431), cidrs=["10.0.0.0/16"])], "10.0.3.4", False),
        ([rule(lists=["pl-1"])], "10.0.3.4", None),
        ([rule(lists=["pl-1"], cidrs=["10.0.0.0/16"])], "10.0.3.4", True),
        ([], "10.0.3.4", False),
    ],
)
def test_security_group_rules(rules, client, admitted):
    assert reach.admits(rules, 5432, reach.peer(client)) is admitted


def entry(number, action, cidr="0.0.0.0/0", protocol="-1", ports=None, egress=False):
    span = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "CidrBlock": cidr,
        "Protocol": protocol,
        "Egress": egress,
        **span,
    }


@pytest.mark.parametrize(
    ("entries", "denied"),
    [
        ([entry(100, "allow")], False),
        ([entry(90, "deny", "10.0.3.0/24"), entry(100, "allow")], True),
        ([entry(110, "deny", "10.0.3.0/24"), entry(100, "allow")], False),
        ([entry(90, "deny", "10.0.4.0/24"), entry(100, "allow")], False),
        ([entry(100, "allow", protocol="6", ports=(443, 443))], True),
        ([entry(100, "allow", protocol="17")], True),
        ([entry(100, "allow", egress=True)], True),
        ([], True),
    ],
)
def test_network_acl_counts_from_the_lowest_number_and_ends_in_a_deny(entries, denied):
    found = reach.acl_entry({"Entries": entries}, (5432, 5432), ip_network("10.0.3.4"), egress=False)
    assert reach.denies(found) is denied


def test_answers_need_all_ephemeral_ports_but_one_denied_port_breaks_them():
    other = ip_network("10.0.3.4")
    half = {"Entries": [entry(100, "allow", protocol="6", ports=(1024, 40000), egress=True)]}
    hole = {
        "Entries": [
            entry(90, "deny", protocol="6", ports=(5000, 5000), egress=True),
            entry(100, "allow", egress=True),
        ]
    }
    assert reach.denies(reach.acl_entry(half, reach.EPHEMERAL, other, egress=True))
    assert reach.denies(reach.acl_entry(hole, reach.EPHEMERAL, other, egress=True))


def test_longest_prefix_wins():
    table = {
        "Routes": [
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"},
            {"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": "tgw-1"},
            {"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local"},
        ]
    }
    assert reach.target_of(reach.route_to(table, ip_network("10.1.2.3"))) == "local"
    assert reach.target_of(reach.route_to(table, ip_network("10.9.2.3"))) == "tgw-1"
    assert reach.target_of(reach.route_to(table, ip_network("8.8.8.8"))) == "nat-1"
    assert reach.route_to({"Routes": []}, ip_network("8.8.8.8")) is None


def test_subnet_without_a_table_of_its_own_uses_the_main_one():
    own = {"RouteTableId": "rtb-own", "Associations": [{"SubnetId": "subnet-1"}]}
    main = {"RouteTableId": "rtb-main", "Associations": [{"Main": True}]}
    assert reach.table_of("subnet-1", [main, own])["RouteTableId"] == "rtb-own"
    assert reach.table_of("subnet-2", [own, main])["RouteTableId"] == "rtb-main"
    assert reach.table_of("subnet-2", [own]) is None


@pytest.mark.parametrize(
    ("text", "known", "public"),
    [
        ("10.0.0.1", True, False),
        ("8.8.8.8", True, True),
        ("internet", True, True),
        ("sg-0abc", True, False),
        ("my laptop", False, False),
        ("", False, False),
    ],
)
def test_who_talks_is_read_or_left_unknown(text, known, public):
    peer = reach.peer(text)
    assert (peer.known, peer.public) == (known, public)
