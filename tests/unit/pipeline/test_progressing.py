"""Live cards: best effort, and never over a newer card."""

from __future__ import annotations

import threading

from bot.model.delivery import Delivery
from bot.model.errors import RateLimited, Unavailable
from bot.model.report import Card
from bot.pipeline.progressing import LiveCards
from tests.builders import a_ticket
from tests.outbox import MemoryOutbox, a_delivery

RUNNING = Card(a_ticket(), "running")


class Wall:
    name = "board"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.shown: list[str] = []
        self.told = threading.Event()

    def find(self, delivery: Delivery) -> str | None:
        raise AssertionError("a live card is never posted")

    publish = find

    def revise(self, delivery: Delivery) -> None:
        self.told.set()
        if self.error:
            raise self.error
        self.shown.append(delivery.content.stage)


def live(outbox: MemoryOutbox, wall: Wall) -> LiveCards:
    return LiveCards(lambda card: (a_delivery(content=card),), outbox, {"board": wall})


def posted(stage: str) -> MemoryOutbox:
    outbox = MemoryOutbox()
    outbox.intend([a_delivery(content=Card(a_ticket(), stage))])
    outbox.delivered("d-1", "receipt-d-1")
    return outbox


def test_posted_card_is_edited_in_place_without_touching_the_outbox() -> None:
    outbox, wall = posted("received"), Wall()
    before = outbox.get("d-1")
    live(outbox, wall).edit(RUNNING)
    assert wall.shown == ["running"]
    assert outbox.get("d-1") == before


def test_card_that_was_not_posted_yet_is_left_alone() -> None:
    outbox, wall = MemoryOutbox(), Wall()
    outbox.intend([a_delivery()])
    live(outbox, wall).edit(RUNNING)
    assert wall.shown == []


def test_final_card_is_never_overwritten() -> None:
    wall = Wall()
    live(posted("reported"), wall).edit(RUNNING)
    assert wall.shown == []


def test_destination_that_fails_is_let_be_and_rate_limits_are_kept() -> None:
    assert live(posted("received"), Wall(Unavailable())).edit(RUNNING) == 0
    assert live(posted("received"), Wall(RateLimited(retry_after_s=7))).edit(RUNNING) == 7


def test_cards_are_shown_in_the_background() -> None:
    wall = Wall()
    cards = live(posted("received"), wall)
    cards.start()
    cards.show(RUNNING)
    assert wall.told.wait(5)
    cards.stop()
    assert wall.shown == ["running"]
