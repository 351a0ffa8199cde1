"""What a report found, as blocks: root causes with remedy and command, the chain to them, next steps, and the gaps."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.integrations.slack.escaping import code, line, mrkdwn
from bot.integrations.slack.layout import HEADER, Block, context, more, section
from bot.model.explanation import Link, NotChecked
from bot.model.report import Cause, Report
from bot.model.runbook import Disposition

CAUSES_SHOWN = 4
LINKS_SHOWN = 7
GAPS_SHOWN = 6
NEXT_SHOWN = 6

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


def findings(report: Report) -> list[Block]:
    """Render what was found, the most important first; within 30 blocks and 8,000 characters."""
    shown = report.root_causes[:CAUSES_SHOWN]
    blocks = [section(_cause(number, cause, report)) for number, cause in enumerate(shown, 1)]
    left_out = len(report.root_causes) - len(shown)
    if left_out > 0:
        blocks.append(context([f"and {left_out} more root causes, in the evidence"]))
    if not shown and report.disposition is not Disposition.ASK and _more_of(report):
        blocks.append(section(mrkdwn(_more_of(report), 1500)))
    if len(report.chain) > 1:
        blocks.append(section(_chain(report.chain, {cause.summary for cause in shown})))
    steps = [step for step in report.next_steps if step not in {cause.remedy for cause in shown}]
    if steps:
        blocks.append(section(_next(steps)))
    if report.not_checked:
        blocks.append(section(_not_checked(report.not_checked)))
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
    return "\n".join(["*Next steps*", *lines, *more(len(steps), NEXT_SHOWN)])


def _not_checked(gaps: Sequence[NotChecked]) -> str:
    lines = [_gap(gap) for gap in gaps[:GAPS_SHOWN]]
    return "\n".join(["*Not checked* (so not known to be healthy)", *lines, *more(len(gaps), GAPS_SHOWN)])


def _gap(gap: NotChecked) -> str:
    lacks = f", lacks {code(gap.permission, 70)}" if gap.permission else ""
    return f"• {line(gap.what, 120)}: {_BECAUSE.get(gap.because, gap.because)}{lacks}"
