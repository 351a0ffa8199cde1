from datetime import UTC, datetime

from bot.probes.kubernetes.refusals import still_stands
from tests.podworlds import ago

REFUSED = 'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2'


def failed(kind: str, name: str, minutes: float = 1) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "shop"},
        "involvedObject": {"kind": kind, "name": name, "namespace": "shop"},
        "reason": "FailedCreate",
        "message": REFUSED,
        "lastTimestamp": ago(minutes=minutes),
    }


def test_only_refusals_of_late_still_stand():
    now = datetime.now(UTC)
    assert still_stands(failed("Job", "report"), now)
    assert not still_stands(failed("Job", "report", minutes=90), now)
    assert not still_stands({**failed("Job", "report"), "reason": "Killing"}, now)


def test_job_and_workload_are_told_of_a_refusal_in_the_same_words(ask):
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "report", "namespace": "shop"}, "spec": {}}
    db = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "db"}}, "template": {}},
    }
    of_job = ask([job, failed("Job", "report")], "kubernetes.job.state", namespace="shop", job="report")
    of_set = ask([db, failed("StatefulSet", "db")], "kubernetes.workload.rollout", namespace="shop", workload="db")
    assert [each.cause for each in of_job] == [each.cause for each in of_set] == ["quota-exceeded", "creation-refused"]
    assert of_job[1].summary.replace("Job report", "StatefulSet db") == of_set[1].summary
