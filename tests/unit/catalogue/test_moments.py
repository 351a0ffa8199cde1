from datetime import UTC, datetime

import pytest

from bot.catalogue.moments import resolve

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@now", "2026-11-24T12:00:00Z"),
        ("@now-30s", "2026-11-24T11:59:30Z"),
        ("@now-5m", "2026-11-24T11:55:00Z"),
        ("@now+3h", "2026-11-24T15:00:00Z"),
        ("@now+2d", "2026-11-26T12:00:00Z"),
        ("last seen @now-5m, again @now", "last seen 2026-11-24T11:55:00Z, again 2026-11-24T12:00:00Z"),
        ("mail kim@now.example or @nowhere", "mail kim@now.example or @nowhere"),
        ("@now-5x", "2026-11-24T12:00:00Z-5x"),
    ],
)
def test_tokens_become_times(text, expected):
    assert resolve(text, NOON) == expected


def test_nested_values_are_resolved_and_others_kept():
    assert resolve({"a": ["@now", 3, None], "b": {"c": "@now"}}, NOON) == {
        "a": ["2026-11-24T12:00:00Z", 3, None],
        "b": {"c": "2026-11-24T12:00:00Z"},
    }
