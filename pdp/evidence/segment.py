"""Segment files on disk: preallocated, appended to with one write a unit, locked, rotated, recovered.

Crash consequences, step by step, are said where each write stands. One process and one thread use a `SegmentStore`, but
for `Flush.run`, which may run in another thread. What the records mean is the business of `pdp.evidence.wal` and
`pdp.evidence.vault`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from writ.errors import EvidenceFailed
from writ.segment import (
    MARK_BYTES,
    Mark,
    SegmentHeader,
    format_header,
    format_mark,
)

DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024
"""Seconds of decisions at full speed, and small enough to copy and verify in one go."""

MIN_SEGMENT_BYTES = 4096
"""Room for the header and a batch of one."""

SUFFIX = ".seg"

_PAGE_BYTES = 4096


def segment_path(folder: Path, number: int) -> Path:
    """Returns the path of one segment; names sort like numbers."""
    return folder / f"{number:010d}{SUFFIX}"


def segment_numbers(folder: Path) -> list[int]:
    """Returns the numbers of the segments in a folder, ascending. Raises EvidenceFailed `SEGMENT_MISNAMED`."""
    numbers = []
    for path in folder.glob(f"*{SUFFIX}"):
        if not path.stem.isascii() or not path.stem.isdigit() or len(path.stem) != 10:
            raise EvidenceFailed("SEGMENT_MISNAMED", f"expected ten digits and `{SUFFIX}`, got `{path.name}`")
        numbers.append(int(path.stem))
    return sorted(numbers)


def lock_folder(folder: Path) -> int:
    """Creates the folder (mode 0700) and locks it for this process; returns the descriptor that holds the lock.

    The kernel drops the lock when the process ends, however it ends. Raises EvidenceFailed `LOG_LOCKED`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as e:
        os.close(fd)
        raise EvidenceFailed("LOG_LOCKED", f"another process writes to `{folder.name}`") from e
    return fd


