"""How often refused requests of one caller, and its reports of nothing that is known, are put on record; and how much of each.

A caller that may not speak for an agent costs it nothing to ask again and again. What is on record of each request must not be
what it sent, and not every request may be on record: else it alone could fill the disk, and a full disk means DENY for all.
"""

from __future__ import annotations

from pdp.model import CallerIdentity
from writ.errors import Overloaded

MAX_KEPT_BYTES = 2048
"""Longest refused request that is kept itself; of a longer one its salted digest alone. Honest ones are shorter."""

BURST, PER_S = 256, 1.0
"""Refused requests of one caller that are recorded at once, and each second from then on: some 6 KiB each on disk."""

MAX_CALLERS = 4096
"""Callers that are remembered; one that is forgotten may begin another burst."""


class Refusals:
    """Counts for each caller what is left of its burst."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], tuple[float, int]] = {}

    def verify(self, caller: CallerIdentity, now_ms: int) -> None:
        """Counts one more refusal of a caller at `now_ms` (Unix). Raises Overloaded when it is one too many to be recorded."""
        key = (caller.organisation, caller.id)
        left, since_ms = self._left.get(key, (float(BURST), now_ms))
        left = min(BURST, left + max(0, now_ms - since_ms) / 1000 * PER_S)
        if key not in self._left and len(self._left) >= MAX_CALLERS:
            self._left.clear()
        self._left[key] = (left - 1 if left >= 1 else left, now_ms)
        if left < 1:
            raise Overloaded(
                "REFUSED_TOO_OFTEN",
                "too much of this caller was refused or matched nothing of late; this is not recorded",
            )
