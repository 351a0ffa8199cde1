"""Card to Block Kit, pure: the verdict first, then why, then what to do, then what was not checked.

Slack refuses a whole message for one block too long, so every part has a cap here, and the caps together stay below
Slack's for a message (50 blocks, 13,200 characters): a huge ticket gives a shorter card, never a refused one.
Names of actions and what their values hold are in `actions.py`'s words: a value is a ticket's id and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.integrations.slack.controls import asks, controls
from bot.integrations.slack.escaping import code, fence, line, link, mrkdwn
from bot.integrations.slack.findings import findings
from bot.integrations.slack.layout import Block, context, header, more, section
from bot.model.match import Match
from bot.model.report import Card, Escalation, Report, StepProgress
from bot.model.runbook import Disposition

STEPS_SHOWN = 12

_DISPOSITIONS = {
    Disposition.ADVISE: "🔴",
    Disposition.ESCALATE: "🚨",
    Disposition.HEALTHY: "🟢",
    Disposition.ASK: "❓",
    Disposition.NONE: "⚪",
}
_STAGES = {"received": "👀", "matched": "🔎", "running": "⏳", "cancelled": "⛔", "failed": "⚠️"}
_STAGE_WORDS = {
    "received": "Taken in",
    "matched": "Matched",
    "running": "Looking into",
    "cancelled": "Cancelled",
    "failed": "Could not be finished",
}
_STEPS = {"waiting": "▫️", "running": "⏳", "done": "✅", "skipped": "⏭️", "failed": "⚠️"}
_OUTCOMES = {"waiting": "not reached", "running": "not finished", "skipped": "not needed", "failed": "could not be run"}
_DONE_BY = re.compile(r"(Stopped|Handed over|asked for) by slack:([UW][A-Z0-9]{2,20})\.?")


def card_blocks(card: Card) -> list[Block]:
    """Render a card: what a channel sees of a ticket at this moment."""
    blocks = [header(verdict(card)), context(_about(card))]
    if card.report:
        blocks += findings(card.report)
    elif card.match and asks(card):
        blocks.append(section(line(card.match.because or "Which of these is it?", 600)))
    if card.note:
        blocks.append(section(f"💬 {_note(card.note)}"))
    if card.progress:
        blocks.append(_progress(card.progress, card.stage))
    if card.escalation:
        blocks.append(section(_handed_over(card.escalation, card.report)))
    if card.match and card.match.candidates:
        blocks.append(context(_why(card.match)))
    return blocks + controls(card)


def card_text(card: Card) -> str:
    """Say the same in one line, for notifications and screen readers."""
    parts = [f"{reference(card.ticket.key, card.ticket.id)}: {verdict(card)}"]
    if card.report:
        parts += [f"Root cause: {cause.summary}" for cause in card.report.root_causes[:1]]
        parts += [f"Next: {step}" for step in card.report.next_steps[:1]]
        if card.report.not_checked:
            parts.append(f"Not checked: {len(card.report.not_checked)}")
    elif card.note:
        parts.append(card.note)
    return " ".join(line(part, 900) for part in parts)


def escalation_blocks(card: Card) -> list[Block]:
    """Render the hand-over to a team; the card must carry an escalation."""
    escalation = card.escalation
    if escalation is None:
        return card_blocks(card)
    blocks = [
        header(f"🚨 {escalation.priority} for {escalation.team}: {card.ticket.summary}"),
        context([f"*{_key(card)}*"]),
        section(_handed_over(escalation, None)),
        section(f"*What was said:* {line(card.ticket.text, 600)}"),
    ]
    if card.report and card.report.root_causes:
        return blocks + findings(card.report) + controls(card)
    return [*blocks, section(mrkdwn(escalation.hand_over, 2900)), *controls(card)]


def escalation_text(card: Card) -> str:
    """Say the hand-over in one line."""
    escalation = card.escalation
    if escalation is None:
        return card_text(card)
    key = reference(card.ticket.key, card.ticket.id)
    said = f"{escalation.priority} for {escalation.team}: {key} {card.ticket.summary}. {escalation.reason}"
    return line(said, 2000)


def evidence_blocks(card: Card) -> list[Block]:
    """Render evidence short enough for a message."""
    text = card.report.evidence if card.report else ""
    return [context([f"Evidence for {_key(card)}"]), section(fence(text))]


def verdict(card: Card) -> str:
    """Give the headline: the report's, or how far the ticket has come. Not escaped."""
    if card.report:
        return f"{_DISPOSITIONS[card.report.disposition]} {card.report.headline}"
    if asks(card):
        return f"❓ I need to know more: {card.ticket.summary}"
    return f"{_STAGES.get(card.stage, '▫️')} {_STAGE_WORDS.get(card.stage, card.stage)}: {card.ticket.summary}"


