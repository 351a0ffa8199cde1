from __future__ import annotations

import pytest

from bot.probes.aws.databases import CLUSTERS, INSTANCES, PERMISSIONS, find, host_region

HOST = "orders.c9akciq32abc.eu-west-2.rds.amazonaws.com"
ORDERS = {"DBInstanceIdentifier": "orders", "Endpoint": {"Address": HOST, "Port": 5432}}


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (HOST, "eu-west-2"),
        ("shop.cluster-c9akciq32abc.us-east-1.rds.amazonaws.com", "us-east-1"),
        ("db.example.com", ""),
        ("", ""),
    ],
)
def test_endpoint_tells_its_region(host, region):
    assert host_region(host) == region


def test_instance_is_found_by_its_name(sandbox, view_of, says):
    sandbox.load([says(INSTANCES, {"DBInstances": [ORDERS]}, DBInstanceIdentifier="orders")])
    view, _ = view_of(*PERMISSIONS)
    assert find(view, "orders", "").instance["Endpoint"]["Port"] == 5432


def test_address_of_another_region_is_looked_for_there(sandbox, view_of, says):
    sandbox.load([says(INSTANCES, {"DBInstances": [ORDERS]}, DBInstanceIdentifier="orders")])
    view, _ = view_of(*PERMISSIONS)
    found = find(view, "", HOST.replace("eu-west-2", "eu-central-1"))
    assert found.name == "orders"
    assert found.view.region == "eu-central-1"


def test_cluster_address_leads_to_the_writer(sandbox, view_of, says):
    members = [
        {"DBInstanceIdentifier": "shop-2", "IsClusterWriter": False},
        {"DBInstanceIdentifier": "shop-1", "IsClusterWriter": True},
    ]
    cluster = {"DBClusters": [{"DBClusterIdentifier": "shop", "DBClusterMembers": members}]}
    writer = {"DBInstances": [{"DBInstanceIdentifier": "shop-1"}]}
    sandbox.load(
        [says(CLUSTERS, cluster, DBClusterIdentifier="shop"), says(INSTANCES, writer, DBInstanceIdentifier="shop-1")]
    )
    view, _ = view_of(*PERMISSIONS)
    found = find(view, "", "shop.cluster-c9akciq32abc.eu-west-2.rds.amazonaws.com")
    assert (found.name, found.instance["DBInstanceIdentifier"]) == ("shop-1", "shop-1")


def test_alias_is_compared_with_every_address(sandbox, view_of, says):
    sandbox.load([says(INSTANCES, {"DBInstances": [ORDERS]})])
    view, _ = view_of(*PERMISSIONS)
    assert find(view, "", HOST.upper()).name == "orders"
    assert find(view, "", "db.example.com").instance is None


def test_absent_instance_brings_near_names(sandbox, view_of, says):
    sandbox.load(
        [
            says(INSTANCES, code="DBInstanceNotFound", status=404, DBInstanceIdentifier="order"),
            says(INSTANCES, {"DBInstances": [ORDERS, {"DBInstanceIdentifier": "warehouse"}]}),
        ]
    )
    view, _ = view_of(*PERMISSIONS)
    found = find(view, "order", "")
    assert (found.instance, found.known, found.near) == (None, True, ("orders",))


def test_denied_look_is_not_an_absence(sandbox, view_of, says):
    sandbox.load([says(INSTANCES, code="AccessDenied", status=403)])
    view, log = view_of(*PERMISSIONS)
    assert not find(view, "orders", "").known
    assert log.gaps[0].permission == INSTANCES
