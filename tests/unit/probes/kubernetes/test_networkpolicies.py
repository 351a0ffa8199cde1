from bot.model.finding import Status

PROBE = "kubernetes.networkpolicy.ingress"


def namespace(name: str) -> dict:
    labels = {"kubernetes.io/metadata.name": name}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def pod(name: str, app: str, place: str) -> dict:
    container = {"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}
    metadata = {"name": name, "namespace": place, "labels": {"app": app}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def workload(name: str, place: str) -> dict:
    labels = {"app": name}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {}}}
    metadata = {"name": name, "namespace": place}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def policy(name: str, place: str = "shop", **spec) -> dict:
    given = {"podSelector": {}, **spec}
    metadata = {"name": name, "namespace": place}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": given}


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {"selector": {"app": "orders"}, "ports": [{"port": 80, "targetPort": "http"}]},
}
WORLD = [namespace("shop"), namespace("web"), SERVICE, pod("orders-1", "orders", "shop"), workload("front", "web")]
FRONT = {"namespace": "shop", "service": "orders", "client_workload": "front", "client_namespace": "web"}


def from_web(app: str) -> dict:
    rule = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "web"}}}
    return policy("allow", ingress=[{"from": [{**rule, "podSelector": {"matchLabels": {"app": app}}}]}])


def test_no_policy_is_no_hindrance(ask):
    (finding,) = ask(WORLD, PROBE, namespace="shop", service="orders")
    assert finding.status is Status.OK


def test_default_deny_is_below_the_service(ask):
    (finding,) = ask([*WORLD, policy("deny")], PROBE, namespace="shop", service="orders")
    assert (finding.cause, finding.resource.name) == ("network-policy-blocks", "deny")
    assert [(each.source.name, each.target.name) for each in finding.relations] == [("orders", "deny")]
    assert finding.facts == {"policy": "deny", "port": "8080"}


def test_client_that_is_let_in_and_one_that_is_not(ask):
    (let_in,) = ask([*WORLD, policy("deny"), from_web("front")], PROBE, **FRONT)
    (kept_out,) = ask([*WORLD, policy("deny"), from_web("back")], PROBE, **FRONT)
    assert let_in.status is Status.OK
    assert (kept_out.cause, kept_out.resource.name) == ("network-policy-blocks", "allow")


def test_client_that_may_not_send(ask):
    dns_only = policy("dns", "web", policyTypes=["Egress"], egress=[{"ports": [{"protocol": "UDP", "port": 53}]}])
    (finding,) = ask([*WORLD, dns_only], PROBE, **FRONT)
    assert (finding.cause, finding.resource.place) == ("network-policy-blocks-egress", "web")


def test_policies_that_may_not_be_listed_neither_block_nor_let_through(ask):
    denied = [{"verb": "list", "resource": "networkpolicies", "status": 403}]
    (finding,) = ask([*WORLD, policy("deny")], PROBE, denied, namespace="shop", service="orders")
    assert (finding.status, finding.permission) == (Status.UNKNOWN, "list networkpolicies.networking.k8s.io")
