"""Ids of workflows are derived."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.engine.names import delivery_id, delivery_key, delivery_prefix, short, tick_id, triage_id


def test_ticks_are_named_in_utc() -> None:
    moment = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert tick_id("poll-jira", moment) == "tick:poll-jira:2026-11-24T11:00:00Z"


def test_triage_is_named_by_ticket_and_turn() -> None:
    assert triage_id("t-1") == "triage:t-1"
    assert triage_id("t-1", "click") == triage_id("t-1", "click") != triage_id("t-1", "other click")


def test_attempts_at_a_delivery_share_their_prefix() -> None:
    assert delivery_id("d-1", "received", 2) == "deliver:d-1:received:2"
    assert delivery_id("d-1", "received", 2).startswith(delivery_prefix("d-1"))
    assert not delivery_id("d-10", "received", 2).startswith(delivery_prefix("d-1"))


def test_key_is_read_off_an_attempt() -> None:
    assert delivery_key(delivery_id("d-1", "reported:0f", 3)) == "d-1"
    assert delivery_id("d-1", "received", 1).startswith(delivery_prefix(""))


def test_any_text_is_folded() -> None:
    assert len(short("x" * 10_000 + "\n✓")) == 12
