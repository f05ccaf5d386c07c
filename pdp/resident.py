"""Resident memory: what only the start needed goes back to the kernel.

Importing extension modules runs, and so makes resident, code that never runs again: the set-up of a thousand classes and
of their methods. Those pages are unchanged copies of files. The kernel drops them by itself when memory is short, and
brings one back from its cache, in a microsecond, should it be run after all; here they are dropped as soon as the process
is ready. malloc keeps free memory between what is used; whole pages of that go back as well, again and again.

Linux only (proc(5), madvise(2), malloc_trim(3)); elsewhere nothing happens. Does not touch what the process has written.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_MADV_DONTNEED = 4

_AREA = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) [0-9a-f]+ \S+ \d+ +(/.*)")
_CHANGED = re.compile(r"Anonymous: +(\d+) kB")


def give_back() -> None:
    """Drops the pages of libraries that are as on disk. Takes some 20 ms; never raises. No library may be unloaded at the
    same time, which Python never does."""
    if sys.platform != "linux":
        return
    try:
        libc = ctypes.CDLL(None)
        with Path("/proc/self/smaps").open(encoding="utf-8", errors="replace") as lines:
            areas = unchanged(lines)
        for start, end in areas:
            # Advice: what the kernel refuses, such as locked pages, stays resident.
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)
    except (AttributeError, OSError):  # no madvise, or no /proc
        return


def trim() -> None:
    """Returns free pages inside malloc's heaps to the kernel, some MiB under load; takes up to 1 ms. Never raises."""
    with suppress(AttributeError, OSError):  # not glibc
        ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0))


def unchanged(smaps: Iterable[str]) -> list[tuple[int, int]]:
    """Returns start and end address of the areas of loaded libraries that are neither writable nor hold a page that
    differs from the file, in the order of `smaps` (proc(5))."""
    found: list[tuple[int, int, str]] = []
    loaded: set[str] = set()
    area: tuple[int, int, str] | None = None
    for line in smaps:
        if (head := _AREA.match(line)) is not None:
            start, end, rights, path = head.groups()
            area = (int(start, 16), int(end, 16), path) if rights in ("r--p", "r-xp") else None
            if rights == "rw-p":
                loaded.add(path)
        elif area is not None and (changed := _CHANGED.match(line)) is not None:
            if changed[1] == "0":
                found.append(area)
            area = None
    # The loader maps a library as a whole, then its writable segment in place, the last of all: before that stands, what
    # looks like code may be about to be relocated. What has no such segment is no library but a file somebody reads.
    return [(start, end) for start, end, path in found if path in loaded]
