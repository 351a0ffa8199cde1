from datetime import UTC, datetime

from bot.probes.kubernetes import oom
from bot.probes.kubernetes.containers import containers
from tests.podworlds import ago, container, crashed, ended, event, node, pod, runs


def judged(*, limit: str = "512Mi", node_object=None, events=(), one: dict | None = None, **more):
    resources = {"limits": {"memory": limit}} if limit else {}
    one = one or pod(
        "p", crashed(code=137, reason="OOMKilled"), spec={"containers": [container(resources=resources, **more)]}
    )
    return oom.judge(one, oom.killed(one)[0], node_object, events, now=datetime.now(UTC))


def test_limit_and_figure_are_said():
    found = judged()
    assert found.cause == "memory-limit-reached"
    assert "its memory limit of 512 MiB" in found.summary
    assert "5 restarts since" in found.summary
    assert (found.facts["limit"], found.facts["limit_bytes"]) == ("512Mi", "536870912")


def test_system_oom_at_that_time_blames_the_node():
    system = event("node-a", "SystemOOM", "System OOM encountered, victim process: java, pid: 11", kind="Node")
    found = judged(node_object=node(), events=[system])
    assert found.cause == "node-out-of-memory"
    assert found.beneath[0].about.name == "node-a"
    assert "killed java (pid 11)" in found.beneath[0].summary


def test_system_oom_of_long_ago_is_another_matter():
    old = event("node-a", "SystemOOM", "System OOM encountered", kind="Node", lastTimestamp=ago(hours=5))
    assert judged(node_object=node(), events=[old]).cause == "memory-limit-reached"


def test_no_limit_on_a_node_without_pressure():
    assert judged(limit="", node_object=node()).cause == "memory-limit-not-set"


def test_runtime_goes_before_the_bare_limit():
    assert judged(env=[{"name": "JAVA_OPTS", "value": "-Xmx1g"}]).cause == "memory-limit-below-runtime"


def test_init_container_has_its_own_cause():
    init = container("unpack", resources={"limits": {"memory": "64Mi"}})
    status = crashed("unpack", code=137, reason="OOMKilled")
    assert judged(one=pod("p", spec={"initContainers": [init]}, initContainerStatuses=[status])).cause == (
        "init-container-memory-limit"
    )


def test_default_of_a_limit_range_is_said():
    one = pod(
        "p",
        crashed(code=137, reason="OOMKilled"),
        spec={"containers": [container(resources={"limits": {"memory": "1Gi"}})]},
    )
    one["metadata"]["annotations"] = {
        "kubernetes.io/limit-ranger": "LimitRanger plugin set: memory limit for container app"
    }
    assert "the default of a LimitRange: memory limit for container app" in judged(one=one).summary


def test_old_kill_of_a_container_that_is_well_is_a_warning():
    was = runs(restartCount=1, lastState={"terminated": ended(137, "OOMKilled", minutes=3 * 24 * 60)})
    found = judged(one=pod("p", was, spec={"containers": [container(resources={"limits": {"memory": "1Gi"}})]}))
    assert found.status == "warning"


def test_other_ends_are_no_oom_kill():
    assert oom.killed(pod("p", crashed(code=137))) == ()
    assert containers(pod("p", crashed(code=137)))[0].last.reason == "Error"
