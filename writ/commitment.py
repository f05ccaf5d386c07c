"""Salted commitments: how a receipt speaks of a value without holding it.

A commitment is SHA-256 over a domain prefix, the label of the field, the receipt's 32-byte salt and the value, in lower
case hex. With the salt anyone can check a value that they already know; when the salt is destroyed the commitment says
nothing any more, and every proof over the receipt still holds. One salt belongs to one receipt.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

SALT_BYTES: Final = 32
"""As long as the hash, so that guessing the salt is no easier than guessing the hash."""

_DOMAIN: Final = b"writ.dev/commitment/v1\x00"

LABELS: Final = (
    "agent",
    "claims",
    "delegation",
    "execution_digest",
    "input",
    "principal",
    "request",
    "result",
    "salt",
    "session",
    "user_request",
)
"""Fields that a receipt may commit to. `salt` commits to the salt itself (with an empty value)."""

PREFIXES: Final = {label: _DOMAIN + label.encode() + b"\x00" for label in LABELS}
"""What is hashed before salt and value. Labels hold no NUL and the salt has one length, so no two inputs coincide."""


def commitment(label: str, salt: bytes, value: bytes) -> str:
    """Returns the commitment to a value under one of `LABELS`; `salt` must have `SALT_BYTES`."""
    return sha256(PREFIXES[label] + salt + value).hexdigest()
