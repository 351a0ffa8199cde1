"""Durable execution on DBOS: what is queued here is done, once, whatever process dies in between.

How `app.py` wires it (`Stores`: bot.store.stores; `Workload`, `DeskTools`: bot.engine.workload; `Sweeper`:
bot.engine.sweeping; `EngineFrontDesk`: bot.engine.frontdesk; `Job`, `Scheduler`, ...: bot.scheduling):

    stores = Stores.open(settings.engine)
    engine = DurableEngine(settings.engine, stores)                           # starts nothing yet
    desk = Desk(..., records=stores.records, dispatch=engine.dispatch, ...)
    front = EngineFrontDesk(engine, stores, DeskTools(...))                   # to be used once launched
    sweeper = Sweeper(engine, stores, deliveries_of_card, timedelta(days=settings.engine.keep_history_days))
    jobs = [poll_job(jira, timedelta(seconds=settings.jira.poll_every_s), front.submit, stores.journal),
            Job("sweep", SWEEP_EVERY, sweeper.sweep), Job("prune", PRUNE_EVERY, sweeper.prune)]
    work = Workload(triage=lambda ticket, step: flow.triage(ticket, desk, step),
                    attempt=lambda key, last: delivering.attempt(key, stores.outbox, destinations, last=last),
                    jobs=by_name(jobs, stores.database.lock))
    engine.launch(work, works=role != "front")
    scheduler = Scheduler(engine, jobs); scheduler.start()
    ...
    scheduler.stop(); engine.close(); stores.close()

The library keeps its own tables: the file `engine.db` beside ours, or the schema `dbos` in PostgreSQL. Arguments and
outcomes are plain strings (JSON of redacted nouns).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypeVar

from bot.engine.lease import Keeper, stop_process
from bot.engine.names import delivery_id, short, tick_id
from bot.engine.workload import Workload
from bot.kit.codec import from_json, to_json
from bot.model.delivery import DeliveryState
from bot.model.errors import InputError, SecondlineError, Unavailable
from bot.model.ticket import Invocation
from bot.pipeline.delivering import Attempt
from bot.settings import EngineSettings
from bot.store.database import driver_url
from bot.store.stores import Stores

if TYPE_CHECKING:
    from dbos import DBOSConfig

T = TypeVar("T")
logger = logging.getLogger(__name__)

NAME = "secondline"
VERSION = "1"
"""Pinned: by default it is a hash of the code, and then a deploy strands what was under way."""
POLL_S = 0.1
CLOSE_S = 0.2
"""How long closing may wait for the library's listener, which polls for messages that we never send."""
TRIAGE, DELIVERY, JOBS = "triage", "delivery", "jobs"
DELIVERIES_AT_ONCE = 8
JOBS_AT_ONCE = 2
DEADLINE_SLACK_S = 600.0
"""A triage ends itself by the run's own deadline; only one that hangs beyond all time-outs is cut off."""


def _worth_saying(record: logging.LogRecord) -> bool:
    """A workflow that was stopped on purpose is no error; the library logs it as one, with a traceback."""
    from dbos import error

    return not (record.exc_info and isinstance(record.exc_info[1], error.DBOSAwaitedWorkflowCancelledError))


