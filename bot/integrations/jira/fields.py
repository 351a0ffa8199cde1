"""An issue as Jira gives it, read into a RawMessage: every field may be null, and no text is trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.integrations.jira.adf import plain_text
from bot.integrations.jira.client import read_time
from bot.model.ticket import Address, Origin, Priority, RawMessage, TicketKind

FIELDS: tuple[str, ...] = (
    "summary", "description", "status", "priority", "issuetype", "project", "reporter", "assignee", "labels",
    "components", "created", "updated", "resolution", "security", "environment",
)  # fmt: skip

_PRIORITIES = {
    Priority.P1: ("highest", "blocker", "critical", "urgent", "p0", "p1", "sev1", "sev 1", "1"),
    Priority.P2: ("high", "major", "p2", "sev2", "sev 2", "2"),
    Priority.P3: ("medium", "normal", "moderate", "p3", "sev3", "sev 3", "3"),
    Priority.P4: ("low", "lowest", "minor", "trivial", "p4", "p5", "sev4", "sev 4", "4", "5"),
}
_KINDS = {
    TicketKind.PROBLEM: ("problem",),
    TicketKind.CHANGE: ("change",),
    TicketKind.SERVICE_REQUEST: ("request", "access", "onboard", "question"),
    TicketKind.INCIDENT: ("incident", "bug", "fault", "outage", "alert", "support"),
}


def raw_message(issue: Mapping[str, Any], site: str, url: str) -> RawMessage:
    """Read an issue as REST gives it. `site` is the host, `url` the base URL for the browse link.

    The revision is a hash of what was asked (summary and description), so that our own comments, labels and
    transitions, which change `updated`, do not make a new ticket.
    """
    found = issue.get("fields")
    fields: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    key = str(issue.get("key", ""))
    summary, body = plain_text(fields.get("summary")), plain_text(fields.get("description"))
    return RawMessage(
        origin=Origin("jira", site, key, revision=revision(summary, body), url=f"{url}/browse/{key}"),
        summary=summary,
        body=body,
        reporter=_name(fields.get("reporter")),
        kind=_kind(_name(fields.get("issuetype"))),
        priority=_priority(_name(fields.get("priority"))),
        fields=_own_fields(fields),
        reply_to=(Address("jira", key),),
        received_at=read_time(fields.get("created")),
    )


def revision(summary: str, body: str) -> str:
    """Give the 12-digit hash of what was asked."""
    return hashlib.sha256(f"{summary}\0{body}".encode()).hexdigest()[:12]


def updated(issue: Mapping[str, Any]) -> datetime | None:
    """Give when the issue last changed, or None when it does not say."""
    fields = issue.get("fields")
    return read_time(fields.get("updated")) if isinstance(fields, Mapping) else None


def labels(issue: Mapping[str, Any]) -> frozenset[str]:
    """Give the labels that the issue has."""
    fields = issue.get("fields")
    found = fields.get("labels") if isinstance(fields, Mapping) else None
    return frozenset(str(label) for label in found or ())


def account(person: object) -> str:
    """Give what identifies a user: the account id on Cloud, the name on Data Center, empty when there is none."""
    if not isinstance(person, Mapping):
        return ""
    return str(person.get("accountId") or person.get("name") or person.get("key") or "")


def _own_fields(fields: Mapping[str, Any]) -> dict[str, str]:
    status = fields.get("status")
    category = status.get("statusCategory") if isinstance(status, Mapping) else None
    project = fields.get("project")
    found = {
        "status": _name(status),
        "status_category": _name(category),
        "priority": _name(fields.get("priority")),
        "issue_type": _name(fields.get("issuetype")),
        "project": str(project.get("key") or "") if isinstance(project, Mapping) else "",
        "assignee": _name(fields.get("assignee")),
        "reporter_id": account(fields.get("reporter")),
        "labels": _joined(fields.get("labels")),
        "components": _joined(fields.get("components")),
        "resolution": _name(fields.get("resolution")),
        "security": _name(fields.get("security")),
        "environment": plain_text(fields.get("environment")),
        "updated": str(fields.get("updated") or ""),
    }
    return {name: value for name, value in found.items() if value}


def _name(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    return str(value.get("displayName") or value.get("name") or value.get("value") or "")


def _joined(values: object) -> str:
    named: Sequence[str] = [_name(value) for value in values] if isinstance(values, list) else []
    return ", ".join(name for name in named if name)


def _priority(name: str) -> str:
    word = name.strip().lower()
    for priority, names in _PRIORITIES.items():
        if word in names or word.split("-")[0].strip() in names:
            return priority.value
    return ""


def _kind(name: str) -> str:
    word = name.lower()
    for kind, parts in _KINDS.items():
        if any(part in word for part in parts):
            return kind.value
    return ""
