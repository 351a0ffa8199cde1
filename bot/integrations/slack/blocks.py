"""Card to Block Kit, pure: the verdict first, then why, then what to do, then what was not checked.

Slack refuses a whole message for one block too long, so every part has a cap here, and the caps together stay below
Slack's for a message (50 blocks, 13,200 characters): a huge ticket gives a shorter card, never a refused one.
Names of actions and what their values hold are in `actions.py`'s words: a value is a ticket's id and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from bot.integrations.slack.controls import asks, controls
from bot.integrations.slack.escaping import code, escape, fence, line, link, mrkdwn, plain
from bot.model.explanation import Link, NotChecked
from bot.model.match import Match
from bot.model.report import Card, Cause, Escalation, Report, StepProgress
from bot.model.runbook import Disposition

Block = dict[str, Any]

HEADER = 150
SHORTEST_CLAUSE = 50
CAUSES_SHOWN = 4
LINKS_SHOWN = 7
STEPS_SHOWN = 12
GAPS_SHOWN = 6
NEXT_SHOWN = 6

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
_BECAUSE = {
    "denied": "permission denied",
    "timed_out": "timed out",
    "cut_short": "too much to read",
    "absent": "not there",
    "unsupported": "not supported",
    "unavailable": "could not be reached",
}

# sections of the engineer's text whose content stands in parts of the card's own
_SAID_ELSEWHERE = ("**", "*Root cause", "*How it hangs", "*Next steps", "*Not checked")
_DONE_BY = re.compile(r"(Stopped|Handed over|asked for) by slack:([UW][A-Z0-9]{2,20})\.?")


def card_blocks(card: Card) -> list[Block]:
    """Render a card: what a channel sees of a ticket at this moment."""
    blocks = [_header(verdict(card)), _context(_about(card))]
    if card.report:
        blocks += _verdict(card.report)
    elif card.match and asks(card):
        blocks.append(_section(line(card.match.because or "Which of these is it?", 600)))
    if card.note:
        blocks.append(_section(f"💬 {_note(card.note)}"))
    if card.progress:
        blocks.append(_progress(card.progress, card.stage))
    if card.escalation:
        blocks.append(_section(_handed_over(card.escalation, card.report)))
    if card.match and card.match.candidates:
        blocks.append(_context(_why(card.match)))
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
        _header(f"🚨 {escalation.priority} for {escalation.team}: {card.ticket.summary}"),
        _context([f"*{_key(card)}*"]),
        _section(_handed_over(escalation, None)),
        _section(f"*What was said:* {line(card.ticket.text, 600)}"),
    ]
    if card.report and card.report.root_causes:
        return blocks + _verdict(card.report) + controls(card)
    return [*blocks, _section(mrkdwn(escalation.hand_over, 2900)), *controls(card)]


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
    return [_context([f"Evidence for {_key(card)}"]), _section(fence(text))]


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
    return said


def _verdict(report: Report) -> list[Block]:
    shown = report.root_causes[:CAUSES_SHOWN]
    blocks = [_section(_cause(number, cause, report)) for number, cause in enumerate(shown, 1)]
    left_out = len(report.root_causes) - len(shown)
    if left_out > 0:
        blocks.append(_context([f"and {left_out} more root causes, in the evidence"]))
    if not shown and report.disposition is not Disposition.ASK and _more_of(report):
        blocks.append(_section(mrkdwn(_more_of(report), 1500)))
    if len(report.chain) > 1:
        blocks.append(_section(_chain(report.chain, {cause.summary for cause in shown})))
    steps = [step for step in report.next_steps if step not in {cause.remedy for cause in shown}]
    if steps:
        blocks.append(_section(_next(steps)))
    if report.not_checked:
        blocks.append(_section(_not_checked(report.not_checked)))
    return blocks


def _cause(number: int, cause: Cause, report: Report) -> str:
    """Say one root cause; what the header says in full already is not said twice."""
    title = f"*{number}. Root cause:*" if len(report.root_causes) > 1 else "*Root cause:*"
    told = cause.summary == report.headline and len(report.headline) < HEADER - 5
    said = [title if told else f"{title} {line(cause.summary, 350)}", code(cause.resource.label, 150)]
    if told:
        said = [" ".join(said)]
    if cause.remedy:
        said.append(f"*Remedy:* {line(cause.remedy, 300)}")
    command = next((one.command for one in cause.evidence if one.command), "")
    if command:
        said.append(f"*See it:* {code(command, 180)}")
    return "\n".join(said)


def _more_of(report: Report) -> str:
    """Give what the engineer's text says beyond the card's own parts: what is worth knowing, what was found fine."""
    sections = [section.removeprefix(report.headline).strip() for section in report.engineer.split("\n\n")]
    return "\n\n".join(section for section in sections if section and not section.startswith(_SAID_ELSEWHERE))


def _chain(chain: Sequence[Link], causes: Collection[str]) -> str:
    shown = list(chain) if len(chain) <= LINKS_SHOWN else [*chain[: LINKS_SHOWN - 1], chain[-1]]
    lines = [
        f"{'↳ ' if depth else ''}{code(item.resource.label, 90)} {_link_says(item, causes)}".rstrip()
        for depth, item in enumerate(shown)
    ]
    if len(chain) > LINKS_SHOWN:
        lines.insert(-1, f"… {len(chain) - LINKS_SHOWN} between …")
    return "*From symptom to cause*\n" + "\n".join(lines)


def _link_says(item: Link, causes: Collection[str]) -> str:
    return "← the root cause" if item.summary in causes else line(item.summary, 80)


def _next(steps: Sequence[str]) -> str:
    lines = [f"{number}. {line(step, 190)}" for number, step in enumerate(steps[:NEXT_SHOWN], 1)]
    return "\n".join(["*Next steps*", *lines, *_more(len(steps), NEXT_SHOWN)])


def _not_checked(gaps: Sequence[NotChecked]) -> str:
    lines = [_gap(gap) for gap in gaps[:GAPS_SHOWN]]
    return "\n".join(["*Not checked* (so not known to be healthy)", *lines, *_more(len(gaps), GAPS_SHOWN)])


def _gap(gap: NotChecked) -> str:
    lacks = f", lacks {code(gap.permission, 70)}" if gap.permission else ""
    return f"• {line(gap.what, 120)}: {_BECAUSE.get(gap.because, gap.because)}{lacks}"


def _progress(progress: Sequence[StepProgress], stage: str) -> Block:
    """One line a step while they run; once that is over, one line an outcome."""
    over = stage in ("reported", "cancelled", "failed")
    lines = _outcomes(progress) if over else [_step(step) for step in progress]
    shown = [*lines[:STEPS_SHOWN], *_more(len(lines), STEPS_SHOWN)]
    return _section("\n".join(["*Looked at*" if over else "*Looking*", *shown]))


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


def _more(total: int, shown: int) -> list[str]:
    return [f"… and {total - shown} more"] if total > shown else []


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": _headline(text), "emoji": True}}


def _headline(text: str) -> str:
    """Cut a long headline where a clause ends, so that what is left can be read as a sentence."""
    whole = plain(text, 3000)
    if len(whole) <= HEADER:
        return whole
    ends = [whole.rfind(mark, 0, HEADER - 1) for mark in (": ", "; ", ", ", ". ", " (")]
    return plain(whole[: max(ends)] + "…" if max(ends) >= SHORTEST_CLAUSE else whole, HEADER)


def _section(text: str) -> Block:
    # verbatim: Slack must not turn what looks like an address or a channel into a link
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or " ", "verbatim": True}}


def _context(texts: Iterable[str]) -> Block:
    elements = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts if text]
    return {"type": "context", "elements": elements[:10]}


def message(title: str, lines: Sequence[str]) -> list[Block]:
    """Render an answer to a command: a title, bold above lines; `lines` are escaped already. Cut to one section."""
    body = "\n".join([f"*{line(title, 300)}*", *lines]) if lines else line(title, 1000)
    return [_section(body if len(body) <= 2900 else body[:2800].rsplit("\n", 1)[0] + "\n… and more")]


def answer_text(text: str) -> str:
    """Give an answer's fallback text."""
    return escape(text, 2900)
