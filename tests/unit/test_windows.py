"""Calendar windows at the odd hours of real zones, by the data of the `tzdata` wheel."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.model import Window
from pdp.windows import CalendarWindows, Unit, calendar_starts, load_zone, window_bounds
from writ.errors import ConfigurationError

HOUR = 3_600_000
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Gaza",
)


def ms(text: str) -> int:
    """Unix ms of an ISO time with its offset."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def window_at(unit: Unit, zone: str, text: str) -> tuple[int, int]:
    starts = calendar_starts(unit, load_zone(zone), ms(text))
    return starts[1], starts[2]


@pytest.mark.parametrize(
    ("unit", "zone", "now", "start", "end"),
    [
        ("day", "UTC", "2026-03-01T12:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("minute", "UTC", "2026-03-01T12:00:59.999Z", "2026-03-01T12:00:00Z", "2026-03-01T12:01:00Z"),
        # A day of 23 hours, and one of 25.
        ("day", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("day", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        # The hour that the clock skips is none, the hour that it repeats is one of two hours.
        ("hour", "Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
        ("hour", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
        ("hour", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
        # Zones of half and quarter hours.
        ("hour", "Asia/Kathmandu", "2026-05-01T12:10:00Z", "2026-05-01T11:15:00Z", "2026-05-01T12:15:00Z"),
        ("hour", "Australia/Lord_Howe", "2026-04-04T15:10:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z"),
        # Midnight that does not exist: Sao Paulo went from 24:00 to 1:00.
        ("day", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"),
        ("day", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"),
        # Midnight that comes twice: a day ends when it comes first, though the clock shows it once more.
        ("day", "America/St_Johns", "2010-11-06T12:00:00Z", "2010-11-06T00:00:00-02:30", "2010-11-07T00:00:00-02:30"),
        ("day", "America/St_Johns", "2010-11-07T03:00:00Z", "2010-11-07T00:00:00-02:30", "2010-11-08T00:00:00-03:30"),
        # A day that was skipped altogether.
        ("day", "Pacific/Apia", "2011-12-30T05:00:00Z", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"),
        ("hour", "Pacific/Apia", "2011-12-30T09:59:00Z", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z"),
        # Ends of months.
        ("month", "UTC", "2024-02-29T23:59:59Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("month", "UTC", "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("month", "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("month", "Europe/Berlin", "2026-03-31T22:30:00Z", "2026-04-01T00:00:00+02:00", "2026-05-01T00:00:00+02:00"),
        ("month", "Pacific/Auckland", "2026-01-31T10:59:59Z", "2026-01-01T00:00:00+13:00", "2026-02-01T00:00:00+13:00"),
    ],
)
def test_a_window_lies_where_the_local_calendar_has_it(unit: str, zone: str, now: str, start: str, end: str) -> None:
    assert window_at(Unit(unit), zone, now) == (ms(start), ms(end))


@settings(max_examples=150, deadline=None)
@given(
    now_ms=st.integers(ms("2005-01-01T00:00:00Z"), ms("2037-01-01T00:00:00Z")),
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from(list(Unit)),
)
def test_windows_follow_each_other_without_gap_or_overlap(now_ms: int, zone: str, unit: Unit) -> None:
    starts = calendar_starts(unit, load_zone(zone), now_ms)
    assert list(starts) == sorted(set(starts))
    assert starts[1] <= now_ms < starts[2]
    for edge, shift in ((starts[2], 1), (starts[1] - 1, -1)):
        neighbour = calendar_starts(unit, load_zone(zone), edge)
        assert neighbour[1:3] == ((starts[2], starts[3]) if shift > 0 else (starts[0], starts[1]))


def test_one_window_object_serves_a_whole_window() -> None:
    windows = CalendarWindows(unit=Unit.DAY, zone=load_zone("Europe/Berlin"))
    noon = ms("2026-03-29T12:00:00Z")
    assert windows.at(noon) is windows.at(noon + HOUR)
    assert windows.at(noon) is not windows.at(noon + 24 * HOUR)


def test_a_receipt_keeps_the_borders_of_the_window_that_was_counted_in() -> None:
    window = Window(starts_ms=(0, 10, 20, 30))
    assert [window_bounds(window, now) for now in (0, 9, 10, 29, 30, -1)] == [
        (0, 10),
        (0, 10),
        (10, 20),
        (20, 30),
        None,
        None,
    ]
    assert window_bounds(Window(length_ms=5), 1234) == (0, 5)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "zone.tab", "UTC\x00", "a" * 99]
)
def test_a_zone_that_the_wheel_does_not_know_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="ZONE_UNKNOWN"):
        load_zone(name)


def test_zone_rules_hold_long_after_the_last_listed_change() -> None:
    start, end = window_at(Unit.DAY, "Europe/Berlin", "2099-03-29T12:00:00Z")
    assert timedelta(milliseconds=end - start) == timedelta(hours=23)
