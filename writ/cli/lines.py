"""Reads JSON Lines from anywhere, for the verbs that take batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

SKIPPED_BYTES = 64 * 1024
"""How much of the rest of a line that is too long is read at once."""


def lines(source: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yields lines as they come, without their ends; blank ones are left out. One of more than `max_bytes` comes out cut, still
    too long for its reader, and is then read past, however long it is."""
    while line := source.readline(max_bytes + len(b"\r\n")):
        is_cut = len(line) > max_bytes and not line.endswith(b"\n")
        if is_cut or line.strip():
            yield line if is_cut else line.rstrip(b"\r\n")
        while is_cut and (rest := source.readline(SKIPPED_BYTES)):
            is_cut = not rest.endswith(b"\n")
