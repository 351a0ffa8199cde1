"""RDS: what happened to a database lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.model.finding import Finding, Severity
from bot.model.resource import Resource
from bot.probes.aws.databases import PERMISSIONS, find
from bot.probes.aws.naming import moment
from bot.probes.aws.rds import resource_of
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, shown

EVENTS = Says("aws.rds.events")

# (word in the message, cause, what it means for clients, what to do); the first that fits
_HAPPENED = (
    (
        "failover completed",
        "failover-just-happened",
        "it failed over to its standby",
        "Let clients resolve the address again and reconnect: pools that keep the old address fail until then.",
    ),
    ("failover started", "failover-just-happened", "a failover began", "Wait until it is completed, then reconnect."),
    (
        "certificate",
        "certificate-authority-rotated",
        "its server certificate was rotated",
        "Give the current RDS certificate bundle to the clients that verify it.",
    ),
    (
        "applying off-line patches",
        "maintenance-just-happened",
        "it was under maintenance",
        "Reconnect; move the maintenance window if this hour is wrong.",
    ),
    (
        "offline patches",
        "maintenance-just-happened",
        "it was under maintenance",
        "Reconnect; move the maintenance window if this hour is wrong.",
    ),
    (
        "maintenance",
        "maintenance-just-happened",
        "it was under maintenance",
        "Reconnect; move the maintenance window if this hour is wrong.",
    ),
    ("instance restarted", "restart-just-happened", "it restarted", "Reconnect, and find why it restarted."),
    ("instance shutdown", "restart-just-happened", "it was shut down", "Find who or what shut it down."),
)


@probe("aws.rds.events", permissions=(*PERMISSIONS, "rds:DescribeEvents"), facts=("event",))
def events(view: AwsView, *, instance: str = "", host: str = "", within_minutes: int = 60) -> Iterator[Finding]:
    """What happened to a database lately: failover, maintenance, restart, certificate rotation.

    `within_minutes` is how far back an event still explains lost connections.
    """
    database = find(view, instance, host)
    if database.instance is None:
        return
    resource = resource_of(database)
    found = database.view.pages(
        "rds:DescribeEvents",
        "Events",
        SourceType="db-instance",
        SourceIdentifier=database.name,
        Duration=within_minutes,
    )
    happened = _happened(found.items, resource, within_minutes)
    if happened:
        yield happened
    elif found.complete:
        yield EVENTS.ok(resource, f"No failover, maintenance or restart in the last {within_minutes} minutes.")


def _happened(events: tuple[Mapping[str, Any], ...], resource: Resource, within_minutes: int) -> Finding | None:
    for words, cause, means, remedy in _HAPPENED:
        for event in events:
            message = str(event.get("Message", ""))
            if words not in message.lower():
                continue
            since = moment(event.get("Date"))
            at = f" at {since:%H:%M} UTC" if since else ""
            command = f"aws rds describe-events --source-type db-instance --source-identifier {resource.name}"
            return EVENTS.critical(
                cause,
                resource,
                f"{resource.name}: {means}{at}, within the last {within_minutes} minutes.",
                remedy,
                severity=Severity.MEDIUM,
                since=since,
                evidence=shown("DescribeEvents", message, f"{command} --duration {within_minutes}"),
                facts={"event": message},
            )
    return None
