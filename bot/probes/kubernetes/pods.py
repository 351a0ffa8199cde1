"""The probe over pods that keep stopping: which container, how it ended, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.probes.kubernetes import faults, podstates
from bot.probes.kubernetes.podfaults import FACTS, PERMISSIONS, crash_faults
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import count
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

CRASHING = "kubernetes.pod.crashing"


@probe(CRASHING, permissions=PERMISSIONS, facts=FACTS)
def crashing(
    view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "", min_restarts: int = 1
) -> Iterator[Finding]:
    """Why containers keep stopping: exit, own probes, log; for a dependency, what stands behind it."""
    chosen = choose(view, namespace, workload, pod)
    yield from faults.replaced(view, CRASHING, namespace, pod, chosen.instead)
    name = pod or workload
    if chosen.missing:
        yield faults.nothing_there(view, CRASHING, namespace, name, chosen.near)
        return
    named = bool(name)
    pods = [each for each in chosen.pods if named or not _old_run_of_a_job(each)]
    faulty = tuple(crash_faults(view, pods, min_restarts=min_restarts))
    yield from faults.findings(view, CRASHING, faulty)
    if not faulty and chosen.complete:
        ready = sum(podstates.is_ready(each) for each in pods)
        summary = f"No container keeps stopping in {name or namespace}: {ready} of {count(len(pods), 'pod')} ready"
        yield faults.healthy(view, CRASHING, namespace, name, summary)


def _old_run_of_a_job(pod: podstates.Pod) -> bool:
    """A failed run of a job is the job's business, unless somebody asks for it by name."""
    return podstates.is_over(pod) and faults.owner(pod).kind in ("Job", "CronJob")
