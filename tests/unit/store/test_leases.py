"""Leases: alive, silent, fenced, dropped."""

from __future__ import annotations

import pytest

from bot.model.errors import Unavailable
from bot.store.leases import Lease
from bot.store.stores import Stores
from bot.store.tables import metadata

ONE = Lease("one#1", "one", "host", 1)
TWO = Lease("two#1", "two", "host", 2)


def test_lease_is_live_until_it_is_dropped(stores: Stores) -> None:
    stores.leases.take(ONE)
    stores.leases.take(TWO)
    assert stores.leases.live() == {"one#1", "two#1"}
    assert stores.leases.of_executor("one") == (ONE,)
    stores.leases.drop("one#1")
    assert stores.leases.live() == {"two#1"}
    assert not stores.leases.beat("one#1")


def test_only_the_silent_are_fenced_and_find_out(stores: Stores) -> None:
    stores.leases.take(ONE)
    assert stores.leases.fence_silent(60) == 0
    assert stores.leases.beat("one#1")
    assert stores.leases.fence_silent(-1, but="one#1") == 0
    assert stores.leases.fence_silent(-1) == 1
    assert stores.leases.live() == frozenset()
    assert not stores.leases.beat("one#1")


def test_fenced_by_name_and_pruned_later(stores: Stores) -> None:
    stores.leases.take(ONE)
    stores.leases.take(TWO)
    assert stores.leases.fence(["one#1"]) == 1
    assert stores.leases.live() == {"two#1"}
    assert stores.leases.prune(60) == 0
    assert stores.leases.prune(-1) == 1
    assert stores.leases.live() == {"two#1"}


def test_database_that_does_not_answer_is_unavailable(stores: Stores) -> None:
    metadata.drop_all(stores.database.engine)
    with pytest.raises(Unavailable):
        stores.leases.beat("one#1")
    with pytest.raises(Unavailable):
        stores.leases.live()
