from datetime import UTC, datetime, timedelta

from bot.model.finding import Status
from bot.probes.kubernetes import daemonsets

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NODES = [{"metadata": {"name": name, "labels": {"pool": pool}}} for name, pool in (("a", "app"), ("b", "batch"))]


def daemon_set(selector: dict | None = None, strategy: str = "RollingUpdate", **status) -> dict:
    counters = {"desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 2, "numberMisscheduled": 0}
    return {
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": "ops"},
        "spec": {"updateStrategy": {"type": strategy}, "template": {"spec": {"nodeSelector": selector or {}}}},
        "status": {**counters, **status},
    }


def pod(name: str, node: str, ready: bool = True) -> dict:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    metadata = {"name": name, "namespace": "ops", "creationTimestamp": "2026-11-24T10:00:00Z"}
    return {"metadata": metadata, "spec": {"nodeName": node}, "status": {"phase": "Running", "conditions": conditions}}


def judge(obj: dict, *pods: dict):
    return daemonsets.judge(obj, pods, NODES, NOW, timedelta(minutes=10))


def test_as_many_as_wanted_is_in_order():
    assert judge(daemon_set(), pod("x", "a"), pod("y", "b")).status is Status.OK


def test_selector_that_no_node_has():
    verdict = judge(daemon_set({"pool": "gpu"}, desiredNumberScheduled=0, numberReady=0))
    assert verdict.cause == "daemonset-matches-no-node"
    assert "pool=gpu" in verdict.summary


def test_pods_on_nodes_that_it_does_not_select_are_named():
    verdict = judge(daemon_set({"pool": "app"}, numberMisscheduled=1), pod("x", "a"), pod("y", "b"))
    assert verdict.cause == "daemonset-misscheduled"
    assert " on b " in verdict.summary


def test_on_delete_waits_for_somebody():
    assert judge(daemon_set(strategy="OnDelete", updatedNumberScheduled=1)).cause == "update-waits-for-deletion"


def test_too_few_ready_leads_to_the_pod():
    verdict = judge(daemon_set(numberReady=1), pod("x", "a"), pod("y", "b", ready=False))
    assert verdict.cause == "workload-unavailable"
    assert [need.name for need, _ in verdict.needs] == ["y"]
