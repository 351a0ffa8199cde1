from datetime import UTC, datetime

from bot.model.finding import Status
from bot.probes.kubernetes.cronjobs import judge
from bot.probes.kubernetes.verdicts import Ref

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def cron_job(last: str = "2026-11-24T02:00:00Z", **spec) -> dict:
    metadata = {"name": "nightly", "namespace": "batch", "creationTimestamp": "2026-01-01T00:00:00Z"}
    status = {"lastScheduleTime": last} if last else {}
    given = {"schedule": "0 2 * * *", "timeZone": "UTC", "concurrencyPolicy": "Forbid", **spec}
    return {"metadata": metadata, "spec": given, "status": status}


def causes(obj: dict, jobs: tuple = (), events: tuple = ()) -> list[str]:
    return [verdict.cause for verdict in judge(obj, jobs, events, NOW)]


def test_one_that_started_as_scheduled_is_in_order():
    assert judge(cron_job(), (), (), NOW)[0].status is Status.OK
    assert causes(cron_job()) == [""]


def test_suspended_unreadable_and_never():
    assert causes(cron_job(suspend=True)) == ["cronjob-suspended"]
    assert causes(cron_job(schedule="61 * * * *")) == ["schedule-invalid"]
    assert causes(cron_job(timeZone="Mars/North")) == ["time-zone-unknown"]
    assert causes(cron_job(schedule="0 0 30 2 *")) == ["schedule-never-fires"]


def test_missed_starts_are_counted_from_the_last():
    (verdict,) = judge(cron_job("2026-11-21T02:00:00Z"), (), (), NOW)
    assert (verdict.cause, verdict.since) == ("missed-starts", datetime(2026, 11, 22, 2, tzinfo=UTC))
    assert "missed 3 starts since 2026-11-21 02:00 UTC" in verdict.summary


def test_more_than_a_hundred_make_the_controller_give_up():
    told = ({"reason": "TooManyMissedTimes", "message": "too many missed start times"},)
    (verdict,) = judge(cron_job("2026-11-21T02:00:00Z", schedule="*/5 * * * *"), (), told, NOW)
    assert "more than 100" in verdict.summary
    assert "startingDeadlineSeconds" in verdict.remedy


def test_deadline_shorter_than_the_controllers_round():
    (verdict,) = judge(cron_job("2026-11-21T02:00:00Z", startingDeadlineSeconds=5), (), (), NOW)
    assert "only looks every 10 s" in verdict.summary


def test_run_that_is_just_due_is_not_missed():
    assert causes(cron_job("2026-11-24T12:00:00Z", schedule="*/30 * * * *")) == [""]


def test_run_that_still_goes_holds_back_the_next():
    running = {"metadata": {"name": "nightly-1", "namespace": "batch"}, "status": {"active": 1}}
    told = ({"reason": "JobAlreadyActive", "message": "not starting"},)
    (verdict,) = judge(cron_job("2026-11-23T02:00:00Z"), (running,), told, NOW)
    assert (verdict.cause, verdict.needs[0][0]) == ("concurrency-forbids", Ref("Job", "nightly-1", "batch"))


def test_fixed_hour_without_a_time_zone_is_pointed_out():
    assert causes(cron_job(timeZone=None)) == ["", "schedule-without-time-zone"]
    assert causes(cron_job("2026-11-24T12:25:00Z", timeZone=None, schedule="*/5 * * * *")) == [""]


def test_run_that_still_goes_is_known_from_the_status_without_any_event():
    obj = cron_job("2026-11-23T02:00:00Z")
    obj["status"]["active"] = [{"name": "nightly-1"}]
    assert causes(obj) == ["concurrency-forbids"]
