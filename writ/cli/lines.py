"""Lines: reads JSON Lines from anywhere, for the verbs that take batches, and writes what others chose on one for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

SKIPPED_BYTES, MAX_SKIPPED_BYTES = 64 * 1024, 256 * 1024**2
"""How much of the rest of a line that is too long is read at once, and in all: what has no end then is no line."""

MAX_FIELDS, MAX_FIELD_CHARS = 8, 32
"""Of a line that is refused, in an error."""


def lines(source: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yields lines as they come, without their ends; blank ones are left out. One of more than `max_bytes` comes out cut, still
    too long for its reader, and is then read past; behind one that has no end nothing comes."""
    while line := source.readline(max_bytes + len(b"\r\n")):
        is_cut = len(line) > max_bytes and not line.endswith(b"\n")
        if is_cut or line.strip():
            yield line if is_cut else line.rstrip(b"\r\n")
        skipped = 0
        while is_cut and (rest := source.readline(SKIPPED_BYTES)):
            is_cut = not rest.endswith(b"\n")
            skipped += len(rest)
            if skipped > MAX_SKIPPED_BYTES:
                return


def fields_of(value: Any) -> str:
    """Says which fields a line has, with the types of their values and none of these, for an error: at most `MAX_FIELDS`, each of
    at most `MAX_FIELD_CHARS`."""
    if not isinstance(value, dict):
        return type(value).__name__
    names = [f"`{name[:MAX_FIELD_CHARS]}` ({type(inner).__name__})" for name, inner in value.items()]
    shown = names[:MAX_FIELDS] + [f"{len(names) - MAX_FIELDS} more"] * (len(names) > MAX_FIELDS)
    return ", ".join(shown) or "no field"


def one_line(text: str) -> str:
    """Returns `text` without what would look like output of ours: line breaks and all else that is not printable, such as what
    moves the cursor of a terminal or a byte of a file name that is no UTF-8, stands escaped as in a literal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
