"""Verifies a whole evidence log, segment by segment, and names the entries that were changed.

Bytes in, a report out; reads no files. What names a changed entry: the leaf hashes beside each signed head (they hash
to the signed root, the changed body does not hash to its leaf); when whoever changed it also signed anew, the entry
after it, which holds the hash of what stood there, and receipts that were handed out. What this cannot tell: whether
entries before the first or behind the last one are missing (compare with receipts), and what is in the payloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from writ.body_schema import ParsedBody, parse_body
from writ.errors import EvidenceFailed, VerificationFailed
from writ.head import BatchHead, verify_head
from writ.keys import KeySet
from writ.merkle import MAX_LEAVES, leaf_hash, root_of
from writ.receipt import verify_place
from writ.segment import HeadRecord, Record, RecordType, SegmentScan, parse_head_record, parse_header, parse_mark

MAX_PROBLEMS = 100_000
"""Most that are listed, in some 50 MiB; every nine bytes of a forged segment can be one. Further ones are counted."""

ReceiptPlace = tuple[str, int, int]
"""Issuer, epoch and sequence: where a receipt says that it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that does not hold. `sequence` is None when it is about no single entry; offsets are in bytes."""

    reason: str
    file: str
    offset: int
    sequence: int | None
    decision_id: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(slots=True, kw_only=True)
class LogReport:
    """What was found. `torn_bytes` at the end were never committed: a writer was killed, or is writing. A log whose
    `first_sequence` is above 0 lacks the entries before; `empty` are the segments that hold no entries, by their files,
    `receipts` counts those whose entry is here, and `unlisted` the problems beyond `MAX_PROBLEMS`."""

    issuer: str = ""
    segments: int = 0
    batches: int = 0
    entries: int = 0
    first_sequence: int | None = None
    last_sequence: int | None = None
    torn_bytes: int = 0
    receipts: int = 0
    empty: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unlisted: int = 0


class LogVerifier:
    """Takes the segments of one log in order. `receipts` are leaves of verified receipts, by their place: the log must
    hold the same leaf there, but for places before `from_sequence`, of which somebody says that they are kept elsewhere."""

    def __init__(
        self, keys: KeySet, receipts: Mapping[ReceiptPlace, bytes] | None = None, *, from_sequence: int = 0
    ) -> None:
        self._keys = keys
        self._from = from_sequence
        self._receipts = dict(receipts or {})
        self.report = LogReport()
        self._number: int | None = None
        self._epoch = 0
        self._previous: str | None = None  # leaf of the last entry; None where the log does not start at its beginning
        self._suspect: tuple[str, int, int | None, str] = ("", 0, None, "")
        self._pending: list[Record] = []
        self._listed: set[Problem] = set()

    def segment(self, file: str, data: bytes) -> None:
        """Verifies the next segment and adds to the report. Never raises for what is in the bytes."""
        if self._pending:
            self._problem("LOG_DAMAGED", file, 0, "the segment before ends in entries that no head commits")
        self._pending = []
        scan = SegmentScan(data, lenient=True)
        batches, before = self.report.batches, len(self.report.problems)
        try:
            for position, record in enumerate(scan):
                if position == 0:
                    self._header(file, record)
                else:
                    self._record(file, record)
        except EvidenceFailed as e:
            self._problem(e.reason, file, scan.end, e.message)
        if scan.damage:
            self._problem("LOG_DAMAGED", file, scan.end, scan.damage, sequence=self._next)
        changed = {problem.offset for problem in self.report.problems[before:] if problem.file == file}
        for offset in scan.unsound:
            if offset not in changed:
                self._problem("LOG_DAMAGED", file, offset, "checksum does not hold")
        self.report.segments += 1
        if self.report.batches == batches:
            self.report.empty.append(file)

    def finish(self) -> LogReport:
        """Returns the report, once all segments are in."""
        self.report.torn_bytes = sum(record.end - record.offset for record in self._pending)
        first = self.report.first_sequence
        if first is None:
            self._problem("LOG_EMPTY", "", 0, "expected entries, got none")
        elif self._from and first > self._from:
            message = f"expected a log that begins at {self._from} or before, got one from {first}"
            self._problem("SEQUENCE_MISMATCH", "", 0, message, sequence=self._from)
        elif self._next is not None and self._from > self._next:
            message = f"expected --from within 0 to {self._next}, where the log ends, got {self._from}"
            self._problem("SEQUENCE_MISMATCH", "", 0, message, sequence=self._from)
        for issuer, epoch, sequence in sorted(self._receipts):
            if issuer == self.report.issuer and sequence >= self._from:  # others are of another log
                message = f"a receipt of epoch {epoch} stands for an entry that the log does not hold"
                self._problem("RECEIPT_MISSING", "", 0, message, sequence=sequence)
        return self.report

    @property
    def _next(self) -> int | None:
        last = self.report.last_sequence
        return None if last is None else last + 1

    def _header(self, file: str, record: Record) -> None:
        header = parse_header(record)
        if header.kind != "log":
            raise EvidenceFailed("SEGMENT_MISMATCH", f"expected a segment of a log, got one of a {header.kind}")
        if self._number is not None and header.number != self._number + 1:
            message = f"expected segment {self._number + 1}, got {header.number}"
            self._problem("SEGMENT_MISMATCH", file, record.offset, message)
        if self.report.issuer and header.issuer != self.report.issuer:
            self._problem("SEGMENT_MISMATCH", file, record.offset, "segment belongs to another issuer")
        self._number = header.number
        self.report.issuer = self.report.issuer or header.issuer

    def _record(self, file: str, record: Record) -> None:
        if record.type == RecordType.BODY:
            if len(self._pending) == MAX_LEAVES:
                raise EvidenceFailed(
                    "BATCH_MISMATCH", f"expected a head after at most {MAX_LEAVES} entries, got more entries"
                )
            self._pending.append(record)
        elif record.type == RecordType.HEAD:
            bodies, self._pending = self._pending, []
            self._batch(file, bodies, record)
        elif record.type == RecordType.MARK:
            try:
                parse_mark(record.payload)
            except EvidenceFailed as e:
                self._problem(e.reason, file, record.offset, e.message)
        else:
            self._problem("LOG_DAMAGED", file, record.offset, f"record type {record.type} does not belong into a log")

    def _batch(self, file: str, bodies: list[Record], record: Record) -> None:
        try:
            stored = parse_head_record(record.payload)
            head = verify_head(stored.head, stored.signature, self._keys)
        except (EvidenceFailed, VerificationFailed) as e:
            self._problem(
                e.reason, file, record.offset, f"batch of {len(bodies)} entries: {e.message}", sequence=self._next
            )
            self._previous = None
            return
        self._sequence(file, record, head)
        if head.count != len(bodies):
            message = f"head commits {head.count} entries, {len(bodies)} stand before it"
            self._problem("BATCH_MISMATCH", file, record.offset, message, sequence=head.first_sequence)
        leaves = self._leaves(file, record, head, stored, bodies)
        for index, body in enumerate(bodies[: head.count]):
            self._entry(file, body, head, index, leaves[index])
        self._previous = (leaves[-1] if leaves else b"").hex() or None
        self.report.batches += 1
        self.report.entries += head.count
        self.report.last_sequence = head.first_sequence + head.count - 1
        self._epoch = head.epoch

    def _sequence(self, file: str, record: Record, head: BatchHead) -> None:
        if self.report.first_sequence is None:
            self.report.first_sequence = head.first_sequence
        elif head.first_sequence != self._next:
            message = f"expected a batch from sequence {self._next}, got one from {head.first_sequence}"
            self._problem("SEQUENCE_MISMATCH", file, record.offset, message, sequence=head.first_sequence)
        if head.epoch < self._epoch:
            message = f"epoch went back: had {self._epoch}, got {head.epoch}"
            self._problem("SEQUENCE_MISMATCH", file, record.offset, message, sequence=head.first_sequence)
        if head.issuer != self.report.issuer:
            self._problem(
                "PLACE_MISMATCH", file, record.offset, "head is of another issuer", sequence=head.first_sequence
            )

    def _leaves(
        self, file: str, record: Record, head: BatchHead, stored: HeadRecord, bodies: list[Record]
    ) -> list[bytes]:
        """Returns the leaves that the signature covers, as far as they can be told."""
        if len(stored.leaves) == head.count and root_of(stored.leaves).hex() == head.root:
            return list(stored.leaves)
        actual = [leaf_hash(body.payload) for body in bodies]
        actual_root = root_of(actual).hex()
        message = (
            "stored leaf hashes were changed" if actual_root == head.root else "entries and leaf hashes were changed"
        )
        self._problem("ROOT_MISMATCH", file, record.offset, message, sequence=head.first_sequence)
        return actual

    def _entry(self, file: str, record: Record, head: BatchHead, index: int, leaf: bytes) -> None:
        sequence = head.first_sequence + index
        try:
            body = parse_body(record.payload)
        except VerificationFailed as e:
            self._problem(e.reason, file, record.offset, e.message, sequence=sequence)
            body = None
        decision_id = body.decision_id if body else ""
        here = (file, record.offset, sequence, decision_id)
        if leaf_hash(record.payload) != leaf:
            self._at("ENTRY_CHANGED", here, "entry is not the one that was signed")
        elif body:
            self._links(body, head, index, here)
        known = self._receipts.pop((head.issuer, head.epoch, sequence), None)
        self.report.receipts += known is not None
        if known is not None and known != leaf:
            self._at("RECEIPT_CONFLICT", here, "a receipt was handed out for another entry at this place")
        self._previous, self._suspect = leaf.hex(), here

    def _links(self, body: ParsedBody, head: BatchHead, index: int, here: tuple[str, int, int | None, str]) -> None:
        try:
            verify_place(body, head, index)
        except VerificationFailed as e:
            self._at(e.reason, here, e.message)
        if self._previous is not None and body.previous_leaf != self._previous:
            message = f"the entry after it (sequence {here[2]}) commits to another one"
            self._at("ENTRY_CHANGED", self._suspect, message)
        if head.epoch != self._epoch and self._epoch and (body.kind != "epoch" or index) and index == 0:
            self._at("SEQUENCE_MISMATCH", here, f"epoch {head.epoch} does not open with an epoch entry")

    def _at(self, reason: str, place: tuple[str, int, int | None, str], message: str) -> None:
        file, offset, sequence, decision_id = place
        self._problem(reason, file, offset, message, sequence=sequence, decision_id=decision_id)

    def _problem(
        self,
        reason: str,
        file: str,
        offset: int,
        message: str,
        *,
        sequence: int | None = None,
        decision_id: str = "",
    ) -> None:
        problem = Problem(
            reason=reason, file=file, offset=offset, sequence=sequence, decision_id=decision_id, message=message
        )
        if problem in self._listed:
            return
        if len(self._listed) == MAX_PROBLEMS:
            self.report.unlisted += 1
            return
        self._listed.add(problem)
        self.report.problems.append(problem)
