"""Why a CronJob starts nothing, or not when people expect: judged from its schedule, its status and its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.schedules import Schedule, ScheduleError
from bot.probes.kubernetes.verdicts import Ref, Verdict, caution, fault, moment, ref, sound, symptom

GRACE = timedelta(minutes=10)
MISSED = frozenset({"TooManyMissedTimes", "FailedNeedsStart", "MissSchedule", "MissedSchedule"})
ODD = frozenset({"UnparseableSchedule", "UnparseableCronJobSchedule", "InvalidSchedule", "UnknownTimeZone"})


def judge(cron_job: Object, jobs: Sequence[Object], events: Sequence[Object], now: datetime) -> tuple[Verdict, ...]:
    """Say what keeps a CronJob from starting its Jobs; `jobs` are its own, `events` its own, newest first."""
    about, spec = ref(cron_job, "CronJob"), cron_job.get("spec", {})
    if spec.get("suspend"):
        return (_suspended(about),)
    try:
        schedule = Schedule.parse(str(spec.get("schedule", "")), str(spec.get("timeZone") or ""))
    except ScheduleError as error:
        return (_invalid(about, spec, str(error), events),)
    if schedule.last(now) is None:
        return (_never(about, spec),)
    due = _due(cron_job, schedule, now)
    missed = _held_back(cron_job, about, jobs, events, bool(due)) or _missed(cron_job, about, due, events)
    if missed:
        return (missed,)
    return (_in_order(cron_job, about), *_by_utc(about, spec))


def _suspended(about: Ref) -> Verdict:
    return fault(
        about,
        "cronjob-suspended",
        f"{about} is suspended, so it starts no Job.",
        "When it may run, set spec.suspend to false where it is deployed from.",
        seen="spec.suspend: true",
    )


def _invalid(about: Ref, spec: Mapping[str, Any], why: str, events: Sequence[Object]) -> Verdict:
    zone = "time zone" in why
    what = "its" if zone else f"schedule {str(spec.get('schedule', ''))!r} cannot be read,"
    seen = next((str(each.get("message", "")) for each in events if each.get("reason") in ODD), "")
    return fault(
        about,
        "time-zone-unknown" if zone else "schedule-invalid",
        f"{about} never starts: {what} {why}.",
        "Correct spec.timeZone to an IANA name such as Europe/London." if zone else
        "Correct spec.schedule: minute, hour, day of month, month, day of week.",
        seen=seen or f"schedule: {spec.get('schedule')!r}, timeZone: {spec.get('timeZone')!r}",
    )  # fmt: skip


def _never(about: Ref, spec: Mapping[str, Any]) -> Verdict:
    return fault(
        about,
        "schedule-never-fires",
        f"{about} never starts: no date fits its schedule {spec.get('schedule')!r}.",
        "Correct the day and the month of spec.schedule.",
        seen=f"schedule: {spec.get('schedule')!r}",
    )


def _due(cron_job: Object, schedule: Schedule, now: datetime) -> list[datetime]:
    """Give the starts that were due since the last one, the newest first, a hundred and one at the most."""
    last = _last(cron_job)
    return list(islice((when for when in schedule.before(now - GRACE) if last and when > last + GRACE), 101))


def _last(cron_job: Object) -> datetime | None:
    begun = moment(cron_job["metadata"].get("creationTimestamp"))
    return moment(cron_job.get("status", {}).get("lastScheduleTime")) or begun


def _held_back(
    cron_job: Object, about: Ref, jobs: Sequence[Object], events: Sequence[Object], due: bool
) -> Verdict | None:
    named = [str(each.get("name", "")) for each in cron_job.get("status", {}).get("active") or ()]
    active = named or [ref(job, "Job").name for job in jobs if job.get("status", {}).get("active")]
    told = next((str(each.get("message", "")) for each in events if each.get("reason") == "JobAlreadyActive"), "")
    if cron_job.get("spec", {}).get("concurrencyPolicy") != "Forbid" or not active or not (told or due):
        return None
    running = Ref("Job", active[0], about.namespace)
    return symptom(
        about,
        "concurrency-forbids",
        f"{about} starts no new Job while {running} still runs: its concurrencyPolicy is Forbid.",
        f"Find out why {running.name} takes so long; give it an activeDeadlineSeconds, or choose Replace.",
        seen=told or f"status.active: {', '.join(active)}",
        needs=((running, "the next run waits for this one"),),
    )


def _missed(cron_job: Object, about: Ref, due: Sequence[datetime], events: Sequence[Object]) -> Verdict | None:
    spec, last = cron_job.get("spec", {}), _last(cron_job)
    told = next((each for each in events if each.get("reason") in MISSED), None)
    if not due and not (told and told.get("reason") == "TooManyMissedTimes"):
        return None
    number = f"{len(due)}" if len(due) <= 100 else "more than 100"
    deadline = spec.get("startingDeadlineSeconds")
    if deadline is not None and deadline < 10:
        why = f"startingDeadlineSeconds is {deadline}, and the controller only looks every 10 s"
        remedy = "Raise spec.startingDeadlineSeconds to at least 100."
    elif told and (told.get("reason") == "TooManyMissedTimes" or len(due) > 100):
        why = "more than 100 starts were missed, and then the controller gives up without a startingDeadlineSeconds"
        remedy = "Set spec.startingDeadlineSeconds (200, say), so that only that stretch is counted."
    else:
        why = "the controller started none of them"
        remedy = "Look whether the kube-controller-manager was down, and whether the CronJob was suspended meanwhile."
    return fault(
        about,
        "missed-starts",
        f"{about} missed {number} starts since {_day(last)}: {why}.",
        remedy,
        seen=str(told.get("message", ""))
        if told
        else f"lastScheduleTime: {_day(last)}, schedule: {spec.get('schedule')}",
        since=due[-1] if due else None,
    )


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "it was made"


def _in_order(cron_job: Object, about: Ref) -> Verdict:
    last = moment(cron_job.get("status", {}).get("lastScheduleTime"))
    return sound(about, f"{about} starts as scheduled{', last at ' + _day(last) if last else ''}.")


def _by_utc(about: Ref, spec: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Point out that a fixed hour without a time zone means the controller's own, which is UTC nearly everywhere."""
    fields = str(spec.get("schedule", "")).split()
    if spec.get("timeZone") or len(fields) != 5 or not fields[1].isdigit():
        return ()
    clock = f"{int(fields[1]):02d}:{fields[0].zfill(2)}"
    return (
        caution(
            about,
            "schedule-without-time-zone",
            f"{about} has no time zone: {clock} in its schedule is the control plane's time (UTC as a rule).",
            "If local time is meant, set spec.timeZone (Europe/London, say).",
            seen=f"schedule: {spec.get('schedule')!r}, timeZone: none",
        ),
    )
