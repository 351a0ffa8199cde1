"""Resolves `@now`, `@now-5m`, `@now+2d` in cases, so that a case never ages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

_TOKEN = re.compile(r"(?<![\w.@-])@now(?:([-+])(\d{1,6})([smhd]))?(?![A-Za-z0-9_])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def resolve(value: Any, now: datetime) -> Any:
    """Give `value` (text, or lists and mappings of it) with each token made a UTC time, `2026-11-24T09:30:00Z`."""
    if isinstance(value, str):
        return _TOKEN.sub(lambda found: _moment(found, now), value) if "@now" in value else value
    if isinstance(value, dict):
        return {key: resolve(entry, now) for key, entry in value.items()}
    if isinstance(value, list):
        return [resolve(entry, now) for entry in value]
    return value


def _moment(found: re.Match[str], now: datetime) -> str:
    sign, number, unit = found.groups()
    away = timedelta(**{_UNITS[unit]: int(number)}) if unit else timedelta()
    moment = now - away if sign == "-" else now + away
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