def _note(note: str, length: int = 500) -> str:
    """Show a note; in one that says which person did something and no more, Slack shows the name behind the id."""
    done = _DONE_BY.fullmatch(note)
    return f"{done.group(1)} by <@{done.group(2)}>" if done else line(note, length)


def reference(key: str, ticket: str) -> str:
    """Name a ticket as people can type it: by its key, or by its id when the key is a chat message's address."""
    return ticket if "/" in key else key


def _key(card: Card) -> str:
    return link(card.ticket.origin.url, reference(card.ticket.key, card.ticket.id), 200)


def _about(card: Card) -> list[str]:
    ticket = card.ticket
    said = [f"*{_key(card)}*", f"{ticket.priority} {ticket.kind.replace('_', ' ')}"]
    runbook = card.report.runbook if card.report else (card.match.runbook if card.match else None)
    if runbook:
        said.append(f"runbook {code(runbook, 150)}")
    if card.report:
        said.append(line(ticket.summary, 300))
    if ticket.cut:
        said.append("very long: only its beginning was read")
    return said


def _progress(progress: Sequence[StepProgress], stage: str) -> Block:
    """One line a step while they run; once that is over, one line an outcome."""
    over = stage in ("reported", "cancelled", "failed")
    lines = _outcomes(progress) if over else [_step(step) for step in progress]
    shown = [*lines[:STEPS_SHOWN], *more(len(lines), STEPS_SHOWN)]
    return section("\n".join(["*Looked at*" if over else "*Looking*", *shown]))


def _outcomes(progress: Sequence[StepProgress]) -> list[str]:
    """One line an outcome, with all steps that ended so: of twenty steps that were fine nobody reads twenty lines."""
    ended: dict[tuple[str, str], list[str]] = {}
    for step in progress:
        ended.setdefault((step.state, step.verdict), []).append(step.step)
    return [
        f"{_STEPS.get(state, '▫️')} {line(verdict or _OUTCOMES.get(state, state), 90)}: {line(', '.join(steps), 150)}"
        for (state, verdict), steps in ended.items()
    ]


def _step(step: StepProgress) -> str:
    said = step.verdict or step.why
    return f"{_STEPS.get(step.state, '▫️')} {line(step.step, 40)}" + (f": {line(said, 90)}" if said else "")


def _why(match: Match) -> list[str]:
    best = match.candidates[0]
    chosen = "Why" if match.runbook else "Closest"
    reasons = "; ".join(_note(reason, 100) for reason in best.reasons[:4]) or line(match.because, 200)
    said = [f"{chosen}: {line(best.title, 100)} ({best.confidence:.0%}) {reasons}".rstrip()]
    said += [f"Runner-up: {line(other.title, 100)} ({other.confidence:.0%})" for other in match.candidates[1:2]]
    return said


def _handed_over(escalation: Escalation, report: Report | None) -> str:
    when = int(escalation.respond_by.timestamp())
    utc = escalation.respond_by.strftime("%Y-%m-%d %H:%M UTC")
    reason = "" if report and escalation.reason == report.headline else f"\n{line(escalation.reason, 500)}"
    return (
        f"🚨 *Handed over to {line(escalation.team, 80)}* ({escalation.priority}), "
        f"respond by <!date^{when}^{{date_short_pretty}} {{time}}|{utc}>{reason}"
    )
