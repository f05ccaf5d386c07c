"""The bodies that the bare OPA judges: the same actions, made into OPA inputs by the decision point's own stages.

State is what the running stack answers to a rehearsal: facts as the feed put them, and counters, baselines, sessions and
provenance as the warm-up left them. Each body holds one item, because a bare OPA has nobody who would gather items into one
call.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import orjson

from benchmarks.workload import NUMBER, Proposal
from pdp.authenticate import Speaker
from pdp.circumstances import Circumstances
from pdp.config import Config
from pdp.item import Item
from pdp.judgement import item_input
from pdp.lane import Lane
from pdp.model import Ask, CallerIdentity, Peer
from pdp.prepare import Admitted, canonicalize, inspect, make_item
from pdp.server import connect_state, derived_key

ITEMS = 64

LEASE_MS = 5_000

PLAIN_NUMBER = "123456789"
"""Stands for the invoice number in OPA inputs: these are replayed as they are."""


async def opa_items(proposals: Sequence[Proposal], lane: Lane, caller: CallerIdentity, config: Config) -> list[bytes]:
    """Returns the JSON of one PolicyInput a proposal, by the state that `config` names."""
    circumstances = Circumstances(derived_key(config, "names"))
    now_ms = time.time_ns() // 1_000_000
    state = connect_state(config, generation=now_ms, companions=circumstances.companions())
    try:
        items = [_item(proposal, lane, caller, circumstances, now_ms) for proposal in proposals]
        for start in range(0, len(items), ITEMS):
            part = items[start : start + ITEMS]
            for item, view in zip(part, await state.enrich([item.state_ask for item in part]), strict=True):
                item.view = view
                circumstances.perceive(item)
    finally:
        await state.close()
    return [_input(item) for item in items]


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


def _item(proposal: Proposal, lane: Lane, caller: CallerIdentity, circumstances: Circumstances, now_ms: int) -> Item:
    asker = admitted(proposal, lane, caller)
    asker.request.dry_run = True
    ask = Ask(token=None, request=b"", peer=Peer(), deadline_s=0.0)
    call = canonicalize(asker, lane)
    return make_item(ask, asker, call, inspect(asker, call, lane), lane, circumstances, now_ms, LEASE_MS)


def _input(item: Item) -> bytes:
    item.request.dry_run = False
    return item_input(0, item)
