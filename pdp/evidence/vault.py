"""The vault: encrypted payloads beside the log, each with its own random key, erased by destroying a wrapping key.

A payload is sealed with AES-256-GCM under its own key, bound to its leaf. That key is wrapped under the key of each
known data subject in turn, so that destroying any one of them erases; without a known subject under the key of the
organisation and month. What wraps is derived from those keys (SP 800-108 in counter mode, HMAC-SHA-256, over a random
salt); an entry's index under its salt is its nonce. A salt is left after `MAX_INDEX` entries and whenever the process
starts, so that no nonce ever repeats however long a key is used.

Format rule of an entry: `version u8 | leaf 32 | salt 32 | index u32 | keys u8 | key ids u64 each | wrapped key | sealed
payload`; a change takes another version.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pdp.evidence.mend import mend
from pdp.evidence.segment import DEFAULT_SEGMENT_BYTES, SegmentStore
from pdp.keystore import KEY_BYTES, Keystore, WrappingKey
from pdp.model import Draft
from writ.errors import EvidenceFailed
from writ.segment import Record, RecordType, pack_record

MAX_SUBJECTS = 16
"""More known subjects than this are wrapped under the first sixteen: any of those erases."""

MAX_INDEX = 1 << 16
"""Entries under one salt: what was derived under it is remembered until then, far below the 2^32 of SP 800-38D."""

MAX_WRAPPERS = 4096
"""Derived keys that are remembered, about 1 KB each."""

_VERSION = 1
_TAG_BYTES = 16
_ZERO_NONCE = bytes(12)  # a payload's key seals once
_FIXED = struct.Struct(">B32s32sIB")
_KDF_INFO = b"\x00\x00\x00\x01writ.dev/vault/wrap/v1\x00%b\x00\x00\x01\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPayload:
    """One entry as stored: the payload's key is wrapped under `key_ids` from first to last."""

    leaf: bytes
    salt: bytes
    index: int
    key_ids: tuple[int, ...]
    wrapped: bytes
    sealed: bytes


class Vault:
    """The payloads of one issuer in one folder. One thread; the folder must be locked by the caller."""

    def __init__(
        self,
        folder: Path,
        keystore: Keystore,
        *,
        issuer: str,
        random: Callable[[int], bytes],
        now_ms: Callable[[], int],
        segment_bytes: int = DEFAULT_SEGMENT_BYTES,
    ) -> None:
        recovered = mend(folder, "vault", issuer)
        self.store = SegmentStore(
            folder, kind="vault", issuer=issuer, segment_bytes=segment_bytes, last=recovered.last, now_ms=now_ms
        )
        self.keystore = keystore
        self._random = random
        self._owners: dict[tuple[str, ...], bytes] = {}
        self._month_of = (0, 0, "")
        self._salt = b""
        self._next_index = MAX_INDEX
        self._wrappers: dict[int, AESGCM] = {}

    def put(self, drafts: Sequence[Draft], leaves: Sequence[bytes]) -> None:
        """Seals and appends the payloads of a batch with one write; empty ones are left out.

        Comes before the log: killed between the two, an entry without a leaf is left, which nothing ever asks for.
        Raises EvidenceFailed with nothing appended.
        """
        wanted = [(draft, leaf) for draft, leaf in zip(drafts, leaves, strict=True) if draft.payload]
        if not wanted:
            return
        owners = [self._owners_of(draft) for draft, _ in wanted]
        living = self.keystore.living([owner for each in owners for owner in each])
        random = self._random(KEY_BYTES * len(wanted))
        salt, first = self._places(len(wanted))
        records = []
        for at, (draft, leaf) in enumerate(wanted):
            key = random[KEY_BYTES * at : KEY_BYTES * (at + 1)]
            wrapped, ids, nonce = key, b"", (first + at).to_bytes(12)
            for owner in owners[at]:
                wrapping = living[owner]
                wrapped = self._wrapper(wrapping).encrypt(nonce, wrapped, leaf)
                ids += wrapping.id.to_bytes(8)
            fixed = _FIXED.pack(_VERSION, leaf, salt, first + at, len(owners[at]))
            sealed = AESGCM(key).encrypt(_ZERO_NONCE, draft.payload, leaf)
            records.append(pack_record(RecordType.PAYLOAD, b"".join((fixed, ids, wrapped, sealed))))
        self.store.append(b"".join(records))

    def _places(self, count: int) -> tuple[bytes, int]:
        """Returns a salt and the first of `count` indexes under it. They are spent even when writing fails: what was
        sealed under them may stand on the disk."""
        if self._next_index + count > MAX_INDEX:
            self._salt, self._next_index, self._wrappers = self._random(KEY_BYTES), 0, {}
        first = self._next_index
        self._next_index += count
        return self._salt, first

    def _wrapper(self, wrapping: WrappingKey) -> AESGCM:
        """Returns what wraps under a key and the current salt. A destroyed key is never asked for again: its owner's next
        one has another identifier."""
        wrapper = self._wrappers.get(wrapping.id)
        if wrapper is None:
            if len(self._wrappers) >= MAX_WRAPPERS:
                self._wrappers.clear()
            wrapper = self._wrappers[wrapping.id] = _derived(wrapping.key, self._salt)
        return wrapper

    def _owners_of(self, draft: Draft) -> tuple[bytes, ...]:
        organisation = draft.organisation
        if not draft.subjects:
            return (self._owner("month", organisation, self._month(draft.now_ms)),)
        if len(draft.subjects) == 1:
            return (self._owner("subject", organisation, draft.subjects[0]),)
        subjects = sorted(set(draft.subjects))[:MAX_SUBJECTS]
        return tuple(self._owner("subject", organisation, subject) for subject in subjects)

    def _owner(self, *parts: str) -> bytes:
        owner = self._owners.get(parts)
        if owner is None:
            if len(self._owners) >= 10_000:  # bounds memory; an owner is quick to compute again
                self._owners.clear()
            owner = self._owners[parts] = self.keystore.owner(*parts)
        return owner

    def _month(self, now_ms: int) -> str:
        start, end, name = self._month_of
        if not start <= now_ms < end:
            now = datetime.fromtimestamp(now_ms / 1000, UTC)
            first = datetime(now.year, now.month, 1, tzinfo=UTC)
            after = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
            name = f"{now:%Y-%m}"
            self._month_of = (int(first.timestamp()) * 1000, int(after.timestamp()) * 1000, name)
        return name


