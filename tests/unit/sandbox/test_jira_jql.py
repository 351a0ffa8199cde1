from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.jira_jql import JqlError, moment, select, stamp

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


def issue(key: str, minutes_ago: float = 0, **more):
    at = stamp(NOW - timedelta(minutes=minutes_ago))
    values = {
        "key": key, "project": key.split("-")[0], "summary": f"summary of {key}", "type": "Incident", "labels": [],
        "statusName": "Open", "statusCategory": "todo", "priority": "High", "updated": at,
        "created": at, "comments": [],
    }  # fmt: skip
    return {**values, **more}


ISSUES = [
    issue("OPS-1", 60, labels=["vip", "l2bot-triaged"], assignee="alice"),
    issue("OPS-2", 10, statusName="Done", statusCategory="done", resolution="Done"),
    issue("OPS-10", 4, summary='says "and" (loudly)', priority=None),
    issue("WEB-1", 2, statusName="In Progress", statusCategory="inprogress", comments=[{"body": "Try again"}]),
]


def keys(jql: str, zone: str = "UTC") -> list[str]:
    return [one["key"] for one in select(jql, ISSUES, NOW, ZoneInfo(zone))]


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("", "OPS-1 OPS-2 OPS-10 WEB-1"),
        ("project = OPS", "OPS-1 OPS-2 OPS-10"),
        ('project in (OPS, "WEB") AND status = Done', "OPS-2"),
        ("statusCategory != Done", "OPS-1 OPS-10 WEB-1"),
        ('statusCategory = "In Progress"', "WEB-1"),
        ("labels = vip", "OPS-1"),
        ("labels not in (vip)", "OPS-2 OPS-10 WEB-1"),
        ("labels is EMPTY AND project = OPS", "OPS-2 OPS-10"),
        ("labels is not EMPTY", "OPS-1"),
        ("assignee is empty and priority is not empty", "OPS-2 WEB-1"),
        ('updated >= "-5m"', "OPS-10 WEB-1"),
        ("updated >= -5m", "OPS-10 WEB-1"),
        ("updated < -10m", "OPS-1"),
        ("updated >= -1d", "OPS-1 OPS-2 OPS-10 WEB-1"),
        ('updated >= "2026/11/24 11:50"', "OPS-2 OPS-10 WEB-1"),
        ('updated >= "2026-11-24 11:51"', "OPS-10 WEB-1"),
        ('updated >= "2026/11/25"', ""),
        ("project = WEB OR project = OPS AND labels = vip", "OPS-1 WEB-1"),
        ("(project = WEB OR project = OPS) AND labels = vip", "OPS-1"),
        ("NOT project = OPS", "WEB-1"),
        ('summary ~ "and"', "OPS-10"),
        ('text ~ "try again"', "WEB-1"),
        ("resolution = Done", "OPS-2"),
        ("issuetype = incident AND key = OPS-1", "OPS-1"),
        ("project = OPS ORDER BY updated ASC", "OPS-1 OPS-2 OPS-10"),
        ("project = OPS ORDER BY key DESC", "OPS-10 OPS-2 OPS-1"),
        ("order by priority, updated desc", "OPS-10 WEB-1 OPS-2 OPS-1"),
    ],
)  # fmt: skip
def test_what_a_query_selects(jql, expected):
    assert " ".join(keys(jql)) == expected


def test_absolute_times_are_in_the_account_s_zone():
    assert keys('updated >= "2026/11/24 06:51"', "America/New_York") == ["OPS-10", "WEB-1"]
    assert keys('updated >= "2026/11/24 11:51"', "America/New_York") == []


@pytest.mark.parametrize(
    "jql",
    [
        "nonsense", "project =", "project = OPS AND", "(project = OPS", "project = OPS)", "nosuch = 1", "project > OPS",
        'summary = "open', "updated >= soon", "updated ~ -5m", "labels in vip", "labels in (vip", "labels is vip",
        "ORDER key", "project = OPS updated >= -5m", "project = and", "project = OPS; DROP", "project = in (x)",
    ],
)  # fmt: skip
def test_a_wrong_query_is_an_error_even_with_nothing_to_search(jql):
    with pytest.raises(JqlError):
        select(jql, [], NOW, ZoneInfo("UTC"))


def test_stamps_are_written_to_the_millisecond_and_read_back():
    assert stamp(NOW) == "2026-11-24T12:00:30.000+0000"
    assert moment(stamp(NOW)) == NOW
