"""Keeps provenance in Redis: a companion of the state, and where reported results are taken in (docs/provenance.md).

One script call a batch, in the trip that enriches it; one call for a report. Typically 2 to 8 KiB a session, at most some
64 KiB; 8 to 9 hours after its last use a session is forgotten, and what an agent read in others 24 to 25 after its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from pdp.companions import companion_ask
from pdp.model import Final, Settlement, StateAsk
from pdp.provenance.ask import Hit, Lookup, ProvenanceAsk, ProvenanceView, claim_hash, tool_hash
from pdp.provenance.forms import HASH_BYTES, hash_mark, hash_marks
from pdp.provenance.result import Sighting
from pdp.state.client import Call, Client, load_script, run_one
from pdp.state.wire import claim_id, organisation_key
from pdp.wording.marks import is_bank_account
from pdp.wording.request import RequestFacts
from writ.errors import StateFailed

_LIBRARY = ("counters", "provenance")
_LOOK = load_script("provenance_look", library=_LIBRARY)
_SETTLE = load_script("provenance_settle", library=_LIBRARY, allow_oom=True)
_PUT = load_script("provenance_put", library=_LIBRARY)

_DRY, _UNTRUSTED = 1, 2
_READ, _THREAT, _INCOMPLETE, _PROSE, _VOUCHED = 1, 2, 4, 8, 16
_PROSE_KNOWN = 16
"""Of a session: one that an earlier version began may have been given prose."""

_STRONG = "eua"


class Provenance:
    """See `pdp.companions.Companion`. Its asks are `ProvenanceAsk`, its views `ProvenanceView`."""

    def look(self, organisation: str, asks: Sequence[StateAsk]) -> Call | None:
        args: list[str | bytes] = []
        for ask in asks:
            own = companion_ask(ask.companions, ProvenanceAsk)
            if own is not None:
                claim_key = "" if own.dry_run else "q:" + claim_id(ask.caller_id, ask.request_id)
                args += (*_packed(own), claim_key)
        return Call(script=_LOOK, key=organisation_key(organisation), args=tuple(args)) if args else None

    def read(self, asks: Sequence[StateAsk], reply: Any) -> Sequence[object]:
        views: list[object] = []
        rows = iter(reply)
        try:
            for ask in asks:
                own = companion_ask(ask.companions, ProvenanceAsk)
                views.append(None if own is None else _view(own, next(rows)))
        except (TypeError, ValueError, StopIteration, IndexError) as error:
            raise StateFailed(
                "STATE_MALFORMED", "the answer of provenance_look.lua is not of the expected form"
            ) from error
        return views

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        args: list[str | bytes] = []
        for settlement in settlements:
            own = companion_ask(settlement.companions, ProvenanceAsk) or companion_ask(
                settlement.ask.companions, ProvenanceAsk
            )
            allowed = settlement.final is Final.ALLOWED
            # What was allowed waits for its report already; only where that matters has it to be marked.
            if own is not None and (own.reads_untrusted or not allowed):
                args += (own.session, own.agent, own.claim + own.tool + (b"a" if allowed else b"d"))
        return Call(script=_SETTLE, key=organisation_key(organisation), args=tuple(args)) if args else None


async def learn(
    client: Client,
    key: bytes,
    organisation: str,
    *,
    session: str,
    agent: str,
    claim: str,
    tool: tuple[str, str],
    sighting: Sighting,
    result: bytes,
    known: bool,
) -> bool:
    """Takes in a reported result; `result` only tells repeats apart. Names are those of the decision's ask.

    `known`: a gateway reports, of no other call than the decided one, which ends the waiting for it; the word of an agent
    only adds.
    Returns whether a decision of this session about this tool was waiting for the report; if not, only its labels are
    kept. For an action that did not run, an empty Sighting ends the waiting. Raises StateFailed.
    """
    strong = [mark for mark in sighting.texts if mark[0] in _STRONG]
    bad = [mark for mark in sighting.threats if mark[0] in _STRONG]
    flags = _READ * sighting.untrusted + _THREAT * (sighting.threatened or bool(sighting.threats))
    flags += _INCOMPLETE * (not sighting.complete) + _PROSE * sighting.prose + _VOUCHED * known
    args: list[str | bytes] = [
        session,
        agent,
        claim_hash(key, claim) + tool_hash(key, *tool),
        blake2b(result, key=key, digest_size=8, person=b"result").digest(),
        str(flags),
    ]
    stated = sighting.stated
    accounts = {mark for mark in stated if is_bank_account(mark)}
    told = (
        sighting.trusted,
        sighting.records,
        stated - accounts,
        sighting.ordered,
        sighting.threats,
        strong,
        bad,
        sighting.bidden,
    )
    args += [hash_marks(key, marks) for marks in told]
    args.append(b"".join(hash_mark(key, value) + hash_mark(key, name) for value, name in sighting.links))
    args.append(hash_marks(key, accounts))
    return bool(await run_one(client, _PUT, organisation_key(organisation), *args))


def _packed(ask: ProvenanceAsk) -> tuple[str | bytes, ...]:
    flags = (_DRY if ask.dry_run else 0) | (_UNTRUSTED if ask.reads_untrusted else 0)
    facts = ask.request_facts
    return (
        ask.session,
        ask.agent,
        ask.claim + ask.tool + bytes((flags,)) + bytes.fromhex(ask.session[:8]),
        f"{facts.deeds} {facts.things} {facts.named} {int(facts.delegates)}" if ask.request_digest else "",
        ask.request_digest + ask.request_hashes,
        len(ask.lookups).to_bytes(2, "little") + b"".join([_packed_lookup(lookup) for lookup in ask.lookups]),
    )


def _packed_lookup(lookup: Lookup) -> bytes:
    parts = [bytes((lookup.naming, len(lookup.forms)))]
    for where, hashes in lookup.forms:
        parts.append(bytes((where, len(hashes) // HASH_BYTES)) + hashes)
    return b"".join(parts)


def _view(ask: ProvenanceAsk, row: Any) -> ProvenanceView | None:
    known, facts, unreported, flags, agent_flags, hits = row
    if not known:
        return None
    if len(hits) != 2 * len(ask.lookups):
        raise ValueError("hits")
    return ProvenanceView(
        request=_request(facts),
        hits=tuple(_hit(hits[at] | hits[at + 1] << 8) for at in range(0, len(hits), 2)),
        unreported=int(unreported),
        overflow=bool(flags & _INCOMPLETE),
        untrusted_read=bool(flags & _READ),
        threat_read=bool(flags & _THREAT),
        agent_prose=bool(agent_flags & _PROSE),
        prose_read=bool(flags & _PROSE) or not flags & _PROSE_KNOWN,
        agent_untrusted=bool(agent_flags & _READ),
        agent_threat=bool(agent_flags & _THREAT),
    )


def _request(facts: bytes) -> RequestFacts | None:
    if not facts:
        return None
    deeds, things, named, delegates = (int(number) for number in facts.split())
    return RequestFacts(deeds=deeds, things=things, named=named, delegates=bool(delegates))


def _hit(bits: int) -> Hit:
    return Hit(
        user=bool(bits & 1),
        trusted=bool(bits & 2),
        record=bool(bits & 4),
        record_pointed=bool(bits & 8),
        text=bool(bits & 16),
        text_pointed=bool(bits & 32),
        threat=bool(bits & 64),
        agent_text=bool(bits & 128),
        agent_threat=bool(bits & 256),
        order_pointed=bool(bits & 512),
        bidden=bool(bits & 1024),
        bidden_pointed=bool(bits & 2048),
    )
