"""How far the rollout of a Deployment came, and what holds it: judged from its status, replica sets and pods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import template_of
from bot.probes.kubernetes.owners import owns
from bot.probes.kubernetes.verdicts import (
    Ref,
    Verdict,
    age_of,
    caution,
    condition,
    count,
    fault,
    moment,
    ref,
    sound,
    symptom,
)

JUST_STARTED = timedelta(minutes=3)
REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, slots=True)
class Rollout:
    """A Deployment, its replica sets (newest revision first) and their pods.

    `hint` is the kubelet's newest warning about one of them, `now` the moment of judgement.
    """

    deployment: Object
    replica_sets: Sequence[Object] = ()
    pods: Sequence[Object] = ()
    hint: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def about(self) -> Ref:
        """Name the Deployment."""
        return ref(self.deployment, "Deployment")

    @property
    def wanted(self) -> int:
        """Give the number of replicas asked for; 1 when left out, as the API defaults it."""
        return replicas(self.deployment)

    def figure(self, name: str) -> int:
        """Give a counter of the status; 0 when left out. Without any status, the pods are counted instead."""
        status = self.deployment.get("status")
        if not status:
            return len(self.pods) if name == "updatedReplicas" else sum(podstates.is_ready(pod) for pod in self.pods)
        return int(status.get(name) or 0)

    @property
    def new_pods(self) -> tuple[Object, ...]:
        """Give the pods of the newest revision; all of them when the replica sets are not known."""
        if not self.replica_sets:
            return tuple(self.pods)
        newest = ref(self.replica_sets[0], "ReplicaSet")
        return tuple(pod for pod in self.pods if owns(newest, pod))

    @property
    def old_pods(self) -> tuple[Object, ...]:
        """Give the pods of earlier revisions."""
        new = {pod["metadata"]["name"] for pod in self.new_pods}
        return tuple(pod for pod in self.pods if pod["metadata"]["name"] not in new)


def replicas(workload: Object) -> int:
    """Give the number of replicas that a workload asks for; 1 when left out, as the API defaults it."""
    return int(_given(workload.get("spec", {}).get("replicas"), 1))


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def newest_first(replica_sets: Sequence[Object]) -> tuple[Object, ...]:
    """Sort replica sets by revision, the newest first."""
    return tuple(sorted(replica_sets, key=_revision, reverse=True))


def _revision(replica_set: Object) -> int:
    text = str((replica_set["metadata"].get("annotations") or {}).get(REVISION, "0"))
    return int(text) if text.isdigit() else 0


def judge(rollout: Rollout) -> Verdict:
    """Say the one deepest thing about the rollout of a Deployment."""
    for step in (_scaled_to_zero, _controller_behind, _paused, _surge, _deadline, _short_of_pods):
        verdict = step(rollout)
        if verdict:
            return verdict
    return _in_order(rollout)


def _scaled_to_zero(rollout: Rollout) -> Verdict | None:
    return scaled_to_zero(rollout.about) if rollout.wanted == 0 else None


def scaled_to_zero(about: Ref) -> Verdict:
    """Say that a workload is asked to run no pod at all."""
    return fault(
        about,
        "scaled-to-zero",
        f"{about} is scaled to zero: it asks for 0 replicas, so nothing runs.",
        f"If not on purpose: kubectl scale {about.kind.lower()} {about.name} -n {about.namespace} --replicas=N.",
        seen="spec.replicas: 0",
    )


def _controller_behind(rollout: Rollout) -> Verdict | None:
    generation = int(rollout.deployment["metadata"].get("generation") or 0)
    observed = rollout.figure("observedGeneration")
    if not generation or observed >= generation:
        return None
    return fault(
        rollout.about,
        "controller-behind",
        f"{rollout.about} was changed (generation {generation}), but the controller has only seen {observed}.",
        "Look at the kube-controller-manager: it does not act on changes of this Deployment.",
        seen=f"metadata.generation: {generation}, status.observedGeneration: {observed}",
    )


def _paused(rollout: Rollout) -> Verdict | None:
    if not rollout.deployment.get("spec", {}).get("paused"):
        return None
    about, updated = rollout.about, rollout.figure("updatedReplicas")
    resume = f"kubectl rollout resume deployment {about.name} -n {about.namespace}"
    if updated >= rollout.wanted:
        return caution(
            about, "rollout-paused", f"{about} is paused; no change waits at present.", f"Resume it: {resume}."
        )
    return fault(
        about,
        "rollout-paused",
        f"The rollout of {about} is paused: {updated} of {rollout.wanted} pods run the newest template.",
        f"When the change may go on: {resume}.",
        seen=f"spec.paused: true, status.updatedReplicas: {updated}",
        since=moment(condition(rollout.deployment, "Progressing").get("lastTransitionTime")),
    )


def _surge(rollout: Rollout) -> Verdict | None:
    """A new pod that finds no node only because every old one must stay until it is ready."""
    surge, unavailable = limits(rollout.deployment)
    old_ready = [pod for pod in rollout.old_pods if podstates.is_ready(pod)]
    waiting = [pod for pod in rollout.new_pods if podstates.unschedulable(pod)]
    if unavailable or not waiting or len(old_ready) < rollout.wanted:
        return None
    message = podstates.unschedulable(waiting[0])
    if not any(word in message for word in ("anti-affinity", "free ports", "Insufficient", "topology spread")):
        return None
    if "Insufficient" in message and _requests(waiting[0]) != _requests(old_ready[0]):
        return None
    about = rollout.about
    return fault(
        about,
        "surge-cannot-be-placed",
        f"The rollout of {about} blocks itself: maxUnavailable is 0 (maxSurge {surge}), so every old pod stays until a "
        f"new one is ready, and new pod {waiting[0]['metadata']['name']} finds no room beside them.",
        "Let an old pod go first (maxUnavailable: 1, maxSurge: 0), or add a node.",
        seen=message,
        command=f"kubectl get deployment {about.name} -n {about.namespace} -o jsonpath='{{.spec.strategy}}'",
        holds=podstates.needs(waiting, "it is only needed beside the old pods, by the rollout's settings"),
        facts={"max_surge": str(surge), "max_unavailable": str(unavailable)},
    )


def limits(deployment: Object) -> tuple[int, int]:
    """Give (maxSurge, maxUnavailable) in pods, as the controller rounds them: surge up, unavailable down."""
    spec = deployment.get("spec", {})
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return 0, replicas(deployment)
    rolling, wanted = strategy.get("rollingUpdate") or {}, replicas(deployment)
    surge = _share(_given(rolling.get("maxSurge"), "25%"), wanted, math.ceil)
    unavailable = _share(_given(rolling.get("maxUnavailable"), "25%"), wanted, math.floor)
    return (surge, unavailable) if surge or unavailable else (0, 1)


def _share(value: int | str, replicas: int, rounding: Any) -> int:
    text = str(value)
    if not text.endswith("%"):
        return int(text)
    return int(rounding(int(text[:-1]) * replicas / 100))


def _requests(pod: Object) -> list[Any]:
    return [each.get("resources", {}).get("requests") for each in pod.get("spec", {}).get("containers") or ()]


def _deadline(rollout: Rollout) -> Verdict | None:
    progressing = condition(rollout.deployment, "Progressing")
    if progressing.get("reason") != "ProgressDeadlineExceeded":
        return None
    unready = [pod for pod in rollout.new_pods if not podstates.is_ready(pod)]
    seconds = rollout.deployment.get("spec", {}).get("progressDeadlineSeconds", 600)
    why = f"; new pod {unready[0]['metadata']['name']}: {podstates.trouble(unready[0])}" if unready else ""
    return symptom(
        rollout.about,
        "progress-deadline-exceeded",
        f"The rollout of {rollout.about} made no progress for {seconds} s: {rollout.figure('updatedReplicas')} of "
        f"{rollout.wanted} pods are new, {rollout.figure('readyReplicas')} ready{why}.",
        f"Repair what keeps the new pods from becoming ready, or go back: {_undo(rollout.about)}.",
        seen="\n".join(filter(None, (progressing.get("message", ""), rollout.hint))),
        needs=podstates.needs(unready, "the rollout waits for it"),
        since=moment(progressing.get("lastTransitionTime")),
    )


def _undo(about: Ref) -> str:
    return f"kubectl rollout undo deployment {about.name} -n {about.namespace}"


def _short_of_pods(rollout: Rollout) -> Verdict | None:
    ready, about = rollout.figure("readyReplicas"), rollout.about
    unready = [pod for pod in rollout.pods if not podstates.is_ready(pod) and not podstates.is_over(pod)]
    failing = [pod for pod in unready if podstates.is_failing(pod)]
    settled = condition(rollout.deployment, "Progressing").get("reason") in ("NewReplicaSetAvailable", None)
    # Within its deadline a rollout may still find a node; what waits for good will not pass by itself.
    stuck = failing if settled else [pod for pod in failing if podstates.waiting_reason(pod)]
    young = unready and all(age_of(pod, rollout.now) < JUST_STARTED for pod in unready)
    if not stuck and (ready >= rollout.wanted or not settled or young):
        return None
    first = next(iter((*stuck, *unready)), None)
    why = f"; pod {first['metadata']['name']}: {podstates.trouble(first)}" if first else ""
    return symptom(
        about,
        "workload-unavailable",
        f"{about} has {ready} of {rollout.wanted} pods ready{why}.",
        "Look at the pods that are not ready.",
        seen="\n".join(filter(None, (condition(rollout.deployment, "Available").get("message", ""), rollout.hint))),
        needs=podstates.needs(unready, "it runs in this pod"),
        since=moment(condition(rollout.deployment, "Available").get("lastTransitionTime")),
    )


def _in_order(rollout: Rollout) -> Verdict:
    ready, updated, wanted = rollout.figure("readyReplicas"), rollout.figure("updatedReplicas"), rollout.wanted
    if ready >= wanted and updated >= wanted:
        return sound(
            rollout.about, f"{rollout.about}: {ready} of {count(wanted, 'pod')} ready, all of the newest revision."
        )
    return sound(
        rollout.about,
        f"{rollout.about}: under way within its deadline, {updated} of {count(wanted, 'pod')} updated, {ready} ready.",
        needs=podstates.needs((pod for pod in rollout.pods if not podstates.is_ready(pod)), "it runs in this pod"),
    )


def same_image(about: Ref, workload: Object, version: str) -> Verdict:
    """Say whether the template of a workload asks for the `version` that somebody expects to run."""
    images = images_of(workload)
    if any(version in image for image in images):
        return sound(about, f"{about} asks for {version}.")
    return fault(
        about,
        "image-unchanged",
        f"{about} does not ask for {version}: its template has {', '.join(images)}, so that version is not rolled out.",
        f"Set the image to {version} where the workload is deployed from; look why the pipeline did not.",
        seen="\n".join(images),
        command=f"kubectl get {about.kind.lower()} {about.name} -n {about.namespace} -o wide",
        facts={"image": images[0] if images else ""},
    )


def images_of(workload: Object) -> tuple[str, ...]:
    """Give the images that a workload's template asks for."""
    containers = template_of(workload).get("spec", {}).get("containers") or ()
    return tuple(str(each.get("image", "")) for each in containers)
