"""Tells text that leaves inside an address, encoded, from what addresses hold anyway: identifiers, cursors, states, hashes.

A resolver or a web server that somebody else runs reads labels, paths and queries, whether the call succeeds or not. What is
random does not decode to text; what services encode on their own account is JSON, an address, or an identifier.
"""

from __future__ import annotations

import re

from pdp.inspection.encodings import bytes_of

MAX_LABEL_CHARS = 63
"""Longest label (RFC 1035 2.3.4)."""

MIN_LABEL_BYTES = 8
"""Shortest text that a label may hold: a short password."""

MIN_TOLD_BYTES = 12
"""Shortest text in a path or query: two words, or a name with its value."""

MAX_ENCODED_CHARS = 4_096
"""Most of an encoded value that is decoded: its beginning tells."""

_FORMS = (
    ("hex", re.compile(r"[0-9]*[A-Fa-f][0-9A-Fa-f]*")),
    ("base32", re.compile(r"[A-Za-z2-7]+")),  # names are the same in any case, and resolvers change it at random
    ("base64", re.compile(r"[A-Za-z0-9_+-]+={0,2}")),
)
_READABLE = re.compile(r"[\t\n\r -~]+")
_OWN = re.compile(r"\s*[\[{<]|[a-z][a-z0-9+.-]*://|[^\s@]+@[^\s@]+$", re.IGNORECASE)
_TELLING = re.compile(r"(?:secret|passw|token|api.?key|credential|private.?key)\w{0,64}\s{0,8}[=:]\s*\S", re.IGNORECASE)
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
    for step, form in _FORMS:
        if form.fullmatch(part):
            for data in bytes_of(step, (part.upper() if step == "base32" else part).encode()):
                text = _text(data)
                if text is not None:
                    return text
    return None


def _text(data: bytes) -> str | None:
    text = data.decode("latin-1")
    return (
        text
        if _READABLE.fullmatch(text) and sum(c.isalnum() or c.isspace() for c in text) * 5 > len(text) * 4
        else None
    )
