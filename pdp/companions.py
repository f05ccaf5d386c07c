"""What travels beside claims and counters: the seam between the state and those who remember more than it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from pdp.model import Settlement, StateAsk
from pdp.state.client import Call

Own = TypeVar("Own")


class Companion(Protocol):
    """Further state that travels in the same pipelines. Its calls run after those of the claims and counters, in the same
    Cluster slot: every key carries the hash tag of the organisation's key. Both calls are made again after failures, so
    they are idempotent by claim. A call that the server refuses fails the whole enrichment, or settling, like any other.
    """

    def look(self, organisation: str, asks: Sequence[StateAsk]) -> Call | None:
        """The call for asks of one organisation, at most `pdp.state.redis_state.MAX_ITEMS_PER_CALL`; None when none
        asks for anything."""
        ...

    def read(self, asks: Sequence[StateAsk], reply: Any) -> Sequence[object]:
        """Reads the answer: one view an ask, in order, None for no_data. Raises StateFailed STATE_MALFORMED."""
        ...

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        """The call after the answers; None when there is nothing to do."""
        ...


@runtime_checkable
class Learner(Companion, Protocol):
    """A companion that gathers what its settlements teach, and learns it later: calls whose answers nobody waits for, each
    made once at most. What a process that is killed has gathered is not learned."""

    def settled(self, organisation: str, settlements: Sequence[Settlement], reply: Any) -> None:
        """Takes in the answer of the call that `settle` made of the same settlements. Raises StateFailed."""
        ...

    def learn(self, *, everything: bool = False) -> Sequence[Call]:
        """Calls that learn some of what is due, or some of all; none when nothing is."""
        ...

    def learns_in_s(self) -> float | None:
        """Seconds until `learn` has something; None when nothing waits."""
        ...


def companion_ask(companions: Sequence[object], kind: type[Own]) -> Own | None:
    """What one companion asks: the first entry of its type."""
    for own in companions:
        if isinstance(own, kind):
            return own
    return None
