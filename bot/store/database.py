"""Opens the database: a SQLite file by default, PostgreSQL by URL, with one way of locking for each."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.model.errors import SettingsError, Unavailable
from bot.settings import EngineSettings
from bot.store.tables import STEPS, metadata, schema_version

T = TypeVar("T")
logger = logging.getLogger(__name__)

FILE = "secondline.db"
MIGRATION_LOCK = 0x5EC0_11D0
BUSY_MS = 30_000
FROZEN_MS = 60_000
PATIENCE_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LOCK_FILES = 256
LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True)
class Database:
    """An open database. `locks` has connections of its own, so that waiting for a lock never starves a query."""

    engine: sa.Engine
    locks: sa.Engine | None
    lock_folder: Path
    lock_timeout_s: float = 60

    @property
    def postgres(self) -> bool:
        """Say whether this is PostgreSQL rather than SQLite."""
        return self.engine.dialect.name == "postgresql"

    def upsert(self, table: sa.Table, values: dict[str, Any], replace: tuple[str, ...]) -> sa.Executable:
        """Give an insert that replaces these columns when a row of the same key is there."""
        keys = [column.name for column in table.primary_key]
        insert = postgresql.insert(table) if self.postgres else sqlite.insert(table)
        filled = insert.values(values)
        return filled.on_conflict_do_update(index_elements=keys, set_={name: filled.excluded[name] for name in replace})

    def insert_new(self, connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> bool:
        """Insert a row; False when a row of the same key or identity is there, which then stays as it is.

        It asks the database for the row, since not every driver counts the rows of an insert.
        """
        insert = postgresql.insert(table) if self.postgres else sqlite.insert(table)
        new = insert.values(values).on_conflict_do_nothing().returning(*table.primary_key)
        return connection.execute(new).first() is not None

    def clock(self) -> sa.ColumnElement[float]:
        """Give the database's own time, seconds since 1970: what replicas with wrong clocks agree on."""
        if self.postgres:
            return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)
        return sa.cast((sa.func.julianday("now") - 2440587.5) * 86400.0, sa.Float)

    def patient(self, work: Callable[[], T]) -> T:
        """Do `work` again while the database is away or busy, for about a minute: it restarts now and then.

        `work` must be repeatable, as everything that is kept here is.
        """
        for wait_s in PATIENCE_S:
            try:
                return work()
            except sa.exc.OperationalError as error:
                logger.warning("the database does not answer, tries again in %g s: %s", wait_s, error.orig)
                time.sleep(wait_s)
        return work()

    def lock(self, name: str) -> Any:
        """Give a context manager that excludes every other thread, process and replica from `name`.

        Raises Unavailable when it cannot be had within `lock_timeout_s`.
        """
        return self._advisory_lock(name) if self.locks is not None else self._file_lock(name)

    @contextmanager
    def _advisory_lock(self, name: str) -> Iterator[None]:
        assert self.locks is not None  # noqa: S101 - asked for in `lock`
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with self.locks.connect() as connection:
            try:
                connection.execute(
                    sa.text("select set_config('lock_timeout', :wait, true)"),
                    {"wait": f"{round(self.lock_timeout_s * 1000)}ms"},
                )
                connection.execute(sa.text("select pg_advisory_xact_lock(:number)"), {"number": number})
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
                raise _lock_unavailable(name) from error
            try:
                yield
            finally:
                connection.rollback()

    @contextmanager
    def _file_lock(self, name: str) -> Iterator[None]:
        """`flock` on a file opened here excludes threads of this process too, and ends with the process."""
        import fcntl

        self.lock_folder.mkdir(parents=True, exist_ok=True)
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % LOCK_FILES
        deadline = time.monotonic() + self.lock_timeout_s
        with (self.lock_folder / f"{number}.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise _lock_unavailable(name) from error
                    time.sleep(0.02)
            yield

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()
        if self.locks is not None:
            self.locks.dispose()


def _lock_unavailable(name: str) -> Unavailable:
    return Unavailable(f"another worker holds the lock of {name}", system="database", operation="lock")


def open_database(settings: EngineSettings, steps: Sequence[Sequence[str]] = STEPS) -> Database:
    """Open the database and bring its schema up to date, however many processes do so at once.

    Raises SettingsError when it cannot be reached or is newer than this release.
    """
    folder = settings.state_dir
    try:
        if settings.database_url is None:
            folder.mkdir(parents=True, exist_ok=True)
            database = Database(_sqlite(folder / FILE), None, folder / "locks")
        else:
            url = driver_url(settings.database_url.get_secret_value())
            database = Database(_postgres(url), _postgres(url), folder / "locks")
        _migrate(database, steps)
    except (sa.exc.SQLAlchemyError, OSError) as error:
        where = "engine.database_url" if settings.database_url else f"engine.state_dir ({folder})"
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SettingsError(f"setting {where}: the database cannot be opened: {reason}") from error
    return database


def driver_url(url: str) -> sa.URL:
    """Read a `postgresql://` URL, for the driver that is installed. Raises SettingsError when it is none."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise SettingsError("setting engine.database_url: expected postgresql://user:password@host/name") from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError("setting engine.database_url: only postgresql:// is supported (SQLite without a URL)")
    return parsed.set(drivername="postgresql+psycopg")


def _sqlite(file: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{file.absolute()}", pool_size=20, max_overflow=-1)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"  # writers queue up instead of failing on an upgrade of their lock
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA journal_mode=WAL")

    return engine


def _postgres(url: sa.URL) -> sa.Engine:
    # The server ends the session of a frozen process, and with it the locks that it holds.
    arguments = {"connect_timeout": 10, "options": f"-c idle_in_transaction_session_timeout={FROZEN_MS}"}
    return sa.create_engine(url, pool_size=10, max_overflow=-1, pool_pre_ping=True, connect_args=arguments)


def _migrate(database: Database, steps: Sequence[Sequence[str]]) -> None:
    with database.engine.connect() as connection:
        if database.postgres:
            connection.execute(sa.text("select pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
        else:
            connection.execute(sa.text("BEGIN IMMEDIATE"))
        metadata.create_all(connection)
        newest = len(steps) + 1
        version = connection.execute(sa.select(schema_version.c.version)).scalar() or 0
        if version > newest:
            raise SettingsError(f"the database has schema {version}, newer than this release knows ({newest})")
        for statements in steps[version - 1 : newest - 1] if version else ():
            for statement in statements:
                connection.execute(sa.text(statement))
        if version != newest:
            connection.execute(sa.delete(schema_version))
            connection.execute(sa.insert(schema_version).values(version=newest))
        connection.commit()
