"""Queues: what is queued is done, once, also while a destination is down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.engine import history
from bot.engine.names import delivery_id, delivery_prefix, tick_id, triage_id
from bot.model.delivery import DeliveryState
from bot.model.errors import InputError, Unavailable
from bot.model.report import Card
from tests.builders import a_ticket
from tests.unit.engine.conftest import Rig, cards


def test_ticket_is_triaged_and_its_card_posted(rig: Rig, wait: Callable[..., None], message: Callable) -> None:
    submission = rig.front.submit(message())
    wait(history.idle)
    assert rig.wall.stages() == ["reported"]
    assert rig.state(submission.ticket) == "complete"
    assert rig.stores.tickets.job(submission.ticket) is None
    assert rig.stores.outbox.pending() == ()
    assert history.state(triage_id(submission.ticket)) == "SUCCESS"


def test_same_stage_is_dispatched_once(rig: Rig, wait: Callable[..., None]) -> None:
    wanted = cards(Card(a_ticket(reply_to=message_place())))
    rig.stores.outbox.intend(wanted)
    for _ in range(3):
        rig.engine.dispatch([wanted[0].key], "received")
    wait(history.idle)
    assert rig.wall.posts == ["t-1"]
    assert history.state(delivery_id(wanted[0].key, "received", 1)) == "SUCCESS"
    assert history.state(delivery_id(wanted[0].key, "received", 2)) == ""


def message_place() -> tuple:
    from bot.model.ticket import Address

    return (Address("board", "C1"),)


def test_destination_that_is_down_delays_and_holds_no_worker(
    rig: Rig, wait: Callable[..., None], message: Callable
) -> None:
    rig.wall.fails = Unavailable("down")
    rig.front.submit(message())
    wait(lambda: rig.stores.outbox.pending() and history.live(delivery_prefix("")))
    key = rig.stores.outbox.pending()[0]
    wait(lambda: rig.stores.outbox.get(key).attempts >= 1)
    rig.wall.fails = None
    wait(history.idle)
    assert rig.wall.stages() == ["reported"]
    assert len(rig.wall.posts) == 1


def test_delivery_is_given_up_after_its_time(idle_rig: Rig, wait: Callable[..., None], message: Callable) -> None:
    idle_rig.settings = idle_rig.settings.model_copy(update={"give_up_delivery_after_s": 0})
    idle_rig.launch()
    idle_rig.wall.fails = Unavailable("down")
    ticket = idle_rig.front.submit(message()).ticket
    wait(lambda: idle_rig.state(ticket) == "complete" and history.idle())
    kept = idle_rig.stores.outbox.get(cards(Card(idle_rig.stores.tickets.get(ticket)))[0].key)
    assert kept.state is DeliveryState.ABANDONED
    assert kept.error == "gave up after 1 attempts: down"


def test_front_role_queues_and_runs_nothing_until_a_worker_comes(
    idle_rig: Rig, wait: Callable[..., None], message: Callable
) -> None:
    front = idle_rig.launch(works=False)
    ticket = idle_rig.front.submit(message()).ticket
    idle_rig.engine.tick("sweep", datetime.now(UTC))
    assert history.state(triage_id(ticket)) == "ENQUEUED"
    front.close(patience_s=0)
    assert idle_rig.triaged == []
    idle_rig.launch()
    wait(history.idle)
    assert idle_rig.wall.stages() == ["reported"]


def test_tick_runs_its_job_once_for_each_nominal_time(idle_rig: Rig, wait: Callable[..., None]) -> None:
    ran: list[datetime] = []
    idle_rig.jobs["poll"] = ran.append
    engine = idle_rig.launch()
    eleven = datetime(2026, 11, 24, 11, tzinfo=UTC)
    for moment in (eleven, eleven, eleven + timedelta(minutes=1)):
        engine.tick("poll", moment)
    engine.tick("unknown", eleven)
    wait(history.idle)
    assert sorted(ran) == [eleven, eleven + timedelta(minutes=1)]
    assert history.state(tick_id("poll", eleven)) == "SUCCESS"


def test_triage_of_no_ticket_fails_and_harms_nothing(rig: Rig, wait: Callable[..., None], message: Callable) -> None:
    rig.engine.triage("t-none", "triage:t-none")
    wait(lambda: history.state("triage:t-none") == "ERROR")
    rig.front.submit(message())
    wait(history.idle)
    assert rig.wall.stages() == ["reported"]


def test_error_in_the_chain_leaves_the_ticket_unsettled(rig: Rig, wait: Callable[..., None], message: Callable) -> None:
    def broken(_ticket: object) -> None:
        raise InputError("broken")

    rig.hook = broken
    ticket = rig.front.submit(message()).ticket
    wait(lambda: history.state(triage_id(ticket)) == "ERROR")
    assert rig.stores.tickets.job(ticket) is not None
