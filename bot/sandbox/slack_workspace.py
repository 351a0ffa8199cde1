"""A Slack workspace in memory: channels, messages, threads, files, people, views. Knows nothing of HTTP.

Every method may be called from any thread. Whoever waits for something is woken by each change, so nothing polls.
"""

from __future__ import annotations

import copy
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

TEAM = "T0SANDBOX"
BOT_USER = "U0BOT"
BOT_ID = "B0BOT"
APP_ID = "A0BOT"

Message = dict[str, Any]
T = TypeVar("T")


class Refused(Exception):
    """Slack's `ok: false`, by its error word."""

    def __init__(self, error: str, **more: Any) -> None:
        """Take the error word and what else the answer shall hold."""
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass
class Channel:
    """A conversation. `member`: whether the bot was invited."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    messages: list[Message] = field(default_factory=list)


@dataclass
class Person:
    """A user. `team` differs for somebody from another organisation."""

    id: str
    name: str
    team: str = TEAM
    is_bot: bool = False


class Workspace:
    """All that a workspace holds."""

    def __init__(self) -> None:
        """Begin with two channels, two people and the bot."""
        self.changed = threading.Condition(threading.RLock())
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, bytes] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.edits: list[Message] = []
        self.ephemerals: list[Message] = []
        self.reactions: list[Mapping[str, str]] = []
        self._numbers = itertools.count(1)
        self._last_stamp = 0
        for channel, name in (("C0GENERAL", "general"), ("C0TRIAGE", "triage"), ("C0ONCALL", "on-call")):
            self.add_channel(channel, name)
        for user, name in (("U0ADA", "ada"), ("U0GRACE", "grace")):
            self.people[user] = Person(user, name)
        self.people[BOT_USER] = Person(BOT_USER, "secondline", is_bot=True)

    def number(self) -> int:
        """Give the next number, for ids."""
        return next(self._numbers)

    def stamp(self) -> str:
        """Give the next message time, unique and rising."""
        with self.changed:
            self._last_stamp = max(self._last_stamp + 1, time.time_ns() // 1000)
            return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def add_channel(self, channel: str, name: str = "", *, member: bool = True) -> Channel:
        """Make a channel."""
        with self.changed:
            return self.channels.setdefault(channel, Channel(channel, name or channel.lower(), member))

    def channel(self, name: str, *, to_post: bool = False) -> Channel:
        """Give a channel by id or `#name`; raise Refused as the Web API does."""
        found = self.channels.get(name) or next((one for one in self.channels.values() if f"#{one.name}" == name), None)
        if found is None:
            raise Refused("channel_not_found")
        if to_post and found.archived:
            raise Refused("is_archived")
        if to_post and not found.member:
            raise Refused("not_in_channel")
        return found

    def person(self, user: str) -> Person:
        """Give a person; an unknown id becomes one of this workspace."""
        with self.changed:
            return self.people.setdefault(user, Person(user, user.lower()))

    def post(self, channel: str, message: Message) -> Message:
        """Append a message with a new time; give a copy."""
        with self.changed:
            where = self.channel(channel)
            thread = message.get("thread_ts")
            if thread and not any(one["ts"] == thread for one in where.messages):
                raise Refused("thread_not_found")
            posted = {"type": "message", "ts": self.stamp(), "team": TEAM, **message}
            where.messages.append(posted)
            self.changed.notify_all()
            return copy.deepcopy(posted)

    def edit(self, channel: str, stamp: str, change: Mapping[str, Any]) -> Message:
        """Edit the bot's own message in place; give a copy."""
        with self.changed:
            message = self.find(channel, stamp)
            if message.get("bot_id") != BOT_ID:
                raise Refused("cant_update_message")
            message.update(copy.deepcopy(dict(change)))
            message["edited"] = {"user": BOT_USER, "ts": self.stamp()}
            self.edits.append({"channel": channel, **copy.deepcopy(message)})
            self.changed.notify_all()
            return copy.deepcopy(message)

    def delete(self, channel: str, stamp: str) -> None:
        """Take a message away, as a person may."""
        with self.changed:
            self.channel(channel).messages.remove(self.find(channel, stamp))
            self.changed.notify_all()

    def find(self, channel: str, stamp: str) -> Message:
        """Give the message itself; raise Refused when there is none."""
        for message in self.channel(channel).messages:
            if message["ts"] == stamp:
                return message
        raise Refused("message_not_found")

    def roots(self, channel: str) -> list[Message]:
        """Give copies of a channel's messages that are no thread replies, oldest first."""
        with self.changed:
            messages = self.channel(channel).messages
            return copy.deepcopy([one for one in messages if one.get("thread_ts", one["ts"]) == one["ts"]])

    def thread(self, channel: str, stamp: str) -> list[Message]:
        """Give copies of a thread's messages, the root first."""
        with self.changed:
            messages = self.channel(channel).messages
            return copy.deepcopy([one for one in messages if stamp in (one["ts"], one.get("thread_ts"))])

    def note(self, record: Callable[[], T]) -> T:
        """Do `record` under the lock and wake whoever waits."""
        with self.changed:
            outcome = record()
            self.changed.notify_all()
            return outcome

    def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:
        """Wait until `predicate` gives something true, and give that; raise TimeoutError after `timeout` seconds."""
        with self.changed:
            outcome = self.changed.wait_for(predicate, timeout)
        if not outcome:
            raise TimeoutError(f"nothing came in {timeout:.1f} s")
        return outcome
