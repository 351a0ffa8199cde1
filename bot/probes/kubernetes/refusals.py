"""Pods that the API server refuses to create: that it does, by which rule, and what becomes of the workload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.creation import refusal
from bot.probes.kubernetes.verdicts import Ref, Verdict, seen_at, symptom

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView

RECENT = timedelta(hours=1)
PERMISSIONS = (
    "list limitranges",
    "list validatingwebhookconfigurations.admissionregistration.k8s.io",
    "list mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
FACTS = ("quota", "asked", "used", "hard", "level", "webhook")


def still_stands(event: Object, now: datetime) -> bool:
    """Say whether an event tells of a refusal of late; older ones have been got over."""
    seen = seen_at(event)
    return event.get("reason") == "FailedCreate" and seen is not None and now - seen < RECENT


def refused(view: KubernetesView, about: Ref) -> str:
    """Give the newest refusal of a workload's pods by its events, empty for none."""
    now = datetime.now(UTC)
    events = (each for each in view.events(about.namespace, about.kind, about.name) if still_stands(each, now))
    return str(next(events, {}).get("message", ""))


def judged(view: KubernetesView, about: Ref, message: str) -> Verdict:
    """Say which rule refuses the pods of `about`: the verdict is about the object at fault."""
    return refusal(about, message, _rules(view, about.namespace, message))


def told(view: KubernetesView, about: Ref, message: str) -> Iterator[Verdict]:
    """Say which rule refuses the pods of `about` and, when that is another object, that `about` suffers from it."""
    verdict = judged(view, about, message)
    yield verdict
    if verdict.about != about:
        yield symptom(
            about,
            "creation-refused",
            f"{about} cannot create pods: {verdict.about} stands in the way.",
            verdict.remedy,
            seen=message,
            needs=((verdict.about, "the API server asks it before it creates a pod"),),
        )


def _rules(view: KubernetesView, namespace: str, message: str) -> Iterator[Object]:
    """Give the objects that the refusal speaks of, each with its kind; lists only what is needed."""
    if " per Container is " in message or " per Pod is " in message:
        yield from ({**obj, "kind": "LimitRange"} for obj in view.list("LimitRange", namespace))
    if "failed calling webhook" in message:
        for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
            yield from ({**obj, "kind": kind} for obj in view.list(kind))
