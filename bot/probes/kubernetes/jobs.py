"""Probes over Jobs and CronJobs: did it start, did it finish, and if not, what stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.probes.kubernetes import cronjobs, jobstates, refusals
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of, selects
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.owners import owns
from bot.probes.kubernetes.verdicts import (
    Ref,
    Verdict,
    fault,
    is_true,
    ref,
    symptom,
    to_finding,
)
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.job.state"
ENDED = frozenset({"BackoffLimitExceeded", "DeadlineExceeded", "Completed", "SuccessfulDelete", "PodFailurePolicy"})


@probe(
    NAME,
    permissions=(
        "list jobs.batch",
        "list cronjobs.batch",
        "list pods",
        "list events",
        *refusals.PERMISSIONS,
    ),
    facts=("job", "pod", "container", "deadline_s", *refusals.FACTS),
)
def state(view: KubernetesView, *, namespace: str, job: str = "", patience_minutes: int = 5) -> Iterator[Finding]:
    """Whether a Job (or the newest of a CronJob) ran to its end, and what stopped it; all of them without a name."""
    all_jobs, crons = view.list("Job", namespace), view.list("CronJob", namespace)
    named = [each for each in all_jobs if each["metadata"]["name"] == job]
    chosen = [each for each in crons if not job or each["metadata"]["name"] == job]
    if job and not named and not chosen and all_jobs.complete and crons.complete:
        names = [each["metadata"]["name"] for each in (*all_jobs, *crons)]
        yield to_finding(view, NAME, _absent(job, namespace, view.events(namespace, "Job", job), names))
    newest: list[Object] = []
    for each in chosen:
        own = owned(each, all_jobs.items)
        newest += own[:1]
        for verdict in _of_cron_job(view, each, own):
            yield to_finding(view, NAME, verdict)
    lone = [] if job else [each for each in all_jobs if not each["metadata"].get("ownerReferences")]
    for each in (*named, *newest, *lone):
        for verdict in _of_job(view, each, timedelta(minutes=patience_minutes)):
            yield to_finding(view, NAME, verdict)


def owned(cron_job: Object, jobs: Sequence[Object]) -> list[Object]:
    """Give the Jobs of a CronJob, the newest first."""
    about = ref(cron_job, "CronJob")
    return sorted(
        (job for job in jobs if owns(about, job)),
        key=lambda job: str(job["metadata"].get("creationTimestamp", "")),
        reverse=True,
    )


def _of_cron_job(view: KubernetesView, cron_job: Object, own: Sequence[Object]) -> Iterator[Verdict]:
    about = ref(cron_job, "CronJob")
    events = view.events(about.namespace, "CronJob", about.name)
    verdicts = cronjobs.judge(cron_job, own, events, datetime.now(UTC))
    yield from verdicts
    if own and is_true(own[0], "Failed") and all(each.cause == "" for each in verdicts[:1]):
        latest = ref(own[0], "Job")
        yield symptom(
            about,
            "last-run-failed",
            f"The last run of {about}, {latest}, failed.",
            f"Look at {latest.name}.",
            needs=((latest, "it starts this Job"),),
        )


def _of_job(view: KubernetesView, job: Object, patience: timedelta) -> Iterator[Verdict]:
    about, pods = ref(job, "Job"), pods_of(view, job)
    message = _refused(view, about, job, pods)
    if message:
        yield from refusals.told(view, about, message)
        return
    complete = view.list("Pod", about.namespace).complete
    yield jobstates.judge(job, pods, datetime.now(UTC), patience, complete=complete)


def pods_of(view: KubernetesView, job: Object) -> tuple[Object, ...]:
    """Give the pods of a Job, those that have ended too, the oldest first."""
    # The controller sets the selector; a manifest that never met one has only the Job's name to go by.
    selector = job.get("spec", {}).get("selector") or {"matchLabels": {"job-name": job["metadata"]["name"]}}
    pods = (pod for pod in view.list("Pod", job["metadata"]["namespace"]) if selects(selector, labels_of(pod)))
    return tuple(sorted(pods, key=lambda pod: (str(pod["metadata"].get("creationTimestamp")), pod["metadata"]["name"])))


def _refused(view: KubernetesView, about: Ref, job: Object, pods: Sequence[Object]) -> str:
    if pods or job.get("spec", {}).get("suspend") or job.get("status", {}).get("completionTime"):
        return ""
    return refusals.refused(view, about)


def _absent(job: str, namespace: str, events: Sequence[Object], names: Sequence[str]) -> Verdict:
    about = Ref("Job", job, namespace)
    told = next((each for each in events if each.get("reason") in ENDED), None)
    if told:
        return fault(
            about,
            "evidence-removed",
            f"{about} is no longer there; its last event says {told.get('reason')}: {told.get('message', '')}. "
            "Its pods and their logs went with it (ttlSecondsAfterFinished, or the history limit of its CronJob).",
            "Look into the log store for its pods; raise ttlSecondsAfterFinished or failedJobsHistoryLimit.",
            seen=str(told.get("message", "")),
            command=f"kubectl get events -n {namespace} --field-selector involvedObject.name={job}",
        )
    return fault(
        about,
        "job-missing",
        f"There is no Job or CronJob {job} in {namespace}{near_hint(job, names)}; finished ones may have been removed.",
        "Check the name and the namespace; if its TTL removed it, only the log store knows more.",
        command=f"kubectl get jobs,cronjobs -n {namespace}",
    )
