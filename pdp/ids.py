"""Identifiers: ULIDs (time-ordered, 26 characters of Crockford base32). Time and randomness are handed in."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)

RANDOM_BYTES = 10
"""Randomness in one identifier."""


def ulid(now_ms: int, random: bytes) -> str:
    """Returns the ULID of a Unix time in milliseconds (0 to 2^48) and 10 random bytes."""
    number = (now_ms << 80) | int.from_bytes(random)
    # Thirteen pairs of five bits each way; looked up in pairs because this runs for every decision.
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
