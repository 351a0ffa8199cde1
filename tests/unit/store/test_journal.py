"""Events, votes, cursors and notes."""

from __future__ import annotations

from bot.store.stores import Stores


def test_event_is_new_once(stores: Stores) -> None:
    assert not stores.journal.saw("Ev1")
    assert stores.journal.first_time("Ev1")
    assert stores.journal.saw("Ev1")
    assert not stores.journal.first_time("Ev1")
    assert stores.journal.first_time("Ev2")


def test_pruned_event_is_forgotten(stores: Stores) -> None:
    stores.journal.first_time("Ev1")
    assert stores.journal.prune(60) == 0
    assert stores.journal.prune(-1) == 1
    assert stores.journal.first_time("Ev1")


def test_later_vote_of_the_same_person_replaces_the_earlier(stores: Stores) -> None:
    stores.journal.vote("t-1", useful=True, by="Ada")
    stores.journal.vote("t-1", useful=False, by="Ada")
    stores.journal.vote("t-1", useful=True, by="Bob")
    assert stores.journal.votes("t-1") == (1, 1)
    assert stores.journal.votes("t-2") == (0, 0)


def test_cursor_is_empty_at_first_and_then_the_last_one_kept(stores: Stores) -> None:
    assert stores.journal.cursor("jira") == ""
    stores.journal.keep_cursor("jira", "a")
    stores.journal.keep_cursor("jira", "b")
    assert stores.journal.cursor("jira") == "b"


def test_notes_are_kept_in_order_and_masked(stores: Stores) -> None:
    stores.journal.note("Ada", "cancel", "t-1")
    stores.journal.note("Bob", "escalate", "t-1", "password=hunter22 leaked")
    assert stores.journal.notes("t-1") == (("Ada", "cancel", ""), ("Bob", "escalate", "password=*** leaked"))
