"""Small builders of the nouns, so that a test says only what matters to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from bot.model import (
    Address,
    Conclusion,
    Disposition,
    EscalationRule,
    Finding,
    Origin,
    Parameter,
    ParameterType,
    Priority,
    Relation,
    Resource,
    Runbook,
    Severity,
    Status,
    Step,
    Ticket,
    TicketKind,
    Triggers,
    Unknown,
)
from bot.model.errors import DeadlineExceeded, OutsideError
from bot.model.probe import ProbeOutcome, ProbeParameter, ProbeSpec

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def noon() -> datetime:
    return NOON


def a_resource(kind: str = "Pod", name: str = "checkout-1", place: str = "shop") -> Resource:
    return Resource("kubernetes", "blue", place, kind, name)


def a_ticket(summary: str = "checkout is down", body: str = "", **more: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": "t-1",
        "key": "OPS-1",
        "kind": TicketKind.INCIDENT,
        "origin": Origin("jira", "jira.example.com", "OPS-1", "r1"),
        "summary": summary,
        "body": body,
        "reporter": "Kim",
        "priority": Priority.P3,
        "received_at": NOON,
        "reply_to": (Address("jira", "OPS-1"),),
    }
    return Ticket(**{**values, **more})


def a_finding(resource: Resource | None = None, status: Status = Status.CRITICAL, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "probe": "kubernetes.pod.waiting",
        "resource": resource or a_resource(),
        "status": status,
        "summary": f"{(resource or a_resource()).name} is {status.value}",
        "severity": Severity.HIGH if status is Status.CRITICAL else Severity.INFO,
        "cause": "broken" if status is Status.CRITICAL else "",
    }
    return Finding(**{**values, **more})


def depends(source: Resource, *targets: Resource) -> tuple[Relation, ...]:
    return tuple(Relation(source, target, "needs it") for target in targets)


def a_step(id: str = "look", probe: str = "kubernetes.pod.waiting", **more: Any) -> Step:
    return Step(id, probe, more.pop("why", "Because the pods know best."), **more)


def a_runbook(id: str = "kubernetes/pod-crashloop", **more: Any) -> Runbook:
    values: dict[str, Any] = {
        "title": "Pod keeps crashing",
        "purpose": "Say why a container starts and stops again.",
        "not_for": (),
        "owner": "platform",
        "reviewed": date(2026, 11, 1),
        "triggers": Triggers(("pod keeps restarting", "container crashes after start"), ("CrashLoopBackOff",)),
        "parameters": (
            Parameter("namespace", ParameterType.NAMESPACE, "Where it lives", required=True),
            Parameter("workload", ParameterType.WORKLOAD, "Which one"),
        ),
        "steps": (a_step(arguments={"namespace": "{{ parameters.namespace }}"}),),
        "conclusions": (),
        "otherwise": Conclusion(say="No crash was found.", disposition=Disposition.HEALTHY),
        "escalation": EscalationRule("platform"),
    }
    return Runbook(id=id, **{**values, **more})


def a_spec(name: str = "kubernetes.pod.waiting", **more: Any) -> ProbeSpec:
    parameters = more.pop("parameters", (ProbeParameter("namespace", "str", True),))
    return ProbeSpec(name, name.split(".")[0], "What it says.", parameters, ("list pods",), **more)


class ScriptedProbes:
    """A twin of `ports.Probes`: answers by probe name with findings, or raises; keeps what it was asked."""

    def __init__(
        self,
        answers: Mapping[str, Any],
        specs: Mapping[str, ProbeSpec] | None = None,
        clock: Callable[[], datetime] = noon,
    ) -> None:
        self.answers, self.clock = answers, clock
        self.deadline = datetime.max.replace(tzinfo=UTC)
        self.known = specs or {name: a_spec(name) for name in answers}
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.closed = 0

    def specs(self) -> Mapping[str, ProbeSpec]:
        return self.known

    def session(self, targets: Mapping[str, str], deadline: datetime) -> ScriptedProbes:
        self.targets, self.deadline = dict(targets), deadline
        return self

    def run(self, probe: str, arguments: Mapping[str, object]) -> ProbeOutcome:
        if self.clock() >= self.deadline:
            raise DeadlineExceeded
        self.asked.append((probe, dict(arguments)))
        answer = self.answers[probe]
        if isinstance(answer, OutsideError):
            unknown = {"unknown_because": Unknown.UNAVAILABLE, "permission": getattr(answer, "permission", "")}
            return ProbeOutcome((a_finding(status=Status.UNKNOWN, probe=probe, summary=answer.message, **unknown),))
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(**arguments)
        return ProbeOutcome(tuple(answer))

    def plan(self, probe: str, arguments: Mapping[str, object]) -> tuple[Any, ...]:
        return ()

    def close(self) -> None:
        self.closed += 1
