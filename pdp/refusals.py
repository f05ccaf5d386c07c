"""How often refused requests of one caller, and its reports of nothing that is known, are put on record; and how much of each.

A caller that may not speak for an agent costs it nothing to ask again and again. What is on record of each request must not be
what it sent, and not every request may be on record: else it alone could fill the disk, and a full disk means DENY for all.
The lines of the program's log have the same bounds, and hold neither credentials nor anything of a request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from pdp.allowance import Allowance
from pdp.model import CallerIdentity
from writ.errors import NotPermitted, Overloaded, WritError

log = logging.getLogger("writ.refusals")

MAX_KEPT_BYTES = 2048
"""Longest refused request that is kept itself; of a longer one its salted digest alone. Honest ones are shorter."""

BURST, PER_S = 256, 1.0
"""Refused requests of one caller that are recorded at once, and each second from then on: some 6 KiB each on disk."""

STRANGERS_BURST = 16
"""Refused credentials that have a line at once, and one a second from then on: nobody stands behind them, so that all share."""


class Refusals:
    """Refuses to record more than that."""

    def __init__(self) -> None:
        self._allowance = Allowance(burst=BURST, per_s=PER_S)

    def verify(self, caller: CallerIdentity, now_ms: int) -> None:
        """Counts one more refusal of a caller at `now_ms` (Unix). Raises Overloaded when it is one too many to be recorded."""
        if not self._allowance.take(caller, 1, now_ms):
            raise Overloaded(
                "REFUSED_TOO_OFTEN",
                "too much of this caller was refused or matched nothing of late; this is not recorded",
            )


class Strangers:
    """Writes a line for requests whose credential does not hold. They leave no receipt: it would say nothing of anybody."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._since_s = float(STRANGERS_BURST), clock()
        self._unlogged = 0

    def log(self, error: WritError) -> None:
        """Logs why a credential does not hold, and how many had no line of their own since the last that had."""
        now_s = self._clock()
        self._left = min(float(STRANGERS_BURST), self._left + max(0.0, now_s - self._since_s) * PER_S)
        self._since_s = now_s
        if self._left < 1:
            self._unlogged += 1
            return
        self._left -= 1
        unlogged, self._unlogged = self._unlogged, 0
        log.warning("refused", extra={"reason": error.reason, "detail": error.message, "unlogged": unlogged})


def log_refused(caller: CallerIdentity, error: NotPermitted, decision_id: str, trace_id: str) -> None:
    """Logs that a credential did not cover a request. `decision_id` is that of its receipt, "" when none could be written; a
    caller has as many lines as `Refusals` lets it have receipts. `trace_id` is the caller's, "" for none."""
    extra = {
        "decision_id": decision_id,
        "reason": error.reason,
        "organisation": caller.organisation,
        "caller": caller.id,
        "trace_id": trace_id,
    }
    log.warning("refused", extra=extra)
