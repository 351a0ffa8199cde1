"""The law that every source obeys. To join, give a fixture that yields a `Case`, and name it in `CASES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.integrations.jira.client import JiraClient
from bot.integrations.jira.source import JiraSource
from bot.model.errors import OutsideError
from bot.model.ports import Source
from bot.sandbox.jira import JiraSandbox
from bot.settings import JiraSettings


@dataclass(frozen=True)
class Case:
    """A source; how a person files a ticket (giving its key) and rewords it; how the system goes down for one call."""

    source: Source
    file: Callable[[str, str], str]
    reword: Callable[[str, str], None]
    break_once: Callable[[], None]


def jira(flavour):
    sandbox = JiraSandbox(flavour, time_zone="Asia/Kolkata")
    sandbox.start()
    settings = JiraSettings(url=sandbox.url, user=sandbox.user, token=SecretStr(sandbox.token))
    yield Case(
        JiraSource(JiraClient(settings), settings),
        sandbox.create,
        lambda key, text: sandbox.edit(key, description=text),
        lambda: sandbox.fail("/rest/api/2/search", 503),
    )
    sandbox.close()


@pytest.fixture
def jira_cloud():
    yield from jira("cloud")


@pytest.fixture
def jira_datacenter():
    yield from jira("datacenter")


CASES = ["jira_cloud", "jira_datacenter"]


@pytest.fixture(params=CASES)
def case(request) -> Case:
    return request.getfixturevalue(request.param)


def seen(case: Case, cursor: str = "") -> tuple[dict[str, str], str]:
    messages, cursor = case.source.poll(cursor)
    return {message.origin.key: message.origin.revision for message in messages}, cursor


def test_nothing_new_is_no_error(case: Case):
    assert seen(case) == ({}, "")


def test_a_new_ticket_comes_whole_and_says_where_the_answer_goes(case: Case):
    key = case.file("checkout is down", "pods crash since noon")
    (message,), _ = case.source.poll("")
    assert message.origin.source == case.source.name
    assert message.origin.key == key
    assert message.origin.site
    assert (message.summary, message.body) == ("checkout is down", "pods crash since noon")
    assert message.reply_to[0].destination == case.source.name
    assert message.received_at is not None
    assert message.received_at.tzinfo is not None


def test_nothing_filed_between_two_polls_is_lost(case: Case):
    filed = {case.file("one", "1")}
    found, cursor = seen(case)
    for name in ("two", "three"):
        filed.add(case.file(name, name))
        more, cursor = seen(case, cursor)
        found |= more
    assert set(found) == filed


def test_seeing_a_ticket_again_keeps_its_identity(case: Case):
    case.file("one", "1")
    (first,), cursor = case.source.poll("")
    again, _ = case.source.poll(cursor)
    assert all(message.origin == first.origin for message in again)


def test_rewording_changes_the_revision_and_nothing_else_of_the_identity(case: Case):
    key = case.file("one", "1")
    before, cursor = seen(case)
    case.reword(key, "something else")
    after, _ = seen(case, cursor)
    assert set(after) == {key}
    assert after[key] != before[key]


def test_a_source_that_is_down_raises_and_the_same_cursor_works_after(case: Case):
    case.file("one", "1")
    _, cursor = seen(case)
    key = case.file("two", "2")
    case.break_once()
    with pytest.raises(OutsideError):
        case.source.poll(cursor)
    assert key in seen(case, cursor)[0]
