from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.finding import Severity, Status

INSTANCE = "rds:DescribeDBInstances"
EVENTS = "rds:DescribeEvents"


def events(says, *messages):
    at = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        says(INSTANCE, {"DBInstances": [{"DBInstanceIdentifier": "orders"}]}, DBInstanceIdentifier="orders"),
        says(EVENTS, {"Events": [{"Message": message, "Date": at} for message in messages]}),
    ]


@pytest.mark.parametrize(
    ("messages", "cause"),
    [
        (["Multi-AZ instance failover started.", "Multi-AZ instance failover completed"], "failover-just-happened"),
        (["DB instance restarted", "Multi-AZ instance failover completed"], "failover-just-happened"),
        (["Applying off-line patches to DB instance", "DB instance restarted"], "maintenance-just-happened"),
        (["DB instance shutdown", "DB instance restarted"], "restart-just-happened"),
        (["The server certificate of the DB instance was rotated."], "certificate-authority-rotated"),
    ],
)
def test_what_happened_is_told_by_its_deepest_event(ask, says, messages, cause):
    (finding,) = ask("aws.rds.events", events(says, *messages), instance="orders").findings
    assert finding.cause == cause
    assert finding.severity is Severity.MEDIUM
    assert finding.since is not None


@pytest.mark.parametrize("messages", [[], ["Backing up DB instance", "Finished DB Instance backup"]])
def test_backups_and_silence_are_no_fault(ask, says, messages):
    (finding,) = ask("aws.rds.events", events(says, *messages), instance="orders").findings
    assert finding.status is Status.OK


def test_only_the_asked_span_is_read(ask, says):
    outcome = ask("aws.rds.events", events(says), instance="orders", within_minutes=15)
    assert any("Duration=15" in call.operation for call in outcome.api_calls)
