"""JSON documents in strings and results, read within a bound: who writes them chooses how many values they have."""

from __future__ import annotations

from typing import Any

import orjson

MAX_VALUES = 50_000
"""Most values of a document that is read, some 8 ms; a longer one is a text."""


def is_readable(raw: bytes) -> bool:
    """Tells whether a document has few enough values, by the signs that stand between them."""
    return sum(map(raw.count, (b"[", b"{", b","))) <= MAX_VALUES


def document_in(text: str) -> dict[str, Any] | list[Any] | None:
    """Returns the object or list that a string holds as a JSON document, None when it holds none."""
    if text[:1] not in {"{", "["} or len(text) < 2:
        return None
    if sum(map(text.count, "[{,")) > MAX_VALUES:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict | list) else None
