from bot.model.finding import Status, Unknown
from bot.model.resource import Resource

ENDPOINTS = "kubernetes.service.endpoints"
LABELS = {"app": "orders"}


def service(name: str = "orders", namespace: str = "shop", **spec) -> dict:
    given = {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": given}


def pod(name: str = "orders-1", ready: str = "True") -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": LABELS},
        "spec": {"nodeName": "node-a", "containers": [{"name": "app", "ports": [{"containerPort": 8080}]}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }


def workload() -> dict:
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"image": "r/orders:1"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": LABELS}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": "shop"},
        "spec": spec,
    }


def test_service_with_ready_pods(ask):
    (finding,) = ask([service(), pod()], ENDPOINTS, namespace="shop", service="orders")
    assert finding.status is Status.OK


def test_missing_service_is_looked_for_in_other_namespaces(ask):
    elsewhere = ask([service(namespace="store")], ENDPOINTS, namespace="shop", service="orders")
    nowhere = ask([service("orders-api")], ENDPOINTS, namespace="shop", service="orders")
    assert [each.cause for each in (*elsewhere, *nowhere)] == ["service-in-other-namespace", "service-missing"]
    assert "orders.store" in elsewhere[0].remedy
    assert "near names: orders-api" in nowhere[0].summary


def test_workload_stands_for_the_services_in_front_of_it(ask):
    objects = [service(), service("other", selector={"app": "x"}), pod(), workload()]
    findings = ask(objects, ENDPOINTS, namespace="shop", workload="api")
    assert [each.resource.name for each in findings] == ["orders"]


def test_port_that_clients_use(ask):
    (finding,) = ask([service(), pod()], ENDPOINTS, namespace="shop", service="orders", port="8080")
    assert finding.cause == "port-not-exposed"


def test_denied_pods_are_not_an_empty_selection(ask):
    denied = [{"verb": "list", "resource": "pods", "status": 403}]
    findings = ask([service(), pod()], ENDPOINTS, denied, namespace="shop", service="orders")
    assert [(each.status, each.unknown_because) for each in findings] == [(Status.UNKNOWN, Unknown.DENIED)]


def test_load_balancer_without_an_address(ask):
    waits = service(type="LoadBalancer")
    waits["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    (finding,) = ask([waits], "kubernetes.service.loadbalancer", namespace="shop", service="orders")
    assert finding.cause == "load-balancer-no-controller"


def test_external_name_leads_to_a_name_of_the_network_or_to_a_service(ask):
    outside = service("out", type="ExternalName", externalName="db.example.com")
    inside = service("in", type="ExternalName", externalName="orders.shop.svc.cluster.local")
    absent = service("gone", type="ExternalName", externalName="order.shop.svc.cluster.local")
    findings = ask([outside, inside, absent, service()], "kubernetes.service.externalname", namespace="shop")
    found = {each.resource.name: each for each in findings}
    assert found["out"].relations[0].target == Resource("network", "", "", "Name", "db.example.com")
    assert found["out"].facts == {"external_name": "db.example.com"}
    assert found["in"].relations[0].target.name == "orders"
    assert found["gone"].cause == "external-name-absent"


def test_silence_of_a_controller_is_not_concluded_from_events_that_may_not_be_read(ask):
    waits = service(type="LoadBalancer")
    waits["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    denied = [{"verb": "list", "resource": "events", "status": 403}]
    findings = ask([waits], "kubernetes.service.loadbalancer", denied, namespace="shop", service="orders")
    assert [(each.status, each.permission) for each in findings] == [(Status.UNKNOWN, "list events")]
