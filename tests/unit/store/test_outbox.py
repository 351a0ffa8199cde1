"""What the outbox in the database does beyond the contract."""

from __future__ import annotations

from bot.model.ticket import Address
from bot.store.stores import Stores
from tests.outbox import a_delivery


def test_card_that_was_posted_opens_a_conversation(stores: Stores) -> None:
    stores.outbox.intend([a_delivery(address=Address("slack", "C1"))])
    stores.outbox.delivered("d-1", "C1/17.1")
    assert stores.tickets.at(Address("slack", "C1", "17.1")) == "t-1"


def test_card_within_a_thread_opens_none(stores: Stores) -> None:
    stores.outbox.intend([a_delivery(address=Address("slack", "C1", "16.1"))])
    stores.outbox.delivered("d-1", "C1/17.1")
    assert stores.tickets.at(Address("slack", "C1", "17.1")) is None


def test_secrets_in_an_error_are_masked(stores: Stores) -> None:
    stores.outbox.intend([a_delivery()])
    stores.outbox.attempted("d-1", "refused: token=xoxb-1234567890-abcdef")
    kept = stores.outbox.get("d-1")
    assert kept is not None
    assert "1234567890" not in kept.error


def test_only_what_stands_still_is_stale(stores: Stores) -> None:
    stores.outbox.intend([a_delivery()])
    assert stores.outbox.stale(60) == ()
    assert stores.outbox.stale(0) == ("d-1",)


def test_attempt_at_an_unknown_key_counts_nothing(stores: Stores) -> None:
    assert stores.outbox.attempted("d-9", "down") == 0
    stores.outbox.delivered("d-9", "C1/1")
    assert stores.outbox.get("d-9") is None
