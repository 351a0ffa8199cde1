"""Pods that run but do not become ready: what their readiness or startup probe is told, by the kubelet's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.verdicts import Ref, Verdict, condition, count, fault, moment, ref, sound, to_finding
from bot.probes.kubernetes.workloads import TO_FIND, find, pods_of
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.pod.readiness"

_FAILED = re.compile(
    r"(?P<which>Readiness|Startup) probe (?:failed|errored)(?: and resulted in unknown state)?: (?P<why>.*)", re.DOTALL
)
_STATUS = re.compile(r"statuscode: (?P<code>\d{3})")


@probe(
    NAME,
    permissions=(
        "list pods",
        "list events",
        *TO_FIND,
    ),
    facts=("probe", "status_code"),
)
def readiness(
    view: KubernetesView, *, namespace: str, workload: str = "", patience_minutes: int = 5
) -> Iterator[Finding]:
    """Whether running pods fail their readiness or startup probe, and what it is told.

    Pods that became unready less than `patience_minutes` ago count as on their way.
    """
    oldest = datetime.now(UTC) - timedelta(minutes=patience_minutes)
    for kind, obj in find(view, namespace, workload):
        about, pods = ref(obj, kind), pods_of(view, obj)
        stuck = [pod for pod in pods if _stuck(pod, oldest)]
        verdict = judge(about, stuck, {pod["metadata"]["name"]: _events(view, pod) for pod in stuck[:3]})
        if verdict:
            yield to_finding(view, NAME, verdict)
        elif pods and not stuck and workload:
            yield to_finding(view, NAME, sound(about, f"{about}: no pod fails its readiness probe."))


def _events(view: KubernetesView, pod: Object) -> tuple[Object, ...]:
    return view.events(pod["metadata"]["namespace"], "Pod", pod["metadata"]["name"])


def _stuck(pod: Object, oldest: datetime) -> bool:
    """Every container runs, yet the pod is not ready, and not only since a moment."""
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    since = moment(condition(pod, "Ready").get("lastTransitionTime"))
    runs = bool(statuses) and all("running" in (each.get("state") or {}) for each in statuses)
    return runs and not podstates.is_ready(pod) and not podstates.is_going(pod) and (since is None or since < oldest)


def judge(workload: Ref, stuck: Sequence[Object], events: Mapping[str, Sequence[Object]]) -> Verdict | None:
    """Say what the probe of the first stuck pod is told; `events` are the pods' own, newest first, by pod."""
    for pod in stuck:
        about = ref(pod, "Pod")
        for event in events.get(about.name, ()):
            failed = _FAILED.search(str(event.get("message", ""))) if event.get("reason") == "Unhealthy" else None
            if failed:
                return _failing(workload, about, failed["which"], " ".join(failed["why"].split()), stuck)
    return None


def _failing(workload: Ref, about: Ref, which: str, why: str, stuck: Sequence[Object]) -> Verdict:
    code = _STATUS.search(why)
    more = f"; the same in {count(len(stuck) - 1, 'more pod')}" if len(stuck) > 1 else ""
    kind = which.lower()
    return fault(
        about,
        f"{kind}-probe-failing",
        f"Pod {about.name} of {workload} runs but is not ready: its {kind} probe is told {_told(why)}{more}.",
        _remedy(why),
        seen=f"{which} probe failed: {why}",
        holds=((workload, "it runs in this pod"),),
        facts={"probe": kind, "status_code": code["code"] if code else ""},
        since=moment(condition(next(iter(stuck)), "Ready").get("lastTransitionTime")),
    )


def _told(why: str) -> str:
    return f'"{why[:200]}"'


def _remedy(why: str) -> str:
    if "connection refused" in why:
        return "Check that the application listens on the port of the probe, and read its log for why it does not."
    if "deadline exceeded" in why or "timeout" in why:
        return "Find out why the health page answers so slowly; raise timeoutSeconds only if that is its nature."
    if "404" in why:
        return "Correct the path of the probe: the application does not know it."
    return "Read the application's log: it answers that it is not ready, often since something that it needs is down."
