from datetime import UTC, datetime

import pytest

from bot.probes.kubernetes.schedules import Schedule, ScheduleError

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("0 2 * * *", datetime(2026, 11, 24, 2, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
        ("30 9-17/4 * * 1-5", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("0 0 * * sun", datetime(2026, 11, 22, tzinfo=UTC)),
        ("0 0 * * 7", datetime(2026, 11, 22, tzinfo=UTC)),
        ("0 0 1 jan,jul *", datetime(2026, 7, 1, tzinfo=UTC)),
        ("@weekly", datetime(2026, 11, 22, tzinfo=UTC)),
        ("@hourly", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("0 0 13 * 5", datetime(2026, 11, 20, tzinfo=UTC)),  # both days restricted: either counts
        ("0 0 */2 * 1", datetime(2026, 11, 23, tzinfo=UTC)),  # a field that begins with a star restricts nothing: both
        ("0 0 29 2 *", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_last_time_before_a_moment(text, last):
    assert Schedule.parse(text).last(NOW) == last


def test_time_zone_moves_it_with_the_summer():
    schedule = Schedule.parse("0 2 * * *", "Europe/London")
    assert schedule.last(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert schedule.last(datetime(2026, 12, 1, 12, tzinfo=UTC)) == datetime(2026, 12, 1, 2, tzinfo=UTC)


def test_date_that_never_comes():
    assert Schedule.parse("0 0 31 2 *").last(NOW) is None


@pytest.mark.parametrize(
    ("text", "zone", "why"),
    [
        ("0 25 * * *", "", "hour: '25' is not within 0-23"),
        ("0 2 * *", "", "4 fields instead of 5"),
        ("*/0 * * * *", "", "no usable step"),
        ("0 17-9 * * *", "", "runs backwards"),
        ("0 2 * * monday", "", "day of week"),
        ("0 2 * * *", "Europe/Londn", "unknown time zone 'Europe/Londn'"),
    ],
)
def test_what_cannot_be_read_says_which_field_and_why(text, zone, why):
    with pytest.raises(ScheduleError, match=why):
        Schedule.parse(text, zone)
