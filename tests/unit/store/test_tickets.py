"""Tickets are kept once for each identity."""

from __future__ import annotations

from datetime import timedelta

from bot.kit.codec import to_json
from bot.model.ticket import Address, Invocation, Origin
from bot.store.stores import Stores
from bot.store.tickets import Job
from tests.builders import NOON, a_ticket


def test_same_identity_is_taken_in_once(stores: Stores) -> None:
    assert stores.tickets.add(a_ticket(), "triage:t-1")
    assert not stores.tickets.add(a_ticket(), "triage:t-1")
    assert stores.tickets.get("t-1") == a_ticket()
    assert stores.tickets.get("t-2") is None


def test_new_revision_is_another_ticket_and_the_newest_of_its_key(stores: Stores) -> None:
    stores.tickets.add(a_ticket(), "w1")
    later = a_ticket(
        id="t-2", origin=Origin("jira", "jira.example.com", "OPS-1", "r2"), received_at=NOON + timedelta(hours=1)
    )
    assert stores.tickets.add(later, "w2")
    assert stores.tickets.of_key("OPS-1") == "t-2"
    assert stores.tickets.of_key("OPS-2") is None
    assert [one.ticket for one in stores.tickets.status(None, 10)] == ["t-2", "t-1"]
    assert [one.ticket for one in stores.tickets.status("t-1", 10)] == ["t-1"]
    assert len(stores.tickets.status(None, 1)) == 1


def test_conversation_leads_to_its_newest_ticket(stores: Stores) -> None:
    thread = Address("slack", "C1", "17.1")
    stores.tickets.add(a_ticket(reply_to=(thread,)), "w1")
    assert stores.tickets.at(thread) == "t-1"
    stores.tickets.add(a_ticket(id="t-2", origin=Origin("slack", "T1", "17.2", "r"), reply_to=(thread,)), "w2")
    assert stores.tickets.at(thread) == "t-2"
    assert stores.tickets.at(Address("slack", "C1", "17.9")) is None


def test_triage_is_a_job_until_it_settles(stores: Stores) -> None:
    stores.tickets.add(a_ticket(), "w1")
    assert stores.tickets.job("t-1") == Job("t-1", "w1", 0, "queued")
    assert stores.tickets.unsettled(0) == (Job("t-1", "w1", 0, "queued"),)
    assert stores.tickets.unsettled(60) == ()
    assert stores.tickets.settle("t-1", "w1", "cancelled")
    assert not stores.tickets.settle("t-1", "w1", "complete")
    assert stores.tickets.job("t-1") is None
    assert stores.tickets.status("t-1", 1)[0].state == "cancelled"


def test_triage_that_was_replaced_does_not_settle_its_successor(stores: Stores) -> None:
    stores.tickets.add(a_ticket(), "w1")
    wish = Invocation("kubernetes/pod-pending", {"pod": "web"}, "Ada")
    stores.tickets.begin("t-1", "w2", wish=wish)
    assert not stores.tickets.settle("t-1", "w1", "complete")
    assert stores.tickets.job("t-1") == Job("t-1", "w2", 0, "queued")
    assert stores.tickets.wish("t-1") == to_json(wish)
    assert stores.tickets.status("t-1", 1)[0].by == "Ada"


def test_new_attempt_keeps_the_wish(stores: Stores) -> None:
    stores.tickets.add(a_ticket(), "w1")
    assert stores.tickets.wish("t-1") == ""
    stores.tickets.begin("t-1", "w2", wish=Invocation("kubernetes/pod-pending"))
    stores.tickets.begin("t-1", "w3", attempts=1)
    assert stores.tickets.wish("t-1") == to_json(Invocation("kubernetes/pod-pending"))
    assert stores.tickets.job("t-1") == Job("t-1", "w3", 1, "queued")
