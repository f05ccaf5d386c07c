"""What a DecideBatch as a whole makes of its items."""

from __future__ import annotations

from pdp.queue import Entry
from pdp.verdict import denied
from writ.v1 import decision_pb2


def short_circuit(entry: Entry) -> None:
    """Applies the semantic of a DecideBatch: what comes after the deciding item was not evaluated."""
    if entry.semantic == decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL or len(entry.asks) == 1:
        return
    stops_on_permit = entry.semantic == decision_pb2.BATCH_SEMANTIC_PERMIT_ON_FIRST_PERMIT
    items = {item.ask: item for item in entry.items}
    stopped = False
    for ask in entry.asks:
        item = items.get(ask)
        if item is None:
            # An error, or the answer of an earlier time; a caller that has gone says nothing.
            stopped = stopped or entry.answered.get(ask) is stops_on_permit
            continue
        if stopped:
            item.verdict = denied("NOT_EVALUATED", "an item before this one ended the batch")
        stopped = stopped or item.verdict.permits == stops_on_permit


def permits(response: bytes) -> bool:
    """Tells whether a stored DecideResponse lets its action run."""
    effect = decision_pb2.DecideResponse.FromString(response).decision.effect
    return effect in (decision_pb2.EFFECT_ALLOW, decision_pb2.EFFECT_TRANSFORM)
