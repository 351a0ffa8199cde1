from bot.model.finding import Status

PROBE = "kubernetes.ingress.routes"


def ingress(host: str = "shop.example", service: str = "web") -> dict:
    paths = [{"path": "/", "backend": {"service": {"name": service, "port": {"number": 80}}}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": "shop"},
        "spec": {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": paths}}]},
    }


CLASS = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"}}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"ports": [{"port": 80}]},
}


def test_ingress_is_found_by_name_or_by_host(ask):
    world = [ingress(), CLASS, SERVICE]
    for given in ({"ingress": "front"}, {"host": "shop.example"}, {}):
        (finding,) = ask(world, PROBE, namespace="shop", **given)
        assert (finding.status, finding.relations[0].target.name) == (Status.OK, "web")


def test_host_that_nothing_serves_is_a_fault_only_when_nothing_else_is_known(ask):
    (caution,) = ask([ingress()], PROBE, namespace="shop", host="shopp.example")
    (fault,) = ask([ingress()], PROBE, namespace="shop", host="shopp.example", must=True)
    assert [caution.status, fault.status] == [Status.WARNING, Status.CRITICAL]
    assert "near names: shop.example" in fault.summary


def test_ingress_that_does_not_exist(ask):
    (finding,) = ask([ingress()], PROBE, namespace="shop", ingress="frnt")
    assert finding.cause == "ingress-missing"


def test_secrets_that_may_not_be_listed_are_not_missing(ask):
    secure = ingress()
    secure["spec"]["tls"] = [{"hosts": ["shop.example"], "secretName": "shop-tls"}]
    findings = ask([secure, CLASS, SERVICE], PROBE, namespace="shop", ingress="front")
    assert [each.cause for each in findings if each.cause] == []
