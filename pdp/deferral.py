"""DEFER: what a deferred action waits for, how long, and what that means for actions that build on it. Pure.

Counted from the first time that a request was deferred; at the end of `max_wait_s` the answer is DENY. An action that
names others in `depends_on` shares the fate of the worst of them: deferred while one is deferred or not decided yet, denied
when one was not permitted. Chains are bounded by `max_depth`, so that a cascade ends in DENY instead of growing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any

from pdp.model import Deferral
from pdp.verdict import Verdict, stricter
from writ.errors import ConfigurationError
from writ.frozen import frozen

MAX_WAIT_S = 24 * 3600
"""Longest wait that bundle data may declare: an answer that takes a day is an approval."""

MAX_DEPTH = 32
"""Longest chain that bundle data may declare."""


class Dependency(IntEnum):
    """How the worst of the actions that one builds on stands."""

    NONE = 0
    PERMITTED = 1
    UNKNOWN = 2  # never asked, in flight, or forgotten after ten minutes
    DEFERRED = 3
    DENIED = 4


@frozen
class DeferralSettings:
    """`defer` of the activation."""

    max_wait_s: int = 300
    max_depth: int = 8

    @staticmethod
    def parse(data: object) -> DeferralSettings:
        """Reads `max_wait_s` and `max_depth`; None gives the defaults. Raises ConfigurationError DEFER_INVALID."""
        if data is None:
            return DeferralSettings()
        if not isinstance(data, Mapping) or not data.keys() <= {"max_wait_s", "max_depth"}:
            raise ConfigurationError("DEFER_INVALID", "`defer` must be a mapping of `max_wait_s` and `max_depth`")
        return DeferralSettings(
            max_wait_s=_bounded(data, "max_wait_s", 300, MAX_WAIT_S),
            max_depth=_bounded(data, "max_depth", 8, MAX_DEPTH),
        )


@frozen
class DeferralView:
    """What the state knows. `since_ms` is when this request was deferred first (0: never); `depth` how many deferred
    actions its dependencies build on, one upon the other, themselves included."""

    since_ms: int = 0
    dependency: Dependency = Dependency.NONE
    depth: int = 0


NOTHING = DeferralView()


def defer(verdict: Verdict, view: DeferralView, settings: DeferralSettings, now_ms: int) -> Verdict:
    """Returns the verdict with dependencies and the end of the wait considered; never a milder one."""
    if verdict.effect != "DENY":
        verdict = _dependent(verdict, view)
    if verdict.effect != "DEFER":
        return verdict
    since_ms = view.since_ms or now_ms
    deadline_ms = since_ms + settings.max_wait_s * 1000
    if now_ms >= deadline_ms:
        return stricter(verdict, "DEFER_TIMED_OUT", "what the decision waited for did not come in time")
    depth = view.depth if view.dependency is Dependency.DEFERRED else 0
    if depth > settings.max_depth:
        message = f"expected a chain of at most {settings.max_depth} deferred actions, got {depth}"
        return stricter(verdict, "DEFER_CASCADE", message)
    # Not kept: a repeat is to be judged by the facts that have come meanwhile.
    deferral = Deferral(since_ms=since_ms, deadline_ms=deadline_ms, depth=depth)
    return replace(verdict, deferral=deferral, keep=False)


def _dependent(verdict: Verdict, view: DeferralView) -> Verdict:
    if view.dependency is Dependency.DENIED:
        return stricter(verdict, "DEPENDENCY_DENIED", "an action that this one builds on was not permitted")
    if verdict.effect != "DEFER" and view.dependency in (Dependency.DEFERRED, Dependency.UNKNOWN):
        message = "an action that this one builds on is not decided yet"
        return stricter(verdict, "DEPENDENCY_DEFERRED", message, effect="DEFER")
    return verdict


def _bounded(data: Mapping[str, Any], name: str, default: int, high: int) -> int:
    value = data.get(name, default)
    if type(value) is not int or not 1 <= value <= high:
        raise ConfigurationError("DEFER_INVALID", f"`defer.{name}` must be an integer of 1 to {high}")
    return value
