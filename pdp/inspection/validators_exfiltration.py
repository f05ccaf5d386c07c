"""Tells text that leaves inside an address, encoded, from what addresses hold anyway: identifiers, cursors, states, hashes.

A resolver or a web server that somebody else runs reads labels, paths and queries, whether the call succeeds or not. What is
random does not decode to text; what services encode on their own account is JSON, an address, or an identifier.
"""

from __future__ import annotations

import base64
import binascii
import re

MAX_LABEL_CHARS = 63
"""Longest label (RFC 1035 2.3.4)."""

MIN_LABEL_BYTES = 8
"""Shortest text that a label may hold: a short password."""

MIN_TOLD_BYTES = 12
"""Shortest text in a path or query: two words, or a name with its value."""

MAX_ENCODED_CHARS = 4_096
"""Most of an encoded value that is decoded: its beginning tells."""

_HEX = re.compile(r"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
_BASE32 = re.compile(r"[a-z2-7]+|[A-Z2-7]+")
_BASE64 = re.compile(r"[A-Za-z0-9_+-]+={0,2}")
_READABLE = re.compile(r"[\t\n\r -~]+")
_OWN = re.compile(r"\s*[\[{<]|[a-z][a-z0-9+.-]*://|[^\s@]+@[^\s@]+$", re.IGNORECASE)
_TELLING = re.compile(r"(?:secret|passw|token|api.?key|credential|private.?key)\w*\s*[=:]\s*\S", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{2,}")


def is_text_in_label(label: str) -> bool:
    """True when a DNS label is readable text in hex, base32 or base64: no resolver needs that."""
    text = _decoded(label) if len(label) <= MAX_LABEL_CHARS else None
    if text is None or len(text) < MIN_LABEL_BYTES or _OWN.match(text):
        return False
    return sum(c.isalpha() for c in text) * 2 > len(text)


def is_text_in_address(part: str) -> bool:
    """True when a path segment or query value is, in hex or base64, words or a secret with its name."""
    text = _decoded(part)
    if text is None or len(text) < MIN_TOLD_BYTES or _OWN.match(text):
        return False
    words = _WORD.findall(text)
    is_prose = len(text.split()) > 1 and len(words) > 1 and sum(map(len, words)) * 2 > len(text)
    return is_prose or _TELLING.search(text) is not None


def _decoded(part: str) -> str | None:
    """Returns the text that `part` is in one of three encodings, None when it is none in any."""
    part = part[:MAX_ENCODED_CHARS]
    try:
        if _HEX.fullmatch(part) and not part.isdigit():
            return _text(bytes.fromhex(part))
        if _BASE32.fullmatch(part):
            whole = part[: len(part) - (len(part) % 8 in (1, 3, 6))].upper()
            found = _text(base64.b32decode(whole + "=" * (-len(whole) % 8)))
            if found is not None:
                return found
        if _BASE64.fullmatch(part):
            whole = part.rstrip("=").replace("-", "+").replace("_", "/")
            whole = whole[: len(whole) - (len(whole) % 4 == 1)]
            return _text(binascii.a2b_base64(whole + "=" * (-len(whole) % 4)))
    except (binascii.Error, ValueError):
        pass
    return None


def _text(data: bytes) -> str | None:
    text = data.decode("latin-1")
    return (
        text
        if _READABLE.fullmatch(text) and sum(c.isalnum() or c.isspace() for c in text) * 5 > len(text) * 4
        else None
    )
