import pytest

from bot.probes.kubernetes.policies import Peer, Wire, admits, isolating, peer, to_blame

POD = {"spec": {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]}}
SERVER = Peer("shop", {"app": "orders"}, {"kubernetes.io/metadata.name": "shop"}, "10.0.0.1", POD)
CLIENT = Peer("web", {"app": "front"}, {"kubernetes.io/metadata.name": "web", "team": "a"}, "10.0.9.9")


def policy(name: str = "p", ingress: list | None = None, **spec) -> dict:
    return {
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": {}, "ingress": ingress or [], **spec},
    }


def lets_in(rule: dict, port: int = 8080, protocol: str = "TCP", client: Peer | None = CLIENT) -> bool:
    return admits(policy(ingress=[rule]), "Ingress", SERVER, Wire(port, protocol), client)


@pytest.mark.parametrize(
    ("ports", "fits"),
    [
        ([{"port": 8080}], True),
        ([{"port": 80}], False),
        ([{"port": 8000, "endPort": 8100}], True),
        ([{"port": "http"}], True),
        ([{"port": "metrics"}], False),
        ([{"protocol": "UDP"}], False),
        ([{}], True),
        ([], True),
    ],
)
def test_ports_of_a_rule(ports, fits):
    assert lets_in({"ports": ports}) is fits


@pytest.mark.parametrize(
    ("peers", "fits"),
    [
        ([], True),
        ([{"podSelector": {"matchLabels": {"app": "front"}}}], False),  # of the policy's own namespace only
        ([{"namespaceSelector": {"matchLabels": {"team": "a"}}}], True),
        ([{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "back"}}}], False),
        ([{"namespaceSelector": {"matchLabels": {"team": "b"}}}, {"namespaceSelector": {}}], True),
        ([{"ipBlock": {"cidr": "10.0.0.0/16"}}], True),
        ([{"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.9.0/24"]}}], False),
    ],
)
def test_peers_of_a_rule(peers, fits):
    assert lets_in({"from": peers}) is fits


def test_only_policies_of_its_direction_and_namespace_isolate_a_pod():
    egress = {**policy("e"), "spec": {"podSelector": {}, "policyTypes": ["Egress"]}}
    elsewhere = {**policy("x"), "metadata": {"name": "x", "namespace": "web"}}
    other = policy("o", podSelector={"matchLabels": {"app": "billing"}})
    found = isolating([policy("b"), policy("a"), egress, elsewhere, other], SERVER, "Ingress")
    assert [each["metadata"]["name"] for each in found] == ["a", "b"]


def test_policy_that_lets_something_in_is_blamed_before_one_that_denies_all():
    assert (
        to_blame([policy("deny"), policy("allow", [{"ports": [{"port": 1}]}])], "Ingress")["metadata"]["name"]
        == "allow"
    )
    assert to_blame([policy("deny")], "Ingress")["metadata"]["name"] == "deny"


def test_every_namespace_carries_its_name_as_a_label():
    made = peer({"metadata": {"namespace": "web", "labels": {"app": "front"}}, "status": {"podIP": "10.1.1.1"}}, {})
    assert (made.namespace_labels, made.address) == ({"kubernetes.io/metadata.name": "web"}, "10.1.1.1")
