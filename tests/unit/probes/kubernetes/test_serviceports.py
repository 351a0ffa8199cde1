from bot.model.finding import Status
from bot.probes.kubernetes.serviceports import asked, judge
from bot.probes.kubernetes.verdicts import Ref

ABOUT = Ref("Service", "orders", "shop")


def pod(*ports: dict) -> dict:
    return {"metadata": {"name": "orders-1", "namespace": "shop"}, "spec": {"containers": [{"ports": list(ports)}]}}


HTTP = {"name": "http", "containerPort": 8080}


def causes(ports: list[dict], *pods: dict) -> list[str]:
    return [verdict.cause for verdict in judge(ABOUT, ports, pods)]


def test_number_and_name_that_the_container_declares_fit():
    assert causes([{"port": 80, "targetPort": 8080}, {"port": 81, "targetPort": "http"}], pod(HTTP)) == []


def test_number_that_no_container_declares():
    (verdict,) = judge(ABOUT, [{"port": 80, "targetPort": 8000}], [pod(HTTP)])
    assert (verdict.cause, verdict.facts) == (
        "target-port-wrong",
        {"target_port": "8000", "container_ports": "8080 (http)"},
    )


def test_target_port_left_out_is_the_port_itself():
    assert causes([{"port": 80}], pod(HTTP)) == ["target-port-wrong"]


def test_container_that_declares_nothing_may_listen_anywhere():
    assert causes([{"port": 80, "targetPort": 8000}], pod()) == []


def test_one_of_two_ports_undeclared_is_only_a_caution():
    (verdict,) = judge(ABOUT, [{"port": 80, "targetPort": 8080}, {"port": 9, "targetPort": 9090}], [pod(HTTP)])
    assert (verdict.cause, verdict.status) == ("target-port-undeclared", Status.WARNING)


def test_named_port_that_is_absent_names_near_ones():
    (verdict,) = judge(ABOUT, [{"port": 80, "targetPort": "htttp"}], [pod(HTTP)])
    assert verdict.cause == "named-port-missing"
    assert "near names: http" in verdict.summary


def test_protocols_must_agree():
    assert causes([{"port": 53, "targetPort": 8080, "protocol": "UDP"}], pod(HTTP)) == ["protocol-mismatch"]
    both = pod(HTTP, {"name": "udp", "containerPort": 8080, "protocol": "UDP"})
    assert causes([{"port": 53, "targetPort": 8080, "protocol": "UDP"}], both) == []


def test_port_that_clients_ask_for():
    ports = [{"port": 80, "name": "http", "targetPort": 8080}]
    assert asked(ABOUT, ports, "80") is None
    assert asked(ABOUT, ports, "http") is None
    assert asked(ABOUT, ports, "") is None
    verdict = asked(ABOUT, ports, "8080")
    assert verdict.cause == "port-not-exposed"
    assert "8080 is the port of the container behind it" in verdict.summary
