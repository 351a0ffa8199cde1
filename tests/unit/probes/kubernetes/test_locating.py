from bot.probes.kubernetes.locating import Scene, told, ways


def workload(name: str, ready: int = 1) -> tuple[str, dict]:
    template = {"metadata": {"labels": {"app": name}}}
    spec = {"replicas": 1, "template": template}
    return "Deployment", {
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
        "status": {"readyReplicas": ready},
    }


def service(name: str, app: str) -> dict:
    return {"metadata": {"name": name, "namespace": "shop"}, "spec": {"selector": {"app": app}}}


def ingress(name: str, host: str, *services: str) -> dict:
    paths = [{"path": f"/{each}", "backend": {"service": {"name": each, "port": {"number": 80}}}} for each in services]
    metadata = {"name": name, "namespace": "shop"}
    return {"metadata": metadata, "spec": {"rules": [{"host": host, "http": {"paths": paths}}]}}


SCENE = Scene(
    [ingress("front", "shop.example", "web-svc", "cart-svc")],
    [service("web-svc", "web"), service("cart-svc", "cart"), service("lone-svc", "nobody")],
    [workload("web"), workload("cart", ready=0)],
)


def facts(**asked: str) -> dict:
    verdicts = told("shop", ways(SCENE, **asked))
    return dict(verdicts[0].facts) if verdicts else {}


def test_host_leads_to_the_workload_that_is_short_of_pods_first():
    found = {"ingress": "front", "service": "cart-svc", "workload": "cart", "kind": "Deployment"}
    assert facts(host="shop.example") == found


def test_workload_is_found_with_what_stands_before_it():
    assert facts(workload="web") == {"ingress": "front", "service": "web-svc", "workload": "web", "kind": "Deployment"}


def test_workload_named_beside_a_host_decides_between_backends():
    assert facts(host="shop.example", workload="web")["workload"] == "web"


def test_name_may_be_a_services_or_an_ingresss():
    assert facts(workload="cart-svc")["workload"] == "cart"
    assert facts(workload="front")["ingress"] == "front"


def test_service_without_workload_is_still_found():
    assert facts(service="lone-svc") == {"service": "lone-svc"}


def test_unknown_name_finds_nothing():
    assert ways(SCENE, workload="nope") == ()


def test_way_is_told_as_relations_from_link_to_link():
    verdicts = told("shop", ways(SCENE, workload="web"))
    assert [(str(each.about), str(each.needs[0][0])) for each in verdicts] == [
        ("Ingress front", "Service web-svc"),
        ("Service web-svc", "Deployment web"),
    ]
