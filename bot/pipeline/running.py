"""Runs a runbook's steps: in waves, the independent ones in parallel, under one deadline.

A wave is the unit that the engine checkpoints. This is one of the three places with a broad handler: whatever a
probe does wrong becomes a failed step that says "not checked", and the run goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.kit.redaction import mask
from bot.kit.templating import TemplateError, evaluate, render
from bot.kit.text import clean, cut
from bot.model.errors import DeadlineExceeded, ReadOnlyViolation
from bot.model.finding import Evidence, Finding, Severity, Status, Unknown
from bot.model.ports import Clock, ProbeSession
from bot.model.probe import ProbeSpec
from bot.model.resource import Resource
from bot.model.run import ApiCall, Run, RunState, StepResult, StepState
from bot.model.runbook import Runbook, Step

log = logging.getLogger(__name__)

MAX_EVIDENCE = 4_000
MAX_FINDINGS_PER_STEP = 200
_WORST_FIRST = (Status.CRITICAL, Status.UNKNOWN, Status.WARNING, Status.OK)
_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda value: value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "1"),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all steps of a run share."""

    runbook: Runbook
    parameters: Mapping[str, str]
    specs: Mapping[str, ProbeSpec]
    session: ProbeSession
    deadline: datetime
    clock: Clock
    at_once: int = 8


def waves(runbook: Runbook) -> tuple[tuple[Step, ...], ...]:
    """Order the steps: each wave holds those whose predecessors are all in earlier waves.

    The catalogue refuses cycles; were there one, its steps would form a last wave.
    """
    left, done, ordered = list(runbook.steps), set[str](), []
    while left:
        ready = tuple(step for step in left if set(step.after) <= done) or tuple(left)
        ordered.append(ready)
        done |= {step.id for step in ready}
        left = [step for step in left if step not in ready]
    return tuple(ordered)


def run_wave(wave: Sequence[Step], earlier: Sequence[StepResult], conditions: Conditions) -> tuple[StepResult, ...]:
    """Run the steps of one wave side by side, and give their results in the wave's order.

    Raises ReadOnlyViolation when a probe oversteps: the run must not go on.
    """
    context = step_context(conditions.runbook, conditions.parameters, earlier, conditions.specs)
    workers = ThreadPoolExecutor(max_workers=max(1, min(conditions.at_once, len(wave))), thread_name_prefix="probe")
    try:
        futures = [workers.submit(_run_step, step, context, conditions) for step in wave]
        left_s = (conditions.deadline - conditions.clock()).total_seconds()
        done, _ = wait(futures, timeout=max(0.0, left_s))
        return tuple(
            future.result() if future in done else _failed(step, "out of time", Unknown.TIMED_OUT)
            for step, future in zip(wave, futures, strict=True)
        )
    finally:
        # A probe that hangs ends by its client's own time-out; the run does not wait for it.
        workers.shutdown(wait=False, cancel_futures=True)


def step_context(
    runbook: Runbook, parameters: Mapping[str, str], results: Sequence[StepResult], specs: Mapping[str, ProbeSpec]
) -> dict[str, Any]:
    """Build what expressions see: `parameters`, `steps.<id>` with `status`, `causes`, `facts`, `ran`."""
    declared = {parameter.name: parameters.get(parameter.name, "") for parameter in runbook.parameters}
    by_step = {result.step: result for result in results}
    return {
        "parameters": declared,
        "steps": {step.id: _step_view(by_step.get(step.id), specs.get(step.probe)) for step in runbook.steps},
    }


def _step_view(result: StepResult | None, spec: ProbeSpec | None) -> dict[str, Any]:
    findings = result.findings if result else ()
    facts = dict.fromkeys(spec.facts if spec else (), "")
    for finding in reversed(findings):
        facts.update(finding.facts)
    statuses = {finding.status for finding in findings}
    worst = next((status.value for status in _WORST_FIRST if status in statuses), "ok")
    ran = result is not None and result.state is StepState.DONE
    return {
        "status": worst if ran else "unknown" if result and result.state is StepState.FAILED else "skipped",
        "causes": [finding.cause for finding in findings if finding.cause],
        "facts": facts,
        "ran": ran,
    }


