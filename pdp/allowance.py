"""What one caller may have of something that all share: so much at once, and so much a second from then on."""

from __future__ import annotations

from pdp.model import CallerIdentity

MAX_CALLERS = 4096
"""Callers that are remembered; one that is forgotten may begin anew."""


class Allowance:
    """Counts for each caller, a subject of an organisation, what is left of `burst`, to which `per_s` come back a second."""

    def __init__(self, *, burst: float, per_s: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left: dict[tuple[str, str], tuple[float, int]] = {}

    def take(self, caller: CallerIdentity, amount: float, now_ms: int) -> bool:
        """Takes an amount at `now_ms` (Unix), if that much is left."""
        key = (caller.organisation, caller.id)
        left, since_ms = self._left.get(key, (self._burst, now_ms))
        left = min(self._burst, left + max(0, now_ms - since_ms) / 1000 * self._per_s)
        if key not in self._left and len(self._left) >= MAX_CALLERS:
            self._left.clear()
        enough = left >= amount
        self._left[key] = (left - amount if enough else left, now_ms)
        return enough
