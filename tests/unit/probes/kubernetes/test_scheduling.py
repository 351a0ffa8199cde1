from datetime import UTC, datetime

import pytest

from bot.probes.kubernetes.scheduling import before_the_scheduler
from tests.podworlds import ago, container, critical, event, node, pod, prober, runs

PROBE = "kubernetes.pod.scheduling"
CPU = "0/1 nodes are available: 1 Insufficient cpu."


def pending(name: str = "p", message: str = CPU, cpu: str = "2", **spec) -> dict:
    asks = container(resources={"requests": {"cpu": cpu}})
    one = pod(name, phase="Pending", spec={"containers": [asks], "nodeName": "", **spec})
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    one["status"]["conditions"] = [{**said, "lastTransitionTime": ago(minutes=9)}] if message else []
    return one


def busy(cpu: str) -> dict:
    return pod("busy", runs(), spec={"containers": [container(resources={"requests": {"cpu": cpu}})]}, owner="")


@pytest.fixture
def probe(cluster, tmp_path):
    return prober(cluster, tmp_path)


def test_free_room_is_what_the_pods_of_the_node_leave(probe):
    found = probe([pending(), node(), busy("3")], PROBE, workload="checkout")
    assert critical(found) == {"Pod/p": "insufficient-cpu"}
    assert "the most that is free is 1 CPU, on node-a" in found[0].summary


def test_autoscaler_that_may_not_grow_is_the_reason(probe):
    said = "pod didn't trigger scale-up: 1 max node group size reached"
    found = probe([pending(), node(), busy("3"), event("p", "NotTriggerScaleUp", said)], PROBE)
    assert critical(found) == {"Pod/p": "scale-up-refused"}


def test_karpenter_that_finds_no_type_is_the_reason(probe):
    said = "Failed to schedule pod, incompatible with nodepool: no instance type satisfied resources"
    found = probe([pending(), node(), event("p", "FailedScheduling", said, source={"component": "karpenter"})], PROBE)
    assert critical(found) == {"Pod/p": "scale-up-refused"}


def test_node_that_has_just_been_ordered_is_waited_for(probe):
    found = probe([pending(), node(), busy("3"), event("p", "TriggeredScaleUp", "pod triggered scale-up")], PROBE)
    assert [each.status for each in found] == ["warning"]


def test_message_of_the_event_serves_where_the_condition_has_none(probe):
    one = pending(message="")
    one["status"]["conditions"] = [{"type": "PodScheduled", "status": "False"}]
    found = probe([one, event("p", "FailedScheduling", CPU), node(), busy("3")], PROBE)
    assert critical(found) == {"Pod/p": "insufficient-cpu"}


def test_pods_that_other_namespaces_hide_leave_the_schedulers_word_and_a_gap(probe):
    faults = [{"verb": "list", "resource": "nodes", "status": 403}]
    found = probe([pending()], PROBE, faults=faults)
    assert critical(found) == {"Pod/p": "insufficient-cpu"}
    assert "list nodes" in {each.permission for each in found}


def test_quota_that_refuses_the_missing_pods_is_at_fault(probe):
    owner = [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout", "uid": "1", "controller": True}]
    replica_set = {
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": "checkout-7d9f4b6c5", "namespace": "shop", "ownerReferences": owner},
        "spec": {"replicas": 3}, "status": {"replicas": 1},
    }  # fmt: skip
    said = 'pods "x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=9, limited: pods=9'
    world = [replica_set, event("checkout-7d9f4b6c5", "FailedCreate", said, kind="ReplicaSet"), pod("p", runs())]
    assert critical(probe(world, PROBE, workload="checkout")) == {"ResourceQuota/team": "quota-exceeded"}


def test_pods_with_a_node_are_counted(probe):
    found = probe([pod("p", runs())], PROBE)
    assert [(each.status, each.summary) for each in found] == [("ok", "Every pod of shop has a node (1 pod looked at)")]


def early(said: str = "", **spec):
    found = before_the_scheduler(pending(message="", **spec), said, datetime.now(UTC))
    return found.cause if found else None


def test_gates_and_absent_schedulers_come_before_any_message():
    assert early(schedulingGates=[{"name": "queue"}]) == "scheduling-gated"
    assert early(schedulerName="packer") == "scheduler-unknown"
    assert early() == "scheduler-silent"
    assert early(CPU) is None


def test_pod_of_a_few_seconds_is_given_time():
    one = pending(message="")
    one["metadata"]["creationTimestamp"] = ago(seconds=5)
    assert before_the_scheduler(one, "", datetime.now(UTC)) is None
