"""One line of a draft: what is suggested, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from writ.frozen import frozen

LISTS = ("destinations", "also", "programs", "irrelevant", "sinks", "result.records")
"""Keys that occur once for each item of a list."""


@frozen
class Line:
    """`key` is dotted below the entry; of a key in LISTS, `value` is one item. `confidence` runs from 0 to 100.

    `reason` is printable ASCII without line breaks, and quotes no more of a definition than single words.
    """

    key: str
    value: Any
    confidence: int
    reason: str


def entry_of(lines: Sequence[Line]) -> dict[str, Any]:
    """Returns the entry of the catalog that the lines make up."""
    entry: dict[str, Any] = {}
    for line in lines:
        place, key = entry, line.key
        for outer in ("containers", "attributes", "result"):
            if key.startswith(outer + "."):
                place, key = entry.setdefault(outer, {}), key[len(outer) + 1 :]
        if line.key in LISTS:
            place.setdefault(key, []).append(line.value)
        else:
            place[key] = line.value
    return entry
