"""The clock: polls sources, sweeps and prunes. Every replica ticks; each tick is done once, by whichever takes it.

APScheduler runs in memory here and only queues a name and a nominal time. (Its shared job stores fire a job once for
each replica, so they are not used.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.model.errors import RateLimited, SecondlineError, Unavailable
from bot.model.ports import Lock, Source, Submission
from bot.model.ticket import RawMessage

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(minutes=1)
PRUNE_EVERY = timedelta(hours=1)


def now() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so often, given the nominal time of its tick. Ticks are counted from 1970 in UTC."""

    name: str
    every: timedelta
    work: Callable[[datetime], None]

    def nominal(self, moment: datetime) -> datetime:
        """Give the latest time at or before `moment` at which the job is due: the same on every replica."""
        seconds = self.every.total_seconds()
        return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


class Ticks(Protocol):
    """Where ticks are queued: `engine.durable.DurableEngine`."""

    def tick(self, job: str, nominal: datetime) -> None:
        """Queue one run of a job, once for each nominal time."""
        ...


class Cursors(Protocol):
    """Where polls keep how far they came: `store.journal.SqlJournal`."""

    def cursor(self, name: str) -> str:
        """Give a cursor; empty when there is none yet."""
        ...

    def keep_cursor(self, name: str, value: str) -> None:
        """Keep a cursor."""
        ...


class Scheduler:
    """Ticks for each job, on this replica, at the job's nominal times, and once at the start for what was missed."""

    def __init__(self, ticks: Ticks, jobs: Sequence[Job], clock: Callable[[], datetime] = now) -> None:
        """Take where to queue, and the jobs."""
        self._ticks = ticks
        self._jobs = tuple(jobs)
        self._clock = clock
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Start ticking. What fell due while no replica ran is made good by one tick at once."""
        from apscheduler.schedulers.background import BackgroundScheduler
        from apscheduler.triggers.interval import IntervalTrigger

        self._scheduler = BackgroundScheduler(timezone=UTC)
        for job in self._jobs:
            self.tick(job)
            self._scheduler.add_job(
                self.tick,
                IntervalTrigger(
                    seconds=round(job.every.total_seconds()), start_date=job.nominal(self._clock()), timezone=UTC
                ),
                args=[job],
                id=job.name,
                coalesce=True,  # of several missed ticks one is enough: the work goes by its cursor
                misfire_grace_time=None,
                max_instances=1,
            )
        self._scheduler.start()

    def tick(self, job: Job) -> None:
        """Queue the latest due run of a job; what is queued already stays as it is."""
        try:
            self._ticks.tick(job.name, job.nominal(self._clock()))
        except Exception as error:  # one of the three doors: the clock goes on when the database does not
            logger.exception("could not queue %s: %s", job.name, error)  # noqa: TRY401 - its line is what people read

    def stop(self) -> None:
        """Stop ticking."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)


def guarded(job: Job, lock: Callable[[str], Lock]) -> Callable[[datetime], None]:
    """Wrap a job's work so that it runs on one replica at a time and never raises: the next tick tries again."""

    def run(nominal: datetime) -> None:
        try:
            with lock(f"job:{job.name}"):
                job.work(nominal)
        except (RateLimited, Unavailable) as error:
            logger.warning("%s: %s", job.name, error.message)
        except SecondlineError as error:
            logger.error("%s: %s", job.name, error.message)  # noqa: TRY400 - expected, its line says it all
        except Exception:  # one of the three doors: a mistake in one job must not stop the others
            logger.exception("%s: unexpected", job.name)

    return run


def by_name(jobs: Sequence[Job], lock: Callable[[str], Lock]) -> Mapping[str, Callable[[datetime], None]]:
    """Give the guarded work of each job by its name: the engine's `Workload.jobs`."""
    return {job.name: guarded(job, lock) for job in jobs}


def poll_job(
    source: Source,
    every: timedelta,
    submit: Callable[[RawMessage], Submission],
    cursors: Cursors,
    clock: Callable[[], datetime] = now,
) -> Job:
    """Poll a source from its stored cursor, which moves on only when everything before it was taken in.

    When the source asks to be left alone for a while (RateLimited), ticks before that moment do nothing, on any
    replica: the moment is kept beside the cursor.
    """
    pause = f"{source.name}:not-before"

    def work(_nominal: datetime) -> None:
        until = cursors.cursor(pause)
        if until and clock() < datetime.fromisoformat(until):
            return
        try:
            messages, cursor = source.poll(cursors.cursor(source.name))
        except RateLimited as error:
            cursors.keep_cursor(pause, (clock() + timedelta(seconds=error.retry_after_s)).isoformat())
            raise
        fresh = sum(submit(message).fresh for message in messages)
        cursors.keep_cursor(source.name, cursor)
        if fresh:
            logger.info("%s: %d new tickets", source.name, fresh)

    return Job(f"poll-{source.name}", every, work)
