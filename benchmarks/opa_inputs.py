"""The bodies that the bare OPA judges: the same actions, made into OPA inputs by the decision point's own stages.

State is what a healthy stack would answer: facts as the feed put them, counters early in the month. Each body holds one
item, because a bare OPA has nobody who would gather items into one call.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from benchmarks.workload import NUMBER, Proposal
from pdp.authenticate import Speaker
from pdp.circumstances import Circumstances
from pdp.lane import Lane
from pdp.model import Ask, CallerIdentity, ClaimStatus, CounterView, FactView, Peer, StateAsk, StateView
from pdp.policy_input import policy_input
from pdp.prepare import Admitted, canonicalize, make_item

COMMITTED = 41
"""What others have counted before: anything far below every limit."""

LEASE_MS = 5_000

PLAIN_NUMBER = "123456789"
"""Stands for the invoice number in OPA inputs: these are replayed as they are."""


def opa_items(proposals: Sequence[Proposal], lane: Lane, caller: CallerIdentity, now_ms: int) -> list[bytes]:
    """Returns the JSON of one PolicyInput a proposal; `now_ms` is Unix time."""
    return [_item(proposal, lane, caller, now_ms) for proposal in proposals]


def opa_bodies(items: Sequence[bytes], revision: str) -> list[bytes]:
    """Returns one body of `data.writ.decisions` an item."""
    head = b'{"input":{"revision":' + orjson.dumps(revision) + b',"items":['
    return [head + item + b"]}}" for item in items]


def single_bodies(items: Sequence[bytes]) -> list[bytes]:
    """Returns one body of `data.writ.decision` an item."""
    return [b'{"input":' + item + b"}" for item in items]


def admitted(proposal: Proposal, lane: Lane, caller: CallerIdentity) -> Admitted:
    """Returns the proposal as the decision point holds it once the caller is known."""
    request = type(proposal.request)()
    request.CopyFrom(proposal.request)
    request.args_json = request.args_json.replace(NUMBER.encode(), PLAIN_NUMBER.encode())
    speaker: Speaker = lane.callers.speaker(caller, request.agent.id, request.principal.id)
    return Admitted(request=request, caller=caller, speaker=speaker)


def view(ask: StateAsk, serves: bool, now_ms: int) -> StateView:
    """Returns what a healthy state would answer."""
    return StateView(
        status=ClaimStatus.MINE,
        now_ms=now_ms,
        counters={
            reservation.counter: CounterView(
                known=True,
                value=COMMITTED + reservation.amount,
                committed=COMMITTED,
                amount=reservation.amount,
                unbounded=reservation.unbounded,
            )
            for reservation in ask.reservations
        },
        facts=tuple(
            FactView(name=fact.name, parts=fact.parts, known=serves, value=True if serves else None)
            for fact in ask.facts
        ),
    )


def _item(proposal: Proposal, lane: Lane, caller: CallerIdentity, now_ms: int) -> bytes:
    asker = admitted(proposal, lane, caller)
    ask = Ask(token=None, request=b"", peer=Peer(), deadline_s=0.0)
    item = make_item(ask, asker, canonicalize(asker, lane), lane, Circumstances(bytes(32)), now_ms, LEASE_MS)
    return policy_input(
        index=0,
        request=item.request,
        caller=item.caller,
        speaker=item.speaker,
        call=item.call,
        view=view(item.state_ask, proposal.serves, now_ms),
        signals=item.signals,
        circumstances=item.circumstances,
    )
