"""What redaction, masking and tokenization make of one stretch of text."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from pdp.transform.format_preserving import MAX_SYMBOLS, MIN_DOMAIN, encrypt

MASK = "*"

_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_SSN = re.compile(r"[0-9]{3}([- .])[0-9]{2}\1[0-9]{4}", re.ASCII)
"""The shape of a US social security number. Nearly every one of that shape is valid: there is no check digit."""

_NINE_DIGITS = re.compile(r"(?:[0-9][- .]?){8}[0-9]", re.ASCII)
_NO_GROUPS = (*range(1, 50), *range(66, 70), 89, 93)
"""Fourth and fifth digit of no ITIN; see `pdp.inspection.validators_identity`."""


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


def tokenized(text: str, key: bytes, tweak: bytes, data_class: str = "") -> str:
    """Returns text of the same shape: digits for digits, letters for letters in their case, all else as it came.

    Equal texts give equal tokens under one key (32 bytes) and tweak. Runs that are too short to be permuted safely, or very
    long, are drawn from a keyed hash of the whole text: short ones of two texts may meet. US social security numbers become
    such of areas that were never issued, of which there are fewer (two meet once in 55 million pairs). A mail address moves
    to the top-level domain `invalid` (RFC 2606), so that a token never reaches anybody.
    """
    local, at, domain = text.partition("@")
    if at and domain and "@" not in domain and " " not in text:
        host, _, top = domain.rpartition(".")
        # What goes away still tells `a@b.com` from `a@b.org`.
        of_host = tweak + b"@" + top.lower().encode("utf-8", "replace")
        return f"{_shaped(local, key, tweak, text)}@{_shaped(host or domain, key, of_host, text)}.invalid"
    shaped = _shaped(text, key, tweak, text)
    return _never_issued(shaped) if _SSN.fullmatch(text) or _is_nine_digits(text, data_class) else shaped


def _is_nine_digits(text: str, data_class: str) -> bool:
    """True for nine digits however they are grouped, of a class of which next to any word for it all of them are."""
    return data_class == "government_id" and _NINE_DIGITS.fullmatch(text) is not None


def _never_issued(text: str) -> str:
    """Returns nine digits, grouped as in `text`, that are no number of a US person: area 9xx is that of taxpayer numbers
    (ITIN) alone, and these groups are none of theirs."""
    number = int("".join(char for char in text if char in _DIGITS))
    number, serial = divmod(number, 10_000)
    number, group = divmod(number, len(_NO_GROUPS))
    digits = iter(f"9{number % 100:02d}{_NO_GROUPS[group]:02d}{serial:04d}")
    return "".join(next(digits) if char in _DIGITS else char for char in text)


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
    # The text is hashed once, however many symbols it has.
    seed = hmac.digest(key, tweak + b":" + whole.encode("utf-8", "replace"), hashlib.sha256)
    stream = hashlib.shake_256(seed).digest(4 * len(symbols))
    return [int.from_bytes(stream[4 * at : 4 * at + 4], "big") % radix for at in range(len(symbols))]
