from tests.podworlds import container, crashed, critical, event, node, pod, prober, runs

PROBE = "kubernetes.pod.memory"
LIMITED = {"containers": [container(resources={"limits": {"memory": "512Mi"}})]}


def test_kill_is_read_with_its_node(cluster, tmp_path):
    system = event("node-a", "SystemOOM", "System OOM encountered", kind="Node", namespace="default")
    world = [pod("p", crashed(code=137, reason="OOMKilled"), spec=LIMITED), node(), system]
    found = prober(cluster, tmp_path)(world, PROBE)
    assert critical(found) == {"Pod/p": "node-out-of-memory", "Node/node-a": "node-out-of-memory"}


def test_nodes_that_may_not_be_read_leave_the_limit_and_a_gap(cluster, tmp_path):
    faults = [{"verb": "list", "resource": "nodes", "status": 403}]
    found = prober(cluster, tmp_path)(
        [pod("p", crashed(code=137, reason="OOMKilled"), spec=LIMITED)], PROBE, faults=faults
    )
    assert critical(found) == {"Pod/p": "memory-limit-reached"}
    assert [each.permission for each in found if each.status == "unknown"] == ["list nodes"]


def test_runtime_that_gave_up_by_itself_is_read_from_the_log(cluster, tmp_path):
    log = {"shop/p/app:previous": "java.lang.OutOfMemoryError: Java heap space"}
    found = prober(cluster, tmp_path)([pod("p", crashed(code=3), spec=LIMITED), node()], PROBE, logs=log)
    assert critical(found) == {"Pod/p": "heap-exhausted"}


def test_other_crashes_are_not_of_memory(cluster, tmp_path):
    log = {"shop/p/app:previous": "FATAL: A_URL must be set"}
    found = prober(cluster, tmp_path)([pod("p", crashed(code=1)), pod("q", runs())], PROBE, logs=log)
    assert [(each.status, each.summary) for each in found] == [
        ("ok", "No container of shop was killed for its memory (2 pods looked at)")
    ]
