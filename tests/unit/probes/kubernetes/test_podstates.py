import pytest

from bot.probes.kubernetes import podstates


def pod(ready: str = "True", phase: str = "Running", **status) -> dict:
    conditions = [{"type": "Ready", "status": ready, "message": "containers with unready status: [app]"}]
    return {
        "metadata": {"name": "a-1", "namespace": "shop"},
        "status": {"phase": phase, "conditions": conditions, **status},
    }


def waiting(reason: str) -> dict:
    return {"name": "app", "state": {"waiting": {"reason": reason}}}


def test_pod_that_is_being_deleted_is_no_endpoint():
    going = pod()
    going["metadata"]["deletionTimestamp"] = "2026-11-24T10:00:00Z"
    assert podstates.is_ready(pod())
    assert not podstates.is_ready(going)


@pytest.mark.parametrize("reason", ["CrashLoopBackOff", "ImagePullBackOff", "CreateContainerConfigError"])
def test_waiting_for_good_is_failing(reason):
    assert podstates.is_failing(pod("False", containerStatuses=[waiting(reason)]))


def test_container_that_is_being_made_is_not_failing():
    assert not podstates.is_failing(pod("False", containerStatuses=[waiting("ContainerCreating")]))


def test_init_container_counts():
    broken = pod(
        "False", initContainerStatuses=[waiting("CrashLoopBackOff")], containerStatuses=[waiting("PodInitializing")]
    )
    assert podstates.trouble(broken) == "CrashLoopBackOff"


def test_unschedulable_gives_the_schedulers_message():
    conditions = [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}]
    lost = {"metadata": {"name": "a"}, "status": {"phase": "Pending", "conditions": conditions}}
    assert podstates.unschedulable(lost) == "0/3 nodes"
    assert podstates.trouble(lost) == "Unschedulable"


def test_native_sidecars_run_as_long_as_the_pod():
    spec = {
        "containers": [{"name": "app"}],
        "initContainers": [{"name": "migrate"}, {"name": "proxy", "restartPolicy": "Always"}],
    }
    assert [each["name"] for each in podstates.containers_of(spec)] == ["app", "proxy"]


def test_pods_are_needed_in_the_order_of_their_names():
    pods = [{"metadata": {"name": name, "namespace": "shop"}} for name in ("b", "a")]
    assert [each.name for each, _ in podstates.needs(pods, "why")] == ["a", "b"]


def test_containers_speak_for_a_pod_without_a_ready_condition():
    bare = {"metadata": {"name": "a"}, "status": {"phase": "Running", "containerStatuses": [{"ready": True}]}}
    assert podstates.is_ready(bare)
    bare["status"]["containerStatuses"].append({"ready": False})
    assert not podstates.is_ready(bare)
    assert not podstates.is_ready({"metadata": {"name": "a"}, "status": {"phase": "Pending"}})
