"""Cron schedules as the CronJob controller reads them: five fields, names, steps, and macros such as @daily."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: number for number, name in enumerate(_MONTHS, start=1)} | {name: day for day, name in enumerate(_DAYS)}
HORIZON_DAYS = 1500


class ScheduleError(ValueError):
    """The schedule cannot be read; the message says which field and why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule, made into the sets of numbers that each field allows."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """True when both day fields are restricted: a day then counts when either fits."""
    zone: tzinfo = UTC

    @classmethod
    def parse(cls, text: str, zone: str = "") -> Schedule:
        """Read `text` (`30 2 * * 1-5`) in the time zone `zone` (UTC when empty). Raises ScheduleError."""
        fields = _MACROS.get(text.strip().lower(), text).split()
        if len(fields) != len(_FIELDS):
            raise ScheduleError(f"{len(fields)} fields instead of 5")
        sets = [_field(field, *limits) for field, limits in zip(fields, _FIELDS, strict=True)]
        minutes, hours, days, months, weekdays = sets
        either = all(not fields[at].startswith(("*", "?")) for at in (2, 4))
        return cls(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either, _zone(zone))

    def before(self, moment: datetime) -> Iterator[datetime]:
        """Give the times at which it fires, from `moment` backwards, as far as `HORIZON_DAYS`."""
        local = moment.astimezone(self.zone)
        for back in range(HORIZON_DAYS):
            day = local - timedelta(days=back)
            if self._on(day):
                for hour in sorted(self.hours, reverse=True):
                    for minute in sorted(self.minutes, reverse=True):
                        fires = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
                        if fires <= local:
                            yield fires.astimezone(UTC)

    def _on(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_date or by_weekday if self.either_day else by_date and by_weekday

    def last(self, moment: datetime) -> datetime | None:
        """Give the newest time at or before `moment` at which it fires; None when it never does."""
        return next(self.before(moment), None)


def _zone(name: str) -> tzinfo:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleError(f"unknown time zone {name!r}") from error


def _field(text: str, what: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if step and (not step.isdigit() or int(step) == 0):
            raise ScheduleError(f"{what}: {part!r} has no usable step")
        first, last = _span(span, what, low, high, bool(step))
        found.update(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _span(text: str, what: str, low: int, high: int, stepped: bool) -> tuple[int, int]:
    if text in ("*", "?"):
        return low, high
    start, dash, end = text.partition("-")
    first = _number(start, what, low, high)
    last = _number(end, what, low, high) if dash else high if stepped else first
    if last < first:
        raise ScheduleError(f"{what}: {text!r} runs backwards")
    return first, last


def _number(text: str, what: str, low: int, high: int) -> int:
    number = _NAMES.get(text.lower(), int(text) if text.isdigit() else -1)
    if not low <= number <= high:
        raise ScheduleError(f"{what}: {text!r} is not within {low}-{high}")
    return number
