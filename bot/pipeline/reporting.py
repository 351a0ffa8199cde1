"""Explanation to Report, in two registers: the engineer's and the service desk's. Pure; no API, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.kit.redaction import mask
from bot.kit.templating import TemplateError, evaluate, render
from bot.kit.text import cut, listed, one_line
from bot.model.explanation import Explanation, NotChecked, RootCause
from bot.model.finding import Finding, Unknown
from bot.model.match import Decision, Match
from bot.model.report import Cause, Report
from bot.model.run import Run, RunState
from bot.model.runbook import Conclusion, Disposition, Runbook
from bot.model.ticket import Ticket
from bot.pipeline import wording

MAX_EVIDENCE_TEXT = 60_000


@dataclass(frozen=True, slots=True)
class Account:
    """What there is to report on."""

    ticket: Ticket
    match: Match
    runbook: Runbook | None = None
    run: Run | None = None
    explanation: Explanation = field(default_factory=Explanation)
    context: Mapping[str, Any] | None = None
    """What conclusions see: `parameters` and `steps`, as after the last wave."""
    no_runbook: str = ""
    """The line said when nothing fits, from routing."""


def report(account: Account) -> Report:
    """Say what it means."""
    if account.run is None or account.runbook is None:
        return _without_run(account)
    causes = tuple(_cause(root, account) for root in account.explanation.root_causes)
    verdict = _verdict(account, account.runbook)
    headline = _headline(causes, verdict, account.explanation)
    next_steps = tuple(dict.fromkeys(step for step in (*_remedies(causes), *verdict.advise) if step))
    parts = wording.Parts(account.ticket, account.runbook, account.run, account.explanation, causes, next_steps)
    return Report(
        ticket=account.ticket.id,
        run=account.run.id,
        runbook=account.runbook.id,
        headline=headline,
        disposition=verdict.disposition,
        engineer=wording.engineer(headline, parts),
        service_desk=wording.service_desk(headline, verdict.disposition, parts),
        root_causes=causes,
        chain=account.explanation.chain,
        next_steps=next_steps,
        not_checked=account.explanation.not_checked,
        evidence=cut(wording.evidence(parts), MAX_EVIDENCE_TEXT),
        fingerprint=_fingerprint(account.runbook.id, verdict.disposition, causes, account.explanation.not_checked),
    )


def _without_run(account: Account) -> Report:
    match = account.match
    disposition = Disposition.ASK if match.decision is Decision.ASK else Disposition.NONE
    headline = match.because or account.no_runbook
    more = wording.how_to_answer(account.ticket) if disposition is Disposition.ASK else account.no_runbook
    text = f"{headline}\n{more}".strip()
    return Report(
        ticket=account.ticket.id,
        run="",
        runbook=match.runbook or "",
        headline=headline,
        disposition=disposition,
        engineer=text + wording.cut_ticket(account.ticket) + wording.candidates(match),
        service_desk=text,
        fingerprint=_fingerprint(match.runbook or "", disposition, (), ()),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the conclusions say of the run as a whole."""

    say: str
    advise: tuple[str, ...]
    disposition: Disposition


def _verdict(account: Account, runbook: Runbook) -> _Verdict:
    context = {**(account.context or {}), "causes": _causes(account.explanation), "finding": {}}
    roots = account.explanation.root_causes
    if account.run is not None and account.run.state is RunState.FAILED:
        return _Verdict("The run was stopped before it could answer.", (), Disposition.ESCALATE)
    if roots:
        chosen = [_conclusion(root.finding, account) for root in roots]
        advise = tuple(text for root, found in zip(roots, chosen, strict=True) if found
                       for text in _rendered(found.advise, _with(context, root.finding)))  # fmt: skip
        dispositions = {found.disposition if found else Disposition.ADVISE for found in chosen[:1]}
        return _Verdict("", advise, dispositions.pop())
    for conclusion in runbook.conclusions:
        if not conclusion.causes and conclusion.when and _holds(conclusion.when, context):
            return _said(conclusion, context)
    if account.explanation.not_checked:
        return _Verdict("", (), Disposition.ESCALATE)
    return _said(runbook.otherwise, context)


def _said(conclusion: Conclusion, context: Mapping[str, Any]) -> _Verdict:
    say = " ".join(_rendered((conclusion.say,), context))
    return _Verdict(say, _rendered(conclusion.advise, context), conclusion.disposition)


def _conclusion(finding: Finding, account: Account) -> Conclusion | None:
    context = _with({**(account.context or {}), "causes": _causes(account.explanation)}, finding)
    for conclusion in account.runbook.conclusions if account.runbook else ():
        if finding.cause in conclusion.causes and (not conclusion.when or _holds(conclusion.when, context)):
            return conclusion
    return None


def _cause(root: RootCause, account: Account) -> Cause:
    finding = root.finding
    conclusion = _conclusion(finding, account)
    context = _with({**(account.context or {}), "causes": _causes(account.explanation)}, finding)
    said = " ".join(_rendered((conclusion.say,), context)) if conclusion and conclusion.say else finding.summary
    advised = _rendered(conclusion.advise, context) if conclusion else ()
    remedy = finding.remedy or " ".join(advised)
    return Cause(finding.cause, finding.resource, said, remedy, finding.evidence)


def _with(context: Mapping[str, Any], finding: Finding) -> dict[str, Any]:
    return {
        **context,
        "finding": {
            "summary": finding.summary,
            "remedy": finding.remedy,
            "cause": finding.cause,
            "resource": finding.resource.label,
            "facts": dict(finding.facts),
        },
    }


def _rendered(templates: Sequence[str], context: Mapping[str, Any]) -> tuple[str, ...]:
    """Fill what can be filled: a sentence whose names are missing is left out rather than half said."""
    filled = []
    for template in templates:
        try:
            filled.append(mask(str(render(template, context))))
        except TemplateError:
            continue
    return tuple(text for text in filled if text.strip())


def _holds(condition: str, context: Mapping[str, Any]) -> bool:
    try:
        return bool(evaluate(condition, context))
    except TemplateError:
        return False


def _causes(explanation: Explanation) -> list[str]:
    found = [finding.cause for root in explanation.root_causes for finding in (root.finding, *root.symptoms)]
    return list(dict.fromkeys(found + [finding.cause for finding in explanation.warnings if finding.cause]))


def _remedies(causes: Sequence[Cause]) -> tuple[str, ...]:
    return tuple(cause.remedy for cause in causes)


def _headline(causes: Sequence[Cause], verdict: _Verdict, explanation: Explanation) -> str:
    if causes:
        more = f" ({len(causes) - 1} more found)" if len(causes) > 1 else ""
        return one_line(causes[0].summary, 280) + more
    if explanation.not_checked and verdict.disposition is Disposition.ESCALATE and not verdict.say:
        gaps = listed([gap.what.rstrip(".") for gap in explanation.not_checked], 3)
        return one_line(f"No fault found in what could be looked at. Not checked: {gaps}.", 280)
    return one_line(verdict.say or "No fault found.", 280)


def _fingerprint(runbook: str, disposition: Disposition, causes: Sequence[Cause], gaps: Sequence[NotChecked]) -> str:
    """The same for the same answer: no times, no figures, no order of discovery."""
    said = sorted(f"{cause.cause}@{cause.resource}" for cause in causes)
    unseen = sorted(f"{gap.because.value}:{gap.permission}" for gap in gaps if gap.because is Unknown.DENIED)
    return hashlib.sha256("\x1f".join((runbook, disposition, *said, *unseen)).encode()).hexdigest()[:16]
