"""The garbage collector of a long-lived process: what was built once is not looked at again and again.

With Python's own thresholds a decision point under load stops every few thousand decisions to look through all that it
has imported and every lane it has built, 40 ms at a time. What a decision makes is freed by reference counts; cycles
are few, so that they may wait.
"""

from __future__ import annotations

import gc

YOUNG = 10_000
"""Allocations that outlive their release before the young are looked through: a few hundred decisions in flight."""

MIDDLE, OLD = 20, 50
"""Collections of the generation below; the old are looked through every ten million allocations."""


def keep() -> None:
    """Takes all that lives now for permanent. To be called when a lane was built; what lived before and does no longer is
    collected first. Takes some 50 ms."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
