"""The buttons of a card, by how far its ticket has come.

A value holds a ticket's id and nothing else; the runbook that a button would run is in its action id, and both are
looked up again when somebody clicks: a button is a wish, not a right.
"""

from __future__ import annotations

from typing import Any

from bot.integrations.slack.escaping import plain
from bot.model.match import Candidate, Decision, Match
from bot.model.report import Card
from bot.model.runbook import Disposition

Block = dict[str, Any]

RUN = "secondline_run:"
AGAIN = "secondline_again"
ANOTHER = "secondline_another"
PARAMETERS = "secondline_parameters"
ESCALATE = "secondline_escalate"
CANCEL = "secondline_cancel"
USEFUL = "secondline_useful"
NOT_USEFUL = "secondline_not_useful"

CANDIDATES_SHOWN = 4
_ACTION_ID = 255
_BUTTON_TEXT = 75
_VALUE = 2000


def controls(card: Card) -> list[Block]:
    """Give the rows of buttons for `card`, none when there is nothing to do."""
    ticket = card.ticket.id[:_VALUE]
    if card.stage == "running" or (card.stage == "matched" and not asks(card)):
        return [_row("secondline_running", [_button("Cancel", CANCEL, ticket, style="danger")])]
    if card.stage == "received":
        return []
    rows: list[Block] = []
    answers = _answers(card.match, ticket) if card.match and asks(card) else []
    if answers:
        rows.append(_row("secondline_answer", answers))
    elif card.report:
        rows.append(_row("secondline_vote", _votes(ticket)))
    return [*rows, _row(f"secondline_more:{ticket}"[:255], _further(card, ticket))]


def asks(card: Card) -> bool:
    """Say whether the card asks a question that nobody has answered yet."""
    if card.report is not None:
        return card.report.disposition is Disposition.ASK
    return card.match is not None and card.match.decision is Decision.ASK


def _answers(match: Match, ticket: str) -> list[Block]:
    if match.missing and match.runbook:
        names = ", ".join(name.replace("_", " ") for name in match.missing)
        return [_button(f"Give {names}", PARAMETERS, ticket, style="primary")]
    return [_candidate(one, ticket) for one in match.candidates[:CANDIDATES_SHOWN] if _fits(one)]


def _fits(candidate: Candidate) -> bool:
    return len(RUN + candidate.runbook) <= _ACTION_ID


def _candidate(candidate: Candidate, ticket: str) -> Block:
    return _button(candidate.title or candidate.runbook, RUN + candidate.runbook, ticket)


def _votes(ticket: str) -> list[Block]:
    return [_button("👍 Useful", USEFUL, ticket), _button("👎 Not useful", NOT_USEFUL, ticket)]


def _further(card: Card, ticket: str) -> list[Block]:
    further: list[Block] = [
        {
            "type": "external_select",
            "action_id": ANOTHER,
            "placeholder": {"type": "plain_text", "text": "Another runbook"},
            "min_query_length": 0,
        }
    ]
    if card.match and card.match.runbook and not asks(card):
        further.append(_button("Run again", AGAIN, ticket))
    if card.escalation is None:
        further.append(_button("Escalate", ESCALATE, ticket, style="danger", confirm=_confirmation(card)))
    return further


def _confirmation(card: Card) -> Block:
    return {
        "title": {"type": "plain_text", "text": "Hand it over?"},
        "text": {"type": "plain_text", "text": plain(f"Its team takes it over: {card.ticket.summary}", 300)},
        "confirm": {"type": "plain_text", "text": "Escalate"},
        "deny": {"type": "plain_text", "text": "Not yet"},
    }


def _button(text: str, action: str, value: str, style: str = "", confirm: Block | None = None) -> Block:
    button: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": plain(text, _BUTTON_TEXT), "emoji": True},
        "value": value,
    }
    return button | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def _row(block_id: str, elements: list[Block]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": elements}
