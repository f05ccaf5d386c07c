"""How often refused requests of one caller, and its reports of nothing that is known, are put on record; and how much of each.

A caller that may not speak for an agent costs it nothing to ask again and again. What is on record of each request must not be
what it sent, and not every request may be on record: else it alone could fill the disk, and a full disk means DENY for all.
"""

from __future__ import annotations

from pdp.allowance import Allowance
from pdp.model import CallerIdentity
from writ.errors import Overloaded

MAX_KEPT_BYTES = 2048
"""Longest refused request that is kept itself; of a longer one its salted digest alone. Honest ones are shorter."""

BURST, PER_S = 256, 1.0
"""Refused requests of one caller that are recorded at once, and each second from then on: some 6 KiB each on disk."""


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
