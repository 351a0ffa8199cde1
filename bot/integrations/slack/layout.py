"""The few kinds of Block Kit blocks that messages are made of, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.integrations.slack.escaping import escape, line, plain

Block = dict[str, Any]

HEADER = 150
SHORTEST_CLAUSE = 50


def more(total: int, shown: int) -> list[str]:
    """Give the line that says how many were left out, if any."""
    return [f"… and {total - shown} more"] if total > shown else []


def header(text: str) -> Block:
    """Render a headline; a long one ends with a clause."""
    return {"type": "header", "text": {"type": "plain_text", "text": _headline(text), "emoji": True}}


def _headline(text: str) -> str:
    """Cut a long headline where a clause ends, so that what is left can be read as a sentence."""
    whole = plain(text, 3000)
    if len(whole) <= HEADER:
        return whole
    ends = [whole.rfind(mark, 0, HEADER - 1) for mark in (": ", "; ", ", ", ". ", " (")]
    return plain(whole[: max(ends)] + "…" if max(ends) >= SHORTEST_CLAUSE else whole, HEADER)


def section(text: str) -> Block:
    """Render escaped mrkdwn, at most 3000 characters."""
    # verbatim: Slack must not turn what looks like an address or a channel into a link
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or " ", "verbatim": True}}


def context(texts: Iterable[str]) -> Block:
    """Render small print: at most ten escaped texts, at least one of them not empty."""
    elements = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts if text]
    return {"type": "context", "elements": elements[:10]}


def message(title: str, lines: Sequence[str]) -> list[Block]:
    """Render an answer to a command: a title, bold above lines; `lines` are escaped already. Cut to one section."""
    body = "\n".join([f"*{line(title, 300)}*", *lines]) if lines else line(title, 1000)
    return [section(body if len(body) <= 2900 else body[:2800].rsplit("\n", 1)[0] + "\n… and more")]


def answer_text(text: str) -> str:
    """Give an answer's fallback text."""
    return escape(text, 2900)
