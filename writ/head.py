"""The signed head of one committed batch: which entries it holds, their Merkle root, and what came before.

A head is canonical JSON (RFC 8785 profile); the Ed25519 signature covers `HEAD_DOMAIN` and those bytes, so that one
signature serves a whole batch and can be taken for nothing else. This module holds no keys and reads no log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from writ.errors import VerificationFailed
from writ.keys import KeySet, verify_signature
from writ.merkle import MAX_LEAVES

HEAD_FORMAT: Final = "writ.dev/head/v1"
HEAD_DOMAIN: Final = b"writ.dev/head/v1\n"
"""Prefix of what is signed. JSON never starts like this, so no other signed text can be passed off as a head."""

MAX_HEAD_BYTES: Final = 1024
"""A head has nine short fields; more is not a head."""

MAX_INTEGER: Final = 2**53 - 1
"""Largest integer that every JSON reader keeps (RFC 8785, I-JSON)."""

NO_LEAF: Final = "0" * 64
"""Stands for the previous leaf of the first entry of a log."""

_HEX_64 = re.compile(r"[0-9a-f]{64}")
_HEX_32 = re.compile(r"[0-9a-f]{32}")
_FIELDS: Final = ("count", "epoch", "first_sequence", "issuer", "key_id", "previous_leaf", "root", "time_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHead:
    """What a signature covers.

    Format rule: fields are never added, dropped or given another meaning under one `HEAD_FORMAT`; a change takes a new
    one. `epoch` counts the openings of the log from 1; `first_sequence` is the sequence of the first of `count`
    entries, from 0 over the whole log; `root` and `previous_leaf` are lower-case hex; `time_ms` is Unix time.
    """

    issuer: str
    epoch: int
    first_sequence: int
    count: int
    root: str
    previous_leaf: str
    key_id: str
    time_ms: int


def format_head(head: BatchHead) -> bytes:
    """Returns the canonical bytes of a head."""
    return orjson.dumps(
        {
            "count": head.count,
            "epoch": head.epoch,
            "first_sequence": head.first_sequence,
            "format": HEAD_FORMAT,
            "issuer": head.issuer,
            "key_id": head.key_id,
            "previous_leaf": head.previous_leaf,
            "root": head.root,
            "time_ms": head.time_ms,
        }
    )


def sign_head(key: Ed25519PrivateKey, head: bytes) -> bytes:
    """Returns the signature over the formatted head."""
    return key.sign(HEAD_DOMAIN + head)


def parse_head(raw: bytes) -> BatchHead:
    """Parses a head strictly: format it again and the same bytes come out. It is not verified yet.

    Raises VerificationFailed `HEAD_MALFORMED`.
    """
    if len(raw) > MAX_HEAD_BYTES:
        raise _malformed(f"expected at most {MAX_HEAD_BYTES} bytes, got {len(raw)}")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as e:
        raise _malformed("expected JSON, got something else") from e
    if not isinstance(document, dict) or set(document) != {*_FIELDS, "format"}:
        raise _malformed(f"expected exactly the fields {', '.join(_FIELDS)} and format, got others")
    if document.pop("format") != HEAD_FORMAT:
        raise _malformed(f"expected format `{HEAD_FORMAT}`, got another")
    _check_values(document)
    head = BatchHead(**document)
    if format_head(head) != raw:
        raise _malformed("expected canonical JSON, got another form")
    return head


def _check_values(document: Mapping[str, Any]) -> None:
    for name in ("count", "epoch", "first_sequence", "time_ms"):
        value = document[name]
        if type(value) is not int or not 0 <= value <= MAX_INTEGER:
            raise _malformed(f"`{name}` must be an integer of 0 to 2^53 - 1, got another value")
    if not 1 <= document["count"] <= MAX_LEAVES:
        raise _malformed(f"`count` must be 1 to {MAX_LEAVES}, got {document['count']}")
    for name, pattern in (("root", _HEX_64), ("previous_leaf", _HEX_64), ("key_id", _HEX_32)):
        value = document[name]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _malformed(f"`{name}` must be {pattern.pattern}, got something else")
    if not isinstance(document["issuer"], str) or not document["issuer"]:
        raise _malformed("`issuer` must be a name, got none")


def verify_head(raw: bytes, signature: bytes, keys: KeySet) -> BatchHead:
    """Parses a head and checks that one of the given keys signed it.

    Raises VerificationFailed `HEAD_MALFORMED`, `KEY_UNKNOWN` or `SIGNATURE_INVALID`.
    """
    head = parse_head(raw)
    verify_signature(keys, head.key_id, signature, HEAD_DOMAIN + raw)
    return head


def _malformed(message: str) -> VerificationFailed:
    return VerificationFailed("HEAD_MALFORMED", f"batch head: {message}")
