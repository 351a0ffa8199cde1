import pytest

from bot.probes.kubernetes import fitting
from tests.podworlds import container, node, pod


def asking(**requests: str) -> dict:
    return container(resources={"requests": requests})


def test_request_is_the_sum_of_containers_or_the_largest_init_container():
    spec = {"containers": [asking(cpu="1"), asking(cpu="500m")], "initContainers": [asking(cpu="2")]}
    assert fitting.asks(pod("p", spec=spec), "cpu") == 2
    assert fitting.asks(pod("p", spec={"containers": spec["containers"]}), "cpu") == 1.5
    assert fitting.asks(pod("p", spec=spec), "pods") == 1


def test_limit_stands_for_a_request_that_is_not_set():
    assert (
        fitting.asks(
            pod("p", spec={"containers": [container(resources={"limits": {"nvidia.com/gpu": 2}})]}), "nvidia.com/gpu"
        )
        == 2
    )


def test_sidecars_count_beside_the_containers():
    spec = {"containers": [asking(cpu="1")], "initContainers": [{**asking(cpu="1"), "restartPolicy": "Always"}]}
    assert fitting.asks(pod("p", spec=spec), "cpu") == 2


def test_room_is_what_the_pods_leave():
    assert fitting.room(node(), [pod("p", spec={"containers": [asking(cpu="3")]})], "cpu") == ("node-a", 4, 1, 0, 0)
    assert fitting.room(node(), [], "nvidia.com/gpu") == ("node-a", 0, 0, 0, 0)


def test_room_tells_what_lower_and_higher_priorities_hold():
    pods = [pod(name, spec={"containers": [asking(cpu="1")], "priority": rank}) for name, rank in (("a", -1), ("b", 9))]
    assert fitting.room(node(), pods, "cpu") == ("node-a", 4, 2, 1, 1)


@pytest.mark.parametrize(
    ("toleration", "kept"),
    [
        ({}, True),
        ({"key": "dedicated", "operator": "Exists"}, False),
        ({"operator": "Exists"}, False),
        ({"key": "dedicated", "value": "batch"}, False),
        ({"key": "dedicated", "value": "web"}, True),
        ({"key": "dedicated", "value": "batch", "effect": "NoExecute"}, True),
    ],
)
def test_taints_keep_away_what_does_not_tolerate_them(toleration, kept):
    tainted = node(taints=[{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}])
    one = pod("p", spec={"tolerations": [toleration] if toleration else []})
    assert fitting.hard_taints(one, tainted) == (("dedicated=batch",) if kept else ())


def test_taints_of_cordon_and_readiness_are_not_of_people():
    assert (
        fitting.hard_taints(pod(), node(taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]))
        == ()
    )


def affine(*expressions: dict) -> dict:
    required = {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}
    return pod("p", spec={"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}})


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({"key": "zone", "operator": "In", "values": ["a", "b"]}, True),
        ({"key": "zone", "operator": "NotIn", "values": ["a"]}, False),
        ({"key": "zone", "operator": "Exists"}, True),
        ({"key": "zone", "operator": "DoesNotExist"}, False),
        ({"key": "cores", "operator": "Gt", "values": ["4"]}, True),
        ({"key": "cores", "operator": "Lt", "values": ["4"]}, False),
        ({"key": "gpu", "operator": "Gt", "values": ["4"]}, False),
    ],
)
def test_required_affinity_is_read_as_the_scheduler_does(expression, holds):
    assert fitting.chosen_by(affine(expression), node(labels={"zone": "a", "cores": "8"})) is holds


def test_labels_that_no_node_has_are_named():
    one = pod("p", spec={"nodeSelector": {"disk": "nvme", "zone": "a"}})
    assert fitting.unmet_labels(one, [node(labels={"zone": "a", "disk": "ssd"})]) == (("disk", "nvme"),)
    assert fitting.unmet_labels(affine({"key": "zone", "operator": "In", "values": ["d"]}), [node()]) == (
        ("zone", "In d"),
    )


def test_state_of_a_node_is_read():
    assert fitting.is_ready(node())
    assert fitting.is_cordoned(node(unschedulable=True))
    assert not fitting.is_cordoned(node())
