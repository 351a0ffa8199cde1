"""What `secondline doctor` asks of Slack: is the token good, has it the scopes, is the bot in its channels."""

from __future__ import annotations

from collections.abc import Iterable

from bot.integrations.slack.client import SlackClient
from bot.integrations.slack.manifest import SCOPES
from bot.model.check import Check, CheckState
from bot.model.errors import InputError, OutsideError
from bot.settings import SlackSettings

SYSTEM = "slack"
_REINSTALL = "apply config/slack-manifest.yaml at api.slack.com/apps and reinstall the app"


def check_slack(settings: SlackSettings) -> list[Check]:
    """Check the token, its scopes, the way in and the channels. Posts nothing, raises nothing."""
    if settings.bot_token is None:
        return [Check(SYSTEM, "token", CheckState.OFF, "SLACK_BOT_TOKEN is not set")]
    client = SlackClient(settings)
    try:
        who, scopes = client.identity()
    except (OutsideError, InputError) as error:
        return [Check(SYSTEM, "token", CheckState.FAILED, error.message, "set SLACK_BOT_TOKEN to a valid xoxb- token")]
    name = f"{who.get('user')} in {who.get('team')} ({who.get('team_id')})"
    return [
        Check(SYSTEM, "token", CheckState.OK, name),
        _scopes(scopes),
        _way_in(settings, client),
        *_channels(settings, client),
    ]


def _scopes(granted: frozenset[str] | None) -> Check:
    if granted is None:
        return Check(SYSTEM, "scopes", CheckState.WARNING, "Slack did not say which scopes the token has")
    lacking = sorted(set(SCOPES) - granted)
    if lacking:
        reasons = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in lacking)
        return Check(SYSTEM, "scopes", CheckState.FAILED, f"lacks {reasons}", _REINSTALL)
    beyond = sorted(granted - set(SCOPES))
    if beyond:
        return Check(SYSTEM, "scopes", CheckState.WARNING, f"has more than it needs: {', '.join(beyond)}", _REINSTALL)
    return Check(SYSTEM, "scopes", CheckState.OK, f"all {len(SCOPES)} that are needed")


def _way_in(settings: SlackSettings, client: SlackClient) -> Check:
    if settings.mode == "http":
        if settings.signing_secret is None:
            return Check(SYSTEM, "http", CheckState.FAILED, "no signing secret", "set SLACK_SIGNING_SECRET")
        return Check(SYSTEM, "http", CheckState.OK, "signed requests are taken at /slack/events")
    remedy = "make an app-level token with connections:write and set SLACK_APP_TOKEN"
    if settings.app_token is None:
        return Check(SYSTEM, "socket", CheckState.FAILED, "SLACK_APP_TOKEN is not set", remedy)
    try:
        client.call("apps_connections_open", app_token=settings.app_token.get_secret_value())
    except (OutsideError, InputError) as error:
        return Check(SYSTEM, "socket", CheckState.FAILED, error.message, remedy)
    return Check(SYSTEM, "socket", CheckState.OK, "Socket Mode can be opened")


def _channels(settings: SlackSettings, client: SlackClient) -> Iterable[Check]:
    for channel in dict.fromkeys([*settings.triage_channels, settings.ticket_channel]):
        if channel:
            yield _channel(channel, client)


def _channel(channel: str, client: SlackClient) -> Check:
    remedy = "check the id, and invite the bot: /invite @secondline"
    try:
        found = client.call("conversations_info", channel=channel)["channel"]
    except (OutsideError, InputError) as error:
        return Check(SYSTEM, channel, CheckState.FAILED, error.message, remedy)
    name = f"#{found.get('name', channel)}"
    if not found.get("is_member"):
        return Check(SYSTEM, channel, CheckState.FAILED, f"the bot is not in {name}", remedy)
    return Check(SYSTEM, channel, CheckState.OK, f"the bot is in {name}")
