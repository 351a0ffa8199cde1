"""How a Job stands: failed, suspended, kept alive or never started, judged from its status and its pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.verdicts import Ref, Verdict, condition, count, fault, is_true, moment, ref, sound, symptom

Pods = Sequence[Object]


def judge(job: Object, pods: Pods, now: datetime, patience: timedelta, *, complete: bool = True) -> Verdict:
    """Say the one deepest thing about a Job. A side-car may outlive the work by `patience`.

    `complete` is False when pods could not be read: that none is there means nothing then.
    """
    steps: tuple[Callable[[], Verdict | None], ...] = (
        lambda: _suspended(job),
        lambda: _failed(job, pods, complete),
        lambda: _never_starts(job),
        lambda: _kept_alive(job, pods, now, patience),
        lambda: _hindered(job, pods),
    )
    for step in steps:
        verdict = step()
        if verdict:
            return verdict
    return _in_order(job)


def _suspended(job: Object) -> Verdict | None:
    if not job.get("spec", {}).get("suspend"):
        return None
    about = ref(job, "Job")
    return fault(
        about,
        "job-suspended",
        f"{about} is suspended, so it starts no pod.",
        "When it may run, set spec.suspend to false where it is deployed from.",
        seen="spec.suspend: true",
        since=moment(condition(job, "Suspended").get("lastTransitionTime")),
    )


def _failed(job: Object, pods: Pods, complete: bool) -> Verdict | None:
    failed = condition(job, "Failed") or condition(job, "FailureTarget")
    if failed.get("status") != "True":
        return None
    about, reason = ref(job, "Job"), failed.get("reason", "")
    since = moment(failed.get("lastTransitionTime"))
    if reason == "DeadlineExceeded":
        return _deadline(job, about, failed, since)
    dead = [pod for pod in pods if pod.get("status", {}).get("phase") == "Failed" or podstates.is_failing(pod)]
    limit = job.get("spec", {}).get("backoffLimit", 6)
    times = job.get("status", {}).get("failed", 0)
    if not pods and complete:
        return fault(
            about,
            "evidence-removed",
            f"{about} failed ({reason}, {count(times, 'pod')} failed), and its pods are gone with their logs.",
            "Look into the log store for its pods; keep failed pods next time (restartPolicy: Never, no TTL).",
            seen=failed.get("message", ""),
            since=since,
        )
    return symptom(
        about,
        "pod-failure-policy" if reason == "PodFailurePolicy" else "backoff-limit-exceeded",
        f"{about} failed ({reason}): {count(times, 'pod')} failed, backoffLimit is {limit}"
        f"{'; the last one is ' + dead[-1]['metadata']['name'] if dead else ''}.",
        "Repair why its pods fail, then run it again (a failed Job does not start anew).",
        seen=failed.get("message", ""),
        needs=podstates.needs(dead, "its work was done in this pod"),
        facts={"pod": dead[-1]["metadata"]["name"]} if dead else {},
        since=since,
    )


def _deadline(job: Object, about: Ref, failed: Mapping[str, Any], since: datetime | None) -> Verdict:
    seconds = job.get("spec", {}).get("activeDeadlineSeconds", "")
    return fault(
        about,
        "active-deadline-exceeded",
        f"{about} was stopped after {seconds} s (activeDeadlineSeconds) before its work was done; its pods went.",
        "Raise activeDeadlineSeconds, or find out why the work takes longer than before.",
        seen=f"{failed.get('message', '')}\nspec.activeDeadlineSeconds: {seconds}",
        since=since,
        facts={"deadline_s": str(seconds)},
    )


def _never_starts(job: Object) -> Verdict | None:
    if job.get("spec", {}).get("parallelism", 1) != 0 or is_true(job, "Complete"):
        return None
    about = ref(job, "Job")
    return fault(
        about,
        "parallelism-zero",
        f"{about} has parallelism 0, so it starts no pod.",
        "Set spec.parallelism to 1 or more.",
        seen="spec.parallelism: 0",
    )


def _kept_alive(job: Object, pods: Pods, now: datetime, patience: timedelta) -> Verdict | None:
    """The work is done, but a container that never ends keeps the pod, and so the Job, running."""
    for pod in pods:
        statuses = pod.get("status", {}).get("containerStatuses") or ()
        done = [each for each in statuses if each.get("state", {}).get("terminated", {}).get("exitCode") == 0]
        left = [each["name"] for each in statuses if "running" in each.get("state", {})]
        ended = [moment(each["state"]["terminated"].get("finishedAt")) for each in done]
        if not left or not done or any(when and now - when < patience for when in ended):
            continue
        about, keeper = ref(job, "Job"), left[0]
        return fault(
            about,
            "sidecar-keeps-job-alive",
            f"{about} has done its work (container {done[0]['name']} ended with 0), but container {keeper} still "
            f"runs in pod {pod['metadata']['name']}, so the Job never completes.",
            f"Make {keeper} a native side-car (an init container with restartPolicy: Always), or let the work end it.",
            seen=f"terminated: {', '.join(each['name'] for each in done)}; running: {', '.join(left)}",
            facts={"container": keeper},
        )
    return None


def _hindered(job: Object, pods: Pods) -> Verdict | None:
    failing = [pod for pod in pods if podstates.is_failing(pod)]
    if not failing:
        return None
    about, first = ref(job, "Job"), failing[0]
    return symptom(
        about,
        "job-cannot-run",
        f"{about} does not get on; pod {first['metadata']['name']}: {podstates.trouble(first)}.",
        "Repair what hinders its pod.",
        needs=podstates.needs(failing, "its work is done in this pod"),
        facts={"pod": first["metadata"]["name"]},
    )


def _in_order(job: Object) -> Verdict:
    about, status = ref(job, "Job"), job.get("status", {})
    if is_true(job, "Complete"):
        return sound(
            about, f"{about} completed{' at ' + status['completionTime'] if 'completionTime' in status else ''}."
        )
    wanted = job.get("spec", {}).get("completions", 1)
    return sound(
        about, f"{about} is at work: {status.get('succeeded', 0)} of {wanted} done, {status.get('active', 0)} active."
    )
