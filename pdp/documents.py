"""JSON documents in strings and results, read within a bound: who writes them chooses how many values they have."""

from __future__ import annotations

import json
from typing import Any

import orjson

MAX_VALUES = 50_000
"""Most values of a document that is read, some 8 ms; a longer one is a text."""


_BLANKS = b" \t\n\r"


class Unreadable(ValueError):
    """A document has too many values, nests them too deep, or gives a member twice, of which readers see one or the other."""


def read(document: bytes | str) -> Any:
    """Returns a JSON document that can be written again.

    Raises:
        Unreadable: it is left a text.
        orjson.JSONDecodeError: it is no JSON.
    """
    signs = (
        sum(map(document.count, "[{,")) if isinstance(document, str) else sum(map(document.count, (b"[", b"{", b",")))
    )
    if signs > MAX_VALUES:
        raise Unreadable
    found = orjson.loads(document)
    try:
        again = orjson.dumps(found)
    except orjson.JSONEncodeError as error:  # it reads deeper than it writes
        raise Unreadable from error
    raw = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    # What comes back byte for byte but for blanks had no member twice.
    if again.translate(None, _BLANKS) != raw.translate(None, _BLANKS):
        json.loads(document, object_pairs_hook=_verify_members)
    return found


def _verify_members(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise Unreadable


def document_in(text: str) -> dict[str, Any] | list[Any] | None:
    """Returns the object or list that a string holds as a JSON document, None when it holds none."""
    if text[:1] not in {"{", "["} or len(text) < 2:
        return None
    try:
        found = read(text)
    except (Unreadable, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict | list) else None
