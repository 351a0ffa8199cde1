"""One attempt to have a delivery arrive: posted once, found again before a retry, brought up to date after that."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.model.delivery import Delivery, DeliveryState
from bot.model.errors import AccessDenied, InputError, NotFound, RateLimited, SecondlineError, Unavailable
from bot.model.ports import Destination, Outbox

logger = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
FORBIDDEN_WAIT_S = 60.0
"""Between attempts at what a person must first allow or create: a missing scope, a channel without the bot."""
LONGEST_HOLD_S = 25.0
"""A worker that was frozen longer than this while it held the lock must not post: it may lose it before that is done.

PostgreSQL ends the session, and the lock, of a worker that was silent for a minute (`store/database.py`).
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended. While the state is `intended`, another is due in `retry_after_s` seconds."""

    state: DeliveryState
    retry_after_s: float = 0.0
    error: str = ""


def attempt(key: str, outbox: Outbox, destinations: Mapping[str, Destination], *, last: bool = False) -> Attempt:
    """Try once to have the delivery arrive, or to bring up to date what has arrived. Never raises.

    The destination is asked for the key before anything is posted, under the outbox's lock, so that an attempt which
    was killed after posting is not repeated. When the `last` attempt fails the delivery is abandoned, with the reason.
    """
    try:
        with outbox.lock(key):
            return _attempt(key, outbox, destinations)
    except InputError as error:
        return _abandoned(key, outbox, error.message)
    except SecondlineError as error:
        return _failed(key, outbox, error, last)
    except Exception as error:  # one of the three doors: a mistake of ours must not lose a delivery
        logger.exception("delivery %s: unexpected", key)
        return _failed(key, outbox, SecondlineError(f"unexpected {type(error).__name__}: {error}"), last)


def _attempt(key: str, outbox: Outbox, destinations: Mapping[str, Destination]) -> Attempt:
    began = time.monotonic()
    delivery = outbox.get(key)
    if delivery is None:
        return Attempt(DeliveryState.ABANDONED, error="there is no such delivery")
    destination = destinations.get(delivery.address.destination)
    if destination is None:
        raise InputError(f"no destination {delivery.address.destination!r} is switched on")
    receipt = delivery.receipt or destination.find(delivery)
    if receipt:
        _revise(replace(delivery, receipt=receipt), destination)
    else:
        _still_ours(began)
        receipt = destination.publish(delivery)
    outbox.delivered(key, receipt)
    return Attempt(DeliveryState.DELIVERED)


def _revise(delivery: Delivery, destination: Destination) -> None:
    """What a person deleted is not posted again."""
    try:
        destination.revise(delivery)
    except NotFound as error:
        raise InputError(f"the message {delivery.receipt} is gone: {error.message}") from error


def _still_ours(began: float) -> None:
    if time.monotonic() - began > LONGEST_HOLD_S:
        raise Unavailable("took too long before posting; asks again first", system="outbox", operation="lock")


def _failed(key: str, outbox: Outbox, error: SecondlineError, last: bool) -> Attempt:
    attempts = outbox.attempted(key, error.message)
    if last:
        return _abandoned(key, outbox, f"gave up after {attempts} attempts: {error.message}")
    logger.warning("delivery %s: attempt %d failed: %s", key, attempts, error.message)
    return Attempt(DeliveryState.INTENDED, wait_s(error, attempts), error.message)


def _abandoned(key: str, outbox: Outbox, reason: str) -> Attempt:
    logger.error("delivery %s is abandoned: %s", key, reason)
    outbox.abandon(key, reason)
    return Attempt(DeliveryState.ABANDONED, error=reason)


def wait_s(error: SecondlineError, attempts: int) -> float:
    """Give the seconds until the next attempt: doubled each time, never sooner than the destination asked for."""
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(max(0, attempts - 1), 20))
    if isinstance(error, RateLimited):
        return max(wait, error.retry_after_s)
    if isinstance(error, AccessDenied | NotFound):
        return max(wait, FORBIDDEN_WAIT_S)
    return wait
