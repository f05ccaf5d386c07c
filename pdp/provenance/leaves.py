"""The values of a reported result, one after the other, as far as bounds allow.

Names of members are values too when they are data and no names; a JSON document in a string is read as one. Without
recursion: who writes a result chooses how deep it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pdp.catalog_path import escape_pointer
from pdp.documents import document_in
from writ.frozen import frozen
from writ.strict_json import Number

MAX_LEAVES, MAX_PARTS = 4_096, 16_384
"""Values of one result, and what is looked at for them: hundreds of records with their fields."""

PARTS_A_REST = 1_024
"""Lists and objects between two rests: a millisecond."""

MAX_DEPTH = 64
"""Levels of lists and objects, those of documents in strings included; interfaces have under ten."""

MAX_NAME_CHARS = 1_024
"""Longest name of a member below which anything is looked at; each value below repeats it in its pointer."""

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_ID_NAME = re.compile(
    r"(?i:(?:^|[_-])(?:id|uid|uuid|guid|key|number|no|nr|ref|code|slug|sku|handle)[_-]*$)|[a-z](?:Id|ID|Key|Number|Ref)$"
)


@frozen
class Leaf:
    """One value as text, its JSON pointer (that of the string for what stands in a document in a string), whether its field is
    an id by name, and whether it is the name of a member that is data, as in `{"ada@example.org": "editor"}`, and has a pointer
    of its own."""

    text: str
    pointer: str
    is_id: bool
    is_key: bool = False


_Part = tuple[str, Any, bool, bool]
"""Pointer, value, whether its field is an id, whether it stands in a document in a string, whose place its parts keep."""


class Walk:
    """Iterates over the leaves of strictly parsed JSON, once, with a None in between where none comes for long, so that who
    walks may rest. `complete` then tells whether nothing was left out."""

    def __init__(self, document: Any) -> None:
        self.complete = True
        self._document = document

    def __iter__(self) -> Iterator[Leaf | None]:
        levels: list[Iterator[_Part | Leaf]] = [iter([("", self._document, False, False)])]
        leaves = parts = 0
        while levels:
            part = next(levels[-1], None)
            if part is None:
                levels.pop()
                continue
            parts += 1
            below = None if isinstance(part, Leaf) else self._below(*part)
            if below is not None and len(levels) > MAX_DEPTH:
                self.complete = False
            elif below is not None:
                levels.append(below)
            leaf = part if isinstance(part, Leaf) else _scalar(*part) if below is None else None
            leaves += leaf is not None
            if leaves > MAX_LEAVES or parts > MAX_PARTS:
                self.complete = False
                return
            if leaf is not None or parts % PARTS_A_REST == 0:
                yield leaf

    def _below(self, pointer: str, value: Any, is_id: bool, fixed: bool) -> Iterator[_Part | Leaf] | None:
        if isinstance(value, dict):
            return self._members(pointer, value, fixed)
        if isinstance(value, list):
            return (
                (pointer if fixed else f"{pointer}/{index}", inner, is_id, fixed) for index, inner in enumerate(value)
            )
        inner = document_in(value) if isinstance(value, str) else None
        return None if inner is None else iter([(pointer, inner, False, True)])

    def _members(self, pointer: str, value: dict[str, Any], fixed: bool) -> Iterator[_Part | Leaf]:
        for name, inner in value.items():
            at = pointer if fixed else f"{pointer}/{escape_pointer(name[:MAX_NAME_CHARS])}"
            if not _FIELD_NAME.fullmatch(name):
                yield Leaf(text=name, pointer=at, is_id=True, is_key=not fixed)
            if len(name) <= MAX_NAME_CHARS:
                yield at, inner, _ID_NAME.search(name) is not None, fixed
            else:
                self.complete = False


def _scalar(pointer: str, value: Any, is_id: bool, _: bool) -> Leaf | None:
    if isinstance(value, str):
        text = value
    elif isinstance(value, Number):
        text = value.lexeme
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
    else:
        return None
    return Leaf(text=text, pointer=pointer, is_id=is_id)
