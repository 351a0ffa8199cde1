"""The app's manifest, written from the listeners that there are, so that Slack is asked for neither more nor less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import yaml

from bot.integrations.slack.actions import Actions
from bot.integrations.slack.listeners import Listeners
from bot.settings import SlackSettings

NAME = "secondline"
ENDPOINT = "/slack/events"

# why each scope is needed; what is not here is not asked for
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "event app_mention",
    "channels:history": "events in public triage channels; finding an own message before it is posted again",
    "channels:read": "conversations.info: whether the bot was invited",
    "chat:write": "chat.postMessage, chat.update, chat.postEphemeral",
    "commands": "the slash command and the message shortcut",
    "files:write": "long evidence as a file",
    "groups:history": "the same in private channels",
    "groups:read": "the same in private channels",
    "im:history": "commands in a direct message",
}
_EVENTS = {"app_mention": ("app_mention",), "message": ("message.channels", "message.groups", "message.im")}
_SHORTCUTS = {"triage_message": "Triage this message"}


class _Registrations:
    """Stands where Bolt's app does, and only keeps what is registered."""

    def __init__(self) -> None:
        self.kept: dict[str, list[Any]] = {
            "event": [],
            "command": [],
            "shortcut": [],
            "action": [],
            "options": [],
            "view": [],
        }

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Any], None]]:
        def register(what: Any) -> Callable[[Any], None]:
            self.kept[kind].append(what)
            return lambda _: None

        return register


def manifest(settings: SlackSettings, base_url: str = "") -> dict[str, Any]:
    """Give the manifest; `base_url` is where Slack reaches the bot in HTTP mode, empty for Socket Mode."""
    kept = _registered(settings)
    url = {"url": base_url + ENDPOINT} if base_url else {}
    request = {"request_url": base_url + ENDPOINT} if base_url else {}
    options = {"message_menu_options_url": base_url + ENDPOINT} if base_url and kept["options"] else {}
    return {
        "display_information": {
            "name": NAME,
            "description": "Second-line support: finds the cause of a ticket by runbooks that only read",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [_command(command) | url for command in kept["command"]],
            "shortcuts": [_shortcut(shortcut["callback_id"]) for shortcut in kept["shortcut"]],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **request,
                "bot_events": sorted(name for event in kept["event"] for name in _EVENTS[event]),
            },
            "interactivity": {"is_enabled": bool(kept["action"] or kept["view"]), **request, **options},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not base_url,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(settings: SlackSettings | None = None) -> str:
    """Give the manifest as the text of config/slack-manifest.yaml, which is that of the default settings."""
    head = "# Written by `make docs` from the listeners: change those, not this file.\n"
    made = manifest(settings or SlackSettings())
    return head + yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)


def _registered(settings: SlackSettings) -> Mapping[str, list[Any]]:
    recorder = _Registrations()
    nothing = cast(Any, None)  # registering touches none of what a listener works with
    Listeners(settings, nothing, nothing, nothing, nothing).register(cast(Any, recorder))
    Actions(nothing, nothing, nothing).register(cast(Any, recorder))
    return recorder.kept


def _command(name: str) -> dict[str, Any]:
    return {
        "command": name,
        "description": "Find the cause of a ticket",
        "usage_hint": "help | triage KEY or TEXT | run RUNBOOK name=value | status",
        "should_escape": True,
    }


def _shortcut(callback: str) -> dict[str, Any]:
    return {
        "name": _SHORTCUTS[callback],
        "type": "message",
        "callback_id": callback,
        "description": "Find the cause of what this message says",
    }
