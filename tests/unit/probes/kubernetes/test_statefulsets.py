from datetime import UTC, datetime, timedelta

from bot.model.finding import Status
from bot.probes.kubernetes import statefulsets
from bot.probes.kubernetes.verdicts import Ref

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENCE = timedelta(minutes=10)


def stateful_set(spec: dict | None = None, **status) -> dict:
    revisions = {"currentRevision": "a", "updateRevision": "a", "replicas": 3, "readyReplicas": 3, "updatedReplicas": 3}
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"replicas": 3, "serviceName": "db", **(spec or {})},
        "status": {**revisions, **status},
    }


def pod(ordinal: int, ready: bool = True, created: str = "2026-11-24T10:00:00Z") -> dict:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    metadata = {"name": f"db-{ordinal}", "namespace": "shop", "creationTimestamp": created}
    return {"metadata": metadata, "status": {"phase": "Running", "conditions": conditions}}


def said(obj: dict, *pods: dict) -> tuple[str, Status]:
    verdict = statefulsets.judge(obj, pods, NOW, PATIENCE)
    return verdict.cause, verdict.status


def test_all_ready_is_in_order():
    assert said(stateful_set(), pod(0), pod(1), pod(2)) == ("", Status.OK)


def test_lowest_unready_ordinal_blocks_those_after_it():
    verdict = statefulsets.judge(stateful_set(replicas=2, readyReplicas=1), [pod(1, False), pod(0)], NOW, PATIENCE)
    assert verdict.cause == "ordinal-blocks"
    assert verdict.needs[0][0] == Ref("Pod", "db-1", "shop")
    assert "ordinal 1" in verdict.summary


def test_parallel_management_blocks_nothing():
    parallel = stateful_set({"podManagementPolicy": "Parallel"}, replicas=2, readyReplicas=1)
    assert said(parallel, pod(0), pod(1, False))[0] == "workload-unavailable"


def test_ordinals_are_numbers_not_words():
    obj = stateful_set({"replicas": 12}, replicas=11, readyReplicas=9)
    verdict = statefulsets.judge(obj, [pod(10, False), pod(9, False)], NOW, PATIENCE)
    assert "db-9" in verdict.summary


def test_pod_that_has_only_just_started_is_no_fault():
    young = pod(1, False, "2026-11-24T11:55:00Z")
    assert said(stateful_set(replicas=2, readyReplicas=1), pod(0), young) == ("", Status.OK)


def test_partition_holds_the_rest_only_once_its_part_is_done():
    rolling = {"updateStrategy": {"rollingUpdate": {"partition": 2}}}
    done = stateful_set(rolling, updateRevision="b", updatedReplicas=1)
    assert said(done, pod(0), pod(1), pod(2))[0] == "partition-holds-rollout"
    assert said(stateful_set(rolling), pod(0), pod(1), pod(2)) == ("", Status.OK)


def test_on_delete_waits_for_somebody():
    waits = stateful_set({"updateStrategy": {"type": "OnDelete"}}, updateRevision="b", updatedReplicas=0)
    assert said(waits, pod(0), pod(1), pod(2))[0] == "update-waits-for-deletion"


def test_missing_headless_service_is_what_the_set_needs():
    verdict = statefulsets.headless(stateful_set(), None, ("db-headless",))
    assert verdict.about == Ref("Service", "db", "shop")
    assert verdict.holds[0][0] == Ref("StatefulSet", "db", "shop")
    assert "db-headless" in verdict.summary
    assert statefulsets.headless(stateful_set(), {"metadata": {"name": "db"}}, ()) is None
