from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from jira820 import JiraError

from bot.sandbox.jira_world import BOT, JiraWorld, account_id


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def world(clock):
    return JiraWorld(cloud=False, project="OPS", time_zone="UTC", clock=clock)


def made(world, **fields) -> str:
    return world.create({"summary": "x", "issuetype": {"name": "Incident"}, **fields})


def test_every_write_moves_updated_to_the_millisecond(world, clock):
    key = made(world)
    comment = world.comment(key, "hello", ())
    for write in (
        lambda: world.edit(key, {"summary": "y"}, {}),
        lambda: world.edit(key, {}, {"labels": [{"add": "a"}]}),
        lambda: world.comment(key, "again", ()),
        lambda: world.recomment(key, comment, "edited", ()),
        lambda: world.transition(key, "Done"),
    ):
        clock.now += timedelta(milliseconds=7)
        write()
        expected = clock.now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
        assert world.shown(key, "")["fields"]["updated"] == expected


def test_label_verbs_add_remove_and_set(world):
    key = made(world, labels=["keep", "old"])
    world.edit(key, {}, {"labels": [{"add": "new"}, {"add": "keep"}, {"remove": "old"}]})
    assert world.shown(key, "")["fields"]["labels"] == ["keep", "new"]
    world.edit(key, {}, {"labels": [{"set": ["only"]}]})
    assert world.shown(key, "")["fields"]["labels"] == ["only"]


def test_a_comment_is_public_unless_its_property_says_otherwise(world):
    key = made(world)
    plain = world.comment(key, "a", ())
    internal = world.comment(key, "b", [{"key": "sd.public.comment", "value": {"internal": True}}])
    assert world.shown_comment(key, plain)["jsdPublic"] is True
    assert world.shown_comment(key, internal)["jsdPublic"] is False
    assert "properties" not in world.shown_comment(key, internal)
    assert world.shown_comment(key, internal, "properties")["properties"]


def test_editing_a_comment_keeps_the_properties_that_are_not_named(world):
    key = made(world)
    comment = world.comment(key, "a", [{"key": "one", "value": 1}, {"key": "two", "value": 2}])
    world.recomment(key, comment, "b", [{"key": "two", "value": 3}])
    shown = world.shown_comment(key, comment, "properties")
    assert shown["properties"] == [{"key": "one", "value": 1}, {"key": "two", "value": 3}]


def test_cloud_shows_people_by_account_id_alone(clock):
    cloud = JiraWorld(cloud=True, project="OPS", time_zone="UTC", clock=clock)
    key = made(cloud, reporter={"accountId": account_id("bob")})
    reporter = cloud.shown(key, "")["fields"]["reporter"]
    assert reporter["accountId"] == account_id("bob")
    assert reporter["displayName"] == "Bob Burns"
    assert not {"name", "key", "emailAddress"} & set(reporter)
    assert account_id("bob") != account_id(BOT)


def test_version_3_shows_documents_and_version_2_text(world):
    key = made(
        world,
        description={"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "a"}]}]},
    )
    assert world.shown(key, "")["fields"]["description"] == "a"
    assert world.shown(key, "", version="3")["fields"]["description"]["type"] == "doc"


def test_what_is_not_there_is_404(world):
    for ask in (
        lambda: world.shown("OPS-9", ""),
        lambda: world.edit("OPS-9", {}, {}),
        lambda: world.comment_ids("OPS-9"),
    ):
        with pytest.raises(JiraError) as caught:
            ask()
        assert caught.value.status_code == 404


def test_reset_begins_again_at_one(world):
    made(world)
    world.reset()
    assert world.search("") == []
    assert made(world) == "OPS-1"


def test_a_ticket_that_is_not_indexed_yet_is_only_found_when_reconciled(world):
    key = made(world)
    world.unindexed.add(key)
    assert world.search("project = OPS") == []
    assert world.search("project = OPS", [int(world.shown(key, "")["id"])]) == [key]
