"""What redaction, masking and tokenization make of one stretch of text."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from pdp.transform.format_preserving import MAX_SYMBOLS, MIN_DOMAIN, encrypt

MASK = "*"

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def redacted(data_class: str) -> str:
    """Returns the mark that stands where a value of `data_class` (empty: unnamed) was."""
    return f"[redacted:{data_class}]" if data_class else "[redacted]"


def masked(text: str, keep_last: int) -> str:
    """Returns `text` with every letter and digit but the last `keep_last` of them masked; never more than a quarter stays."""
    shown = min(keep_last, sum(char.isalnum() for char in text) // 4)
    out: list[str] = []
    for char in reversed(text):
        if char.isalnum() and shown > 0:
            shown -= 1
            out.append(char)
        else:
            out.append(MASK if char.isalnum() else char)
    return "".join(reversed(out))


def tokenized(text: str, key: bytes, tweak: bytes) -> str:
    """Returns text of the same shape: digits for digits, letters for letters in their case, all else as it came.

    Equal texts give equal tokens under one key (32 bytes) and tweak. Runs that are too short to be permuted safely are
    drawn from a keyed hash of the whole text instead. A mail address moves to the top-level domain `invalid` (RFC 2606), so
    that a token never reaches anybody.
    """
    local, at, domain = text.partition("@")
    if at and domain and "@" not in domain and " " not in text:
        host = domain.rpartition(".")[0] or domain
        return f"{_shaped(local, key, tweak, text)}@{_shaped(host, key, tweak + b'@', text)}.invalid"
    return _shaped(text, key, tweak, text)


def _shaped(text: str, key: bytes, tweak: bytes, whole: str) -> str:
    digits = iter(_drawn([ord(c) - 48 for c in text if c in _DIGITS], 10, key, tweak + b"0", whole))
    letters = iter(_drawn([_letter(c) for c in text if c not in _DIGITS and c.isalnum()], 26, key, tweak + b"a", whole))
    out = []
    for char in text:
        if char in _DIGITS:
            out.append(_DIGITS[next(digits)])
        elif char.isalnum():
            letter = _LETTERS[next(letters)]
            out.append(letter.upper() if char.isupper() else letter)
        else:
            out.append(char)
    return "".join(out)


def _letter(char: str) -> int:
    # Letters beyond ASCII have no alphabet of a fixed size; they fold onto 26, which only costs the bijection.
    return (ord(char.lower()[0]) - 97) % 26


def _drawn(symbols: Sequence[int], radix: int, key: bytes, tweak: bytes, whole: str) -> Sequence[int]:
    if 2 <= len(symbols) <= MAX_SYMBOLS and radix ** len(symbols) >= MIN_DOMAIN:
        return encrypt(key, radix, tweak, symbols)
    stream = b""
    while len(stream) < 4 * len(symbols):
        stream += hmac.digest(key, b"%d:%b:%b" % (len(stream), tweak, whole.encode("utf-8", "replace")), hashlib.sha256)
    return [int.from_bytes(stream[4 * at : 4 * at + 4], "big") % radix for at in range(len(symbols))]
