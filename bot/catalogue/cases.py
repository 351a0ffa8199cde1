"""Cases: a ticket in a small world, and what the bot must make of it. Loaded here, judged here, run by whoever can.

What triages a case comes as a function, so that this room needs neither probes nor servers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.catalogue.caseschema import CaseShape, ExpectShape
from bot.catalogue.checking import check_shape
from bot.catalogue.loader import CASES_FOLDER, RUNBOOK_FILE
from bot.catalogue.moments import resolve
from bot.catalogue.problems import BrokenFiles, Problem
from bot.catalogue.yamlfile import Document, read_yaml
from bot.kit.spelling import nearest
from bot.model.errors import InputError, SecondlineError
from bot.model.explanation import Explanation
from bot.model.match import Decision, Match
from bot.model.ports import Clock
from bot.model.report import Report
from bot.model.run import Run
from bot.model.runbook import Disposition


@dataclass(frozen=True, slots=True)
class ExpectedCause:
    """A root cause that must be found; `resource` is `Kind/name`."""

    cause: str
    resource: str

    def __str__(self) -> str:
        """Print `cause at Kind/name`."""
        return f"{self.cause} at {self.resource}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out of a case. What is None is not judged."""

    runbook: str | None
    decision: Decision
    parameters: Mapping[str, str] = field(default_factory=dict)
    root_causes: tuple[ExpectedCause, ...] | None = None
    disposition: Disposition | None = None
    not_checked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KubernetesWorld:
    """A cluster: objects as plain JSON, logs by `namespace/pod/container[:previous]`, and what the API refuses."""

    objects: tuple[Mapping[str, Any], ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case, its times resolved. `id` is `area/name/case`, `runbook` the one in whose folder it lies."""

    id: str
    file: str
    runbook: str
    title: str
    summary: str
    body: str
    fields: Mapping[str, str]
    kubernetes: KubernetesWorld
    aws: tuple[Mapping[str, Any], ...]
    network: tuple[Mapping[str, Any], ...]
    expect: Expectation
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that came of a case's ticket. What was not reached is None."""

    match: Match
    run: Run | None = None
    explanation: Explanation | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case went: no `differences` means that it passed."""

    case: Case
    differences: tuple[str, ...]
    elapsed_ms: int

    @property
    def passed(self) -> bool:
        """Say whether everything came out as expected."""
        return not self.differences


def _now() -> datetime:
    return datetime.now(UTC)


def load_cases(root: Path, only: Sequence[str] | None = None, clock: Clock = _now) -> tuple[Case, ...]:
    """Read the cases under `root`; `only` names runbooks (`area/name`) or cases (`area/name/case`).

    Raises CatalogueError with every problem of every file, InputError when `only` names what is not there.
    """
    cases, problems = scan_cases(root, clock)
    if problems:
        raise BrokenFiles(problems)
    if not only:
        return cases
    for wanted in only:
        if not any(wanted in (case.id, case.runbook) for case in cases):
            raise InputError(f"there is no case of {wanted!r}{_nearest(wanted, cases)}")
    return tuple(case for case in cases if case.id in only or case.runbook in only)


def scan_cases(root: Path, clock: Clock = _now) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """Read the cases under `root` that can be read, in the order of their ids, and the problems of the others."""
    now = clock()
    cases: list[Case] = []
    problems: list[Problem] = []
    for file in sorted(root.glob(f"*/*/{CASES_FOLDER}/*.yaml")):
        runbook = file.parent.parent.relative_to(root).as_posix()
        if not (file.parent.parent / RUNBOOK_FILE).exists():
            problems.append(Problem(str(file), 0, "", f"lies beside no {RUNBOOK_FILE}"))
        try:
            cases.append(load_case(file, runbook, now))
        except BrokenFiles as error:
            problems += error.problems
    return tuple(cases), tuple(problems)


def load_case(file: Path, runbook: str, now: datetime) -> Case:
    """Read one case file as of `now`. Raises CatalogueError with all its problems."""
    document = read_yaml(file)
    resolved = Document(document.file, resolve(document.content, now), document.lines)
    shape = check_shape(resolved, CaseShape)
    world = shape.kubernetes
    return Case(
        id=f"{runbook}/{file.stem}",
        file=document.file,
        runbook=runbook,
        title=shape.title,
        summary=shape.ticket.summary,
        body=shape.ticket.body,
        fields={name: str(value) for name, value in shape.ticket.fields.items()},
        kubernetes=KubernetesWorld(
            tuple(world.objects),
            dict(world.logs),
            tuple(fault.model_dump(exclude_unset=True) for fault in world.faults),
        ),
        aws=tuple(entry.model_dump(exclude_unset=True) for entry in shape.aws),
        network=tuple(entry.model_dump(exclude_unset=True) for entry in shape.network),
        expect=_expectation(shape.expect),
        document=resolved,
    )


def _expectation(shape: ExpectShape) -> Expectation:
    default = "none" if shape.runbook is None else "run"
    causes = shape.root_causes
    return Expectation(
        runbook=shape.runbook,
        decision=Decision(shape.decision or default),
        parameters={name: str(value) for name, value in shape.parameters.items()},
        root_causes=None if causes is None else tuple(ExpectedCause(one.cause, one.resource) for one in causes),
        disposition=Disposition(shape.disposition) if shape.disposition else None,
        not_checked=tuple(shape.not_checked),
    )


def _nearest(wanted: str, cases: Sequence[Case]) -> str:
    known = sorted({name for case in cases for name in (case.id, case.runbook)})
    found = nearest(wanted, known)
    return f"; did you mean {found[0]}?" if found else ""


def judge(case: Case, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Give the differences between what came out and what must, in plain words; none when the case passes."""
    return (*judge_match(case, diagnosis.match), *_judge_outcome(case.expect, diagnosis))


def judge_match(case: Case, match: Match) -> tuple[str, ...]:
    """Give the differences in the match alone: which runbook, what decision, which parameters."""
    expect = case.expect
    found: list[str] = []
    if not _is_runbook(expect, match):
        first = match.candidates[0] if match.candidates else None
        near = f" (first: {first.runbook} at {first.confidence:.0%})" if first else ""
        found.append(f"runbook: expected {expect.runbook or 'none'}, got {match.runbook or 'none'}{near}")
    if match.decision is not expect.decision:
        found.append(f"decision: expected {expect.decision.value}, got {match.decision.value}: {match.because}")
    for name, value in expect.parameters.items():
        got = match.parameters.get(name, "")
        if got != value:
            found.append(f"parameter {name}: expected {value!r}, got {got!r}")
    return tuple(found)


def _is_runbook(expect: Expectation, match: Match) -> bool:
    if expect.runbook is not None and expect.decision is Decision.ASK:
        return expect.runbook in [candidate.runbook for candidate in match.candidates]
    return match.runbook == expect.runbook


def _judge_outcome(expect: Expectation, diagnosis: Diagnosis) -> Iterator[str]:
    if expect.root_causes is not None:
        yield from _judge_causes(expect.root_causes, diagnosis.explanation)
    got = diagnosis.report.disposition if diagnosis.report else None
    if expect.disposition is not None and got is not expect.disposition:
        yield f"disposition: expected {expect.disposition.value}, got {got.value if got else 'no report'}"
    gaps = [gap.what for gap in diagnosis.explanation.not_checked] if diagnosis.explanation else []
    for text in expect.not_checked:
        if not any(text in gap for gap in gaps):
            yield f"not_checked: expected {text!r} among {gaps}"


def _judge_causes(expected: Sequence[ExpectedCause], explanation: Explanation | None) -> Iterator[str]:
    roots = [root.finding for root in explanation.root_causes] if explanation else []
    got = [ExpectedCause(one.cause, f"{one.resource.kind}/{one.resource.name}") for one in roots]
    if got == list(expected):
        return
    for one in expected:
        if one not in got:
            yield f"root cause: expected {one}, which was not found"
    for one, finding in zip(got, roots, strict=True):
        if one not in expected:
            yield f"root cause: found {one}, which was not expected: {finding.summary}"
    if set(got) == set(expected):
        yield f"root causes: expected exactly, in this order: {_listed(expected)}; got {_listed(got)}"


def _listed(causes: Sequence[ExpectedCause]) -> str:
    return ", ".join(map(str, causes))


def run_cases(cases: Sequence[Case], diagnose: Callable[[Case], Diagnosis]) -> Iterator[CaseResult]:
    """Triage each case by `diagnose` and judge it, one after the other, as they are asked for."""
    for case in cases:
        began = time.monotonic()
        try:
            differences = judge(case, diagnose(case))
        except (SecondlineError, ValueError) as error:
            # A world that the sandbox refuses (an AWS answer of the wrong shape, say) fails this case alone.
            differences = (f"could not be run: {error}",)
        yield CaseResult(case, differences, round((time.monotonic() - began) * 1000))
