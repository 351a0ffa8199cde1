from bot.probes.kubernetes.fitting import Room
from bot.probes.kubernetes.placement import Nodes, lacking, reason
from bot.probes.kubernetes.schedulermessage import parse
from bot.probes.kubernetes.verdicts import Ref
from tests.podworlds import container, node, pod

CPU = "0/2 nodes are available: 2 Insufficient cpu."
SELECTOR = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
ASKS = {"containers": [container(resources={"requests": {"cpu": "2"}})]}
BATCH = [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]


def judged(message: str, *nodes: dict, rooms: tuple[Room, ...] = (), spec: dict | None = None):
    return reason(pod("p", spec=spec), parse(message), Nodes(nodes or None, rooms))


def test_room_is_compared_with_the_most_that_is_free():
    found = judged(CPU, node(), rooms=(Room("a", 4, 1.5), Room("b", 8, 0.5)), spec=ASKS)
    assert found.cause == "insufficient-cpu"
    assert found.what == "it asks for 2 CPU, and the most that is free is 1.5 CPU, on a"


def test_request_larger_than_any_node_is_said():
    assert (
        "more than any node has: the largest, a, gives 1 CPU" in judged(CPU, rooms=(Room("a", 1, 1),), spec=ASKS).what
    )


def test_resource_that_no_node_offers_is_said():
    message = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
    found = judged(message, node(), rooms=(Room("node-a", 0, 0),))
    assert (found.cause, lacking(parse(message))) == ("insufficient-gpu", "nvidia.com/gpu")
    assert "no node offers any nvidia.com/gpu" in found.what


def test_without_sight_of_the_nodes_the_scheduler_is_believed():
    assert judged(CPU, spec=ASKS).what == "it asks for 2 CPU, and no node has that free"


def test_nodes_short_of_room_count_before_those_set_apart():
    message = "0/9 nodes are available: 1 Insufficient cpu, 8 node(s) had untolerated taint {dedicated: batch}."
    assert judged(message).cause == "insufficient-cpu"


def test_label_that_no_node_has_is_named_with_the_values_there_are():
    found = judged(
        SELECTOR, node(labels={"disk": "ssd"}), node("b", {"disk": "hdd"}), spec={"nodeSelector": {"disk": "nvme"}}
    )
    assert found.cause == "node-selector-unmatched"
    assert "disk=nvme" in found.what
    assert "nodes have disk = hdd and ssd" in found.what


def test_closed_nodes_count_before_those_set_apart():
    message = (
        "0/2 nodes are available: 1 node(s) had untolerated taint {dedicated: batch}, 1 node(s) were unschedulable."
    )
    found = judged(message, node("a", taints=BATCH), node("b", unschedulable=True))
    assert (found.cause, found.needs[0][0]) == ("nodes-cordoned", Ref("Node", "b"))


def test_taint_of_the_nodes_that_the_selector_allows_is_the_reason():
    message = (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint {dedicated: batch}."
    )
    spec = {"nodeSelector": {"disk": "nvme"}}
    found = judged(message, node("a", {"disk": "nvme"}, taints=BATCH), node("b"), spec=spec)
    assert (found.cause, found.facts["taint"]) == ("taint-not-tolerated", "dedicated=batch")


def test_claim_is_named_as_what_to_look_at():
    spec = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}
    found = judged("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.", spec=spec)
    assert (found.cause, found.needs[0][0]) == ("claim-unbound", Ref("PersistentVolumeClaim", "data", "shop"))


def test_other_hurdles_have_their_words():
    spec = {
        "containers": [container(ports=[{"containerPort": 80, "hostPort": 80}])],
        "topologySpreadConstraints": [{"topologyKey": "rack"}],
    }
    causes = {
        "didn't have free ports for the requested pod ports": "host-port-taken",
        "didn't match pod topology spread constraints": "topology-spread-unsatisfied",
        "didn't match pod anti-affinity rules": "anti-affinity-unsatisfied",
        "exceed max volume count": "volume-limit-reached",
        "had volume node affinity conflict": "volume-in-other-zone",
        "had untolerated taint {node.kubernetes.io/not-ready: }": "nodes-not-ready",
        "had untolerated taint {node.kubernetes.io/disk-pressure: }": "nodes-under-pressure",
        "have a hurdle of tomorrow": "unschedulable",
    }
    for text, cause in causes.items():
        assert judged(f"0/1 nodes are available: 1 node(s) {text}.", spec=spec).cause == cause


def test_class_that_never_preempts_leaves_room_to_lower_ones():
    spec = {**ASKS, "priority": 100, "priorityClassName": "polite", "preemptionPolicy": "Never"}
    found = judged(CPU, node(), rooms=(Room("a", 4, 0.5, lower=3),), spec=spec)
    assert found.cause == "preemption-never"
    assert "priority class polite never preempts" in found.what


def test_pod_of_low_priority_waits_for_higher_ones():
    spec = {**ASKS, "priority": -10, "priorityClassName": "spare"}
    assert judged(CPU, node(), rooms=(Room("a", 4, 0.5, higher=3),), spec=spec).cause == "priority-too-low"
    assert judged(CPU, node(), rooms=(Room("a", 4, 0.5, higher=3),), spec=ASKS).cause == "insufficient-cpu"


def test_cluster_without_nodes():
    assert judged("no nodes available to schedule pods").cause == "no-nodes"
