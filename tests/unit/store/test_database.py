"""Opening, migrating and locking, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.model.errors import SettingsError, Unavailable
from bot.settings import EngineSettings
from bot.store.database import Database, driver_url, open_database
from bot.store.tables import schema_version

ROOT = Path(__file__).parents[3]
OPEN = """
import sys
from bot.settings import EngineSettings
from bot.store.stores import Stores
stores = Stores.open(EngineSettings(state_dir=sys.argv[1], database_url=sys.argv[2] or None))
print(stores.journal.first_time("start"))
"""


def version(database: Database) -> int | None:
    with database.engine.connect() as connection:
        return connection.execute(sa.select(schema_version.c.version)).scalar_one()


def test_opening_again_keeps_what_was_there(settings: EngineSettings) -> None:
    for _ in range(2):
        database = open_database(settings)
        assert version(database) == 1
        database.close()


def test_processes_that_start_at_once_make_one_schema(settings: EngineSettings) -> None:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(settings.state_dir), url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert said == ["False", "False", "True"]


def test_steps_of_later_releases_are_taken_once_and_in_order(settings: EngineSettings) -> None:
    open_database(settings).close()
    steps = (("create table later (a integer)",), ("insert into later values (1)", "insert into later values (2)"))
    for _ in range(2):
        database = open_database(settings, steps)
        with database.engine.connect() as connection:
            assert connection.execute(sa.text("select a from later order by a")).scalars().all() == [1, 2]
        assert version(database) == 3
        database.close()


def test_database_of_a_newer_release_is_refused(settings: EngineSettings) -> None:
    open_database(settings, (("select 1",),)).close()
    with pytest.raises(SettingsError, match=r"schema 2, newer than this release knows \(1\)"):
        open_database(settings)


def test_unreachable_database_is_one_clear_line(tmp_path: Path) -> None:
    settings = EngineSettings(state_dir=tmp_path, database_url="postgresql://tests@127.0.0.1:1/none")
    with pytest.raises(SettingsError, match=r"engine\.database_url: the database cannot be opened") as raised:
        open_database(settings)
    assert "\n" not in raised.value.message


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"engine\.state_dir"):
        open_database(EngineSettings(state_dir=tmp_path / "file" / "state"))


@pytest.mark.parametrize("url", ["mysql://host/name", "no url at all"])
def test_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"engine\.database_url"):
        driver_url(url)


def test_lock_that_is_held_is_waited_for_and_then_given_up(settings: EngineSettings) -> None:
    opened = open_database(settings)
    impatient = Database(opened.engine, opened.locks, opened.lock_folder, lock_timeout_s=0.2)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with opened.lock("one"):
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        with impatient.lock("two"):
            pass
        with pytest.raises(Unavailable, match="holds the lock of one"), impatient.lock("one"):
            pass
    finally:
        done.set()
        thread.join(10)
    with impatient.lock("one"):
        pass
    opened.close()


def test_clock_is_the_time_of_day(settings: EngineSettings) -> None:
    import time

    database = open_database(settings)
    with database.engine.connect() as connection:
        told = connection.execute(sa.select(database.clock())).scalar_one()
    assert abs(told - time.time()) < 60
    database.close()


def test_database_that_is_away_for_a_moment_is_waited_for(settings: EngineSettings) -> None:
    database = open_database(settings)
    calls: list[int] = []

    def work() -> str:
        calls.append(len(calls))
        if len(calls) == 1:
            raise sa.exc.OperationalError("select 1", {}, ConnectionError("the server restarts"))
        return "done"

    assert database.patient(work) == "done"
    assert calls == [0, 1]
    database.close()


def test_other_errors_are_not_waited_for(settings: EngineSettings) -> None:
    database = open_database(settings)
    calls: list[int] = []

    def work() -> None:
        calls.append(len(calls))
        raise KeyError

    with pytest.raises(KeyError):
        database.patient(work)
    assert calls == [0]
    database.close()
