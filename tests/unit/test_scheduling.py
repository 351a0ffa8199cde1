"""The clock: one tick for each nominal time, and a poll that loses nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model.errors import AccessDenied, RateLimited, Unavailable
from bot.model.ports import Submission
from bot.model.ticket import Origin, RawMessage
from bot.scheduling import Job, Scheduler, by_name, guarded, poll_job
from tests.builders import NOON


def nothing(_nominal: datetime) -> None:
    return None


class Ticks:
    """Where ticks are queued, once for each id, as the engine does it."""

    def __init__(self) -> None:
        self.queued: dict[tuple[str, datetime], int] = {}
        self.more = threading.Event()
        self.fails: Exception | None = None

    def tick(self, job: str, nominal: datetime) -> None:
        if self.fails:
            raise self.fails
        key = (job, nominal)
        self.queued[key] = self.queued.get(key, 0) + 1
        if len(self.queued) > 1:
            self.more.set()


class Source:
    """A source that repeats its last message, as an overlapping poll does."""

    name = "jira"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: Exception | None = None

    def poll(self, cursor: str) -> tuple[Sequence[RawMessage], str]:
        self.asked.append(cursor)
        if self.fails:
            raise self.fails
        number = int(cursor or 0)
        return [RawMessage(Origin("jira", "s", f"OPS-{one}"), "x") for one in (number, number + 1)], str(number + 1)


class Cursors(dict[str, str]):
    def cursor(self, name: str) -> str:
        return self.get(name, "")

    def keep_cursor(self, name: str, value: str) -> None:
        self[name] = value


def test_nominal_time_is_the_same_on_every_replica() -> None:
    job = Job("poll", timedelta(seconds=60), nothing)
    moments = [datetime(2026, 11, 24, 11, 0, second, 999, tzinfo=UTC) for second in (0, 30, 59)]
    assert {job.nominal(moment) for moment in moments} == {datetime(2026, 11, 24, 11, 0, tzinfo=UTC)}


def test_two_replicas_tick_the_same_times_and_what_was_missed_is_made_good_at_once() -> None:
    ticks = Ticks()
    job = Job("poll", timedelta(seconds=1), nothing)
    replicas = [Scheduler(ticks, [job]) for _ in range(2)]
    for replica in replicas:
        replica.start()
    first = list(ticks.queued)
    assert 1 <= len(first) <= 2, "there is a tick before the clock moved on"
    assert ticks.more.wait(10)
    for replica in replicas:
        replica.stop()
    assert all(nominal == job.nominal(nominal) for _, nominal in ticks.queued)


def test_database_that_is_down_does_not_stop_the_clock(caplog: pytest.LogCaptureFixture) -> None:
    ticks = Ticks()
    ticks.fails = RuntimeError("no database")
    scheduler = Scheduler(ticks, [Job("poll", timedelta(minutes=1), nothing)], clock=lambda: NOON)
    scheduler.start()
    assert "could not queue poll: no database" in caplog.text
    ticks.fails = None
    scheduler.tick(Job("poll", timedelta(minutes=1), nothing))
    scheduler.stop()
    assert list(ticks.queued) == [("poll", NOON)]


def test_poll_goes_on_from_its_cursor_and_gives_everything_in() -> None:
    source, cursors, given = Source(), Cursors(), []

    def submit(raw: RawMessage) -> Submission:
        given.append(raw.origin.key)
        return Submission(raw.origin.key, fresh=True)

    job = poll_job(source, timedelta(seconds=60), submit, cursors)
    job.work(NOON)
    job.work(NOON)
    assert job.name == "poll-jira"
    assert source.asked == ["", "1"]
    assert given == ["OPS-0", "OPS-1", "OPS-1", "OPS-2"]
    assert cursors == {"jira": "2"}


def test_cursor_stays_when_a_message_could_not_be_taken_in() -> None:
    source, cursors = Source(), Cursors()

    def submit(_raw: RawMessage) -> Submission:
        raise Unavailable("the database is down")

    with pytest.raises(Unavailable):
        poll_job(source, timedelta(seconds=60), submit, cursors).work(NOON)
    assert cursors == {}


def test_source_that_asks_for_patience_is_left_alone_for_as_long_by_every_replica() -> None:
    source, cursors, moment = Source(), Cursors(), NOON

    def submit(raw: RawMessage) -> Submission:
        return Submission(raw.origin.key, fresh=True)

    jobs = [poll_job(source, timedelta(seconds=60), submit, cursors, clock=lambda: moment) for _ in range(2)]
    source.fails = RateLimited("slower", retry_after_s=90)
    with pytest.raises(RateLimited):
        jobs[0].work(NOON)
    source.fails = None
    moment = NOON + timedelta(seconds=60)
    for job in jobs:
        job.work(NOON)
    assert len(source.asked) == 1
    moment = NOON + timedelta(seconds=90)
    jobs[1].work(NOON)
    assert len(source.asked) == 2
    assert cursors["jira"] == "1"


@pytest.mark.parametrize(
    ("error", "level", "line"),
    [
        (Unavailable("Jira is down"), logging.WARNING, "poll: Jira is down"),
        (RateLimited("Jira asks for patience"), logging.WARNING, "poll: Jira asks for patience"),
        (AccessDenied("Jira refuses"), logging.ERROR, "poll: Jira refuses"),
        (KeyError("mistake of ours"), logging.ERROR, "poll: unexpected"),
    ],
)
def test_job_that_fails_says_so_and_does_not_raise(
    error: Exception, level: int, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_nominal: datetime) -> None:
        raise error

    guarded(Job("poll", timedelta(minutes=1), work), lambda _name: nullcontext())(NOON)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(level, line)]


def test_job_runs_under_a_lock_of_its_name() -> None:
    held: list[Any] = []

    def lock(name: str) -> Any:
        held.append(name)
        return nullcontext()

    jobs = by_name([Job("poll", timedelta(minutes=1), held.append)], lock)
    jobs["poll"](NOON)
    assert held == ["job:poll", NOON]
