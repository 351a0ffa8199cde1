PROBE = "kubernetes.job.state"
FAILED = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "reached the limit"}


def job(name: str, owner: str = "", created: str = "2026-11-24T02:00:00Z", conditions: list | None = None) -> dict:
    metadata = {"name": name, "namespace": "batch", "creationTimestamp": created}
    if owner:
        metadata["ownerReferences"] = [{"kind": "CronJob", "name": owner, "controller": True}]
    spec = {"selector": {"matchLabels": {"job": name}}}
    status = {"conditions": conditions or []}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec, "status": status}


def pod(name: str, owner: str) -> dict:
    metadata = {"name": name, "namespace": "batch", "labels": {"job": owner}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}, "status": {"phase": "Failed"}}


def event(kind: str, name: str, reason: str, message: str = "", when: str = "2026-11-24T10:00:00Z") -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.{reason.lower()}", "namespace": "batch"},
        "involvedObject": {"kind": kind, "name": name, "namespace": "batch"},
        "reason": reason,
        "message": message,
        "lastTimestamp": when,
    }


CRON = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": {"name": "nightly", "namespace": "batch"},
    "spec": {"schedule": "0 0 1 1 *", "timeZone": "UTC"},
}


def test_cron_job_leads_over_its_newest_job_to_the_pod(ask):
    old = job("nightly-1", "nightly", "2026-11-23T02:00:00Z")
    new = job("nightly-2", "nightly", conditions=[FAILED])
    findings = ask([CRON, old, new, pod("nightly-2-x", "nightly-2")], PROBE, namespace="batch", job="nightly")
    causes = {each.resource.name: each.cause for each in findings if each.cause}
    assert causes == {"nightly": "last-run-failed", "nightly-2": "backoff-limit-exceeded"}
    links = [(each.source.name, each.target.name) for finding in findings for each in finding.relations]
    assert links == [("nightly", "nightly-2"), ("nightly-2", "nightly-2-x")]


def test_job_that_is_gone_is_known_by_its_last_event(ask):
    told = event("Job", "migrate", "BackoffLimitExceeded", "reached the limit")
    (gone,) = ask([told], PROBE, namespace="batch", job="migrate")
    (unknown,) = ask([job("migrate-v2")], PROBE, namespace="batch", job="migrate")
    assert (gone.cause, unknown.cause) == ("evidence-removed", "job-missing")
    assert "near names: migrate-v2" in unknown.summary


def test_sweep_leaves_the_older_runs_of_a_cron_job_alone(ask):
    old = job("nightly-1", "nightly", "2026-11-23T02:00:00Z", [FAILED])
    new = job("nightly-2", "nightly")
    lone = job("migrate", conditions=[FAILED])
    findings = ask([CRON, old, new, lone, pod("p", "migrate")], PROBE, namespace="batch")
    assert {each.resource.name for each in findings} == {"nightly", "nightly-2", "migrate"}
