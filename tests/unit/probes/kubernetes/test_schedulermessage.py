import pytest

from bot.probes.kubernetes.schedulermessage import Refusal, is_control_plane, parse, told


def kinds(message: str) -> list[tuple[str, int, str]]:
    return [(each.kind, each.nodes, each.what) for each in parse(message).refusals]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: batch}. "
            "preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
            [("room", 3, "cpu"), ("taint", 2, "dedicated=batch")],
        ),
        (
            "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't "
            "tolerate, 2 node(s) didn't match Pod's node affinity/selector.",
            [("taint", 1, "node-role.kubernetes.io/master"), ("selector", 2, "")],
        ),
        ("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.", [("claim", 0, "")]),
        ('0/2 nodes are available: persistentvolumeclaim "data" not found.', [("claim", 0, "data")]),
        ("0/1 nodes are available: 1 Too many pods.", [("room", 1, "pods")]),
        ("0/2 nodes are available: 2 Insufficient nvidia.com/gpu.", [("room", 2, "nvidia.com/gpu")]),
        ("0/2 nodes are available: 2 node(s) were unschedulable.", [("cordoned", 2, "")]),
        ("0/2 nodes are available: 2 node(s) had volume node affinity conflict.", [("volume-zone", 2, "")]),
        ("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", [("pod-affinity", 2, "")]),
        ("0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.", [("spread", 2, "")]),
        ("0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.", [("port", 2, "")]),
        ("no nodes available to schedule pods", [("no-node", 0, "")]),
        ("something new", [("other", 0, "")]),
        ("", []),
    ],
)
def test_message_is_taken_apart(message, expected):
    assert kinds(message) == expected


def test_taints_of_the_nodes_own_state_are_told_from_those_of_people():
    taints = ("not-ready", "unschedulable", "memory-pressure")
    text = ", ".join(f"1 node(s) had untolerated taint {{node.kubernetes.io/{taint}: }}" for taint in taints)
    assert [kind for kind, _, _ in kinds(f"0/3 nodes are available: {text}.")] == ["not-ready", "cordoned", "pressure"]


def test_refusals_of_some_kinds_come_with_the_most_nodes_first():
    message = parse("0/5 nodes are available: 1 Insufficient cpu, 4 Insufficient memory. preemption: none")
    assert [each.what for each in message.of("room")] == ["memory", "cpu"]
    assert (message.total, message.preemption) == (5, "none")


def test_control_plane_is_recognised_and_the_rest_said():
    assert is_control_plane(Refusal("taint", 1, "node-role.kubernetes.io/control-plane"))
    assert told(parse("0/2 nodes are available: 2 Insufficient cpu.")) == "2 nodes: Insufficient cpu"
