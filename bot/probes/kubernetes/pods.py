"""The probe over pods that keep stopping: which container, how it ended, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.probes.kubernetes import faults, podstates
from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.podfaults import FACTS, PERMISSIONS, crash_faults
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import count
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.faults import FaultyPod
    from bot.probes.kubernetes.view import KubernetesView


CRASHING = "kubernetes.pod.crashing"


@probe(CRASHING, permissions=PERMISSIONS, facts=FACTS)
def crashing(
    view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "", min_restarts: int = 1
) -> Iterator[Finding]:
    """Why containers keep stopping: exit, own probes, log; for a dependency, what stands behind it."""
    chosen = choose(view, namespace, workload, pod)
    named = bool(workload or pod)

    def judge(pods: Sequence[Pod]) -> Iterator[FaultyPod]:
        return crash_faults(view, _in_question(pods, named), min_restarts=min_restarts)

    def well(name: str, pods: Sequence[Pod]) -> str:
        kept = _in_question(pods, named)
        ready = sum(podstates.is_ready(each) for each in kept)
        return f"No container keeps stopping in {name}: {ready} of {count(len(kept), 'pod')} ready"

    yield from faults.told(view, CRASHING, chosen, judge, well)


def _in_question(pods: Sequence[Pod], named: bool) -> list[Pod]:
    """A failed run of a job is the job's business, unless somebody asks for it by name."""
    return [pod for pod in pods if named or not (podstates.is_over(pod) and owner(pod).kind in ("Job", "CronJob"))]
