"""Reads JSON Lines from anywhere, for the verbs that take batches, and says what was wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from writ.errors import WritError


def lines(source: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yields lines; one that is too long comes out cut, still too long for its reader, and is read past."""
    while line := source.readline(max_bytes + 1):
        rest = line
        while len(rest) > max_bytes and not rest.endswith(b"\n"):
            rest = source.readline(max_bytes + 1)
        if line.strip():
            yield line.rstrip(b"\r\n") if len(line) <= max_bytes else line


def told(error: WritError) -> dict[str, Any]:
    """Returns an error as JSON."""
    return {"error": {"reason": error.reason, "message": error.message}}
