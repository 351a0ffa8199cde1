from datetime import UTC, datetime

import pytest

from bot.model.finding import Status
from bot.probes.kubernetes.rollouts import Rollout, judge, limits, newest_first, same_image
from bot.probes.kubernetes.verdicts import Ref

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, YOUNG = "2026-11-24T10:00:00Z", "2026-11-24T11:59:00Z"


def deployment(
    spec: dict | None = None, progressing: str = "NewReplicaSetAvailable", generation: int = 2, **status
) -> dict:
    counters = {
        "replicas": 3,
        "updatedReplicas": 3,
        "readyReplicas": 3,
        "availableReplicas": 3,
        "observedGeneration": 2,
    }
    conditions = [{"type": "Progressing", "status": "True", "reason": progressing, "message": "as it says"}]
    return {
        "kind": "Deployment",
        "metadata": {"name": "pricing", "namespace": "retail", "generation": generation},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"image": "r/pricing:5.0.3"}]}}, **(spec or {})},
        "status": {**counters, "conditions": conditions, **status},
    }


def pod(
    name: str, owner: str = "new", ready: bool = True, waiting: str = "", created: str = OLD, lost: str = ""
) -> dict:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    if lost:
        conditions.append({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": lost})
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    return {
        "metadata": {
            "name": name,
            "namespace": "retail",
            "creationTimestamp": created,
            "ownerReferences": [{"kind": "ReplicaSet", "name": owner}],
        },
        "spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}]},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": [{"state": state}]},
    }


SETS = ({"metadata": {"name": "new"}}, {"metadata": {"name": "old"}})


def said(deployment: dict, *pods: dict) -> tuple[str, Status]:
    verdict = judge(Rollout(deployment, SETS, pods, now=NOW))
    return verdict.cause, verdict.status


def test_finished_rollout_is_in_order():
    assert said(deployment(), *(pod(name) for name in "abc")) == ("", Status.OK)


def test_no_replicas_is_scaled_to_zero():
    assert said(deployment({"replicas": 0}))[0] == "scaled-to-zero"


def test_change_that_the_controller_has_not_seen():
    assert said(deployment(generation=3))[0] == "controller-behind"


def test_paused_with_a_change_waiting_is_a_fault_and_without_one_a_warning():
    assert said(deployment({"paused": True}, updatedReplicas=0)) == ("rollout-paused", Status.CRITICAL)
    assert said(deployment({"paused": True})) == ("rollout-paused", Status.WARNING)


def test_deadline_leads_to_the_new_pod_that_is_not_ready():
    verdict = judge(
        Rollout(deployment(progressing="ProgressDeadlineExceeded"), SETS, (pod("a", ready=False),), now=NOW)
    )
    assert verdict.cause == "progress-deadline-exceeded"
    assert [need for need, _ in verdict.needs] == [Ref("Pod", "a", "retail")]


def test_rollout_within_its_deadline_is_no_fault():
    under_way = deployment(progressing="ReplicaSetUpdated", readyReplicas=2, updatedReplicas=1)
    assert said(under_way, pod("a", ready=False))[1] is Status.OK


def test_rollout_within_its_deadline_may_still_find_a_node():
    under_way = deployment(progressing="ReplicaSetUpdated", readyReplicas=2, updatedReplicas=1)
    assert said(under_way, pod("a", ready=False, lost="0/3 nodes are available"))[1] is Status.OK


def test_pod_that_waits_for_good_is_a_fault_even_within_the_deadline():
    under_way = deployment(progressing="ReplicaSetUpdated", readyReplicas=2, updatedReplicas=1)
    assert said(under_way, pod("a", ready=False, waiting="ImagePullBackOff"))[0] == "workload-unavailable"


def test_pod_that_has_only_just_been_replaced_is_no_fault():
    short = deployment(readyReplicas=2)
    assert said(short, pod("a", ready=False, created=YOUNG))[1] is Status.OK
    assert said(short, pod("a", ready=False, created=OLD))[0] == "workload-unavailable"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("3 node(s) didn't match pod anti-affinity rules", "surge-cannot-be-placed"),
        ("3 node(s) didn't have free ports for the requested pod ports", "surge-cannot-be-placed"),
        ("3 Insufficient cpu", "surge-cannot-be-placed"),
        ("3 node(s) didn't match Pod's node affinity/selector", "workload-unavailable"),
    ],
)
def test_surge_blocks_itself_only_where_an_old_pod_would_make_room(message, cause):
    old = [pod(name, "old") for name in "xyz"]
    assert said(deployment(readyReplicas=3), *old, pod("a", ready=False, lost=message))[0] == cause


@pytest.mark.parametrize(
    ("rolling", "replicas", "expected"),
    [
        ({}, 3, (1, 0)),
        ({"maxSurge": "25%", "maxUnavailable": "25%"}, 8, (2, 2)),
        ({"maxSurge": 0, "maxUnavailable": "10%"}, 3, (0, 1)),
        ({"maxSurge": 2, "maxUnavailable": 0}, 3, (2, 0)),
    ],
)
def test_limits_are_rounded_as_the_controller_does(rolling, replicas, expected):
    assert limits({"spec": {"replicas": replicas, "strategy": {"rollingUpdate": rolling}}}) == expected


def test_revisions_are_compared_as_numbers():
    sets = [
        {"metadata": {"name": n, "annotations": {"deployment.kubernetes.io/revision": n}}} for n in ("9", "10", "2")
    ]
    assert [each["metadata"]["name"] for each in newest_first(sets)] == ["10", "9", "2"]


def test_version_that_no_image_has_was_not_rolled_out():
    about = Ref("Deployment", "pricing", "retail")
    assert same_image(about, deployment(), "5.1.0").cause == "image-unchanged"
    assert same_image(about, deployment(), "5.0.3").status is Status.OK


def test_pods_are_counted_where_the_deployment_has_no_status():
    bare = deployment()
    del bare["status"], bare["metadata"]["generation"]
    assert said(bare, *(pod(name) for name in "abc")) == ("", Status.OK)
    assert said(bare, pod("a", ready=False))[0] == "workload-unavailable"
