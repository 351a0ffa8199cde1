"""The probe over containers that were killed for their memory: by which limit, and whether the node was short of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.kit.text import one_line
from bot.model.finding import Evidence
from bot.probes.kubernetes import faults, oom, podstates
from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.containers import Container, containers
from bot.probes.kubernetes.crashcauses import say
from bot.probes.kubernetes.faults import Fault, FaultyPod
from bot.probes.kubernetes.logs import read_log, tail
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import count, read_it, ref
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView


MEMORY = "kubernetes.pod.memory"
PERMISSIONS = ("list pods", "get pods/log", "list events", "list nodes")
INSIDE = ("heap-exhausted", "worker-out-of-memory")
DEFAULT_NAMESPACE = "default"
"""Where the kubelet writes the events of its node."""


@probe(
    MEMORY,
    permissions=PERMISSIONS,
    facts=("container", "limit", "request", "limit_bytes", "restarts", "exit_code"),
)
def memory(
    view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "", recent_hours: int = 24
) -> Iterator[Finding]:
    """Which memory limit killed a container: its own, the node's, or one below what its runtime takes."""
    recent = timedelta(hours=recent_hours)
    chosen = choose(view, namespace, workload, pod)
    yield from faults.told(view, MEMORY, chosen, lambda pods: memory_faults(view, pods, recent), _well)


def _well(name: str, pods: Sequence[Pod]) -> str:
    return f"No container of {name} was killed for its memory ({count(len(pods), 'pod')} looked at)"


def memory_faults(view: KubernetesView, pods: Iterable[Pod], recent: timedelta) -> Iterator[FaultyPod]:
    """Give the memory faults of pods: killed by the kernel, or given up by their own runtime."""
    for pod in pods:
        if podstates.is_going(pod):
            continue
        for container in oom.killed(pod):
            yield FaultyPod(pod, killed(view, pod, container, recent))
            break
        else:
            yield from (FaultyPod(pod, each) for each in _gave_up(view, pod))


def killed(view: KubernetesView, pod: Pod, container: Container, recent: timedelta = timedelta(hours=24)) -> Fault:
    """Judge one OOM kill, with a look at the pod's node and at the node's events."""
    node = str(pod.get("spec", {}).get("nodeName", ""))
    found = view.get("Node", node).object if node else None
    events = view.events(DEFAULT_NAMESPACE, "Node", node) if node else ()
    return oom.judge(pod, container, found, events, now=datetime.now(UTC), recent=recent)


def _gave_up(view: KubernetesView, pod: Pod) -> Iterator[Fault]:
    """Runtimes end themselves when their heap is full, and masters see their workers killed: only the log says so."""
    about = ref(pod, "Pod")
    for container in containers(pod):
        end = container.last
        if not end or end.exit_code == 0 or (container.waiting == "" and container.ready):
            continue
        end_before = container.ended is None
        lines = view.logs(about.namespace, about.name, container.name, previous=end_before, tail=200).lines
        reading = read_log(lines)
        if not reading or reading.kind not in INSIDE:
            continue
        said = say(reading, pod, container)
        command = read_it(about, container.name, end_before)
        yield Fault(
            said.cause,
            f"{container.label.capitalize()} of {owner(pod).name} ends with {end.exit}: {said.what}.",
            said.remedy,
            container.name,
            (Evidence(f"log of {container.label}", tail(lines, one_line(reading.line, 1000)), command),),
            {"container": container.name, "exit_code": str(end.exit_code)},
            since=end.finished,
        )
        return
