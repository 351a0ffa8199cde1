"""Whether the cases show what they must (each cause, a healthy world, a look-alike) and fit the runbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.catalogue.cases import Case
from bot.catalogue.loader import Catalogue, Entry
from bot.catalogue.problems import WARNING, Problem
from bot.catalogue.skeleton import PLACEHOLDER, placeholders
from bot.kit.spelling import meant
from bot.model.match import Decision

LOOK_ALIKE = "looks-like-"


def lint_cases(catalogue: Catalogue, cases: Sequence[Case]) -> Iterator[Problem]:
    """Give every problem of the cases, and of runbooks that lack some."""
    for case in cases:
        yield from _expectation(catalogue, case)
        for path in placeholders(case.document.content):
            yield case.document.problem(path, f"still says {PLACEHOLDER}; fill it in")
    for entry in catalogue.entries.values():
        own = [case for case in cases if case.runbook == entry.runbook.id]
        yield from _coverage(entry, own)


def _expectation(catalogue: Catalogue, case: Case) -> Iterator[Problem]:
    expect, say = case.expect, case.document.problem
    if expect.runbook is None:
        if expect.decision is Decision.RUN:
            yield say(("expect", "decision"), "is run, but runbook is null; name the runbook or write none or ask")
        return
    if expect.runbook not in catalogue:
        known = list(catalogue)
        yield say(("expect", "runbook"), f"there is no runbook {expect.runbook!r}{meant(expect.runbook, known)}")
        return
    names = [parameter.name for parameter in catalogue[expect.runbook].parameters]
    for name in expect.parameters:
        if name not in names:
            yield say(("expect", "parameters", name), f"{expect.runbook} has no parameter {name!r}{meant(name, names)}")
    if expect.decision is Decision.NONE:
        yield say(("expect", "decision"), "is none, but a runbook is named; write runbook: null")
    if expect.runbook == case.runbook and expect.decision is Decision.RUN:
        for key, value in (("root_causes", expect.root_causes), ("disposition", expect.disposition)):
            if value is None:
                yield say(("expect",), f"must say {key}, since this runbook runs")


def _coverage(entry: Entry, cases: Sequence[Case]) -> Iterator[Problem]:
    runbook, say = entry.runbook, entry.document.problem
    if not cases:
        yield say((), "has no case; add one for each cause, a healthy one and a look-alike in cases/")
        return
    running = [case for case in cases if case.expect.runbook == runbook.id and case.expect.decision is Decision.RUN]
    if not any(case.expect.root_causes == () for case in running):
        yield say((), "has no healthy case: one that expects this runbook with root_causes: []")
    elsewhere = [case for case in cases if _name(case).startswith(LOOK_ALIKE)]
    if not any(case.expect.runbook != runbook.id for case in elsewhere):
        yield say((), f"has no look-alike: cases/{LOOK_ALIKE}*.yaml that expects another runbook, or null")
    for case in elsewhere:
        if case.expect.runbook == runbook.id:
            message = "is named a look-alike, but expects its own runbook; rename the file or correct it"
            yield case.document.problem(("expect", "runbook"), message)
    shown = {one.cause for case in cases for one in case.expect.root_causes or ()}
    for at, conclusion in enumerate(runbook.conclusions):
        for number, cause in enumerate(conclusion.causes):
            if cause not in shown:
                yield say(
                    ("conclusions", at, "causes", number), f"no case of this runbook shows {cause}; add one", WARNING
                )


def _name(case: Case) -> str:
    return case.id.rpartition("/")[2]
