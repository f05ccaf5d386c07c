"""Reads an evidence log and its vault: entries in order, one decision, what was allowed, what a rebuild needs.

Takes no lock and changes nothing, so it may run beside the writer; it sees what was committed when it read. It trusts
the files: signatures are checked by `writ receipt verify`, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from pdp.evidence.mend import KNOWN
from pdp.evidence.segment import segment_numbers, segment_path
from pdp.evidence.vault import SealedPayload, open_sealed, parse_sealed
from pdp.keystore import Keystore
from writ.errors import EvidenceFailed
from writ.merkle import root_and_paths
from writ.receipt import Receipt
from writ.segment import (
    FRAME,
    MAGIC,
    HeadRecord,
    RecordType,
    SegmentHeader,
    SegmentScan,
    parse_head_record,
    parse_header,
)

LOOKAHEAD: Final = 4096
"""Vault entries held while looking for one: log and vault have the same order, but some entries have no payload."""

CLOCK_MARGIN_MS: Final = 3_600_000
"""Segments are dated by this machine's clock, entries by that of the state; they are taken to agree within an hour."""

GRANTS: Final = frozenset(("ALLOW", "TRANSFORM"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One committed entry with its batch. `body` is the canonical JSON, `index` its position in the batch."""

    body: bytes
    leaf: bytes
    index: int
    batch: HeadRecord

    def predicate(self) -> dict[str, Any]:
        """Returns the predicate of the statement."""
        predicate: dict[str, Any] = orjson.loads(self.body)["predicate"]
        return predicate

    def receipt(self, salt: bytes = b"") -> Receipt:
        """Returns the receipt of the entry."""
        path = root_and_paths(self.batch.leaves)[1][self.index]
        return Receipt(
            body=self.body,
            head=self.batch.head,
            signature=self.batch.signature,
            index=self.index,
            path=path,
            salt=salt,
        )


def log_entries(folder: Path, since_ms: int = 0, *, last: int = 0) -> Iterator[LogEntry]:
    """Yields committed entries in order. Whole segments that ended before `since_ms` are left out, single entries are
    not; with `last`, all segments but so many. Raises EvidenceFailed `LOG_CORRUPT` for a bad record anywhere but at the end."""
    bodies: list[bytes] = []
    for kind, payload in _records(folder, "log", since_ms, last):
        if kind == RecordType.BODY:
            bodies.append(payload)
        elif kind == RecordType.HEAD:
            batch = parse_head_record(payload)
            if len(batch.leaves) != len(bodies):
                raise EvidenceFailed("LOG_CORRUPT", f"head of {len(batch.leaves)} entries follows {len(bodies)}")
            for index, body in enumerate(bodies):
                yield LogEntry(body=body, leaf=batch.leaves[index], index=index, batch=batch)
            bodies = []
        else:
            bodies = []  # a header: what came before it was never committed


def log_issuers(folder: Path) -> frozenset[str]:
    """Returns whose entries a log holds, by the headers of its segments; empty for a folder without a log."""
    headers = (_header(folder, number) for number in segment_numbers(folder))
    return frozenset(header.issuer for header in headers if header is not None)


def allowed_tickets(folder: Path, since_ms: int = 0) -> frozenset[str]:
    """Returns the reservation tickets of all decisions that allowed: what else was reserved may be given back."""
    tickets = set()
    for entry in log_entries(folder, since_ms):
        predicate = entry.predicate()
        if predicate["kind"] == "decision" and predicate["effect"] in GRANTS and predicate["ticket"]:
            tickets.add(predicate["ticket"])
    return frozenset(tickets)


class EvidenceReader:
    """Reads the log of one writer; with a keystore also its payloads."""

    def __init__(self, folder: Path, vault_folder: Path | None = None, keystore: Keystore | None = None) -> None:
        self._folder = folder
        self._vault_folder = vault_folder
        self._keystore = keystore
        self._allowed: frozenset[str] | None = None

    def was_allowed(self, ticket: str) -> bool:
        """Tells whether a decision with this ticket allowed. Reads the log once, at the first call."""
        if self._allowed is None:
            self._allowed = allowed_tickets(self._folder)
        return ticket in self._allowed

    def find(self, decision_id: str, kinds: frozenset[str] = frozenset(("decision", "refusal"))) -> LogEntry:
        """Returns the first entry about a decision; reads the log from its start.

        Raises EvidenceFailed `NOT_RECORDED`.
        """
        needle = orjson.dumps(decision_id)
        for entry in log_entries(self._folder):
            if needle in entry.body:
                predicate = entry.predicate()
                if predicate.get("decision_id") == decision_id and predicate["kind"] in kinds:
                    return entry
        raise EvidenceFailed("NOT_RECORDED", "the log holds no entry of this decision")

    def read_payload(self, decision_id: str) -> bytes:
        """Returns what was stored beside a decision. Raises EvidenceFailed `NOT_RECORDED`, `PAYLOAD_MISSING` (there is
        none), `PAYLOAD_ERASED` (a key was destroyed) or `PAYLOAD_MALFORMED`."""
        leaf = self.find(decision_id).leaf
        for sealed in self._sealed(0):
            if sealed.leaf == leaf:
                return self._open(sealed)
        raise EvidenceFailed("PAYLOAD_MISSING", "nothing is stored beside this decision")

    def payloads(self, since_ms: int = 0) -> Iterator[tuple[LogEntry, bytes | None]]:
        """Yields every entry with its payload, in the order of the log; None where there is none, or it was erased."""
        ahead: dict[bytes, SealedPayload] = {}
        source = self._sealed(since_ms)
        for entry in log_entries(self._folder, since_ms):
            sealed = _take(entry.leaf, ahead, source)
            yield entry, self._open_or_none(sealed)

    def _open_or_none(self, sealed: SealedPayload | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self._open(sealed)
        except EvidenceFailed as e:
            if e.reason != "PAYLOAD_ERASED":
                raise
            return None

    def _open(self, sealed: SealedPayload) -> bytes:
        if self._keystore is None:
            raise EvidenceFailed("KEYSTORE_FAILED", "expected a keystore to open payloads with")
        return open_sealed(sealed, self._keystore)

    def _sealed(self, since_ms: int) -> Iterator[SealedPayload]:
        if self._vault_folder is None:
            return
        for kind, payload in _records(self._vault_folder, "vault", since_ms):
            if kind == RecordType.PAYLOAD:
                yield parse_sealed(payload)


def _take(leaf: bytes, ahead: dict[bytes, SealedPayload], source: Iterator[SealedPayload]) -> SealedPayload | None:
    """Finds the entry of a leaf. Once found, everything before it belongs to no entry of the log and is forgotten."""
    while leaf not in ahead and len(ahead) < LOOKAHEAD:
        sealed = next(source, None)
        if sealed is None:
            break
        ahead[sealed.leaf] = sealed
    if leaf not in ahead:
        return None
    while True:
        first = next(iter(ahead))
        sealed = ahead.pop(first)
        if first == leaf:
            return sealed


def _records(folder: Path, kind: str, since_ms: int, last: int = 0) -> Iterator[tuple[int, bytes]]:
    numbers = segment_numbers(folder)[-last:]
    for position, number in enumerate(numbers):
        if since_ms and position + 1 < len(numbers):
            after = _opened_ms(folder, numbers[position + 1])
            if after is not None and after < since_ms - CLOCK_MARGIN_MS:
                continue
        path = segment_path(folder, number)
        scan = SegmentScan(path.read_bytes())
        for record in scan:
            if record.type not in KNOWN[kind]:
                raise EvidenceFailed("LOG_CORRUPT", f"`{path}` at offset {record.offset}: unknown record type")
            if record.type != RecordType.MARK:
                yield record.type, record.payload
        if scan.damage and position + 1 < len(numbers):
            raise EvidenceFailed("LOG_CORRUPT", f"`{path}` at offset {scan.end}: {scan.damage}")


def _opened_ms(folder: Path, number: int) -> int | None:
    header = _header(folder, number)
    return None if header is None else header.opened_ms


def _header(folder: Path, number: int) -> SegmentHeader | None:
    with segment_path(folder, number).open("rb") as file:
        start = file.read(len(MAGIC) + FRAME.size + 1024)
    for record in SegmentScan(start):
        return parse_header(record)
    return None
