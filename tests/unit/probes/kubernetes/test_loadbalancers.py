from datetime import UTC, datetime, timedelta

import pytest

from bot.probes.kubernetes.loadbalancers import local_only, pending

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENCE = timedelta(minutes=5)


def service(created: str = "2026-11-24T10:00:00Z", ingress: list | None = None, **spec) -> dict:
    metadata = {"name": "web", "namespace": "shop", "creationTimestamp": created}
    return {
        "metadata": metadata,
        "spec": {"type": "LoadBalancer", **spec},
        "status": {"loadBalancer": {"ingress": ingress}},
    }


def failed(message: str) -> list[dict]:
    return [{"reason": "EnsuringLoadBalancer"}, {"reason": "SyncLoadBalancerFailed", "message": message}]


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("could not find any suitable subnets for creating the ELB", "load-balancer-subnets-missing"),
        ("TooManyLoadBalancers: The maximum number has been reached", "load-balancer-quota"),
        ("LimitExceeded: limit exceeded for security groups", "load-balancer-quota"),
        ("AccessDenied: User is not authorized to perform: elasticloadbalancing:Create", "load-balancer-denied"),
        ("InternalFailure", "load-balancer-failed"),
    ],
)
def test_controllers_message_is_classified(message, cause):
    assert pending(service(), failed(message), NOW, PATIENCE).cause == cause


def test_silence_is_patience_first_and_then_a_missing_controller():
    assert pending(service("2026-11-24T11:58:00Z"), (), NOW, PATIENCE) is None
    assert pending(service(), (), NOW, PATIENCE).cause == "load-balancer-no-controller"


def test_service_with_an_address_is_not_pending():
    assert pending(service(ingress=[{"hostname": "a.example"}]), failed("old"), NOW, PATIENCE) is None


def node(name: str, ready: str = "True") -> dict:
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


def pod(node_name: str) -> dict:
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {"metadata": {"name": node_name}, "spec": {"nodeName": node_name}, "status": status}


def test_local_traffic_is_dropped_on_ready_nodes_without_a_pod():
    local = service(type="ClusterIP", internalTrafficPolicy="Local")
    verdict = local_only(local, [pod("a")], [node("a"), node("b"), node("c", "False")])
    assert (verdict.cause, verdict.facts) == ("no-local-endpoint", {"nodes": "b"})
    assert local_only(local, [pod("a"), pod("b")], [node("a"), node("b")]) is None


def test_clouds_load_balancer_leaves_out_such_nodes_by_itself():
    assert local_only(service(externalTrafficPolicy="Local"), [pod("a")], [node("a"), node("b")]) is None
    node_port = service(type="NodePort", externalTrafficPolicy="Local")
    assert local_only(node_port, [pod("a")], [node("a"), node("b")]).cause == "no-local-endpoint"
