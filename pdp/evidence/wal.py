"""The write-ahead log: one committer that gives entries their sequence, chains them, and signs one head a batch.

`prepare` computes, `commit` writes; between them the vault stores the payloads under the leaves. An epoch is one
opening of the log: its first entry names the last good leaf and what was cut, and is durable before anything follows
it. So a pair of epoch and sequence never comes twice, even when a loss of power takes the tail: the sequence goes on
over epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdp.evidence.mend import Cut, mend
from pdp.evidence.segment import DEFAULT_SEGMENT_BYTES, SegmentStore
from pdp.model import Recorded
from writ.errors import EvidenceFailed
from writ.head import NO_LEAF, BatchHead, format_head, parse_head, sign_head
from writ.keys import key_id
from writ.merkle import MAX_LEAVES, root_and_paths
from writ.receipt_body import Body, epoch_body, place_body
from writ.segment import HeadRecord, Record, RecordType, format_head_record, pack_record, parse_head_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch at its place, signed, not written yet. `leaves` are hashes of the bodies, in order."""

    bodies: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    head: bytes
    signature: bytes
    paths: tuple[tuple[bytes, ...], ...]

    def recorded(self) -> list[Recorded]:
        """Returns what every entry's receipt needs."""
        head, signature = self.head, self.signature
        return [
            Recorded(body=body, head=head, signature=signature, leaf_index=index, path=path)
            for index, (body, path) in enumerate(zip(self.bodies, self.paths, strict=True))
        ]


class _Tail:
    """Follows the records of a log and keeps the last head."""

    def __init__(self) -> None:
        self._head: bytes = b""

    def visit(self, record: Record) -> None:
        if record.type == RecordType.HEAD:
            self._head = record.payload

    def read(self) -> tuple[int, int, str]:
        """Returns the last epoch, the next sequence and the last leaf; 0, 0 and NO_LEAF for an empty log."""
        if not self._head:
            return 0, 0, NO_LEAF
        record = parse_head_record(self._head)
        head = parse_head(record.head)
        return head.epoch, head.first_sequence + head.count, record.leaves[-1].hex()


class Wal:
    """The log of one issuer in one folder. One thread; the folder must be locked by the caller."""

    def __init__(
        self,
        folder: Path,
        *,
        issuer: str,
        key: Ed25519PrivateKey,
        now_ms: Callable[[], int],
        segment_bytes: int = DEFAULT_SEGMENT_BYTES,
    ) -> None:
        """Recovers the folder and opens a new epoch. Raises EvidenceFailed for a corrupt or unwritable log."""
        self._issuer = issuer
        self._key = key
        self._key_id = key_id(key.public_key())
        tail = _Tail()
        recovered = mend(folder, "log", issuer, tail.visit)
        last_epoch, self._sequence, self._previous = tail.read()
        self.epoch = last_epoch + 1
        self.store = SegmentStore(
            folder, kind="log", issuer=issuer, segment_bytes=segment_bytes, last=recovered.last, now_ms=now_ms
        )
        self.cut = recovered.cut
        try:
            self._open_epoch(now_ms(), recovered.cut)
        except EvidenceFailed:
            self.store.close()
            raise

    def _open_epoch(self, now_ms: int, cut: Cut | None) -> None:
        """Killed before the flush ran, the entry may be lost; then the next start uses the same epoch again, and
        nothing else stood in it."""
        body = epoch_body(
            time_ms=now_ms, epoch=self.epoch, previous_leaf=self._previous, cut=cut.to_json() if cut else None
        )
        self.commit(self.prepare([body], now_ms))
        flush = self.store.flush()
        if flush:
            try:
                flush.run()
            except OSError as e:
                raise EvidenceFailed("LOG_SYNC_FAILED", f"syncing a new epoch failed: {e.strerror}") from e
            self.store.flushed(flush)

    def prepare(self, bodies: Sequence[Body], now_ms: int) -> Batch:
        """Returns the batch that `commit` may write next. Changes nothing, so a batch may be thrown away."""
        if not 0 < len(bodies) <= MAX_LEAVES:
            raise EvidenceFailed("BATCH_SIZE", f"expected 1 to {MAX_LEAVES} entries, got {len(bodies)}")
        issuer, epoch, sequence, previous = self._issuer, self.epoch, self._sequence, self._previous
        raws, leaves = [], []
        for body in bodies:
            raw = place_body(body, issuer, epoch, sequence, previous)
            leaf = sha256(b"\x00" + raw)
            previous = leaf.hexdigest()
            sequence += 1
            raws.append(raw)
            leaves.append(leaf.digest())
        root, paths = root_and_paths(leaves)
        head = format_head(
            BatchHead(
                issuer=issuer,
                epoch=epoch,
                first_sequence=self._sequence,
                count=len(raws),
                root=root.hex(),
                previous_leaf=self._previous,
                key_id=self._key_id,
                time_ms=now_ms,
            )
        )
        return Batch(
            bodies=tuple(raws),
            leaves=tuple(leaves),
            head=head,
            signature=sign_head(self._key, head),
            paths=tuple(paths),
        )

    def commit(self, batch: Batch) -> None:
        """Appends a batch with one write: the bodies, then the head that commits them.

        At return a killed process loses nothing. Killed in the middle, bodies without a head are left, which the next
        start cuts: nobody had an answer from them. Raises EvidenceFailed with nothing committed.
        """
        records = [pack_record(RecordType.BODY, body) for body in batch.bodies]
        head = HeadRecord(signature=batch.signature, leaves=batch.leaves, head=batch.head)
        records.append(pack_record(RecordType.HEAD, format_head_record(head)))
        self.store.append(b"".join(records))
        self._sequence += len(batch.bodies)
        self._previous = batch.leaves[-1].hex()
