"""Runs a module with a wall clock that a test may set while it runs: `python -m tests.shifted_clock FILE MODULE ARGUMENTS`.

FILE holds how many seconds the clock is ahead, as one native double, read again at every look at the clock. Only the wall
clock moves, as when somebody sets the machine's: monotonic clocks do not. The clocks of other processes stay.
"""

from __future__ import annotations

import mmap
import runpy
import struct
import sys
import time
from pathlib import Path

_AHEAD = struct.Struct("d")


def set_ahead(file: Path, seconds: float) -> None:
    """Sets the clock of whoever runs with `file`. The file is written in place: it is mapped."""
    with file.open("r+b" if file.exists() else "w+b") as out:
        out.write(_AHEAD.pack(seconds))


def main() -> None:
    """Shifts `time.time` and `time.time_ns`, and becomes the module."""
    file, module = Path(sys.argv[1]), sys.argv[2]
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), _AHEAD.size, access=mmap.ACCESS_READ)
    real, real_ns = time.time, time.time_ns
    time.time = lambda: real() + _AHEAD.unpack_from(shared)[0]
    time.time_ns = lambda: real_ns() + int(_AHEAD.unpack_from(shared)[0] * 1e9)
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
