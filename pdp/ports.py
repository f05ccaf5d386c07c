"""What `pdp.decide` needs from its clients. Real ones are built in `pdp.server` only; tests pass fakes that run the same
contract suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pdp.model import Activation, ApprovalAsk, Draft, Outcome, Recorded, Settlement, StateAsk, StateView


class State(Protocol):
    """Claims, counters, facts, suspension. Raises StateFailed for the whole call; nothing is then known of the items."""

    async def enrich(self, asks: Sequence[StateAsk]) -> list[StateView]:
        """Claims and reserves, then reads; one trip a node. At return reservations stand in Redis. Calling again with the
        same claim keeps, never doubles, what is reserved."""
        ...

    async def first_asked(self, asked: Sequence[ApprovalAsk]) -> list[int]:
        """Returns when (Unix ms) each approval was asked for first, and keeps it for those that are asked for now. At
        return it is stored. Raises StateFailed."""
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Commits or gives back. Idempotent; on StateFailed the caller retries, and after a crash recovery does it."""
        ...


class Judge(Protocol):
    """A running OPA with an activated bundle."""

    async def activation(self) -> Activation:
        """Reads what is active. Raises NotReady without an activated bundle, EvaluationFailed when OPA does not answer."""
        ...

    async def judge(
        self, revision: str, items: Sequence[bytes], digests: Sequence[str], deadline_s: float
    ) -> list[Outcome | None] | None:
        """Judges items, each the JSON of a PolicyInput whose index is its position and whose execution digest is given.

        Returns None when OPA runs another revision; else one entry an item, None where the item itself cannot be judged
        (after single judgement). Raises EvaluationFailed when OPA is gone, slow past `deadline_s` (seconds from now) or
        malformed.
        """
        ...


class Recorder(Protocol):
    """The evidence log."""

    def append(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Commits drafts in order, one batch head, and returns them signed. At return a killed process loses nothing.
        Raises EvidenceFailed with nothing committed."""
        ...

    async def sync(self) -> None:
        """At return everything appended before the call is on stable storage. Raises EvidenceFailed."""
        ...
