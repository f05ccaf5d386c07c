"""Ends a child that never answers, so that what is broken fails and does not hang."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60


@contextmanager
def watched(process: subprocess.Popen[bytes], fifo: Path | None = None) -> Iterator[None]:
    """Kills a process that is there after a minute, and lets go of who waits for it at the other end of `fifo`."""

    def end() -> None:
        process.kill()
        if fifo is not None:
            os.close(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK))

    watchdog = threading.Timer(PATIENCE_S, end)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
