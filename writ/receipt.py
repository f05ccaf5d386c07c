"""Receipts: their file form, and how one is verified offline with public keys that come from elsewhere.

A receipt is the body of one entry of an evidence log (in-toto Statement v1, see `writ.receipt_body`), the signed head
of the batch that it was committed in, and the RFC 6962 path between them. It verifies alone. What this cannot tell:
whether the log shows the same entry to everybody (compare with the log folder, see `writ.chain`), and whether the
payload was what it should have been (open the commitments).

Format rule of the file: canonical JSON, one object, base64 with padding; fields never change under one `FILE_FORMAT`.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

import orjson

from writ.body_schema import ParsedBody, parse_body
from writ.commitment import SALT_BYTES, commitment
from writ.errors import VerificationFailed
from writ.head import BatchHead, verify_head
from writ.keys import KeyId, KeySet
from writ.merkle import MAX_LEAVES, MAX_PATH_NODES, leaf_hash, verify_inclusion

FILE_FORMAT: Final = "writ.dev/receipt/v1"
MAX_FILE_BYTES: Final = 512 * 1024
"""A body of at most 256 KiB in base64, and small change."""

_FIELDS: Final = ("body", "format", "head", "index", "path", "salt", "signature")


class ReceiptMessage(Protocol):
    """The fields of `writ.v1.Receipt`."""

    body: bytes
    head: bytes
    signature: bytes
    leaf_index: int
    salt: bytes

    @property
    def path(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt as it travels, unverified. `salt` is empty when whoever passed it on kept the salt back."""

    body: bytes
    head: bytes
    signature: bytes
    index: int
    path: tuple[bytes, ...]
    salt: bytes = b""

    @classmethod
    def of_message(cls, message: ReceiptMessage) -> Self:
        """Returns the receipt that came in a `writ.v1.Receipt`."""
        return cls(
            body=message.body,
            head=message.head,
            signature=message.signature,
            index=message.leaf_index,
            path=tuple(message.path),
            salt=message.salt,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReceipt:
    """A receipt that held. `leaf` is the hash of the body; `body` the parsed statement with its place."""

    body: ParsedBody
    head: BatchHead
    leaf: bytes
    key_id: KeyId
    salt: bytes

    def verify_value(self, label: str, value: bytes) -> None:
        """Raises VerificationFailed unless the receipt commits to `value` under `label` (see `writ.commitment`):
        `SALT_MISSING`, `COMMITMENT_MISSING` or `COMMITMENT_MISMATCH`."""
        if not self.salt:
            raise VerificationFailed("SALT_MISSING", "the salt was kept back, so no commitment can be opened")
        expected = self.body.commitments.get(label)
        if expected is None:
            raise VerificationFailed("COMMITMENT_MISSING", f"receipt commits to no `{label}`")
        if commitment(label, self.salt, value) != expected:
            raise VerificationFailed("COMMITMENT_MISMATCH", f"receipt commits to another `{label}`")


def format_receipt(receipt: Receipt) -> bytes:
    """Returns the canonical bytes of a receipt file. They hold the salt: keep the file as secret as the arguments."""
    return orjson.dumps(
        {
            "body": b64encode(receipt.body).decode(),
            "format": FILE_FORMAT,
            "head": b64encode(receipt.head).decode(),
            "index": receipt.index,
            "path": [b64encode(node).decode() for node in receipt.path],
            "salt": b64encode(receipt.salt).decode(),
            "signature": b64encode(receipt.signature).decode(),
        }
    )


def parse_receipt(raw: bytes) -> Receipt:
    """Parses a receipt file strictly; a final line feed is allowed. Raises VerificationFailed `RECEIPT_MALFORMED`."""
    raw = raw.removesuffix(b"\n")
    if len(raw) > MAX_FILE_BYTES:
        raise _malformed(f"expected at most {MAX_FILE_BYTES} bytes, got {len(raw)}")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as e:
        raise _malformed("expected JSON, got something else") from e
    if not isinstance(document, dict) or set(document) != set(_FIELDS) or document["format"] != FILE_FORMAT:
        raise _malformed(f"expected exactly the fields {', '.join(_FIELDS)} with format `{FILE_FORMAT}`, got others")
    path, index = document["path"], document["index"]
    if not isinstance(path, list) or len(path) > MAX_PATH_NODES:
        raise _malformed(f"`path` must be a list of at most {MAX_PATH_NODES} nodes, got another value")
    if type(index) is not int or not 0 <= index < MAX_LEAVES:
        raise _malformed(f"`index` must be an integer of 0 to {MAX_LEAVES - 1}, got another value")
    receipt = Receipt(
        body=_bytes(document, "body"),
        head=_bytes(document, "head"),
        signature=_bytes(document, "signature"),
        index=index,
        path=tuple(_decoded("path", node) for node in path),
        salt=_bytes(document, "salt"),
    )
    if format_receipt(receipt) != raw:
        raise _malformed("expected canonical JSON, got another form")
    return receipt


def verify_receipt(receipt: Receipt, keys: KeySet) -> VerifiedReceipt:
    """Verifies a receipt against public keys known from elsewhere.

    1. The head is well formed and one of the given keys signed it.
    2. The path leads from the hash of the body to the root in the head.
    3. The body is well formed: exact fields, canonical bytes.
    4. The body stands where the head says: issuer, epoch, sequence and, for the first of a batch, the previous leaf.
    5. The salt, when it came along, is the one that the body commits to.

    Left to the caller: that the keys are those of the receipt signer and of no other use, and opening commitments to
    values that it knows (`VerifiedReceipt.verify_value`). Raises VerificationFailed.
    """
    head = verify_head(receipt.head, receipt.signature, keys)  # (1)
    leaf = leaf_hash(receipt.body)
    verify_inclusion(leaf, receipt.index, head.count, receipt.path, bytes.fromhex(head.root))  # (2)
    body = parse_body(receipt.body)  # (3)
    verify_place(body, head, receipt.index)  # (4)
    if receipt.salt:  # (5)
        _verify_salt(body, receipt.salt)
    return VerifiedReceipt(body=body, head=head, leaf=leaf, key_id=KeyId(head.key_id), salt=receipt.salt)


def verify_place(body: ParsedBody, head: BatchHead, index: int) -> None:
    """Raises VerificationFailed `PLACE_MISMATCH` unless the body claims the place that its head gives it."""
    claimed = (body.issuer, body.epoch, body.sequence)
    given = (head.issuer, head.epoch, head.first_sequence + index)
    if claimed != given:
        raise VerificationFailed("PLACE_MISMATCH", f"expected the body to stand at {given}, got {claimed}")
    if index == 0 and body.previous_leaf != head.previous_leaf:
        raise VerificationFailed(
            "PLACE_MISMATCH", f"expected previous leaf `{head.previous_leaf}` of the head, got `{body.previous_leaf}`"
        )


def _verify_salt(body: ParsedBody, salt: bytes) -> None:
    if len(salt) != SALT_BYTES:
        raise VerificationFailed("SALT_MISMATCH", f"expected a salt of {SALT_BYTES} bytes, got {len(salt)}")
    if "salt" not in body.commitments or commitment("salt", salt, b"") != body.commitments["salt"]:
        raise VerificationFailed("SALT_MISMATCH", "expected the salt that the body commits to, got another")


def _bytes(document: Mapping[str, Any], name: str) -> bytes:
    return _decoded(name, document[name])


def _decoded(name: str, value: Any) -> bytes:
    if not isinstance(value, str):
        raise _malformed(f"`{name}` must be base64 text, got something else")
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError) as e:
        raise _malformed(f"`{name}` must be base64 text, got something else") from e


def _malformed(message: str) -> VerificationFailed:
    return VerificationFailed("RECEIPT_MALFORMED", f"receipt file: {message}")
