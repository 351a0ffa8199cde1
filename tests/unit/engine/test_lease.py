"""A replica knows whether it is alive in the eyes of the others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.lease import EXIT_CODE, Keeper
from bot.settings import EngineSettings
from bot.store.stores import Stores
from bot.store.tables import metadata


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    stores = Stores.open(EngineSettings(state_dir=tmp_path))
    yield stores
    stores.close()


def test_heart_beats_until_it_is_stopped(stores: Stores) -> None:
    lost = threading.Event()
    keeper = Keeper(stores.leases, "one", 0.4, lost.set)
    keeper.take()
    keeper.start()
    assert not lost.wait(0.8)
    assert stores.leases.fence_silent(0.4) == 0
    keeper.stop()
    assert stores.leases.live() == frozenset()
    assert not lost.is_set()


def test_replica_that_was_taken_for_dead_stops_itself(stores: Stores) -> None:
    lost = threading.Event()
    keeper = Keeper(stores.leases, "one", 0.2, lost.set)
    keeper.take()
    stores.leases.fence([keeper.lease.token])
    keeper.start()
    assert lost.wait(5)


def test_replica_that_cannot_reach_the_database_stops_within_its_lease(stores: Stores) -> None:
    lost = threading.Event()
    keeper = Keeper(stores.leases, "one", 0.4, lost.set)
    keeper.take()
    metadata.drop_all(stores.database.engine)
    keeper.start()
    assert not lost.wait(0.2), "one missed heartbeat is not the end"
    assert lost.wait(5)


def test_predecessor_whose_process_ended_is_fenced_at_once(stores: Stores) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    older, newer = Keeper(stores.leases, "one", 30), Keeper(stores.leases, "one", 30)
    stores.leases.take(replace(older.lease, pid=ended.pid))
    newer.take()
    assert stores.leases.live() == {newer.lease.token}


def test_namesake_that_still_runs_here_is_left_alone(stores: Stores) -> None:
    older, newer = Keeper(stores.leases, "one", 30), Keeper(stores.leases, "one", 30)
    stores.leases.take(replace(older.lease, pid=os.getppid()))
    newer.take()
    assert stores.leases.live() == {older.lease.token, newer.lease.token}


def test_namesake_of_another_host_is_fenced_and_others_are_not(stores: Stores) -> None:
    older, other = Keeper(stores.leases, "one", 30), Keeper(stores.leases, "two", 30)
    stores.leases.take(replace(older.lease, host="elsewhere"))
    stores.leases.take(replace(other.lease, host="elsewhere"))
    newer = Keeper(stores.leases, "one", 30)
    newer.take()
    assert stores.leases.live() == {newer.lease.token, other.lease.token}


def test_lost_lease_ends_the_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from bot.engine.lease import stop_process; stop_process()"], check=False
    )
    assert ended.returncode == EXIT_CODE
