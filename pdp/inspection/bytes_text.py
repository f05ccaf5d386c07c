"""Takes bytes that came out of a decoder for text, when they mostly are; inflates gzip and zlib within a bound."""

from __future__ import annotations

import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

MAX_RATIO = 64
"""Most times that compressed data may grow: text shrinks to a tenth at best, a bomb to a thousandth."""

MIN_TEXT_BYTES = 4
"""Shorter text holds nothing that a rule looks for."""

MIN_WIDE_BYTES = 8
"""Shortest UTF-16: four letters."""

_HIGH = bytes((0x00, 0x03, 0x04, 0x05, 0x06))
"""Higher bytes of the letters of Latin, Greek, Cyrillic, Hebrew and Arabic."""

_GOOD = bytes(c for c in range(256) if (c >= 0x20 and c != 0x7F) or c in b"\t\n\r")


class TooMuch(Exception):
    """Compressed data grew past its bound."""


def text_of(data: bytes, max_bytes: int) -> tuple[str, tuple[str, ...]] | None:
    """Returns the text in `data` and the further steps that opened it (`gzip`, `zlib`, `utf-16`), None for other data.

    Raises:
        TooMuch: it is compressed, and longer than `max_bytes` or `MAX_RATIO` times its compressed size.
    """
    if data[:3] == b"\x1f\x8b\x08":
        return _inflated(data, 31, "gzip", max_bytes)
    if len(data) > 8 and data[0] == 0x78 and (data[0] << 8 | data[1]) % 31 == 0:
        inflated = _inflated(data, 15, "zlib", max_bytes)
        if inflated is not None:
            return inflated
    plain = printable(data)
    if plain is not None:
        return plain, ()
    wide = _wide(data)
    return None if wide is None else (wide, ("utf-16",))


def _wide(data: bytes) -> str | None:
    """Returns the text that `data` is in UTF-16: marked as such, or most of its letters from scripts up to Arabic."""
    for mark, encoding, high in ((BOM_UTF16_LE, "utf-16-le", data[1::2]), (BOM_UTF16_BE, "utf-16-be", data[::2])):
        if len(data) >= MIN_WIDE_BYTES and (data.startswith(mark) or len(high.translate(None, _HIGH)) * 2 < len(high)):
            text = data.removeprefix(mark)[: len(data) & ~1].decode(encoding, "replace")
            found = printable(text.encode("utf-8"))
            if found is not None:
                return found
    return None


def printable(data: bytes) -> str | None:
    """Returns `data` as text when it is UTF-8 with at most one control character in twenty."""
    if len(data) < MIN_TEXT_BYTES or len(data.translate(None, _GOOD)) * 20 > len(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _inflated(data: bytes, window: int, step: str, max_bytes: int) -> tuple[str, tuple[str, ...]] | None:
    bound = max(min(max_bytes, len(data) * MAX_RATIO), 1)
    inflater = zlib.decompressobj(window)
    try:
        out = inflater.decompress(data, bound)
    except zlib.error:
        return None
    if inflater.unconsumed_tail:
        raise TooMuch
    plain = printable(out)
    return None if plain is None else (plain, (step,))
