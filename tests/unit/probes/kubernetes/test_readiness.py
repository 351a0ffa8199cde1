import pytest

from bot.probes.kubernetes.readiness import judge
from bot.probes.kubernetes.verdicts import Ref

WORKLOAD = Ref("Deployment", "orders", "shop")


def pod(name: str) -> dict:
    conditions = [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-24T10:00:00Z"}]
    return {"metadata": {"name": name, "namespace": "shop"}, "status": {"conditions": conditions}}


def unhealthy(message: str) -> dict:
    return {"reason": "Unhealthy", "message": message}


def test_status_code_is_a_fact_and_the_workload_needs_the_pod():
    told = unhealthy("Readiness probe failed: HTTP probe failed with statuscode: 503")
    verdict = judge(WORKLOAD, [pod("a"), pod("b")], {"a": [told]})
    assert (verdict.cause, verdict.about) == ("readiness-probe-failing", Ref("Pod", "a", "shop"))
    assert verdict.facts == {"probe": "readiness", "status_code": "503"}
    assert verdict.holds[0][0] == WORKLOAD
    assert "the same in 1 more pod" in verdict.summary


def test_startup_probe_is_told_apart_and_liveness_is_no_matter_of_readiness():
    assert judge(WORKLOAD, [pod("a")], {"a": [unhealthy("Startup probe failed: x")]}).cause == "startup-probe-failing"
    assert judge(WORKLOAD, [pod("a")], {"a": [unhealthy("Liveness probe failed: x")]}) is None


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("dial tcp 10.0.0.1:8080: connect: connection refused", "listens on the port"),
        ("context deadline exceeded (Client.Timeout exceeded)", "answers so slowly"),
        ("HTTP probe failed with statuscode: 404", "Correct the path"),
        ("HTTP probe failed with statuscode: 500", "application's log"),
    ],
)
def test_remedy_fits_what_the_probe_is_told(why, remedy):
    verdict = judge(WORKLOAD, [pod("a")], {"a": [unhealthy(f"Readiness probe failed: {why}")]})
    assert remedy in verdict.remedy


def test_pod_without_a_word_of_the_kubelet_is_not_judged():
    assert judge(WORKLOAD, [pod("a")], {}) is None


def test_probe_passes_over_pods_that_have_only_just_become_unready(ask):
    labels = {"app": "orders"}
    conditions = [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:00:00Z"}]
    running = {"phase": "Running", "conditions": conditions, "containerStatuses": [{"state": {"running": {}}}]}
    old = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop", "labels": labels}}
    told = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "a.1", "namespace": "shop"},
        "involvedObject": {"kind": "Pod", "name": "a", "namespace": "shop"},
        **unhealthy("Readiness probe failed: HTTP probe failed with statuscode: 503"),
    }
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": labels}},
    }
    world = [workload, {**old, "status": running}, told]
    arguments = {"namespace": "shop", "workload": "orders"}
    found = ask(world, "kubernetes.pod.readiness", **arguments)
    patient = ask(world, "kubernetes.pod.readiness", patience_minutes=10**7, **arguments)
    assert [each.cause for each in found] == ["readiness-probe-failing"]
    assert [each.cause for each in patient] == [""]
