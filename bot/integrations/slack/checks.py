"""What the doctor says of Slack: tokens, scopes, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.integrations.slack.client import SYSTEM, SlackClient
from bot.integrations.slack.manifest import BOT_SCOPES
from bot.kit.text import listed
from bot.model.check import Check, CheckState
from bot.model.errors import OutsideError, SecondlineError
from bot.settings import SlackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSTALL = "create the app from config/slack-manifest.yaml and set SLACK_BOT_TOKEN"


def check_slack(settings: SlackSettings) -> tuple[Check, ...]:
    """Check the bot token and its scopes (auth.test), Socket Mode (apps.connections.open) and each channel."""
    if settings.bot_token is None:
        return (Check(SYSTEM, "bot token", CheckState.OFF, "not set, so Slack is off", _INSTALL),)
    client = SlackClient(settings)
    try:
        who = client.call("auth_test")
    except OutsideError as error:
        return (Check(SYSTEM, "bot token", CheckState.FAILED, error.message, _INSTALL),)
    workspace = Check(SYSTEM, "bot token", CheckState.OK, f"{who.get('user')} in {who.get('team')}")
    return workspace, _scopes(client), _transport(client, settings), *_channels(client, settings)


def _scopes(client: SlackClient) -> Check:
    headers: Any = client.web.auth_test().headers
    held = {scope.strip() for scope in str(_header(headers, "x-oauth-scopes")).split(",") if scope.strip()}
    if not held:
        return Check(SYSTEM, "scopes", CheckState.WARNING, "Slack did not say which scopes the token has")
    lacking = sorted(set(BOT_SCOPES) - held)
    if lacking:
        remedy = "add them under OAuth & Permissions (or reinstall from config/slack-manifest.yaml)"
        return Check(SYSTEM, "scopes", CheckState.FAILED, f"lacking: {listed(lacking, 20)}", remedy)
    return Check(SYSTEM, "scopes", CheckState.OK, f"all {len(BOT_SCOPES)}")


def _header(headers: Any, wanted: str) -> str:
    return next((str(value) for name, value in dict(headers).items() if name.lower() == wanted), "")


def _transport(client: SlackClient, settings: SlackSettings) -> Check:
    if settings.mode == "http":
        set_up = settings.signing_secret is not None
        state = CheckState.OK if set_up else CheckState.FAILED
        return Check(SYSTEM, "signing secret", state, "set" if set_up else "not set", "set SLACK_SIGNING_SECRET")
    if settings.app_token is None:
        remedy = "make an app-level token with connections:write and set SLACK_APP_TOKEN"
        return Check(SYSTEM, "app token", CheckState.FAILED, "not set, so Socket Mode cannot connect", remedy)
    try:
        client.call("apps_connections_open", app_token=settings.app_token.get_secret_value())
    except SecondlineError as error:
        return Check(SYSTEM, "app token", CheckState.FAILED, error.message, "it needs the scope connections:write")
    return Check(SYSTEM, "app token", CheckState.OK, "Socket Mode can connect")


def _channels(client: SlackClient, settings: SlackSettings) -> Iterator[Check]:
    for channel in dict.fromkeys(filter(None, (*settings.triage_channels, settings.ticket_channel))):
        try:
            found = client.call("conversations_info", channel=channel).get("channel", {})
        except SecondlineError as error:
            yield Check(SYSTEM, f"channel {channel}", CheckState.FAILED, error.message, "invite the bot: /invite")
            continue
        member = bool(found.get("is_member"))
        state = CheckState.OK if member else CheckState.FAILED
        detail = f"#{found.get('name', channel)}" + ("" if member else ": the bot is not a member")
        yield Check(SYSTEM, f"channel {channel}", state, detail, "invite the bot: /invite")
