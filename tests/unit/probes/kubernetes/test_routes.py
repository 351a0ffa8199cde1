from bot.model.finding import Status
from bot.probes.kubernetes.routes import OLD_CLASS, Around, backends, judge, serves
from bot.probes.kubernetes.verdicts import Ref

SERVICE = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": [{"port": 80, "name": "http"}]}}
NGINX = {"metadata": {"name": "nginx"}}


def ingress(service: str = "web", port: dict | None = None, host: str = "a.example", **spec) -> dict:
    backend = {"service": {"name": service, "port": port or {"number": 80}}}
    rules = [{"host": host, "http": {"paths": [{"path": "/", "backend": backend}]}}]
    given = {"ingressClassName": "nginx", "rules": rules, **spec}
    return {"metadata": {"name": "web", "namespace": "shop"}, "spec": given}


AROUND = Around([SERVICE], [NGINX])


def causes(obj: dict, around: Around = AROUND) -> list[tuple[str, str]]:
    return [(each.cause, str(each.about)) for each in judge(obj, around)]


def test_ingress_whose_parts_exist_is_in_order_and_leads_to_its_service():
    (verdict,) = judge(ingress(), AROUND)
    assert (verdict.status, verdict.needs[0][0]) == (Status.OK, Ref("Service", "web", "shop"))


def test_service_and_port_of_a_backend():
    assert causes(ingress("wbe")) == [("backend-service-missing", "Service wbe")]
    assert causes(ingress(port={"number": 8080})) == [("backend-port-missing", "Ingress web")]
    assert causes(ingress(port={"name": "http"})) == [("", "Ingress web")]


def test_class_that_is_absent_or_not_set():
    assert causes(ingress(ingressClassName="ngnix")) == [("ingress-class-missing", "IngressClass ngnix")]
    assert causes(ingress(ingressClassName="")) == [("ingress-class-not-set", "Ingress web")]


def test_ingress_that_has_an_address_or_the_old_annotation_is_served():
    served = {**ingress(ingressClassName=""), "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}}
    old = ingress(ingressClassName="")
    old["metadata"]["annotations"] = {OLD_CLASS: "nginx"}
    assert causes(served) == causes(old) == [("", "Ingress web")]


def test_default_class_serves_what_names_none():
    annotations = {"ingressclass.kubernetes.io/is-default-class": "true"}
    default = {"metadata": {"name": "nginx", "annotations": annotations}}
    assert causes(ingress(ingressClassName=""), Around([SERVICE], [default])) == [("", "Ingress web")]


def test_nothing_is_missing_among_what_could_not_be_read():
    assert causes(ingress("wbe", ingressClassName="ngnix"), Around(None, None)) == [("", "Ingress web")]


def test_secret_is_missing_by_its_absence_or_by_the_controllers_word():
    secure = ingress(tls=[{"hosts": ["a.example"], "secretName": "a-tls"}])
    told = [{"type": "Warning", "message": 'secrets "a-tls" not found'}]
    missing = [("tls-secret-missing", "Secret a-tls")]
    assert causes(secure) == [("", "Ingress web")]
    assert causes(secure, Around([SERVICE], [NGINX], frozenset({"b-tls"}))) == missing
    assert causes(secure, Around([SERVICE], [NGINX], None, told)) == missing


def test_default_backend_is_a_backend_too():
    found = list(backends({"spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}}))
    assert [(each.service, each.port) for each in found] == [("web", "80")]


def test_hosts_match_by_name_and_by_wildcard():
    assert serves(ingress(host="*.example"), "a.example")
    assert serves(ingress(host="a.example"), "A.example")
    assert not serves(ingress(host="*.example"), "b.a.example")
