"""The segment format: how an evidence log and its vault lie in files. Reads and writes bytes, never files.

A segment is `MAGIC`, then records, then zeros to its preallocated end (or nothing). A record is

    length u32 | crc u32 | type u8 | payload        big endian; length counts type and payload, crc is CRC-32 of both

The first record is a HEADER (canonical JSON, see `SegmentHeader`). In a log, the BODY records of a batch are followed
by one HEAD record, which commits them; a MARK says up to where everything was on stable storage when it was written. In
a vault every PAYLOAD commits itself. A length of zero ends the segment, and then only zeros may follow. The CRC finds
accidents; hashes and signatures find intent.

Format rule: record types are never given another meaning, and a reader refuses those that it does not know; a change
takes another `MAGIC`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from mmap import mmap
from typing import Final
from zlib import crc32

import orjson

from writ.errors import EvidenceFailed
from writ.head import MAX_INTEGER
from writ.keys import SIGNATURE_BYTES
from writ.merkle import HASH_BYTES

MAGIC: Final = b"WRITSEG\x01"
FRAME: Final = struct.Struct(">IIB")
"""Length, CRC and type; the payload follows."""

PREFIX_BYTES: Final = 8
"""Length and CRC, which the length does not count."""

MAX_RECORD_BYTES: Final = 16 * 1024 * 1024
"""Far above any payload that the decision point takes; bounds what a damaged length can make a reader do."""

MAX_SEGMENT_BYTES: Final = 1024 * 1024 * 1024
"""Largest that can be set, and all that a reader takes."""

SEGMENT_FORMAT: Final = "writ.dev/segment/v1"
MARK_MAGIC: Final = b"\x00\xffWRITMARK\xff\x00"
"""Finds marks behind a damaged record; no JSON can hold these bytes."""

_MARK: Final = struct.Struct(">12sQQ")
MARK_BYTES: Final = FRAME.size + _MARK.size
_COUNT: Final = struct.Struct(">I")

Buffer = bytes | memoryview | mmap


class RecordType(IntEnum):
    """What a record is."""

    HEADER = 1
    BODY = 2
    HEAD = 3
    MARK = 4
    PAYLOAD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHeader:
    """What a segment says of itself: `kind` is `log` or `vault`, `number` counts from 1 and equals the file name."""

    kind: str
    issuer: str
    number: int
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its CRC checked: it spans bytes `offset` to `end` of the segment."""

    offset: int
    end: int
    type: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRecord:
    """The payload of a HEAD: signature and head as signed, and the hashes of the leaves that it commits.

    The hashes are not signed themselves, but the signed root follows from them: they name the body that was changed.
    """

    signature: bytes
    leaves: tuple[bytes, ...]
    head: bytes


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Everything in segments before `segment`, and in it before `offset`, was on stable storage."""

    segment: int
    offset: int


class SegmentScan:
    """Reads records in order until the end or the first bad record.

    After iterating, `end` is the offset behind the last good record and `damage` says what is wrong there: "" when only
    zeros follow, or nothing. With `lenient` a record whose checksum does not hold is handed out all the same, and its
    offset noted in `unsound`: for those who check hashes themselves and want to name what was changed.
    """

    def __init__(self, data: Buffer, *, lenient: bool = False) -> None:
        self._data = data
        self._lenient = lenient
        self.end = len(MAGIC)
        self.damage = ""
        self.unsound: list[int] = []

    def __iter__(self) -> Iterator[Record]:
        data, size = self._data, len(self._data)
        if data[: len(MAGIC)] != MAGIC:
            self.end, self.damage = 0, "expected the magic bytes of a segment"
            return
        while self.end < size:
            at = self.end
            if size - at < FRAME.size:
                if any(data[at:size]):
                    self.damage = "record is cut off"
                return
            length, crc, kind = FRAME.unpack_from(data, at)
            if length == 0:
                if not is_zero(data, at):
                    self.damage = "expected zeros behind the end, got more"
                return
            if length > MAX_RECORD_BYTES or at + PREFIX_BYTES + length > size:
                self.damage = f"record of {length} bytes does not fit"
                return
            end = at + PREFIX_BYTES + length
            if crc32(data[at + PREFIX_BYTES : end]) != crc:
                if not self._lenient:
                    self.damage = "checksum does not hold"
                    return
                self.unsound.append(at)
            self.end = end
            yield Record(at, end, kind, bytes(data[at + FRAME.size : end]))


def is_zero(data: Buffer, start: int) -> bool:
    """Tells whether only zeros stand from `start` on."""
    step = 1 << 20
    zeros = bytes(step)
    size = len(data)
    return all(data[at : at + step] == zeros[: min(step, size - at)] for at in range(start, size, step))


def pack_record(kind: RecordType, payload: bytes) -> bytes:
    """Returns the bytes of one record. Raises EvidenceFailed `RECORD_TOO_LARGE`."""
    if len(payload) >= MAX_RECORD_BYTES:
        raise EvidenceFailed(
            "RECORD_TOO_LARGE", f"expected a record under {MAX_RECORD_BYTES} bytes, got {len(payload)}"
        )
    return FRAME.pack(len(payload) + 1, crc32(payload, _TYPE_CRC[kind]), kind) + payload


_TYPE_CRC: Final = {kind: crc32(bytes((kind,))) for kind in RecordType}


def format_header(header: SegmentHeader) -> bytes:
    """Returns the first bytes of a segment: magic and HEADER record."""
    document = {
        "format": SEGMENT_FORMAT,
        "issuer": header.issuer,
        "kind": header.kind,
        "number": header.number,
        "opened_ms": header.opened_ms,
    }
    return MAGIC + pack_record(RecordType.HEADER, orjson.dumps(document))


def parse_header(record: Record) -> SegmentHeader:
    """Parses a HEADER strictly. Raises EvidenceFailed `SEGMENT_MALFORMED`."""
    try:
        document = orjson.loads(record.payload)
        kind, issuer, number, opened_ms = (document[name] for name in ("kind", "issuer", "number", "opened_ms"))
    except (orjson.JSONDecodeError, KeyError, TypeError) as e:
        raise EvidenceFailed(
            "SEGMENT_MALFORMED", "expected a header with kind, issuer, number and opened_ms, got something else"
        ) from e
    if any(type(value) is not int or not 0 <= value <= MAX_INTEGER for value in (number, opened_ms)):
        raise EvidenceFailed(
            "SEGMENT_MALFORMED", f"expected `number` and `opened_ms` of 0 to {MAX_INTEGER}, got others"
        )
    header = SegmentHeader(kind=str(kind), issuer=str(issuer), number=number, opened_ms=opened_ms)
    if record.type != RecordType.HEADER or format_header(header)[len(MAGIC) + FRAME.size :] != record.payload:
        raise EvidenceFailed(
            "SEGMENT_MALFORMED", f"expected a canonical header of format `{SEGMENT_FORMAT}`, got another form"
        )
    return header


def format_head_record(head: HeadRecord) -> bytes:
    """Returns the payload of a HEAD: signature 64 | count u32 | leaves 32 each | head."""
    return head.signature + _COUNT.pack(len(head.leaves)) + b"".join(head.leaves) + head.head


def parse_head_record(payload: bytes) -> HeadRecord:
    """Parses the payload of a HEAD, unverified. Raises EvidenceFailed `SEGMENT_MALFORMED`."""
    start = SIGNATURE_BYTES + _COUNT.size
    if len(payload) < start:
        raise EvidenceFailed(
            "SEGMENT_MALFORMED", f"expected a head record of at least {start} bytes, got {len(payload)}"
        )
    (count,) = _COUNT.unpack_from(payload, SIGNATURE_BYTES)
    end = start + count * HASH_BYTES
    if count == 0 or end > len(payload):
        raise EvidenceFailed("SEGMENT_MALFORMED", f"head record is too short for {count} leaves")
    leaves = tuple(payload[at : at + HASH_BYTES] for at in range(start, end, HASH_BYTES))
    return HeadRecord(signature=payload[:SIGNATURE_BYTES], leaves=leaves, head=payload[end:])


def format_mark(mark: Mark) -> bytes:
    """Returns the whole MARK record."""
    return pack_record(RecordType.MARK, _MARK.pack(MARK_MAGIC, mark.segment, mark.offset))


def parse_mark(payload: bytes) -> Mark:
    """Parses the payload of a MARK. Raises EvidenceFailed `SEGMENT_MALFORMED`."""
    if len(payload) != _MARK.size or not payload.startswith(MARK_MAGIC):
        raise EvidenceFailed(
            "SEGMENT_MALFORMED", f"expected a mark of {_MARK.size} bytes, got {len(payload)}, or another beginning"
        )
    _, segment, offset = _MARK.unpack(payload)
    return Mark(segment, offset)


def find_marks(data: bytes, start: int) -> Iterator[Mark]:
    """Yields marks whose checksum holds, from `start` on, without reading the records between: they may be damaged."""
    at = data.find(MARK_MAGIC, start)
    while at >= 0:
        frame = at - FRAME.size
        payload = data[at : at + _MARK.size]
        if (
            frame >= 0
            and len(payload) == _MARK.size
            and data[frame:at] == pack_record(RecordType.MARK, payload)[: FRAME.size]
        ):
            yield parse_mark(payload)
        at = data.find(MARK_MAGIC, at + 1)
