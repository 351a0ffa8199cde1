from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.integrations.jira.client import JiraClient
from bot.integrations.jira.source import JiraSource
from bot.model.errors import RateLimited, SettingsError
from bot.model.ticket import Address
from bot.sandbox.hosting import host
from bot.sandbox.jira import JiraSandbox


@pytest.fixture
def source(jira, client, settings_of):
    return JiraSource(client, settings_of(jira))


def keys(messages):
    return [message.origin.key for message in messages]


class Time:
    """A server clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture(params=["cloud", "datacenter"])
def timed(request):
    clock = Time()
    sandbox = JiraSandbox(request.param, time_zone="Pacific/Auckland", clock=clock)
    sandbox.start()
    yield sandbox, clock
    sandbox.close()


def test_a_ticket_is_read_whole(jira, source):
    jira.create("checkout is down", "pods crash\nsince noon", priority="High", labels=["vip"], security="Internal")
    (message,), _ = source.poll("")
    assert (message.summary, message.body) == ("checkout is down", "pods crash\nsince noon")
    assert (message.kind, message.priority, message.reporter) == ("incident", "P2", "Alice Ames")
    assert message.fields["labels"] == "vip"
    assert message.fields["security"] == "Internal"
    assert message.reply_to == (Address("jira", "OPS-1"),)
    assert message.origin.url == f"{jira.url}/browse/OPS-1"
    assert message.origin.site == jira.url.removeprefix("http://")
    assert re.fullmatch("[0-9a-f]{12}", message.origin.revision)


def test_oldest_change_comes_first(timed, settings_of):
    sandbox, clock = timed
    for name in ("a", "b", "c"):
        sandbox.create(name)
    clock.pass_by(seconds=1)
    sandbox.edit("OPS-1", summary="a, again")
    settings = settings_of(sandbox)
    assert keys(JiraSource(JiraClient(settings), settings).poll("")[0]) == ["OPS-2", "OPS-3", "OPS-1"]


def test_tickets_that_the_jql_leaves_out_do_not_come(jira, source):
    jira.create("open")
    jira.create("closed")
    jira.edit("OPS-2", status="Done")
    assert keys(source.poll("")[0]) == ["OPS-1"]


def test_an_or_in_the_configured_jql_cannot_open_the_window(timed, settings_of):
    sandbox, clock = timed
    sandbox.create("old")
    clock.pass_by(hours=3)
    sandbox.create("new")
    settings = settings_of(sandbox, jql="project = OPS OR project = WEB")
    assert keys(JiraSource(JiraClient(settings), settings).poll("")[0]) == ["OPS-2"]


def test_configured_order_is_a_settings_error(jira, client, settings_of):
    with pytest.raises(SettingsError, match=r"jira\.jql: leave ORDER BY out"):
        JiraSource(client, settings_of(jira, jql="project = OPS order by key"))


def test_what_changed_while_we_were_down_is_caught_up(timed, settings_of):
    sandbox, clock = timed
    settings = settings_of(sandbox)
    source = JiraSource(JiraClient(settings), settings)
    sandbox.create("before")
    _, cursor = source.poll("")
    clock.pass_by(hours=1)
    sandbox.create("while down")
    clock.pass_by(hours=30)
    messages, after = source.poll(cursor)
    assert "OPS-2" in keys(messages)
    clock.pass_by(hours=1)
    assert keys(source.poll(after)[0]) == ["OPS-2"]


def test_a_wrong_clock_or_time_zone_of_ours_opens_no_gap(timed, settings_of):
    sandbox, clock = timed
    clock.pass_by(days=-400)
    settings = settings_of(sandbox)
    source = JiraSource(JiraClient(settings), settings)
    sandbox.create("one")
    _, cursor = source.poll("")
    clock.pass_by(minutes=90)
    sandbox.create("two")
    assert "OPS-2" in keys(source.poll(cursor)[0])


def test_a_ticket_that_the_index_shows_late_is_found_by_the_overlap(timed, settings_of):
    sandbox, clock = timed
    settings = settings_of(sandbox, overlap_s=300)
    source = JiraSource(JiraClient(settings), settings)
    late = sandbox.create("late", labels=["hidden"])
    clock.pass_by(minutes=2)
    sandbox.create("seen")
    _, cursor = source.poll("")
    clock.pass_by(minutes=1)
    assert late in keys(source.poll(cursor)[0])


def test_seconds_are_not_lost_to_minutes(timed, settings_of):
    sandbox, clock = timed
    settings = settings_of(sandbox, overlap_s=60)
    source = JiraSource(JiraClient(settings), settings)
    clock.pass_by(seconds=59.5)
    sandbox.create("one")
    _, cursor = source.poll("")
    clock.pass_by(seconds=61)
    assert keys(source.poll(cursor)[0]) == ["OPS-1"]


def test_cursor_never_goes_back(timed, settings_of):
    sandbox, clock = timed
    settings = settings_of(sandbox)
    source = JiraSource(JiraClient(settings), settings)
    sandbox.create("older")
    clock.pass_by(minutes=1)
    sandbox.create("newer")
    _, cursor = source.poll("")
    sandbox.edit("OPS-2", status="Done")
    assert source.poll(cursor)[1] == cursor


def test_nothing_there_keeps_the_cursor_empty(source):
    assert source.poll("") == ([], "")


def test_our_own_comment_and_labels_make_no_new_revision(jira, client, source):
    jira.create("x", "y")
    (before,), cursor = source.poll("")
    client.add_internal_comment("OPS-1", "note", {})
    client.change_labels("OPS-1", ["l2bot-triaged"], [])
    (after,), _ = source.poll(cursor)
    assert after.origin == before.origin


def test_a_changed_description_is_a_new_revision(jira, source):
    jira.create("x", "y")
    (before,), cursor = source.poll("")
    jira.edit("OPS-1", description="something else")
    (after,), _ = source.poll(cursor)
    assert after.origin.revision != before.origin.revision


def test_more_than_the_cap_comes_with_the_next_polls(timed, settings_of):
    sandbox, clock = timed
    for number in range(230):
        sandbox.create(f"t{number}")
        clock.pass_by(seconds=1)
    settings = settings_of(sandbox, max_pages=2)
    source = JiraSource(JiraClient(settings), settings)
    seen: set[str] = set()
    cursor = ""
    for _ in range(6):
        messages, cursor = source.poll(cursor)
        assert len(messages) <= 100
        seen.update(keys(messages))
    assert len(seen) == 230


def test_a_crowded_minute_does_not_hold_the_poll_for_ever(timed, settings_of, caplog):
    sandbox, clock = timed
    for number in range(120):
        sandbox.create(f"crowd {number}")
    clock.pass_by(minutes=2)
    sandbox.create("after the crowd")
    settings = settings_of(sandbox, max_pages=1)
    source = JiraSource(JiraClient(settings), settings)
    seen: set[str] = set()
    cursor = ""
    for _ in range(5):
        messages, cursor = source.poll(cursor)
        seen.update(keys(messages))
    assert "OPS-121" in seen
    assert "raise jira.max_pages" in caplog.text


def test_a_refused_poll_raises_and_says_when_to_come_back(jira, source):
    jira.fail("/rest/api/2/search", 429, retry_after=5)
    with pytest.raises(RateLimited) as caught:
        source.poll("")
    assert caught.value.retry_after_s == 5


def test_a_page_token_that_repeats_ends_the_poll(settings_of, cloud, caplog):
    issue = {"key": "OPS-1", "fields": {"summary": "s", "updated": "2026-11-24T12:00:00.000+0000"}}
    asked: list[object] = []

    async def server_info(request):
        return JSONResponse({"deploymentType": "Cloud", "versionNumbers": [1001, 0, 0]})

    async def field(request):
        return JSONResponse([])

    async def search(request):
        asked.append(await request.json())
        issues = [{**issue, "key": f"OPS-{len(asked)}"}]
        return JSONResponse({"issues": issues, "nextPageToken": base64.b64encode(b"again").decode()})

    routes = [
        Route("/rest/api/2/serverInfo", server_info),
        Route("/rest/api/2/field", field),
        Route("/rest/api/2/search/jql", search, methods=["POST"]),
    ]
    looping = host(Starlette(routes=routes))
    try:
        settings = settings_of(cloud, url=looping.url)
        messages, _ = JiraSource(JiraClient(settings), settings).poll("")
    finally:
        looping.stop()
    assert keys(messages) == ["OPS-1", "OPS-2"]
    assert len(asked) == 2
    assert "same page again" in caplog.text


def test_fetch_reads_any_ticket_by_key(jira, source):
    jira.create("closed long ago")
    jira.edit("OPS-1", status="Done")
    message = source.fetch("OPS-1")
    assert message is not None
    assert message.summary == "closed long ago"
    assert source.wanted("OPS-1") is None


@pytest.mark.parametrize("key", ["OPS-404", "", "ops", 'OPS-1" OR key != "', "../myself", "OPS-1/comment", "OPS-0"])
def test_fetch_of_no_ticket_is_none(jira, source, key):
    jira.create("x")
    assert source.fetch(key) is None
    assert source.wanted(key) is None
