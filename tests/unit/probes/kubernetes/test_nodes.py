from bot.model.finding import Status
from bot.probes.kubernetes.nodes import instance_of, judge
from bot.probes.kubernetes.verdicts import Ref

POD = {"metadata": {"name": "a-1", "namespace": "shop"}, "spec": {"nodeName": "node-a"}}


def node(ready: str = "True", pressure: str = "False", **spec) -> dict:
    conditions = [
        {"type": "Ready", "status": ready, "message": "container runtime is down"},
        {"type": "DiskPressure", "status": pressure, "message": "disk is full"},
    ]
    given = {"providerID": "aws:///eu-west-2a/i-0abc", **spec}
    return {"kind": "Node", "metadata": {"name": "node-a"}, "spec": given, "status": {"conditions": conditions}}


def test_ready_node_is_in_order():
    assert judge(node(), [POD]) is None


def test_silent_node_and_sick_node_are_below_their_pods():
    silent, sick = judge(node("Unknown"), [POD]), judge(node("False"), [POD])
    assert "its kubelet no longer reports" in silent.summary
    assert "container runtime is down" in sick.summary
    assert silent.holds[0][0] == Ref("Pod", "a-1", "shop")
    assert silent.facts == {"node": "node-a", "instance": "i-0abc"}


def test_pressure_and_cordon_are_cautions():
    assert [judge(each, [POD]).cause for each in (node(pressure="True"), node(unschedulable=True))] == [
        "node-under-pressure",
        "node-cordoned",
    ]
    assert judge(node(unschedulable=True), [POD]).status is Status.WARNING


def test_machine_elsewhere_is_no_instance():
    assert instance_of({"spec": {"providerID": "gce://project/zone/name"}}) == ""


def test_probe_looks_only_at_nodes_under_the_pods_in_question(ask):
    other = {"kind": "Node", "apiVersion": "v1", "metadata": {"name": "node-b"}, "status": {"conditions": []}}
    objects = [{"apiVersion": "v1", **node("Unknown")}, other, {"apiVersion": "v1", "kind": "Pod", **POD}]
    findings = ask(objects, "kubernetes.node.state", namespace="shop")
    assert [(each.cause, each.resource.name) for each in findings] == [("node-not-ready", "node-a")]


def test_node_that_is_gone_counts_only_for_a_pod_that_cannot_be_deleted(ask):
    here = {"apiVersion": "v1", **node()}
    here["metadata"] = {"name": "node-z"}
    left = {"apiVersion": "v1", "kind": "Pod", **POD}
    going = {**left, "metadata": {**POD["metadata"], "deletionTimestamp": "2026-11-24T10:00:00Z"}}
    assert ask([here, left], "kubernetes.node.state", namespace="shop") == ()
    assert [each.cause for each in ask([here, going], "kubernetes.node.state", namespace="shop")] == ["node-gone"]
