"""A world that can be searched: all that the bot wrote, stored and logged, and all that it asked of the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.engine import history
from tests.scenarios.world import ON_CALL, SECRET, TICKETS, TRIAGE, World
from tests.unit.engine.conftest import until
from tests.watching import WatchedCluster


class Watched(World):
    """A world whose cluster remembers what it was asked."""

    def __init__(self, folder: Path) -> None:
        allowed = ("localhost", "127.0.0.1", "169.254.169.254")
        super().__init__(folder, jira={"poll_every_s": 3600}, network={"allow": allowed, "timeout_s": 1})
        self.cluster = WatchedCluster()

    def start(self) -> None:
        super().start()
        assert self.bot is not None
        self.jira.webhooks.register(f"http://127.0.0.1:{self.bot.server.port}/webhooks/jira", SECRET)


def answer_in_slack(world: Watched, text: str, *, user: str = "U0ADA", **more: Any) -> str:
    """Write in the triage channel; give everything that the bot wrote in that thread, once it has reported."""
    stamp = world.slack.say(TRIAGE, user, text, **more)
    return thread_of(world, stamp)


def thread_of(world: Watched, stamp: str) -> str:
    def reported() -> list[Mapping[str, Any]]:
        return [one for one in world.cards() if one.get("thread_ts") == stamp]

    world.wait(reported)
    until(history.idle)
    mine = [one for one in world.slack.thread(TRIAGE, stamp) if one.get("bot_id")]
    shared = {file["id"] for one in mine for file in one.get("files") or ()}
    return as_text([mine, [file["content"] for file in world.slack.files() if file["id"] in shared]])


def answer_in_jira(world: Watched, summary: str, body: str | None, **fields: Any) -> tuple[str, str]:
    """File a ticket; give its key and the bot's note, once everything has been posted."""
    key = world.jira.create(summary, body, **fields)
    world.jira.webhooks.flush()
    until(lambda: world.jira.comments(key))
    until(history.idle)
    notes = world.jira.comments(key)
    assert [note.internal for note in notes] == [True]
    return key, notes[0].body


def as_text(parts: Any) -> str:
    return json.dumps(parts, ensure_ascii=False)


def strings(part: Any, *, markup: bool) -> Iterator[str]:
    """Every text of a message that Slack reads as markup, or every one that it does not."""
    if isinstance(part, Mapping):
        if part.get("type") == "plain_text" and markup:
            return
        for name, value in part.items():
            if not (markup and name == "content"):  # of a file: shown as it is
                yield from strings(value, markup=markup)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from strings(value, markup=markup)
    elif isinstance(part, str):
        yield part


def by_the_bot(world: Watched) -> list[Any]:
    """All that the bot ever put into Slack, what it edited away included."""
    roots = [(channel, root) for channel in (TRIAGE, TICKETS, ON_CALL) for root in world.slack.messages(channel)]
    messages = [one for channel, root in roots for one in world.slack.thread(channel, root["ts"])]
    mine = [one for one in messages if one.get("bot_id")]
    return [*mine, *world.slack.edits(), *world.slack.ephemerals(), *world.slack.views(), *world.slack.files()]


def everywhere(world: Watched, caplog: pytest.LogCaptureFixture, *keys: str) -> dict[str, str]:
    """Every place where a secret could have come to rest, with what is there."""
    state = world.folder / "state"
    disk = b"".join(file.read_bytes() for file in sorted(state.rglob("*")) if file.is_file())
    assert disk.startswith(b"SQLite format 3")
    logged = "\n".join(f"{record.getMessage()} {record.exc_info}" for record in caplog.records)
    notes = "\n".join(note.body + str(note.properties) for key in keys for note in world.jira.comments(key))
    return {"disk": disk.decode("latin-1"), "Slack": as_text(by_the_bot(world)), "Jira": notes, "log": logged}