def sync_folder(folder: Path) -> None:
    """At return the names in the folder are on stable storage."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """What has to reach stable storage so that everything before `upto` has. `since` is where the last flush ended."""

    fds: tuple[int, ...]
    since: Mark
    upto: Mark

    def run(self) -> None:
        """Blocks until it is done; any thread. Raises OSError.

        What is on the disk is hardly ever read again, so its pages go back to the kernel: the next ones that are written
        to are then warm. Only whole pages are given up, and none that is dirty.
        """
        for fd in self.fds:
            os.fdatasync(fd)
        start = self.since.offset & -_PAGE_BYTES if self.since.segment == self.upto.segment else 0
        with suppress(OSError):  # only advice: everything is on the disk already
            os.posix_fadvise(self.fds[-1], start, self.upto.offset - start, os.POSIX_FADV_DONTNEED)


class SegmentStore:
    """Appends units of records to numbered segments of one kind.

    `last` is where the last good unit ended, from recovery, or None for an empty folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        kind: str,
        issuer: str,
        segment_bytes: int,
        last: Mark | None,
        now_ms: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._kind = kind
        self._issuer = issuer
        self._segment_bytes = max(segment_bytes, MIN_SEGMENT_BYTES)
        self._now_ms = now_ms
        self._unsynced: list[int] = []  # descriptors of full segments that are not on stable storage yet
        self._torn = False
        self._fd = -1
        self._number = self._tail = self._size = 0
        if last:
            self._reopen(last)
        self.durable = self.written = Mark(self._number, self._tail)

    def _reopen(self, last: Mark) -> None:
        self._fd = os.open(segment_path(self._folder, last.segment), os.O_RDWR)
        self._number, self._tail = last.segment, last.offset
        self._size = os.fstat(self._fd).st_size

    def append(self, unit: bytes) -> None:
        """Appends one unit of whole records with one write.

        At return it is in the page cache: a killed process loses nothing, a machine that loses power may. Killed in the
        middle, a part of the unit is left at the tail, which recovery cuts off. Raises EvidenceFailed with nothing
        appended; a later call may succeed.
        """
        if self._torn:
            self._roll_back()
        if self._fd < 0 or self._tail + len(unit) + MARK_BYTES > self._size:
            self._rotate(len(unit))
        self._write(unit)
        self.written = Mark(self._number, self._tail)

    def _write(self, unit: bytes) -> None:
        try:
            done = os.pwrite(self._fd, unit, self._tail)
        except OSError as e:
            self._roll_back_quietly()
            raise EvidenceFailed("LOG_WRITE_FAILED", f"writing to the {self._kind} failed: {e.strerror}") from e
        if done != len(unit):
            self._roll_back_quietly()
            raise EvidenceFailed("LOG_WRITE_FAILED", f"wrote {done} of {len(unit)} bytes to the {self._kind}")
        self._tail += done

    def _roll_back_quietly(self) -> None:
        self._torn = True
        try:
            self._roll_back()
        except EvidenceFailed:
            return  # the next append tries again before it writes

    def _roll_back(self) -> None:
        """Cuts what a failed write left. Truncating needs no space; without preallocation the file simply grows again.
        Killed before it, the torn unit stays at the tail, as after any kill in the middle of a write."""
        try:
            os.ftruncate(self._fd, self._tail)
            self._size = max(self._segment_bytes, self._tail)
        except OSError as e:
            raise EvidenceFailed("LOG_WRITE_FAILED", f"cutting a torn {self._kind} failed: {e.strerror}") from e
        self._torn = False

    def _rotate(self, unit_bytes: int) -> None:
        """Opens the next segment.

        Killed before its folder is synced, the file may be missing or hold only a part of its header: nothing was
        appended to it, and recovery removes it.
        """
        number = self._number + 1
        header = format_header(
            SegmentHeader(kind=self._kind, issuer=self._issuer, number=number, opened_ms=self._now_ms())
        )
        size = max(self._segment_bytes, len(header) + unit_bytes + MARK_BYTES)
        path = segment_path(self._folder, number)
        fd = -1
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            os.posix_fallocate(fd, 0, size)
            os.pwrite(fd, header, 0)  # space was just allocated: it is written as a whole or fails
            sync_folder(self._folder)
        except OSError as e:
            if fd >= 0:
                os.close(fd)
                path.unlink(missing_ok=True)
            raise EvidenceFailed("LOG_WRITE_FAILED", f"opening the next {self._kind} failed: {e.strerror}") from e
        if self._fd >= 0:
            self._unsynced.append(self._fd)
        self._fd, self._number, self._tail, self._size = fd, number, len(header), size

    def flush(self) -> Flush | None:
        """Returns what is left to reach stable storage, or None. The caller runs it, then calls `flushed`."""
        if self.durable == self.written:
            return None
        return Flush(fds=(*self._unsynced, self._fd), since=self.durable, upto=self.written)

    def flushed(self, flush: Flush) -> None:
        """Notes a flush that ran, and leaves a mark behind it.

        The mark itself becomes durable with the next flush: losing power before it costs only the certainty that a bad
        record below it is corruption. So a mark that cannot be written is no failure.
        """
        self.durable = flush.upto
        for fd in flush.fds:
            if fd in self._unsynced:
                self._unsynced.remove(fd)
                os.close(fd)
        record = format_mark(flush.upto)
        if self._torn or self._tail + len(record) > self._size:
            return
        nothing_since = self.written == self.durable
        try:
            self._write(record)
        except EvidenceFailed:
            return
        if nothing_since:
            self.written = self.durable = Mark(self._number, self._tail)

    def close(self) -> None:
        """Closes the files, without a flush."""
        for fd in (*self._unsynced, self._fd):
            if fd >= 0:
                os.close(fd)
        self._unsynced.clear()
        self._fd = -1
