"""Reads JSON Lines from anywhere, for the verbs that take batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO


def lines(source: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yields lines as they come; one that is too long comes out cut, still too long for its reader, and is then read past."""
    while line := source.readline(max_bytes + 1):
        if line.strip():
            yield line.rstrip(b"\r\n") if len(line) <= max_bytes else line
        while len(line) > max_bytes and not line.endswith(b"\n"):
            line = source.readline(max_bytes + 1)
