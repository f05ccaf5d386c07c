"""Brings a folder of segments back after any end of its writer: checks every record and cuts what was never committed.

What a bad record means depends on where it stands. Before the last mark it was on stable storage once, so something
changed it: corruption, and the writer must not start. After the last mark it is the tail that a kill or a loss of power
tore: it is kept aside in `cut/` and cut off, and the caller says so in the log.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pdp.evidence.segment import segment_numbers, segment_path, sync_folder
from writ.errors import EvidenceFailed
from writ.segment import MAGIC, Mark, Record, RecordType, SegmentScan, find_marks, parse_header

COMMITS: Final = {
    "log": frozenset((RecordType.HEADER, RecordType.HEAD, RecordType.MARK)),
    "vault": frozenset((RecordType.HEADER, RecordType.PAYLOAD, RecordType.MARK)),
}
"""Record types after which the log is whole: what follows the last of them was never committed."""

KNOWN: Final = {
    "log": COMMITS["log"] | {RecordType.BODY},
    "vault": COMMITS["vault"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What was cut: the first segment and offset, how many bytes (trailing zeros not counted) and their SHA-256."""

    segment: int
    offset: int
    bytes: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        return {"segment": self.segment, "offset": self.offset, "bytes": self.bytes, "sha256": self.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Where the last good unit ends, or None in an empty folder; and what was cut, if anything."""

    last: Mark | None
    cut: Cut | None


def _ignore(record: Record) -> None:
    """Looks at nothing."""


def mend(folder: Path, kind: str, issuer: str, visit: Callable[[Record], None] = _ignore) -> Mended:
    """Reads all segments in order, hands every record before the cut to `visit`, and cuts a torn tail.

    Killed in the middle, the cut bytes lie aside and maybe still at the tail; running again ends the same way. Raises
    EvidenceFailed `LOG_CORRUPT`, `SEGMENT_MISSING` or `SEGMENT_MISMATCH`, naming the file and the offset.
    """
    numbers = segment_numbers(folder)
    last: Mark | None = None
    for position, number in enumerate(numbers):
        if position and number != numbers[position - 1] + 1:
            raise EvidenceFailed("SEGMENT_MISSING", f"expected segment {numbers[position - 1] + 1}, got {number}")
        good, whole = _read(folder, number, kind, issuer, visit)
        if whole:
            last = Mark(number, good)
            continue
        _refuse_corruption(folder, numbers[position:], Mark(number, good))
        cut = _cut(folder, numbers[position:], good)
        return Mended(last=Mark(number, good) if good else last, cut=cut)
    return Mended(last=last, cut=None)


def _read(folder: Path, number: int, kind: str, issuer: str, visit: Callable[[Record], None]) -> tuple[int, bool]:
    """Returns where the last committed unit of one segment ends (0: not even a header), and whether that is all."""
    path = segment_path(folder, number)
    if path.stat().st_size == 0:
        return 0, False
    good = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        scan = SegmentScan(data)
        for record in scan:
            if good == 0:
                _check_header(path, record, kind, issuer, number)
            if record.type not in KNOWN[kind]:
                raise _corrupt(path, record.offset, f"record type {record.type} does not belong into a {kind}")
            if record.type in COMMITS[kind]:
                good = record.end
            visit(record)
    return good, not scan.damage and scan.end == good


def _check_header(path: Path, record: Record, kind: str, issuer: str, number: int) -> None:
    header = parse_header(record)
    if (header.kind, header.issuer, header.number) != (kind, issuer, number):
        raise EvidenceFailed(
            "SEGMENT_MISMATCH",
            f"`{path}` must be {kind} {number} of `{issuer}`, it is {header.kind} {header.number} of `{header.issuer}`",
        )


def _refuse_corruption(folder: Path, numbers: list[int], good: Mark) -> None:
    """Raises EvidenceFailed `LOG_CORRUPT` when a mark says that more than `good` was on stable storage."""
    for number in numbers:
        data = segment_path(folder, number).read_bytes()
        for mark in find_marks(data, good.offset if number == good.segment else 0):
            if mark > good:
                raise _corrupt(
                    segment_path(folder, good.segment),
                    good.offset,
                    f"bad record although everything before segment {mark.segment} offset {mark.offset} was synced",
                )


def _cut(folder: Path, numbers: list[int], offset: int) -> Cut | None:
    """Keeps the tail aside, then cuts it. A tail of zeros is no loss and makes no Cut."""
    first, *later = numbers
    tail = segment_path(folder, first).read_bytes()[offset:].rstrip(b"\x00")
    for number in later:
        tail += segment_path(folder, number).read_bytes().rstrip(b"\x00")
    digest = sha256(tail).hexdigest()
    if tail:
        aside = folder / "cut"
        aside.mkdir(mode=0o700, exist_ok=True)
        _write_synced(aside / f"{first:010d}-{offset}-{digest[:16]}.bin", tail)
        sync_folder(aside)
    for number in reversed(later):  # the last first, so that a kill in between leaves no gap
        segment_path(folder, number).unlink()
    if offset <= len(MAGIC):
        segment_path(folder, first).unlink()
    else:
        _truncate(segment_path(folder, first), offset)
    sync_folder(folder)
    return Cut(segment=first, offset=offset, bytes=len(tail), sha256=digest) if tail else None


def _write_synced(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _truncate(path: Path, size: int) -> None:
    fd = os.open(path, os.O_RDWR)
    try:
        os.ftruncate(fd, size)
        os.fsync(fd)
    finally:
        os.close(fd)


def _corrupt(path: Path, offset: int, why: str) -> EvidenceFailed:
    return EvidenceFailed("LOG_CORRUPT", f"`{path}` at offset {offset}: {why}")
