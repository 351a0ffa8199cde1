"""Who may speak to the bot: people of this workspace. Bots, the bot itself and guests from other organisations may not.

Told by ids in what Slack signed, never by names, and without asking Slack: it must hold when Slack's API is away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_SLACKBOT = "USLACKBOT"


def own_team(body: Json) -> str:
    """Give the id of the workspace in which the app is installed, as far as `body` tells."""
    team = _authorization(body).get("team_id") or (body.get("team") or {}).get("id") or body.get("team_id")
    return str(team or "")


def bot_user(body: Json) -> str:
    """Give the bot's own user id, which comes with every event; empty when not told."""
    return str(_authorization(body).get("user_id") or "")


def is_own_person(body: Json) -> bool:
    """Say whether a person of this workspace did what `body` tells of."""
    event = body.get("event")
    if isinstance(event, Mapping):
        return _is_own_speaker(event, body)
    user = body.get("user")
    if isinstance(user, Mapping):
        return _same(user.get("team_id"), own_team(body)) and user.get("id") != _SLACKBOT
    return bool(body.get("user_id")) and body.get("user_id") != _SLACKBOT


def _is_own_speaker(event: Json, body: Json) -> bool:
    if event.get("bot_id") or event.get("subtype") == "bot_message" or event.get("bot_profile"):
        return False
    if event.get("user") in (None, "", bot_user(body), _SLACKBOT):
        return False
    home = own_team(body)
    return all(_same(event.get(part), home) for part in ("user_team", "source_team", "team"))


def _same(team: Any, home: str) -> bool:
    return not team or not home or team == home


def _authorization(body: Json) -> Json:
    return next(iter(body.get("authorizations") or ()), {})
