"""One attempt at a delivery."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.model.delivery import Delivery, DeliveryState
from bot.model.errors import AccessDenied, InputError, NotFound, RateLimited, Unavailable
from bot.model.report import Card
from bot.pipeline.delivering import LONGEST_WAIT_S, attempt, wait_s
from tests.builders import a_ticket
from tests.outbox import MemoryOutbox, a_delivery


@dataclass
class Wall:
    """A destination in memory that can be told how to fail."""

    name: str = "board"
    posted: dict[str, Card] = field(default_factory=dict)
    fails: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if call in self.fails:
            raise self.fails[call]

    def find(self, delivery: Delivery) -> str | None:
        self._called("find")
        return f"receipt-{delivery.key}" if delivery.key in self.posted else None

    def publish(self, delivery: Delivery) -> str:
        self.posted[delivery.key] = delivery.content
        self._called("publish")
        return f"receipt-{delivery.key}"

    def revise(self, delivery: Delivery) -> None:
        assert delivery.receipt == f"receipt-{delivery.key}"
        self._called("revise")
        self.posted[delivery.key] = delivery.content


@pytest.fixture
def outbox() -> MemoryOutbox:
    outbox = MemoryOutbox()
    outbox.intend([a_delivery()])
    return outbox


def test_first_attempt_asks_then_posts_and_keeps_the_receipt(outbox: MemoryOutbox) -> None:
    wall = Wall()
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.DELIVERED
    assert wall.calls == ["find", "publish"]
    assert outbox.rows["d-1"].receipt == "receipt-d-1"


def test_attempt_after_a_crash_behind_the_post_finds_it_and_posts_nothing(outbox: MemoryOutbox) -> None:
    wall = Wall(fails={"publish": Unavailable("the answer was lost")})
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.INTENDED
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.DELIVERED
    assert wall.calls == ["find", "publish", "find", "revise"]


def test_later_content_of_the_same_card_revises_in_place(outbox: MemoryOutbox) -> None:
    wall = Wall()
    attempt("d-1", outbox, {"board": wall})
    later = Card(a_ticket(), "reported")
    outbox.intend([a_delivery(content=later)])
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.DELIVERED
    assert wall.calls == ["find", "publish", "revise"]
    assert wall.posted["d-1"] == later


def test_destination_that_is_down_is_tried_again_later_and_later(outbox: MemoryOutbox) -> None:
    wall = Wall(fails={"find": Unavailable("down")})
    waits = [attempt("d-1", outbox, {"board": wall}).retry_after_s for _ in range(4)]
    assert waits == [1, 2, 4, 8]
    assert outbox.rows["d-1"].attempts == 4
    assert outbox.rows["d-1"].error == "down"
    assert outbox.pending() == ("d-1",)


def test_last_attempt_that_fails_abandons_with_the_reason(outbox: MemoryOutbox) -> None:
    wall = Wall(fails={"find": Unavailable("down")})
    assert attempt("d-1", outbox, {"board": wall}, last=True).state is DeliveryState.ABANDONED
    assert outbox.rows["d-1"].error == "gave up after 1 attempts: down"


def test_last_attempt_that_works_delivers(outbox: MemoryOutbox) -> None:
    assert attempt("d-1", outbox, {"board": Wall()}, last=True).state is DeliveryState.DELIVERED


def test_message_that_can_never_work_is_abandoned_at_once(outbox: MemoryOutbox) -> None:
    wall = Wall(fails={"publish": InputError("there is no such channel type")})
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.ABANDONED
    assert outbox.rows["d-1"].error == "there is no such channel type"


def test_card_that_a_person_deleted_is_not_posted_again(outbox: MemoryOutbox) -> None:
    wall = Wall()
    attempt("d-1", outbox, {"board": wall})
    wall.fails["revise"] = NotFound("message_not_found")
    assert attempt("d-1", outbox, {"board": wall}).state is DeliveryState.ABANDONED
    assert wall.calls.count("publish") == 1


def test_destination_that_is_switched_off_abandons_and_says_so(outbox: MemoryOutbox) -> None:
    assert attempt("d-1", outbox, {}).state is DeliveryState.ABANDONED
    assert "'board' is switched on" in outbox.rows["d-1"].error


def test_mistake_of_ours_keeps_the_delivery(outbox: MemoryOutbox) -> None:
    wall = Wall(fails={"find": KeyError("ts")})
    ended = attempt("d-1", outbox, {"board": wall})
    assert ended.state is DeliveryState.INTENDED
    assert ended.error == "unexpected KeyError: 'ts'"


def test_unknown_key_ends_without_an_attempt() -> None:
    assert attempt("d-9", MemoryOutbox(), {}).state is DeliveryState.ABANDONED


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (Unavailable(), 1, 1),
        (Unavailable(), 5, 16),
        (Unavailable(), 1000, LONGEST_WAIT_S),
        (RateLimited(retry_after_s=30), 1, 30),
        (RateLimited(retry_after_s=1), 4, 8),
        (AccessDenied(), 1, 60),
        (NotFound(), 8, 128),
    ],
)
def test_wait_doubles_and_respects_what_was_asked_for(error: Unavailable, attempts: int, seconds: float) -> None:
    assert wait_s(error, attempts) == seconds
