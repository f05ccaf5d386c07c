"""Writes the files that the load generator replays. The format is described in deploy/tools/loadgen/requests.go."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

from benchmarks.workload import ID, NUMBER

MAGIC = b"WRITREQ1"
NO_OFFSET = 0xFFFFFFFF


def write_records(path: Path, bodies: Iterable[bytes]) -> None:
    """Writes one record a body; where the placeholders of `benchmarks.workload` stand is found here.

    Raises:
        ValueError: a placeholder occurs twice, so that patching one would make a request that contradicts itself.
    """
    with path.open("wb") as file:
        file.write(MAGIC)
        for body in bodies:
            file.write(struct.pack("<III", len(body), _offset(body, ID), _offset(body, NUMBER)))
            file.write(body)


def _offset(body: bytes, placeholder: str) -> int:
    at = body.find(placeholder.encode())
    if at >= 0 and body.find(placeholder.encode(), at + 1) >= 0:
        raise ValueError(f"expected `{placeholder}` at most once in a request")
    return at if at >= 0 else NO_OFFSET
