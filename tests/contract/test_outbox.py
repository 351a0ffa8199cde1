"""The law of an outbox: SQLite, PostgreSQL and the twin in memory obey it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model.delivery import DeliveryState
from bot.model.ports import Outbox
from bot.model.report import Card
from bot.settings import EngineSettings
from bot.store.stores import Stores
from tests.builders import a_ticket
from tests.outbox import MemoryOutbox, a_delivery


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
    if request.param == "memory":
        yield MemoryOutbox()
        return
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    stores = Stores.open(EngineSettings(state_dir=tmp_path, database_url=url))
    yield stores.outbox
    stores.close()


def test_what_is_intended_can_be_read_back_whole(outbox: Outbox) -> None:
    outbox.intend([a_delivery("d-1"), a_delivery("d-2")])
    assert outbox.get("d-1") == a_delivery("d-1")
    assert outbox.get("d-3") is None
    assert set(outbox.pending()) == {"d-1", "d-2"}


def test_receipt_ends_the_waiting(outbox: Outbox) -> None:
    outbox.intend([a_delivery()])
    outbox.attempted("d-1", "down")
    outbox.delivered("d-1", "C1/17.1")
    kept = outbox.get("d-1")
    assert kept is not None
    assert (kept.state, kept.receipt, kept.error) == (DeliveryState.DELIVERED, "C1/17.1", "")
    assert outbox.pending() == ()


def test_newer_content_must_arrive_anew_and_keeps_the_receipt(outbox: Outbox) -> None:
    outbox.intend([a_delivery()])
    outbox.attempted("d-1", "down")
    outbox.delivered("d-1", "C1/17.1")
    newer = a_delivery(content=Card(a_ticket(), "reported"))
    outbox.intend([newer])
    assert outbox.get("d-1") == replace(newer, receipt="C1/17.1")
    assert outbox.pending() == ("d-1",)


def test_failed_attempts_are_counted_with_the_last_reason(outbox: Outbox) -> None:
    outbox.intend([a_delivery()])
    assert [outbox.attempted("d-1", why) for why in ("down", "still down")] == [1, 2]
    kept = outbox.get("d-1")
    assert kept is not None
    assert (kept.attempts, kept.error, kept.state) == (2, "still down", DeliveryState.INTENDED)


def test_what_is_abandoned_says_why_and_waits_no_more(outbox: Outbox) -> None:
    outbox.intend([a_delivery()])
    outbox.abandon("d-1", "the channel is archived")
    kept = outbox.get("d-1")
    assert kept is not None
    assert (kept.state, kept.error) == (DeliveryState.ABANDONED, "the channel is archived")
    assert outbox.pending() == ()


def test_lock_lets_one_in_at_a_time_and_only_for_the_same_key(outbox: Outbox) -> None:
    inside: list[str] = []
    most: list[int] = []

    def work(key: str) -> None:
        for _ in range(5):
            with outbox.lock(key):
                inside.append(key)
                most.append(inside.count(key))
                time.sleep(0.002)
                inside.remove(key)

    threads = [threading.Thread(target=work, args=(key,)) for key in ("d-1", "d-1", "d-1", "d-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert max(most) == 1
    assert len(most) == 20


def test_lock_is_given_back_after_an_error(outbox: Outbox) -> None:
    def broken() -> None:
        with outbox.lock("d-1"):
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - raised two lines above
        broken()
    with outbox.lock("d-1"):
        pass
