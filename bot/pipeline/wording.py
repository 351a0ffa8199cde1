"""The sentences of a report. Plain text with Markdown emphasis; destinations convert and escape it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.kit.text import one_line
from bot.model.explanation import Explanation, Link, NotChecked
from bot.model.finding import Evidence, Unknown
from bot.model.match import Match
from bot.model.report import Cause
from bot.model.run import Run, StepState
from bot.model.runbook import Disposition, Runbook
from bot.model.ticket import Ticket

SHORT_EVIDENCE = 3

UNKNOWN_WORDS = {
    Unknown.DENIED: "permission denied",
    Unknown.TIMED_OUT: "timed out",
    Unknown.CUT_SHORT: "cut short",
    Unknown.ABSENT: "not there",
    Unknown.UNSUPPORTED: "not supported",
    Unknown.UNAVAILABLE: "could not be reached",
}
_NEXT_FOR_DESK = {
    Disposition.ADVISE: "What happens next: the owner of the service makes the change named below.",
    Disposition.ESCALATE: "What happens next: the on-call team has this ticket, with everything that was found.",
    Disposition.HEALTHY: "What happens next: nothing is broken here. Please tell us what you see, and since when.",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the sentences are made of."""

    ticket: Ticket
    runbook: Runbook
    run: Run
    explanation: Explanation
    causes: tuple[Cause, ...]
    next_steps: tuple[str, ...]


def engineer(headline: str, parts: Parts) -> str:
    """Cause, chain, evidence in brief with the commands, next steps, what was not checked."""
    sections = [f"**{headline}**"]
    sections += [_cause(cause, number, headline) for number, cause in enumerate(parts.causes, 1)]
    if len(parts.explanation.chain) > 1:
        sections.append("*How it hangs together*\n" + "\n".join(_links(parts.explanation.chain)))
    if not parts.causes and parts.explanation.warnings:
        sections.append("*Worth knowing*\n" + _bullets(finding.summary for finding in parts.explanation.warnings))
    if parts.next_steps:
        sections.append("*Next steps*\n" + _bullets(parts.next_steps))
    if parts.explanation.not_checked:
        sections.append("*Not checked*\n" + _bullets(_gaps(parts.explanation)))
    if parts.explanation.ruled_out:
        sections.append("*Looked at and fine*\n" + _bullets(parts.explanation.ruled_out[:12]))
    sections.append(f"_{_account(parts)}_")
    return "\n\n".join(sections)


def service_desk(headline: str, disposition: Disposition, parts: Parts) -> str:
    """What is affected, what it means, what happens next: without jargon where the runbook gives its own words."""
    lines = [f"**{headline}**"]
    affected = _affected(parts)
    if affected:
        lines.append(f"What is affected: {affected}.")
    lines.append(_NEXT_FOR_DESK.get(disposition, ""))
    if parts.next_steps:
        lines.append(_bullets(parts.next_steps[:3]))
    if parts.explanation.not_checked:
        lines.append("Some things could not be looked at, so there may be more to it.")
    return "\n".join(line for line in lines if line)


def _affected(parts: Parts) -> str:
    """What people notice: the upper end of the chain, not the cause at its lower end."""
    if parts.explanation.chain and parts.causes:
        return parts.explanation.chain[0].resource.label
    return ""


def evidence(parts: Parts) -> str:
    """Everything that was seen, step by step, with why each step was taken and how to see it again."""
    blocks = [f"{parts.runbook.title} ({parts.runbook.id}) for {parts.ticket.reference}", ""]
    for step in parts.run.steps:
        blocks.append(f"== {step.step}: {step.probe} ({step.state.value}, {step.elapsed_ms} ms)")
        blocks.append(f"   why: {one_line(step.why, 400)}")
        if step.note:
            blocks.append(f"   {step.note}")
        for finding in step.findings:
            blocks.append(f"-- [{finding.status.value}] {finding.resource}: {finding.summary}")
            blocks += [_evidence_block(entry) for entry in finding.evidence]
        blocks += [f"   call: {call.operation} ({call.outcome})" for call in step.api_calls]
        blocks.append("")
    return "\n".join(blocks)


def how_to_answer(ticket: Ticket) -> str:
    """Say how a question is answered where there are no buttons: a changed description is read anew."""
    if ticket.origin.source == "jira":
        return "Please write it into the ticket's description: the ticket is then read again."
    return ""


def candidates(match: Match) -> str:
    """List what else might fit, and why."""
    if not match.candidates:
        return ""
    lines = [
        f"{candidate.title} (`{candidate.runbook}`, {candidate.confidence:.0%}): {'; '.join(candidate.reasons)}"
        for candidate in match.candidates[:3]
    ]
    return "\n" + _bullets(lines)


def _cause(cause: Cause, number: int, headline: str) -> str:
    """The first cause is what the headline says; it is not said twice."""
    told = number == 1 and headline.startswith(cause.summary)
    title = f"*Root cause{f' {number}' if number > 1 else ''}:* " + ("" if told else f"{cause.summary} ")
    lines = [f"{title}`{cause.cause}`, {cause.resource.label}"]
    lines += [line for entry in cause.evidence[:3] for line in _brief(entry)]
    return "\n".join(lines)


def _brief(entry: Evidence) -> list[str]:
    """A short text whole; of a long one its last line, where logs say what went wrong. The file has the rest."""
    said = [line for line in entry.text.splitlines() if line.strip()]
    shown = one_line(" ".join(said) if len(said) <= SHORT_EVIDENCE else f"… {said[-1].strip()}", 300)
    lines = [f"> {entry.label}: {shown}"] if said else []
    return [*lines, f"> `{entry.command}`"] if entry.command else lines


def _evidence_block(entry: Evidence) -> str:
    text = "\n".join(f"      {line}" for line in entry.text.splitlines())
    command = f"\n      $ {entry.command}" if entry.command else ""
    return f"   {entry.label}:{command}\n{text}"


def _links(chain: Iterable[Link]) -> list[str]:
    return [
        f"{'  ' * depth}{'↳ ' if depth else ''}{link.resource.label}{f': {link.summary}' if link.summary else ''}"
        for depth, link in enumerate(chain)
    ]


def _gaps(explanation: Explanation) -> list[str]:
    return [f"{gap.what.rstrip('.')} ({_why_not(gap)})" for gap in explanation.not_checked]


def _why_not(gap: NotChecked) -> str:
    needs = f": needs `{gap.permission}`" if gap.permission else ""
    return UNKNOWN_WORDS[gap.because] + needs


def _account(parts: Parts) -> str:
    done = sum(step.state is StepState.DONE for step in parts.run.steps)
    spent = parts.run.finished_at - parts.run.started_at if parts.run.finished_at else None
    took = f" in {spent.total_seconds():.1f} s" if spent is not None else ""
    calls = len(parts.run.api_calls)
    steps = f"{done} of {len(parts.run.steps)} steps"
    plural = "" if calls == 1 else "s"
    return f"Runbook {parts.runbook.id}: {steps}, {calls} read-only API call{plural}{took}.{cut_ticket(parts.ticket)}"


def cut_ticket(ticket: Ticket) -> str:
    """Say that a ticket was too long to be read whole; empty when it was not."""
    return " The ticket is very long: only its beginning was read." if ticket.cut else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)
