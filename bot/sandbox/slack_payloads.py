"""What Slack sends to an app: events, commands, clicks, views, in the shapes of its reference."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack_workspace import APP_ID, BOT_USER, TEAM, Channel, Message, Person

Payload = dict[str, Any]


def event(event: Mapping[str, Any], event_id: str, team: str = TEAM) -> Payload:
    """Wrap an event as the Events API does (`event_callback`)."""
    return {
        "token": "legacy", "team_id": team, "context_team_id": TEAM, "api_app_id": APP_ID, "event": dict(event),
        "type": "event_callback", "event_id": event_id, "event_time": int(time.time()),
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": False,
    }  # fmt: skip


def message_event(channel: str, message: Mapping[str, Any], **more: Any) -> Payload:
    """Say that a message was posted."""
    kind = "im" if channel.startswith("D") else "channel"
    return {**message, "channel": channel, "event_ts": message["ts"], "channel_type": kind, **more}


def command(name: str, text: str, channel: Channel, person: Person, response_url: str, trigger: str) -> Payload:
    """Say that somebody used a slash command."""
    return {
        "token": "legacy", "team_id": person.team, "team_domain": "sandbox", "channel_id": channel.id,
        "channel_name": channel.name, "user_id": person.id, "user_name": person.name, "command": name, "text": text,
        "api_app_id": APP_ID, "is_enterprise_install": "false", "response_url": response_url, "trigger_id": trigger,
    }  # fmt: skip


def interaction(kind: str, person: Person, trigger: str, **more: Any) -> Payload:
    """Say that somebody did something with a message or view (`block_actions`, `message_action`, ...)."""
    return {
        "type": kind, "token": "legacy", "api_app_id": APP_ID, "team": {"id": TEAM, "domain": "sandbox"},
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "enterprise": None, "is_enterprise_install": False, "trigger_id": trigger, "action_ts": f"{time.time():.6f}",
        **more,
    }  # fmt: skip


def element_of(message: Message, action_id: str) -> tuple[str, Mapping[str, Any]]:
    """Find the element that a person would click; give its block's id and the element. Raises LookupError."""
    for block in message.get("blocks") or ():
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if element.get("action_id") == action_id:
                return str(block.get("block_id", "")), element
    raise LookupError(f"the message has no {action_id!r}")


def action(block_id: str, element: Mapping[str, Any], value: str | None) -> Payload:
    """Say which element it was; `value` replaces the button's own, or is the selected option's."""
    done: Payload = {
        "type": element["type"], "action_id": element["action_id"], "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }  # fmt: skip
    if element["type"] == "button":
        return done | {"text": element["text"], "value": element.get("value", "") if value is None else value}
    return done | {"selected_option": {"text": {"type": "plain_text", "text": str(value)}, "value": value}}


def view_state(view: Mapping[str, Any], values: Mapping[str, str]) -> Payload:
    """Fill a modal's inputs: `values` by block id."""
    state: Payload = {}
    for block in view.get("blocks", ()):
        if block["type"] == "input":
            element = block["element"]
            filled = {"type": element["type"], "value": values.get(block["block_id"], element.get("initial_value"))}
            state[block["block_id"]] = {element["action_id"]: filled}
    return {"values": state}
