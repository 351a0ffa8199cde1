"""The probe over pods that keep stopping: which container, how it ended, and why; a dependency is followed a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.kit.text import one_line
from bot.probes.kubernetes import crashes, faults, memory, podstates
from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.backends import Backend, look_behind
from bot.probes.kubernetes.containers import Container
from bot.probes.kubernetes.crashcauses import place_of
from bot.probes.kubernetes.faults import Fault, FaultyPod
from bot.probes.kubernetes.logs import Reading, read_log
from bot.probes.kubernetes.mountedfiles import blame_config_map
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import Ref, count, ref
from bot.probes.kubernetes.workloads import TO_FIND
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

CRASHING = "kubernetes.pod.crashing"
PERMISSIONS = (
    "list pods",
    "get pods/log",
    "list events",
    "list services",
    "list endpointslices.discovery.k8s.io",
    *TO_FIND,
    "get namespaces",
    "get configmaps",
    "list nodes",
)
FACTS = ("container", "exit_code", "variable", "exception", "host", "port", "service", "service_namespace")
TAIL = 200


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


def crash_faults(
    view: KubernetesView, pods: Iterable[Pod], *, min_restarts: int = 1, follow: bool = True
) -> Iterator[FaultyPod]:
    """Give the faults of those pods that keep stopping, and of the pods behind the dependency that they miss.

    Pods of one workload whose same container ended in the same way share one judgement: one log is read for all.
    """
    now = datetime.now(UTC)
    judged: dict[tuple[object, ...], Fault] = {}
    for pod in pods:
        container = crashes.crashing(pod, now, min_restarts)
        if not container:
            continue
        end = container.last
        key = (owner(pod), container.name, container.image, end.exit_code if end else None, end.reason if end else "")
        if key not in judged:
            fault, backend = _judge(view, pod, container, follow)
            judged[key] = fault
            yield FaultyPod(pod, fault)
            if follow:
                yield from crash_faults(view, backend.unready, follow=False)
        else:
            yield FaultyPod(pod, judged[key])


def _judge(view: KubernetesView, pod: Pod, container: Container, follow: bool) -> tuple[Fault, Backend]:
    if container.last and container.last.reason == "OOMKilled":
        return memory.killed(view, pod, container), Backend()
    about = ref(pod, "Pod")
    lines, previous = _log(view, about, container)
    fault = crashes.judge(pod, container, lines, view.events(about.namespace, "Pod", about.name), previous=previous)
    reading = read_log(lines)
    if not follow or not reading or reading.kind != fault.cause:
        return fault, Backend()
    below = blame_config_map(view, pod, container, fault.cause, reading.subject, one_line(reading.line, 240))
    place = place_of(reading, container)
    if not place:
        return replace(fault, beneath=below), Backend()
    backend = look_behind(view, about.namespace, place, fault.cause)
    facts = {**fault.facts, **_service_facts(backend)}
    return replace(fault, beneath=backend.verdicts, facts=facts), backend


def _service_facts(backend: Backend) -> Mapping[str, str]:
    """Later steps look at network policies before the Service, and need its name."""
    about = backend.service
    return {"service": about.name, "service_namespace": about.namespace} if about else {}


def _log(view: KubernetesView, about: Ref, container: Container) -> tuple[Sequence[str], bool]:
    """Give the log of the run that ended: the one before when it runs or waits again, else the present one."""
    if container.last is None and not container.running_since:
        return (), False
    order = (False, True) if container.ended or container.last is None else (True, False)
    fallback: tuple[Sequence[str], bool] = ((), False)
    for previous in order:
        if previous and not container.restarts:
            continue
        lines = view.logs(about.namespace, about.name, container.name, previous=previous, tail=TAIL).lines
        if _telling(read_log(lines)):
            return lines, previous
        fallback = fallback if fallback[0] else (lines, previous)
    return fallback


def _telling(reading: Reading | None) -> bool:
    return reading is not None and reading.kind != "application-error"
