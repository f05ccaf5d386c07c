"""Resident memory: what is as on disk is given back, and the process goes on as before."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

import orjson
import pytest

from pdp import resident

LIBRARY = """\
7f0000000000-7f0000010000 r--p 00000000 08:01 11 /lib/one.so
Rss:                  64 kB
Anonymous:             0 kB
7f0000010000-7f0000020000 r-xp 00010000 08:01 11 /lib/one.so
Anonymous:             0 kB
7f0000020000-7f0000030000 r--p 00020000 08:01 11 /lib/one.so
Anonymous:             8 kB
7f0000030000-7f0000040000 rw-p 00030000 08:01 11 /lib/one.so
Anonymous:             0 kB
"""


PAGES = 16  # below what malloc maps by itself


def areas(smaps: str) -> list[tuple[int, int]]:
    return resident.unchanged(smaps.splitlines(keepends=True))


def resident_kib() -> dict[str, int]:
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}


def anonymous_kib() -> int:
    return resident_kib()["Anonymous"]


def file_backed_kib() -> int:
    found = resident_kib()
    return found["Rss"] - found["Anonymous"]


def test_only_what_is_as_in_the_file_and_cannot_be_written_is_named() -> None:
    assert areas(LIBRARY) == [(0x7F0000000000, 0x7F0000010000), (0x7F0000010000, 0x7F0000020000)]


def test_a_library_that_the_loader_has_not_finished_is_left_alone() -> None:
    assert areas(LIBRARY[: LIBRARY.index("7f0000030000-")]) == []


@pytest.mark.parametrize(
    "head",
    [
        "7f0000040000-7f0000050000 r--s 00000000 08:01 11 /lib/one.so",  # shared
        "7f0000040000-7f0000050000 rwxp 00000000 08:01 11 /lib/one.so",  # writable
        "7f0000040000-7f0000050000 r--p 00000000 00:00 0",  # no file
        "7f0000040000-7f0000050000 r--p 00000000 00:00 0                          [vvar]",
        "7f0000040000-7f0000050000 r--p 00000000 08:01 12 /data/some file.db",  # a file that somebody reads
    ],
)
def test_what_is_no_code_of_a_library_is_left_alone(head: str) -> None:
    assert len(areas(f"{LIBRARY}{head}\nAnonymous:             0 kB\n")) == 2


def test_an_area_whose_pages_nobody_counted_is_left_alone() -> None:
    assert len(areas(LIBRARY.replace("Anonymous:             0 kB", "Referenced:            0 kB", 1))) == 1


def test_what_was_given_back_is_resident_no_more_and_comes_again_when_it_is_used() -> None:
    before = file_backed_kib()
    resident.give_back()
    assert file_backed_kib() < before / 2
    assert orjson.loads(orjson.dumps({"still": ["here", 1]})) == {"still": ["here", 1]}


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("pdp.resident.ctypes", None)
    resident.give_back()


def test_free_memory_between_what_is_used_is_given_back() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
    blocks = [libc.malloc(ctypes.c_size_t(PAGES * 4096)) for _ in range(256)]
    for block in blocks:
        ctypes.memset(block, 1, PAGES * 4096)
    for block in blocks[::2]:
        libc.free(block)
    before = anonymous_kib()
    resident.trim()
    assert anonymous_kib() < before - 128 * (PAGES - 2) * 4 // 2
    for block in blocks[1::2]:
        libc.free(block)


def test_a_c_library_without_trim_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    resident.trim()
    resident.give_back()
