"""A line that shows that something long is still going on: seconds on a terminal, start and end elsewhere."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TextIO

TICK_S = 1.0


class Progress:
    """Context manager. Writes to `out`; the clock only feeds the display."""

    def __init__(self, out: TextIO, title: str) -> None:
        self._out = out
        self._title = title
        self._live = out.isatty()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> None:
        self._started = time.monotonic()
        if self._live:
            self._thread.start()
        else:
            self._write(f"{self._title} ...\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._live:
            self._thread.join()
        state = "done" if error is None else "failed"
        start = "\r\x1b[2K" if self._live else ""
        self._write(f"{start}{self._title}: {state} in {time.monotonic() - self._started:.0f} s\n")

    def _tick(self) -> None:
        while not self._done.wait(TICK_S):
            self._write(f"\r\x1b[2K{self._title} ... {time.monotonic() - self._started:.0f} s")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