def destroy_subject(keystore: Keystore, organisation: str, subject: str) -> int:
    """Erases every payload in which `subject` (`type:id`) was known, by destroying its key. Returns how many keys went.

    Receipts and proofs are untouched. What comes later about the same subject gets a new key.
    """
    return keystore.destroy(keystore.owner("subject", organisation, subject))


def destroy_month(keystore: Keystore, organisation: str, month: str) -> int:
    """Erases the payloads of an organisation and month (`YYYY-MM`, UTC) that knew no subject."""
    return keystore.destroy(keystore.owner("month", organisation, month))


def parse_sealed(payload: bytes) -> SealedPayload:
    """Parses a PAYLOAD record. Raises EvidenceFailed `PAYLOAD_MALFORMED`."""
    if len(payload) < _FIXED.size:
        raise EvidenceFailed("PAYLOAD_MALFORMED", "vault entry is cut off")
    version, leaf, salt, index, count = _FIXED.unpack_from(payload)
    ids_end = _FIXED.size + 8 * count
    end = ids_end + KEY_BYTES + _TAG_BYTES * count
    if version != _VERSION or count == 0 or len(payload) < end + _TAG_BYTES:
        raise EvidenceFailed("PAYLOAD_MALFORMED", f"expected a whole vault entry of version {_VERSION}")
    return SealedPayload(
        leaf=leaf,
        salt=salt,
        index=index,
        key_ids=struct.unpack_from(f">{count}Q", payload, _FIXED.size),
        wrapped=payload[ids_end:end],
        sealed=payload[end:],
    )


def open_sealed(entry: SealedPayload, keystore: Keystore) -> bytes:
    """Returns the payload. Raises EvidenceFailed `PAYLOAD_ERASED` or `PAYLOAD_MALFORMED`."""
    key, nonce = entry.wrapped, entry.index.to_bytes(12)
    try:
        for identifier in reversed(entry.key_ids):
            wrapping = keystore.key(identifier)
            if wrapping is None:
                raise EvidenceFailed("PAYLOAD_ERASED", "a key that this payload needs was destroyed")
            key = _derived(wrapping, entry.salt).decrypt(nonce, key, entry.leaf)
        return AESGCM(key).decrypt(_ZERO_NONCE, entry.sealed, entry.leaf)
    except InvalidTag as e:
        raise EvidenceFailed("PAYLOAD_MALFORMED", "vault entry does not open with its keys and leaf") from e


def sealed_payloads(records: Iterator[Record]) -> Iterator[SealedPayload]:
    """Returns the entries among the records of vault segments."""
    return (parse_sealed(record.payload) for record in records if record.type == RecordType.PAYLOAD)


def _derived(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _KDF_INFO % salt, "sha256"))
