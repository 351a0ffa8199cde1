import pytest

from bot.probes.kubernetes.backends import outside
from bot.probes.kubernetes.loghosts import Place
from tests.podworlds import crashed, critical, pod, prober, runs, service

REFUSED = "FATAL dial tcp 10.96.0.9:5432: connect: connection refused"
UNKNOWN = "FATAL dial tcp: lookup {} on 10.96.0.10:53: no such host"


@pytest.fixture
def crash(cluster, tmp_path):
    def run(log: str, *world: dict, **more):
        objects = [pod("p", crashed()), *world]
        return prober(cluster, tmp_path)(objects, "kubernetes.pod.crashing", logs={"shop/p/app:previous": log}, **more)

    return run


def test_absent_service_is_named_with_near_names(crash):
    found = crash(UNKNOWN.format("orders-db"), service("orders-dbs", 5432))
    assert critical(found) == {"Pod/p": "dependency-unresolved", "Service/orders-db": "service-missing"}
    assert "near names: orders-dbs" in found[1].summary


def test_service_of_another_namespace_is_found(crash):
    found = crash(UNKNOWN.format("billing"), service("billing", 80, namespace="finance"))
    assert critical(found)["Service/billing"] == "service-in-other-namespace"
    assert "billing.finance" in found[1].remedy


def test_name_with_a_namespace_is_looked_up_there(crash):
    found = crash(UNKNOWN.format("billing.finance.svc.cluster.local"))
    assert [each.resource.place for each in found if each.cause == "service-missing"] == ["finance"]


def test_host_of_a_pod_behind_a_headless_service_leads_to_that_service(crash):
    behind = pod("db-7d9f4b6c5-aaaaa", crashed(), owner="db")
    for host in ("db-0.db", "db-0.db.shop.svc.cluster.local"):
        found = crash(UNKNOWN.format(host), service("db", 5432), behind)
        assert critical(found)["Service/db"] == "endpoints-not-ready"


def test_two_labels_without_such_a_namespace_are_a_host_outside(crash):
    assert critical(crash(UNKNOWN.format("db.example")))["Host/db.example"] == "dependency-unresolved"


def test_address_of_a_service_leads_to_the_pods_behind_it(crash):
    behind = pod("db-7d9f4b6c5-aaaaa", crashed(), owner="db")
    found = crash(REFUSED, service("db", 5432), behind)
    causes = critical(found)
    assert causes["Service/db"] == "endpoints-not-ready"
    assert causes["Pod/db-7d9f4b6c5-aaaaa"] == "application-exits-nonzero"


def test_port_that_the_service_does_not_have_is_said(crash):
    found = crash(REFUSED, service("db", 6432), pod("db-7d9f4b6c5-aaaaa", runs(), owner="db"))
    assert critical(found)["Service/db"] == "port-not-exposed"


def test_host_outside_the_cluster_belongs_to_the_network(crash):
    found = crash("FATAL dial tcp: connect db.example.com:5432: i/o timeout")
    (host,) = [each for each in found if each.resource.kind == "Host"]
    assert (str(host.resource), host.cause) == ("network:////Host/db.example.com", "dependency-timeout")
    assert host.facts == {"host": "db.example.com", "port": "5432"}


def test_localhost_is_the_pod_itself(crash):
    assert critical(crash("FATAL dial tcp 127.0.0.1:5432: connect: connection refused")) == {
        "Pod/p": "dependency-refused"
    }


def test_services_that_may_not_be_read_are_not_called_absent(crash):
    faults = [{"verb": "list", "resource": "services", "status": 403}]
    found = crash(UNKNOWN.format("orders-db"), faults=faults)
    assert critical(found) == {"Pod/p": "dependency-unresolved"}
    assert "list services" in {each.permission for each in found}


def test_every_complaint_has_its_words():
    for complaint in ("refused", "timeout", "unresolved", "auth-failed", "tls-failed"):
        assert "db:1" in outside(Place("db", 1), f"dependency-{complaint}").summary