def _run_step(step: Step, context: Mapping[str, Any], conditions: Conditions) -> StepResult:
    began = time.monotonic()
    try:
        if step.when is not None and not evaluate(step.when, context):
            return StepResult(step.id, step.probe, StepState.SKIPPED, step.why, note=f"not needed: {step.when}")
        arguments = bind(step, context, conditions.specs[step.probe])
        outcome = conditions.session.run(step.probe, arguments)
    except ReadOnlyViolation:
        raise
    except DeadlineExceeded:
        return _failed(step, "out of time", Unknown.TIMED_OUT)
    except TemplateError as error:
        return _failed(step, f"its arguments cannot be filled: {error}", Unknown.ABSENT)
    except Exception:
        log.exception("probe %s broke in step %s of %s", step.probe, step.id, conditions.runbook.id)
        return _failed(step, "the probe itself failed; its log line says why", Unknown.UNSUPPORTED)
    elapsed = round((time.monotonic() - began) * 1000)
    findings = tuple(_masked(finding) for finding in outcome.findings[:MAX_FINDINGS_PER_STEP])
    return StepResult(step.id, step.probe, StepState.DONE, step.why, findings, outcome.api_calls, elapsed)


def bind(step: Step, context: Mapping[str, Any], spec: ProbeSpec) -> dict[str, Any]:
    """Fill a step's arguments and give each the type that the probe declares.

    Raises TemplateError when an expression or a value does not fit. An empty value of an optional number or flag
    leaves the probe's own default.
    """
    types = {parameter.name: parameter for parameter in spec.parameters}
    bound: dict[str, Any] = {}
    for name, given in step.arguments.items():
        value = render(given, context) if isinstance(given, str) else given
        parameter = types[name]
        if value in ("", None) and parameter.type != "str" and not parameter.required:
            continue
        try:
            bound[name] = _PARSERS[parameter.type](value)
        except (TypeError, ValueError) as error:
            raise TemplateError(f"{name} must be {parameter.type}, not {value!r}") from error
    return bound


def _failed(step: Step, note: str, because: Unknown) -> StepResult:
    system = step.probe.partition(".")[0]
    unknown = Finding(
        probe=step.probe,
        resource=Resource(system, "", "", "Step", step.id),
        status=Status.UNKNOWN,
        summary=f"Step {step.id} was not done: {note}.",
        severity=Severity.INFO,
        unknown_because=because,
    )
    return StepResult(step.id, step.probe, StepState.FAILED, step.why, (unknown,), note=note)


def _masked(finding: Finding) -> Finding:
    return replace(
        finding,
        summary=mask(clean(finding.summary)),
        remedy=mask(clean(finding.remedy)),
        evidence=tuple(
            Evidence(entry.label, mask(cut(clean(entry.text), MAX_EVIDENCE)), entry.command)
            for entry in finding.evidence
        ),
        facts={name: mask(clean(value)) for name, value in finding.facts.items()},
    )


def settle(run: Run, results: Sequence[StepResult], clock: Clock, *, aborted: str = "") -> Run:
    """Close a run: `complete` when everything was looked at, `partial` when not, `failed` when it was aborted."""
    unknown = any(finding.status is Status.UNKNOWN for result in results for finding in result.findings)
    broken = any(result.state is StepState.FAILED for result in results)
    state = RunState.FAILED if aborted else RunState.PARTIAL if unknown or broken else RunState.COMPLETE
    return replace(run, steps=tuple(results), state=state, finished_at=clock())


def plan(conditions: Conditions) -> tuple[ApiCall, ...]:
    """List the calls of a run without making any; steps that wait for an answer are listed as they would start."""
    context = step_context(conditions.runbook, conditions.parameters, (), conditions.specs)
    planned: list[ApiCall] = []
    for wave in waves(conditions.runbook):
        for step in wave:
            calls = conditions.session.plan(step.probe, bind(step, context, conditions.specs[step.probe]))
            certain = not step.after and step.when is None
            planned += [call if certain else replace(call, outcome="only if needed") for call in calls]
    return tuple(_unique(planned))


def _unique(calls: Sequence[ApiCall]) -> list[ApiCall]:
    kept: dict[tuple[str, str], ApiCall] = {}
    for call in calls:
        known = kept.get((call.system, call.operation))
        if known is None or known.outcome == "only if needed":
            kept[(call.system, call.operation)] = call
    return list(kept.values())
