"""What the doctor says of Jira: the account, its rights, the query, the webhook's secret."""

from __future__ import annotations

from bot.integrations.jira.client import JiraClient
from bot.kit.text import listed
from bot.model.check import Check, CheckState
from bot.model.errors import SecondlineError
from bot.settings import JiraSettings

SYSTEM = "jira"
NEEDED = ("BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_ISSUES")


def check_jira(settings: JiraSettings) -> tuple[Check, ...]:
    """Check the account (GET myself), its rights (GET mypermissions) and the configured JQL (a search of one)."""
    if not settings.url:
        return (Check(SYSTEM, "site", CheckState.OFF, "jira.url is not set, so Jira is off", "set JIRA_URL"),)
    client = JiraClient(settings)
    try:
        who = client.myself()
    except SecondlineError as error:
        return (Check(SYSTEM, "account", CheckState.FAILED, error.message, "check JIRA_URL, JIRA_USER and JIRA_TOKEN"),)
    kind = "Cloud" if client.cloud else "Data Center"
    account = Check(SYSTEM, "account", CheckState.OK, f"{who.get('displayName', 'unknown')} at {client.site} ({kind})")
    return account, _rights(client), _query(client, settings), _webhook(settings)


def _rights(client: JiraClient) -> Check:
    try:
        held = client.permissions(NEEDED)
    except SecondlineError as error:
        return Check(SYSTEM, "rights", CheckState.WARNING, error.message)
    lacking = [name for name in NEEDED if not held[name]]
    if lacking:
        remedy = "grant them in the project's permission scheme"
        return Check(SYSTEM, "rights", CheckState.FAILED, f"lacking: {listed(lacking)}", remedy)
    return Check(SYSTEM, "rights", CheckState.OK, listed(list(NEEDED)))


def _query(client: JiraClient, settings: JiraSettings) -> Check:
    try:
        found = client.search(settings.jql, ("summary",), size=1)
    except SecondlineError as error:
        return Check(SYSTEM, "jql", CheckState.FAILED, error.message, "correct jira.jql")
    some = "selects tickets" if found.issues else "selects nothing at the moment"
    return Check(SYSTEM, "jql", CheckState.OK, f"{settings.jql!r} {some}")


def _webhook(settings: JiraSettings) -> Check:
    if settings.webhook_secret is None:
        detail = f"no secret set: tickets come by polling alone, every {settings.poll_every_s} s"
        return Check(SYSTEM, "webhook", CheckState.OFF, detail, "set JIRA_WEBHOOK_SECRET and register the webhook")
    return Check(SYSTEM, "webhook", CheckState.OK, "signed")
