"""What fell between two rows is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import history
from bot.engine.names import triage_id
from bot.engine.sweeping import BROKEN, MOST_ATTEMPTS, Sweeper
from bot.kit.codec import to_json
from bot.model.report import Card
from bot.model.ticket import Invocation
from bot.pipeline.receiving import receive
from tests.builders import noon
from tests.unit.engine.conftest import Rig, cards

Wait = Callable[..., None]


@pytest.fixture
def sweeper(rig: Rig) -> Sweeper:
    return Sweeper(rig.engine, rig.stores, cards, timedelta(days=30), quiet_s=0)


def now() -> datetime:
    return datetime.now(UTC)


def test_ticket_that_was_never_queued_is_triaged(rig: Rig, sweeper: Sweeper, wait: Wait, message: Callable) -> None:
    ticket = receive(message(), noon)
    rig.stores.tickets.add(ticket, triage_id(ticket.id))
    sweeper.sweep(now())
    sweeper.sweep(now())
    wait(history.idle)
    assert len(rig.triaged) == 1
    assert rig.state(ticket.id) == "complete"


def test_triage_that_broke_is_begun_anew_with_its_wish(
    rig: Rig, sweeper: Sweeper, wait: Wait, message: Callable
) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    calls: list[str] = []

    def break_once(_ticket: object) -> None:
        calls.append("match")
        if len(calls) == 1:
            raise KeyError("mistake of ours")

    rig.hook = break_once
    rig.front.ask_again(ticket, "kubernetes/pod-crashloop", {"pod": "web"}, "Ada", "click")
    wait(history.idle)
    assert rig.stores.tickets.job(ticket) is not None
    sweeper.sweep(now())
    wait(history.idle)
    assert rig.state(ticket) == "complete"
    assert rig.triaged[-1].invocation.parameters["pod"] == "web"
    assert rig.stores.tickets.wish(ticket) == to_json(rig.triaged[-1].invocation)
    assert isinstance(rig.triaged[-1].invocation, Invocation)


def test_triage_that_always_breaks_is_given_up_and_says_so(
    rig: Rig, sweeper: Sweeper, wait: Wait, message: Callable
) -> None:
    calls: list[str] = []

    def broken(_ticket: object) -> None:
        calls.append("match")
        raise KeyError("mistake of ours")

    rig.hook = broken
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    for _ in range(MOST_ATTEMPTS + 1):
        sweeper.sweep(now())
        wait(history.idle)
    assert len(calls) == MOST_ATTEMPTS
    assert rig.state(ticket) == "failed"
    assert [(card.stage, card.note) for card in rig.wall.shown.values()] == [("failed", BROKEN)]


def test_what_still_runs_is_left_alone(rig: Rig, sweeper: Sweeper, message: Callable) -> None:
    import threading

    leave, entered, calls = threading.Event(), threading.Event(), []

    def hang(ticket: object) -> None:
        calls.append(ticket)
        entered.set()
        leave.wait(20)

    rig.hook = hang
    ticket = rig.front.submit(message()).ticket
    assert entered.wait(20)
    sweeper.sweep(now())
    assert rig.stores.tickets.job(ticket).attempts == 0
    leave.set()
    assert len(calls) == 1


def test_delivery_that_nobody_attempts_is_queued(rig: Rig, sweeper: Sweeper, wait: Wait, message: Callable) -> None:
    rig.stores.outbox.intend(cards(Card(receive(message(), noon))))
    sweeper.sweep(now())
    wait(history.idle)
    assert len(rig.wall.posts) == 1
    assert rig.stores.outbox.pending() == ()


def test_pruned_history_does_not_bring_a_ticket_back(rig: Rig, sweeper: Sweeper, wait: Wait, message: Callable) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    sweeper.prune(now())
    assert history.state(triage_id(ticket)) == "SUCCESS", "it is not old enough"
    sweeper.prune(now() + timedelta(days=31))
    assert history.state(triage_id(ticket)) == ""
    assert not rig.front.submit(message()).fresh
    sweeper.sweep(now())
    wait(history.idle)
    assert len(rig.triaged) == 1
    assert len(rig.wall.posts) == 1