class DurableEngine:
    """Queues, workflows and this replica's lease. One in a process, since the library is one in a process."""

    def __init__(self, settings: EngineSettings, stores: Stores, on_lost: Callable[[], None] = stop_process) -> None:
        """Take settings and open stores. `on_lost` is called when this replica was taken for dead: it must stop."""
        self._settings = settings
        self._stores = stores
        name = settings.executor_id or gethostname()
        self._keeper = Keeper(stores.leases, name, settings.lease_s, on_lost)
        self._work: Workload | None = None
        self._workflows: dict[str, Any] = {}
        self._stopping = threading.Event()
        self._warden: threading.Thread | None = None

    @property
    def executor(self) -> str:
        """The id of this replica, new at each start."""
        return self._keeper.lease.token

    # life --------------------------------------------------------------------------------------------------

    def launch(self, work: Workload, *, works: bool = True) -> None:
        """Take the lease, start the workers, and take up what was under way. `works=False`: only queue, run nothing.

        Raises SettingsError or Unavailable when the database cannot be used.
        """
        from dbos import DBOS
        from sqlalchemy.exc import OperationalError

        self._work = work
        self._keeper.take()
        self._prepare_file()
        DBOS(config=self._config())
        self._register()
        if not works:
            DBOS.listen_queues([])
        logging.getLogger("dbos").addFilter(_worth_saying)
        try:
            DBOS.launch()
        except OperationalError as error:
            what = "is held by another process or cannot be reached"
            raise Unavailable(f"the engine's database {what}; try again", system="database") from error
        for queue, at_once in ((TRIAGE, self._settings.workers), (DELIVERY, DELIVERIES_AT_ONCE), (JOBS, JOBS_AT_ONCE)):
            DBOS.register_queue(
                queue, worker_concurrency=at_once, polling_interval_sec=POLL_S, on_conflict="always_update"
            )
        self._keeper.start()
        self._warden = threading.Thread(target=self._watch, name="warden", daemon=True)
        self._warden.start()

    def _prepare_file(self) -> None:
        """The library leaves SQLite's journal as it is; with a write-ahead log readers do not hold up writers."""
        if self._settings.database_url is None:
            with closing(sqlite3.connect(self._file, timeout=30)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")

    @property
    def _file(self) -> Path:
        return (self._settings.state_dir / "engine.db").absolute()

    def _config(self) -> DBOSConfig:
        url = self._settings.database_url
        return {
            "name": NAME,
            "application_version": VERSION,
            "executor_id": self.executor,
            "system_database_url": (
                driver_url(url.get_secret_value()).render_as_string(hide_password=False)
                if url
                else f"sqlite:///{self._file}"
            ),
            "notification_listener_polling_interval_sec": CLOSE_S,
            "log_level": "WARNING",
            "enable_otlp": False,
        }

    def _register(self) -> None:
        from dbos import DBOS

        def triage(ticket: str, wish: str) -> str:
            return self._triage(ticket, wish)

        def deliver(key: str, stage: str, number: int, give_up_at: float) -> str:
            return self._deliver(key, stage, number, give_up_at)

        def job(name: str, nominal: str) -> str:
            return self._job(name, nominal)

        for name, body in ((TRIAGE, triage), (DELIVERY, deliver), (JOBS, job)):
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(body)

    def _watch(self) -> None:
        """Fence the silent and adopt their work, at once and then several times within each lease."""
        from dbos import error
        from sqlalchemy.exc import SQLAlchemyError

        from bot.engine.recovery import adopt

        while True:
            try:
                # Not itself: a host that slept wakes up alive unless another replica saw it silent.
                self._stores.leases.fence_silent(self._settings.lease_s, but=self.executor)
                adopt(self._stores.leases.live)
            except (SecondlineError, SQLAlchemyError, error.DBOSException) as problem:
                logger.warning("could not look for dead replicas: %s", problem)
            if self._stopping.wait(self._settings.lease_s / 3):
                return

    def close(self, patience_s: int = 5) -> None:
        """Stop in good order: wait up to `patience_s` seconds for what runs; the rest is left for others."""
        from dbos import DBOS

        self._stopping.set()
        if self._warden is not None:
            self._warden.join()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_s)
        self._keeper.stop()

    # workflows ---------------------------------------------------------------------------------------------

    def checkpoint(self, name: str, outcome: type[T], work: Callable[[], T]) -> T:
        """Run one arrow as a durable step. Implements `ports.Checkpoint`, within a workflow."""
        from dbos import DBOS

        done = DBOS.run_step({"name": name}, lambda: to_json(self._stores.database.patient(work)))
        return from_json(done, outcome)

    def _triage(self, ticket: str, wish: str) -> str:
        from dbos import DBOS

        assert self._work is not None  # noqa: S101 - launched, or this would not run
        found = self._stores.tickets.get(ticket)
        if found is None:
            raise InputError(f"there is no ticket {ticket}")
        if wish:
            found = replace(found, invocation=from_json(wish, Invocation))
        workflow = DBOS.workflow_id or ""
        report = self._work.triage(found, self.checkpoint)
        state = self._stores.records.state_after
        self.checkpoint("settle-ticket", bool, lambda: self._stores.tickets.settle(ticket, workflow, state(report)))
        return report.fingerprint

    def _deliver(self, key: str, stage: str, number: int, give_up_at: float) -> str:
        """Each attempt is a workflow of its own, so that waiting for the next one holds no worker."""
        work = self._work
        assert work is not None  # noqa: S101 - launched, or this would not run
        outcome = self.checkpoint("attempt", Attempt, lambda: work.attempt(key, time.time() >= give_up_at))
        if outcome.state is DeliveryState.INTENDED:
            self._queue_delivery(key, stage, number + 1, give_up_at, outcome.retry_after_s)
        return outcome.state.value

    def _job(self, name: str, nominal: str) -> str:
        assert self._work is not None  # noqa: S101 - launched, or this would not run
        job = self._work.jobs.get(name)
        if job is None:
            return "unknown"
        job(datetime.fromisoformat(nominal))
        return "done"

    # queueing ----------------------------------------------------------------------------------------------

    def triage(self, ticket: str, workflow: str, wish: str = "") -> None:
        """Queue the triage of a stored ticket, once for each workflow id. `wish` is an Invocation as JSON, or empty."""
        timeout = self._settings.run_deadline_s + DEADLINE_SLACK_S
        self._enqueue(TRIAGE, workflow, ticket, wish, timeout_s=timeout)

    def dispatch(self, keys: Sequence[str], stage: str) -> None:
        """Queue deliveries that the outbox holds, once for each stage (and for each triage, when called within one)."""
        from dbos import DBOS

        mark = f"{stage}:{short(DBOS.workflow_id)}" if DBOS.workflow_id else stage
        give_up_at = time.time() + self._settings.give_up_delivery_after_s
        for key in keys:
            self._queue_delivery(key, mark, 1, give_up_at)

    def _queue_delivery(self, key: str, stage: str, number: int, give_up_at: float, delay_s: float = 0.0) -> None:
        self._enqueue(DELIVERY, delivery_id(key, stage, number), key, stage, number, give_up_at, delay_s=delay_s)

    def tick(self, job: str, nominal: datetime) -> None:
        """Queue one run of a scheduled job, once for each nominal time, whatever the number of replicas."""
        self._enqueue(JOBS, tick_id(job, nominal), job, nominal.astimezone(UTC).isoformat())

    def _enqueue(
        self, queue: str, workflow: str, *arguments: Any, delay_s: float = 0.0, timeout_s: float | None = None
    ) -> None:
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, SetWorkflowTimeout

        with SetWorkflowID(workflow), SetWorkflowTimeout(timeout_s), SetEnqueueOptions(delay_seconds=delay_s or None):
            DBOS.enqueue_workflow(queue, self._workflows[queue], *arguments)

    def cancel(self, workflow: str) -> None:
        """Stop a workflow before its next step."""
        from dbos import DBOS

        DBOS.cancel_workflow(workflow)
