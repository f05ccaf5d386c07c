"""Where calendar and sliding windows lie, as UTC instants in Unix milliseconds.

The zone rules come from the pinned `tzdata` wheel and nowhere else, so that every PDP draws the same borders whatever
its host has installed. PDPs and Redis need not agree on the time: each window is given with its neighbours and the Lua
script picks by Redis TIME.

A calendar window starts at the first instant at which the local clock shows its start or anything later (PEP 495 fold
0; for a start that the clock skips, the instant of the change). So windows follow each other without gap or overlap,
an hour that the clock repeats is one window of two hours, and an hour or a day that it skips is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from pdp.model import Window
from writ.errors import ConfigurationError

MAX_SLIDING_S = 366 * 86_400
"""Longest sliding window: a year. Longer ones belong to reports, not to decisions."""

_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_SPANS = (3, 40, 400)  # units to look at on either side; the larger ones for zones that skip a whole day


class Unit(StrEnum):
    """Length of a calendar window."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@cache
def load_zone(name: str) -> tzinfo:
    """Reads one IANA zone from the wheel. Raises ConfigurationError ZONE_UNKNOWN."""
    if _ZONE.fullmatch(name):
        source = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if source.is_file():
            with source.open("rb") as stream:
                if stream.read(4) == b"TZif":
                    stream.seek(0)
                    return ZoneInfo.from_file(stream, key=name)
    raise ConfigurationError("ZONE_UNKNOWN", f"time zone: expected an IANA name, got `{name[:64]}`")


def _floor(local: datetime, unit: Unit) -> datetime:
    clean = local.replace(second=0, microsecond=0, fold=0)
    if unit is Unit.MINUTE:
        return clean
    clean = clean.replace(minute=0)
    if unit is Unit.HOUR:
        return clean
    clean = clean.replace(hour=0)
    return clean if unit is Unit.DAY else clean.replace(day=1)


def _add(local: datetime, unit: Unit, count: int) -> datetime:
    if unit is Unit.MONTH:
        month = local.year * 12 + local.month - 1 + count
        return local.replace(year=month // 12, month=month % 12 + 1)
    if unit is Unit.DAY:
        return local + timedelta(days=count)
    return local + (timedelta(hours=count) if unit is Unit.HOUR else timedelta(minutes=count))


def _instant(local: datetime, zone: tzinfo) -> datetime:
    """First UTC instant at which the clock of `zone` shows `local` (naive) or anything later."""
    first = local.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # The clock skips `local`: the change lies between its two readings (PEP 495, "gap").
    low, high = local.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) >= local:
            high = middle
        else:
            low = middle
    return high


def _to_ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MS


def calendar_starts(unit: Unit, zone: tzinfo, now_ms: int) -> tuple[int, int, int, int]:
    """UTC starts of the previous, the current, the next and the one after next window at `now_ms`."""
    now = _EPOCH + now_ms * _MS
    here = _floor(now.astimezone(zone).replace(tzinfo=None), unit)
    for span in _SPANS:
        candidates = (_add(here, unit, step) for step in range(-span, span + 1))
        starts = sorted({_to_ms(_instant(candidate, zone)) for candidate in candidates})
        current = bisect_right(starts, now_ms) - 1
        if 1 <= current <= len(starts) - 3:
            return starts[current - 1], starts[current], starts[current + 1], starts[current + 2]
    raise RuntimeError(f"no window borders found around {now_ms}")


@dataclass(slots=True, kw_only=True)
class CalendarWindows:
    """Calendar windows of one unit in one zone; remembers the current one, so that a batch shares one `Window`."""

    unit: Unit
    zone: tzinfo
    _window: Window | None = field(default=None, init=False)

    def at(self, now_ms: int) -> Window:
        window = self._window
        if window is None or not window.starts_ms[1] <= now_ms < window.starts_ms[2]:
            window = self._window = Window(starts_ms=calendar_starts(self.unit, self.zone, now_ms))
        return window


@dataclass(frozen=True, slots=True, kw_only=True)
class SlidingWindow:
    """A sliding window; the same at any time."""

    window: Window

    def at(self, now_ms: int) -> Window:  # noqa: ARG002 - the same shape as CalendarWindows
        return self.window


def window_bounds(window: Window, now_ms: int) -> tuple[int, int] | None:
    """What a receipt keeps for `pdp.state.rebuild`: (start, end) of the calendar window that holds `now_ms`, in Unix ms, or
    (0, length) of a sliding one. None when `now_ms` lies outside: then nothing was counted."""
    if window.length_ms:
        return 0, window.length_ms
    starts = window.starts_ms
    index = bisect_right(starts, now_ms) - 1
    return (starts[index], starts[index + 1]) if 0 <= index < len(starts) - 1 else None
