from datetime import UTC, datetime, timedelta

import pytest

from bot.model.finding import Status
from bot.probes.kubernetes.jobstates import judge
from bot.probes.kubernetes.verdicts import Ref

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def job(spec: dict | None = None, **status) -> dict:
    return {"metadata": {"name": "migrate", "namespace": "batch"}, "spec": spec or {}, "status": status}


def failed(reason: str) -> dict:
    return job(failed=4, conditions=[{"type": "Failed", "status": "True", "reason": reason, "message": "as it says"}])


def pod(name: str = "migrate-x", phase: str = "Failed", *statuses: dict) -> dict:
    return {"metadata": {"name": name, "namespace": "batch"}, "status": {"phase": phase, "containerStatuses": statuses}}


def ran(name: str, ended: str = "", code: int = 0) -> dict:
    state = {"terminated": {"exitCode": code, "finishedAt": ended}} if ended else {"running": {}}
    return {"name": name, "state": state}


def said(obj: dict, *pods: dict):
    return judge(obj, pods, NOW, timedelta(minutes=5))


@pytest.mark.parametrize(
    ("obj", "cause"),
    [
        (job({"suspend": True}), "job-suspended"),
        (job({"parallelism": 0}), "parallelism-zero"),
        (failed("DeadlineExceeded"), "active-deadline-exceeded"),
        (failed("BackoffLimitExceeded"), "evidence-removed"),
        (job(conditions=[{"type": "Complete", "status": "True"}]), ""),
        (job(active=1), ""),
    ],
)
def test_without_pods_the_job_speaks_for_itself(obj, cause):
    assert said(obj).cause == cause


def test_back_off_leads_to_the_last_pod_that_failed():
    verdict = said(failed("BackoffLimitExceeded"), pod("migrate-a"), pod("migrate-b"))
    assert (verdict.cause, verdict.facts) == ("backoff-limit-exceeded", {"pod": "migrate-b"})
    assert [need for need, _ in verdict.needs] == [Ref("Pod", "migrate-a", "batch"), Ref("Pod", "migrate-b", "batch")]


def test_pod_failure_policy_is_told_apart():
    assert said(failed("PodFailurePolicy"), pod()).cause == "pod-failure-policy"


def test_side_car_that_outlives_the_work_is_named():
    alive = pod("migrate-x", "Running", ran("work", "2026-11-24T11:00:00Z"), ran("proxy"))
    verdict = said(job(active=1), alive)
    assert (verdict.cause, verdict.facts) == ("sidecar-keeps-job-alive", {"container": "proxy"})


def test_side_car_is_given_time_to_end():
    alive = pod("migrate-x", "Running", ran("work", "2026-11-24T11:58:00Z"), ran("proxy"))
    assert said(job(active=1), alive).status is Status.OK


def test_work_that_failed_is_not_done():
    alive = pod("migrate-x", "Running", ran("work", "2026-11-24T11:00:00Z", 1), ran("proxy"))
    assert said(job(active=1), alive).status is Status.OK


def test_pod_that_waits_for_good_hinders_the_job():
    waits = pod("migrate-x", "Pending", {"name": "work", "state": {"waiting": {"reason": "ErrImagePull"}}})
    verdict = said(job(active=1), waits)
    assert (verdict.cause, verdict.facts) == ("job-cannot-run", {"pod": "migrate-x"})


def test_pods_that_could_not_be_read_are_not_removed_evidence():
    verdict = judge(failed("BackoffLimitExceeded"), (), NOW, timedelta(minutes=5), complete=False)
    assert verdict.cause == "backoff-limit-exceeded"
