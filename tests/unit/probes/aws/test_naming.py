from __future__ import annotations

from bot.probes.aws.naming import called, near, tagged


def test_near_names_leave_strangers_out():
    assert set(near("order-db", ["orders-db", "warehouse", "order-dbs"])) == {"order-dbs", "orders-db"}


def test_things_are_called_by_id_and_name():
    assert called({"GroupId": "sg-1", "GroupName": "db"}, "GroupId", "GroupName") == "sg-1 (db)"
    assert called({"RouteTableId": "rtb-1", "Tags": [{"Key": "Name", "Value": "private"}]}, "RouteTableId") == (
        "rtb-1 (private)"
    )
    assert called({"RouteTableId": "rtb-1"}, "RouteTableId") == "rtb-1"
    assert tagged({"Tags": [{"Key": "team", "Value": "x"}]}) == ""
