"""What the schema cannot see: whether a runbook fits the probes, the other runbooks and its own cases.

`lint` is pure: catalogue, cases and probe specs in, problems out, each with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from bot.catalogue.cases import Case
from bot.catalogue.expressions import Scope, comparisons, misuses
from bot.catalogue.lintcases import lint_cases
from bot.catalogue.loader import Catalogue, Entry
from bot.catalogue.problems import WARNING, Problem
from bot.catalogue.skeleton import PLACEHOLDER, placeholders
from bot.kit.spelling import meant
from bot.model.probe import ProbeParameter, ProbeSpec
from bot.model.runbook import Conclusion, ParameterType, Step

STALE_AFTER_DAYS = 365
FEW_PHRASES = 10
FEW_LETTERS = 4
_SLUG = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")
_MADE_SLUG = re.compile(r"""\bf["']((?=[^"']*\{)(?=[^"'{}]*-|[^"']*\}-)[a-z0-9-]*(?:\{[\w.]+\}[a-z0-9-]*)+)["']""")
_AIMS = (ParameterType.CLUSTER, ParameterType.ACCOUNT, ParameterType.REGION)
_LITERALS: Mapping[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a runbook is held against."""

    catalogue: Catalogue
    specs: Mapping[str, ProbeSpec]
    today: date
    causes: frozenset[str]
    """Slugs that a probe or a case knows; `*` stands for a part that a probe fills in."""

    def knows(self, cause: str) -> bool:
        """Say whether a probe or a case knows this slug."""
        return any(fnmatchcase(cause, known) for known in self.causes)

    def meant(self, cause: str) -> str:
        """Give a hint at the slug that was meant."""
        return meant(cause, sorted(known for known in self.causes if "-" in known and "*" not in known))


def lint(
    catalogue: Catalogue,
    cases: Sequence[Case],
    specs: Mapping[str, ProbeSpec],
    *,
    today: date,
    probe_causes: frozenset[str] = frozenset(),
) -> tuple[Problem, ...]:
    """Give every problem of the runbooks and cases, in the order of file and line.

    `probe_causes` are the slugs that probes may find; those that cases expect are added.
    """
    expected = {one.cause for case in cases for one in case.expect.root_causes or ()}
    around = Surroundings(catalogue, specs, today, probe_causes | expected)
    problems = [
        problem
        for entry in catalogue.entries.values()
        for problem in (*_manners(entry, around), *_steps(entry, around), *_conclusions(entry, around))
    ]
    problems += _repeated_phrases(catalogue)
    problems += lint_cases(catalogue, cases)
    return tuple(sorted(set(problems)))


def causes_in(folder: Path) -> frozenset[str]:
    """Give every slug that the Python files below `folder` spell out: the causes that probes may find.

    Where code fills in a part (`f"{kind}-probe-kills"`) the slug has a `*` there.
    """
    found: set[str] = set()
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        found.update(_SLUG.findall(text))
        made = (re.sub(r"\{[\w.]+\}", "*", slug) for slug in _MADE_SLUG.findall(text))
        # What is nearly all filled in would let any misspelling pass.
        found.update(slug for slug in made if len(slug.replace("*", "").replace("-", "")) >= FEW_LETTERS)
    return frozenset(found)


# What people rely on: review, look-alikes, phrases, parameters -------------------------------------------


def _manners(entry: Entry, around: Surroundings) -> Iterator[Problem]:
    runbook, say = entry.runbook, entry.document.problem
    age = (around.today - runbook.reviewed).days
    if age < 0:
        yield say(("reviewed",), f"{runbook.reviewed} is in the future; give the day it was last read through")
    if age > STALE_AFTER_DAYS:
        yield say(("reviewed",), f"was {age} days ago; read it through and set the date", WARNING)
    for at, text in enumerate(runbook.not_for):
        other = text.rpartition(": ")[2].strip()
        if other not in around.catalogue or other == runbook.id:
            known = [one for one in around.catalogue if one != runbook.id]
            message = f"must end with ': area/name' of another runbook, and {other!r} is none"
            yield say(("not_for", at), f"{message}{meant(other, known, alike=85)}")
    if len(runbook.triggers.phrases) < FEW_PHRASES:
        count = len(runbook.triggers.phrases)
        yield say(("triggers", "phrases"), f"only {count}; write ten to twenty, in people's words", WARNING)
    for word in ("phrases", "signals"):
        for at, text in enumerate(getattr(runbook.triggers, word)):
            if not text.strip():
                yield say(("triggers", word, at), "is blank; write one or leave the entry out")
    for path in placeholders(entry.document.content):
        yield say(path, f"still says {PLACEHOLDER}; fill it in")
    yield from _parameters(entry)


def _parameters(entry: Entry) -> Iterator[Problem]:
    runbook, say = entry.runbook, entry.document.problem
    texts = [str(value) for step in runbook.steps for value in (*step.arguments.values(), step.when or "")]
    for parameter in runbook.parameters:
        path = ("parameters", parameter.name)
        if parameter.required and parameter.default is not None:
            yield say(path, "is required and has a default; keep one of the two")
        if parameter.type not in _AIMS and not any(_reads(text, parameter.name) for text in texts):
            yield say(path, "is read by no step; use it or leave it out", WARNING)


def _reads(text: str, parameter: str) -> bool:
    return re.search(rf"\bparameters\.{re.escape(parameter)}\b", text) is not None


def _repeated_phrases(catalogue: Catalogue) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for entry in catalogue.entries.values():
        for at, phrase in enumerate(entry.runbook.triggers.phrases):
            plain = " ".join(phrase.lower().split())
            path = ("triggers", "phrases", at)
            if plain in first:
                whose = "of this runbook" if first[plain] == entry.runbook.id else f"of {first[plain]}"
                yield entry.document.problem(path, f"{phrase!r} is a phrase {whose} already; say it in one place")
            first.setdefault(plain, entry.runbook.id)


# Steps against probes ------------------------------------------------------------------------------------


def _steps(entry: Entry, around: Surroundings) -> Iterator[Problem]:
    steps = entry.runbook.steps
    for at, step in enumerate(steps):
        scope = _scope(entry, around, steps[:at], [later.id for later in steps[at:]])
        spec = around.specs.get(step.probe)
        if spec is None:
            message = f"there is no probe {step.probe!r}{meant(step.probe, list(around.specs))}"
            yield entry.document.problem(("steps", at, "probe"), message)
        else:
            yield from _arguments(entry, at, step, spec)
        for name, value in step.arguments.items():
            if isinstance(value, str):
                path = ("steps", at, "arguments", name)
                yield from (entry.document.problem(path, wrong) for wrong in misuses(value, scope))
        if step.when is not None:
            here = ("steps", at, "when")
            yield from (entry.document.problem(here, wrong) for wrong in misuses(step.when, scope, expression=True))
            yield from _unknown_causes(entry, here, step.when, around)


def _arguments(entry: Entry, at: int, step: Step, spec: ProbeSpec) -> Iterator[Problem]:
    parameters = {parameter.name: parameter for parameter in spec.parameters}
    for name, value in step.arguments.items():
        path = ("steps", at, "arguments", name)
        if name not in parameters:
            yield entry.document.problem(path, f"{spec.name} takes no {name!r}{meant(name, list(parameters))}")
        elif not _fits(value, parameters[name]):
            kind = parameters[name].type
            yield entry.document.problem(path, f"must be {kind}, not {value!r}{_quotes(kind)}")
    for parameter in spec.parameters:
        if parameter.required and parameter.name not in step.arguments:
            message = f"{spec.name} needs {parameter.name} ({parameter.type}); add it"
            yield entry.document.problem(("steps", at, "arguments"), message)


def _fits(value: str | int | float | bool, parameter: ProbeParameter) -> bool:
    if isinstance(value, str) and "{{" in value:
        return True
    if isinstance(value, bool):
        return parameter.type == "bool"
    return isinstance(value, _LITERALS[parameter.type])


def _quotes(kind: str) -> str:
    return "; put it in quotes" if kind == "str" else "; write it without quotes"


def _scope(
    entry: Entry, around: Surroundings, steps: Sequence[Step], later: Sequence[str] = (), *, finding: bool = False
) -> Scope:
    names = [parameter.name for parameter in entry.runbook.parameters]
    return Scope(names, steps, around.specs, later, causes=not later, finding=finding)


# Conclusions ---------------------------------------------------------------------------------------------


def _conclusions(entry: Entry, around: Surroundings) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for at, conclusion in enumerate(entry.runbook.conclusions):
        path = ("conclusions", at)
        yield from _conclusion(entry, path, conclusion, around)
        for number, cause in enumerate(conclusion.causes):
            here = (*path, "causes", number)
            if not around.knows(cause):
                message = f"no probe and no case knows {cause!r}{around.meant(cause)}"
                yield entry.document.problem(here, message)
            if cause in seen and entry.runbook.conclusions[seen[cause]].when is None:
                yield entry.document.problem(here, f"{cause} is concluded on above already; this is never reached")
            seen.setdefault(cause, at)
    yield from _conclusion(entry, ("otherwise",), entry.runbook.otherwise, around)


def _conclusion(
    entry: Entry, path: tuple[str | int, ...], conclusion: Conclusion, around: Surroundings
) -> Iterator[Problem]:
    scope = _scope(entry, around, entry.runbook.steps, finding=bool(conclusion.causes))
    say = entry.document.problem
    yield from (say((*path, "say"), wrong) for wrong in misuses(conclusion.say, scope))
    for at, text in enumerate(conclusion.advise):
        yield from (say((*path, "advise", at), wrong) for wrong in misuses(text, scope))
    if conclusion.when is not None:
        here = (*path, "when")
        yield from (say(here, wrong) for wrong in misuses(conclusion.when, scope, expression=True))
        yield from _unknown_causes(entry, here, conclusion.when, around)


def _unknown_causes(
    entry: Entry, path: tuple[str | int, ...], condition: str, around: Surroundings
) -> Iterator[Problem]:
    for name, value in comparisons(condition, expression=True):
        about_causes = name == "causes" or name.endswith(".causes") or name == "finding.cause"
        if about_causes and not around.knows(value):
            message = f"no probe and no case knows the cause {value!r}{around.meant(value)}"
            yield entry.document.problem(path, message)
