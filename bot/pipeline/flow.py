"""The chain: Ticket -> Match -> Run -> Explanation -> Report -> Delivery. One checkpoint for every arrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.model.delivery import Delivery
from bot.model.errors import ReadOnlyViolation
from bot.model.explanation import Explanation
from bot.model.finding import Finding, Status
from bot.model.match import Decision, Match
from bot.model.ports import Checkpoint, Clock, Matcher, Probes
from bot.model.report import Card, Escalation, Report, StepProgress
from bot.model.run import Run, RunState, StepResult, StepState
from bot.model.runbook import ParameterType, Runbook
from bot.model.ticket import Ticket
from bot.pipeline import explaining, reporting, running
from bot.pipeline.addressing import deliveries
from bot.pipeline.escalating import escalate
from bot.pipeline.routing import Places, Routing


class Records(Protocol):
    """Keeps what the chain makes, for those who ask later. Each call may be repeated."""

    def keep_match(self, match: Match) -> None:
        """Keep the match of a ticket."""
        ...

    def keep_run(self, run: Run) -> None:
        """Keep a run as it stands."""
        ...

    def keep_report(self, report: Report) -> None:
        """Keep the report of a ticket."""
        ...

    def intend(self, wanted: Sequence[Delivery]) -> None:
        """Commit deliveries before any is attempted."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the chain needs of the outside, as ports."""

    matcher: Matcher
    runbooks: Mapping[str, Runbook]
    probes: Probes
    routing: Routing
    places: Places
    records: Records
    clock: Clock
    dispatch: Callable[[Sequence[str], str], None]
    """Starts the delivery of these keys, once for each stage that is named."""
    progress: Callable[[Card], None]
    """Shows a card as it stands now: best effort, never raises."""
    run_deadline_s: float = 60
    probes_at_once: int = 8


def triage(ticket: Ticket, desk: Desk, step: Checkpoint) -> Report:
    """Take a ticket through the chain, and give its report. Killed anywhere, it goes on at the last checkpoint."""
    card = _publish(Card(ticket), "received", desk, step)
    match = step("match", Match, lambda: _matched(ticket, desk))
    card = Card(ticket, "matched", match)
    runbook = desk.runbooks.get(match.runbook or "")
    account = reporting.Account(ticket, match, runbook, no_runbook=desk.routing.no_runbook)
    if match.decision is Decision.RUN and runbook is not None:
        run = _investigate(card, runbook, desk, step)
        explanation = step("explain", Explanation, lambda: explaining.explain(run.findings, match.parameters))
        context = running.step_context(runbook, match.parameters, run.steps, desk.probes.specs())
        account = reporting.Account(ticket, match, runbook, run, explanation, context)
    report = step("report", Report, lambda: _reported(account, desk))
    escalation = step("escalate", tuple[Escalation, ...], lambda: _escalated(ticket, report, runbook, desk))
    progress = _progress(runbook, account.run.steps, done=True) if runbook and account.run else ()
    final = Card(ticket, "reported", match, progress, report, escalation[0] if escalation else None)
    _publish(final, "reported", desk, step)
    return report


def _matched(ticket: Ticket, desk: Desk) -> Match:
    match = desk.matcher(ticket)
    desk.records.keep_match(match)
    return match


def _reported(account: reporting.Account, desk: Desk) -> Report:
    report = reporting.report(account)
    desk.records.keep_report(report)
    return report


def _escalated(ticket: Ticket, report: Report, runbook: Runbook | None, desk: Desk) -> tuple[Escalation, ...]:
    escalation = escalate(ticket, report, runbook, desk.routing, desk.clock)
    return (escalation,) if escalation else ()


def _publish(card: Card, stage: str, desk: Desk, step: Checkpoint) -> Card:
    """Commit what must be posted, then have it posted: a crash between the two repeats only the second."""

    def intend() -> tuple[str, ...]:
        wanted = deliveries(card, desk.places)
        desk.records.intend(wanted)
        return tuple(delivery.key for delivery in wanted)

    desk.dispatch(step(f"intend-{stage}", tuple[str, ...], intend), stage)
    return card


