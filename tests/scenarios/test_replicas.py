"""Replicas among themselves: survivors take over, the one that was taken for dead stops, an outage only delays."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.engine.lease import EXIT_CODE
from tests.scenarios.killing import KILLED, Board, Nursery, assert_each_has_one_final_card, stores_of

LEASE_S = 4
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def nursery(world: dict[str, Any]) -> Iterator[Callable[..., Nursery]]:
    """Give a function that starts the process of a replica, by its name."""
    started: list[Nursery] = []

    def start(executor: str, lease_s: float = LEASE_S) -> Nursery:
        started.append(Nursery(executor, world | {"lease_s": lease_s}))
        return started[-1]

    yield start
    for one in started:
        one.close()


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def taken_in(world: dict[str, Any]) -> int:
    ledger = Path(world["ledger"])
    return len(ledger.read_text().splitlines()) if ledger.exists() else 0


def freeze(child: int, world: dict[str, Any]) -> None:
    """Freeze a process that holds nothing: what it holds others wait for, a minute or until it wakes."""
    while True:
        os.kill(child, signal.SIGSTOP)
        until(lambda: stands_still(child))
        if not (holds_on_server(world) if world["database_url"] else holds_files(Path(world["state_dir"]))):
            return
        os.kill(child, signal.SIGCONT)
        time.sleep(0.05)


def stands_still(child: int) -> bool:
    """Say whether every thread has stopped: a signal is only sent, and until then one may still take a lock."""
    threads = Path(f"/proc/{child}/task").glob("*/stat")
    return all(thread.read_text().rpartition(")")[2].split()[0] == "T" for thread in threads)


def holds_files(folder: Path) -> bool:
    """Say whether anyone is writing to SQLite or holds a delivery's lock."""
    try:
        for file in folder.glob("*.db"):
            with closing(sqlite3.connect(file, timeout=0.2)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.rollback()
        for file in folder.glob("locks/*.lock"):
            with file.open("w") as opened:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (sqlite3.OperationalError, BlockingIOError):
        return True
    return False


def holds_on_server(world: dict[str, Any]) -> bool:
    """Say whether anyone is within a transaction, save the one that guards the library's background jobs."""
    import psycopg

    wanted = """select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and state <> 'idle' and query not like '%pg_try_advisory_xact_lock%'"""
    with psycopg.connect(world["database_url"], autocommit=True) as connection:
        return bool(connection.execute(wanted).fetchone()[0])


def test_survivor_takes_over_from_a_dead_replica_that_never_returns(
    world: dict[str, Any], board: Board, nursery: Callable[..., Nursery]
) -> None:
    dying, survivor = nursery("dying"), nursery("survivor")
    dying.begin(tickets=list(range(4)), boundary="wave-2:before", finish=True)
    assert dying.end() == KILLED
    left = [number for number in range(4) if number >= taken_in(world)]
    survivor.begin(tickets=left, finish=True)
    assert survivor.end() == 0
    assert_each_has_one_final_card(world, board, 4)


def test_survivor_that_runs_all_along_adopts_within_the_lease(
    world: dict[str, Any], board: Board, nursery: Callable[..., Nursery]
) -> None:
    survivor, dying = nursery("survivor"), nursery("dying")
    watcher = survivor.begin()
    for _ in range(5):
        first = taken_in(world)
        dying.begin(tickets=list(range(first, first + 4)), boundary="wave-2:before", finish=True)
        if dying.end() == KILLED:
            break
    stores = stores_of(world)
    until(lambda: not stores.tickets.unsettled(0) and not stores.outbox.pending())
    stores.close()
    os.kill(watcher, signal.SIGKILL)
    survivor.end()
    survivor.begin(tickets=list(range(taken_in(world), first + 4)), finish=True)
    assert survivor.end() == 0
    assert_each_has_one_final_card(world, board, first + 4)


def test_replica_that_was_frozen_beyond_its_lease_stops_when_it_wakes(
    world: dict[str, Any], board: Board, nursery: Callable[..., Nursery]
) -> None:
    frozen, survivor = nursery("frozen"), nursery("survivor")
    board.down = True
    sleeper = frozen.begin(tickets=list(range(4)))
    until(lambda: taken_in(world) == 4)
    until(lambda: board.refused > 0)
    freeze(sleeper, world)
    board.down = False
    time.sleep(LEASE_S + 1)
    survivor.begin(finish=True)
    assert survivor.end() == 0
    os.kill(sleeper, signal.SIGCONT)
    assert frozen.end() == EXIT_CODE
    assert_each_has_one_final_card(world, board, 4)


def test_destination_that_is_down_delays_and_loses_nothing(
    world: dict[str, Any], board: Board, nursery: Callable[..., Nursery]
) -> None:
    one = nursery("one")
    board.down = True
    child = one.begin(tickets=list(range(6)))
    stores = stores_of(world)
    until(lambda: taken_in(world) == 6 and not stores.tickets.unsettled(0))
    assert len(stores.outbox.pending()) == 6, "triaged all the same; the cards wait"
    assert sum(board.posts.values()) == 0
    stores.close()
    os.kill(child, signal.SIGKILL)
    one.end()
    board.down = False
    one.begin(finish=True)
    assert one.end() == 0
    assert_each_has_one_final_card(world, board, 6)


@pytest.mark.parametrize("world", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_database_that_restarts_loses_nothing(
    world: dict[str, Any], board: Board, nursery: Callable[..., Nursery], postgres_server: Any
) -> None:
    one = nursery("one", lease_s=30)
    one.begin(tickets=list(range(20)), finish=True)
    for _ in range(3):
        until(lambda: taken_in(world) == 20 or board.posts)
        time.sleep(0.3)
        postgres_server.stop()
        postgres_server.start()
    if one.end():  # it could not take all of them in: its source gives the rest again
        one.begin(tickets=list(range(taken_in(world), 20)), finish=True)
        assert one.end() == 0
    assert_each_has_one_final_card(world, board, 20)
