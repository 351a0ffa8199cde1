from bot.model.finding import Status

PROBE = "kubernetes.workload.rollout"
REFUSED = 'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2'


def deployment(name: str = "orders", replicas: int = 1, **status) -> dict:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"image": "r/orders:1.4.0"}]}},
        },
        "status": {"readyReplicas": replicas, "updatedReplicas": replicas, **status},
    }


def pod(name: str, app: str = "orders", ready: str = "True") -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": {"app": app},
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }


def test_workload_in_order_says_how_many_pods_it_has(ask):
    (finding,) = ask([deployment(), pod("a")], PROBE, namespace="shop", workload="orders")
    assert (finding.status, finding.facts["pods"]) == (Status.OK, "1")


def test_name_that_does_not_exist_names_near_ones(ask):
    (finding,) = ask([deployment()], PROBE, namespace="shop", workload="order")
    assert finding.cause == "workload-missing"
    assert "near names: orders" in finding.summary


def test_bare_pod_of_that_name_is_not_a_missing_workload(ask):
    assert ask([pod("lone", app="lone")], PROBE, namespace="shop", workload="lone") == ()


def test_scaled_to_zero_is_a_fault_only_when_asked_about(ask):
    objects = [deployment(replicas=0)]
    assert [each.cause for each in ask(objects, PROBE, namespace="shop", workload="orders")] == ["scaled-to-zero"]
    assert ask(objects, PROBE, namespace="shop") == ()


def test_refused_pods_lead_from_the_workload_to_the_quota(ask):
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": REFUSED}
    quota, workload = ask([deployment(conditions=[failure])], PROBE, namespace="shop", workload="orders")
    assert (quota.resource.kind, quota.cause) == ("ResourceQuota", "quota-exceeded")
    assert workload.relations[0].target == quota.resource


def test_old_refusal_of_a_stateful_set_no_longer_counts(ask):
    obj = {**deployment(replicas=1), "kind": "StatefulSet"}
    obj["status"] = {"replicas": 0, "readyReplicas": 0, "currentRevision": "a", "updateRevision": "a"}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "orders.1", "namespace": "shop"},
        "involvedObject": {"kind": "StatefulSet", "name": "orders", "namespace": "shop"},
        "reason": "FailedCreate",
        "message": REFUSED,
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }
    causes = [each.cause for each in ask([obj, event], PROBE, namespace="shop", workload="orders")]
    assert causes == ["workload-unavailable"]


def test_missing_headless_service_is_only_a_caution_while_pods_fail(ask):
    obj = {**deployment(), "kind": "StatefulSet"}
    obj["spec"] = {**obj["spec"], "serviceName": "orders"}
    obj["status"] = {"replicas": 1, "readyReplicas": 1, "currentRevision": "a", "updateRevision": "a"}
    well = ask([obj, pod("orders-0")], PROBE, namespace="shop", workload="orders")
    broken = ask([obj, pod("orders-0", ready="False")], PROBE, namespace="shop", workload="orders")
    assert [each.status for each in well] == [Status.CRITICAL, Status.OK]
    assert [each.status for each in broken] == [Status.WARNING, Status.CRITICAL]


def test_version_that_is_expected(ask):
    arguments = {"namespace": "shop", "workload": "orders"}
    (behind,) = ask([deployment()], "kubernetes.workload.version", version="1.5.0", **arguments)
    (right,) = ask([deployment()], "kubernetes.workload.version", version="1.4.0", **arguments)
    assert (behind.cause, right.status) == ("image-unchanged", Status.OK)