def _investigate(card: Card, runbook: Runbook, desk: Desk, step: Checkpoint) -> Run:
    match = card.match
    assert match is not None  # noqa: S101 - a card that runs has a match
    run = step("start", Run, lambda: _started(card.ticket, match, runbook, desk))
    deadline = run.started_at + timedelta(seconds=desk.run_deadline_s)
    session = desk.probes.session(_targets(runbook, match.parameters), deadline)
    conditions = running.Conditions(
        runbook, match.parameters, desk.probes.specs(), session, deadline, desk.clock, desk.probes_at_once
    )
    results: list[StepResult] = []
    aborted = ""
    try:
        for number, wave in enumerate(running.waves(runbook), 1):
            desk.progress(Card(card.ticket, "running", match, _progress(runbook, results)))
            wave_results = step(f"wave-{number}", tuple[StepResult, ...], _wave(wave, tuple(results), conditions))
            results += wave_results
            if any(result.note.startswith(_OVERSTEPPED) for result in wave_results):
                aborted = _OVERSTEPPED
                break
    finally:
        session.close()
    return step("settle", Run, lambda: _settled(run, results, desk, aborted))


_OVERSTEPPED = "stopped: a probe tried more than it may"


def _wave(
    wave: Sequence[Any], earlier: tuple[StepResult, ...], conditions: running.Conditions
) -> Callable[[], tuple[StepResult, ...]]:
    def work() -> tuple[StepResult, ...]:
        try:
            return running.run_wave(wave, earlier, conditions)
        except ReadOnlyViolation as error:
            note = f"{_OVERSTEPPED}: {error.message}"
            return tuple(StepResult(one.id, one.probe, StepState.FAILED, one.why, note=note) for one in wave)

    return work


def _started(ticket: Ticket, match: Match, runbook: Runbook, desk: Desk) -> Run:
    run = Run(
        id=f"r-{ticket.id.removeprefix('t-')}",
        ticket=ticket.id,
        runbook=runbook.id,
        parameters=dict(match.parameters),
        state=RunState.RUNNING,
        started_at=desk.clock(),
    )
    desk.records.keep_run(run)
    return run


def _settled(run: Run, results: Sequence[StepResult], desk: Desk, aborted: str) -> Run:
    settled = running.settle(run, results, desk.clock, aborted=aborted)
    desk.records.keep_run(settled)
    return settled


def _targets(runbook: Runbook, parameters: Mapping[str, str]) -> dict[str, str]:
    """What a run is aimed at, from its typed parameters alone: text never chooses an account or a cluster."""
    aims = {ParameterType.CLUSTER: "cluster", ParameterType.ACCOUNT: "account", ParameterType.REGION: "region"}
    return {
        aims[parameter.type]: parameters[parameter.name]
        for parameter in runbook.parameters
        if parameter.type in aims and parameters.get(parameter.name)
    }


def _progress(runbook: Runbook, results: Sequence[StepResult], *, done: bool = False) -> tuple[StepProgress, ...]:
    by_step = {result.step: result for result in results}
    waiting = "skipped" if done else "waiting"
    lines = []
    for one in runbook.steps:
        result = by_step.get(one.id)
        state = result.state.value if result else "running" if _is_next(one.after, by_step, done) else waiting
        verdict = _worst_word(result.findings) if result and result.state is StepState.DONE else ""
        lines.append(StepProgress(one.id, one.why, state, verdict))
    return tuple(lines)


def _is_next(after: Sequence[str], by_step: Mapping[str, StepResult], done: bool) -> bool:
    return not done and set(after) <= set(by_step)


def _worst_word(findings: Sequence[Finding]) -> str:
    for status, word in (
        (Status.CRITICAL, "fault found"),
        (Status.UNKNOWN, "not all could be checked"),
        (Status.WARNING, "worth knowing"),
    ):
        if any(finding.status is status for finding in findings):
            return word
    return "fine"
