"""What goes to the Lua scripts and what comes back: pure packing and strict reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from pdp.declarations import COUNT_CODES
from pdp.model import ClaimStatus, CounterView, FactKey, FactView, Final, Settlement, StateAsk, StateView
from pdp.remembered import remembered
from writ.errors import StateFailed

FINAL_CODES: Mapping[Final, str] = {Final.ALLOWED: "a", Final.DENIED: "d", Final.WITHDRAWN: "w"}
FINALS: Mapping[bytes, str] = {b"a": Final.ALLOWED.value, b"d": Final.DENIED.value}

_STATUS = (None, ClaimStatus.MINE, ClaimStatus.IN_FLIGHT, ClaimStatus.ANSWERED, ClaimStatus.REUSED)
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TICKET = re.compile(r"([0-9a-f]{16})\.([0-9]{1,16})\.([0-9]{1,16})")
_UNKNOWN = CounterView(known=False)
_UNKNOWN_UNBOUNDED = CounterView(known=False, unbounded=True)


@lru_cache(maxsize=4096)
def organisation_key(organisation: str) -> str:
    """The key of an organisation's continuity, `{tag}:m`; all its keys share the tag and so one Cluster slot."""
    if _PLAIN.fullmatch(organisation):
        return f"{{{organisation}}}:m"
    return f"{{~{blake2b(organisation.encode(), digest_size=16).hexdigest()}}}:m"


def claim_id(caller_id: str, request_id: str) -> str:
    """Names a claim within its organisation; no two pairs share one."""
    return f"{len(caller_id)}:{caller_id}:{request_id}"


@remembered(16_384)
def fact_id(name: str, parts: tuple[str, ...]) -> str:
    """Names a fact within its organisation."""
    digest = blake2b(digest_size=16)
    for part in (name, *parts):
        encoded = part.encode()
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A hold on a reservation: `order` is its place among all of the organisation, `hold` who holds it. As text
    `<epoch>.<order>.<hold>`, unique for all time."""

    epoch: str
    order: int
    hold: int


def parse_ticket(text: str) -> Ticket:
    """Raises ValueError for anything that `enrich` did not give out."""
    match = _TICKET.fullmatch(text)
    if match is None:
        raise ValueError("ticket: expected <epoch>.<order>.<hold>")
    return Ticket(epoch=match[1], order=int(match[2]), hold=int(match[3]))


def pack_asks(
    asks: Sequence[StateAsk], orphans: Sequence[bool], writer: str, generation: int, trip: int, epoch: str, seen: int
) -> bytes:
    """ARGV[1] of enrich.lua for asks of one organisation; `orphans` marks claims that this process does not hold."""
    windows: dict[int, int] = {}
    window_list: list[Sequence[int]] = []
    agents: dict[str, int] = {}
    facts: dict[FactKey, None] = {}
    items: list[list[Any]] = []
    for ask, orphan in zip(asks, orphans, strict=True):
        reserved: list[list[Any]] = []
        for entry in ask.reservations:
            window = entry.window
            index = windows.get(id(window))
            if index is None:
                index = windows[id(window)] = len(windows) + 1
                window_list.append(window.starts_ms or (window.length_ms,))
            unbounded = 1 if entry.unbounded else 0
            reserved.append([entry.key, index, entry.amount, entry.element, unbounded, COUNT_CODES[entry.counts]])
        for fact in ask.facts:
            facts[fact] = None
        order = hold = 0
        if ask.ticket:
            ticket = parse_ticket(ask.ticket)
            order, hold = ticket.order, ticket.hold
        items.append(
            [
                claim_id(ask.caller_id, ask.request_id),
                ask.execution_digest + ask.owner,
                agents.setdefault(ask.agent_id, len(agents) + 1),
                ask.lease_ms,
                order,
                hold,
                (1 if ask.dry_run else 0) + (2 if orphan else 0),
                reserved,
            ]
        )
    return orjson.dumps(
        {
            "w": writer,
            "g": generation,
            "c": trip,
            "e": epoch,
            "s": seen,
            "W": window_list,
            "S": list(agents),
            "F": [fact_id(fact.name, fact.parts) for fact in facts],
            "q": items,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """Answer of enrich.lua. `state`: 1 continuous, 0 organisation unknown to the server, -1 discontinuous. `held` is
    the epoch that the server has, `epoch` the same when it is continuous, else ""."""

    state: int
    epoch: str
    held: str
    sequence: int
    views: list[StateView]


def read_enriched(asks: Sequence[StateAsk], reply: Any, companions: Sequence[Sequence[object]] = ()) -> Enriched:
    """`companions` are the views of each companion, one an ask; a state that is not continuous shows none of them. Raises
    StateFailed STATE_MALFORMED for a reply of another shape."""
    try:
        return _read(asks, reply, companions)
    except (TypeError, ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise StateFailed("STATE_MALFORMED", "the answer of enrich.lua is not of the expected form") from error


def _read(asks: Sequence[StateAsk], reply: Any, companions: Sequence[Sequence[object]]) -> Enriched:
    state, now_ms, raw_epoch, sequence, suspended, fact_values, items = reply
    epoch = raw_epoch.decode() if state == 1 else ""
    agents: dict[str, bool] = {}
    facts: dict[FactKey, FactView] = {}
    for ask in asks:
        if ask.agent_id not in agents:
            agents[ask.agent_id] = suspended[len(agents)] == 1
        for fact in ask.facts:
            if fact not in facts:
                facts[fact] = _fact(fact, fact_values[len(facts)] if state == 1 else None)
    if companions and state != 1:
        companions = [(None,) * len(asks)] * len(companions)
    beside = list(zip(*companions, strict=True)) if companions else [()] * len(asks)
    views = []
    for ask, item, others in zip(asks, items, beside, strict=True):
        order = item[1]
        status = _STATUS[item[0]]
        if status is None:
            raise ValueError("status")
        views.append(
            StateView(
                status=status,
                now_ms=now_ms,
                counters=_counters(ask, item) if status is ClaimStatus.MINE else {},
                facts=tuple([facts[fact] for fact in ask.facts]),
                suspended=agents[ask.agent_id],
                ticket=f"{epoch}.{order}.{item[2]}" if order else "",
                answer=item[3],
                state_epoch=epoch,
                state_sequence=sequence if epoch else 0,
                companions=others,
            )
        )
    return Enriched(state=state, epoch=epoch, held=raw_epoch.decode(), sequence=sequence, views=views)


def _fact(key: FactKey, value: bytes | None) -> FactView:
    if value is None:
        return FactView(name=key.name, parts=key.parts, known=False)
    return FactView(name=key.name, parts=key.parts, known=True, value=orjson.loads(value))


def _counters(ask: StateAsk, item: Sequence[Any]) -> dict[str, CounterView]:
    counters: dict[str, CounterView] = {}
    at = 4
    for entry in ask.reservations:
        known, value, committed, pending, amount, unbounded = item[at : at + 6]
        at += 6
        if known:
            view = CounterView(
                known=True,
                value=value,
                committed=committed,
                pending=pending,
                amount=amount,
                unbounded=unbounded == 1,
            )
        else:
            view = _UNKNOWN_UNBOUNDED if unbounded else _UNKNOWN
        other = counters.get(entry.counter)
        counters[entry.counter] = view if other is None else _worse(other, view)
    return counters


def _worse(one: CounterView, other: CounterView) -> CounterView:
    """Several keys of one counter show as the one that is nearest to any limit."""
    if not (one.known and other.known):
        return _UNKNOWN_UNBOUNDED if one.unbounded or other.unbounded else _UNKNOWN
    if one.unbounded != other.unbounded:
        return one if one.unbounded else other
    return one if one.value >= other.value else other


def pack_settlements(settlements: Sequence[Settlement], epoch: str, seen: int) -> bytes:
    """ARGV[1] of settle.lua for settlements of one organisation."""
    items = []
    for settlement in settlements:
        ask = settlement.ask
        ticket = parse_ticket(ask.ticket)
        lowered = settlement.amounts
        amounts = {
            str(position): lowered[entry.counter]
            for position, entry in enumerate(ask.reservations, 1)
            if lowered and entry.counter in lowered
        }
        items.append(
            [
                claim_id(ask.caller_id, ask.request_id),
                ticket.epoch,
                ticket.order,
                ticket.hold,
                FINAL_CODES[settlement.final],
                amounts,
                settlement.answer_until_ms if _has_answer(settlement) else 0,
                settlement.decision_id,
            ]
        )
    return orjson.dumps({"e": epoch, "s": seen, "q": items})


def answer_commands(
    settlements: Sequence[Settlement], seal: Callable[[StateAsk, bytes, int], bytes]
) -> list[tuple[str | bytes, ...]]:
    """Commands that store the sealed answers of settlements of one organisation, each under who holds the claim (`answer_key`
    in counters.lua). They do not go through Lua: each is some kilobytes."""
    commands: list[tuple[str | bytes, ...]] = []
    for settlement in settlements:
        if _has_answer(settlement):
            ticket = parse_ticket(settlement.ask.ticket)
            key = f"{organisation_key(settlement.ask.organisation)[:-1]}a2:{ticket.epoch}.{ticket.hold}"
            sealed = seal(settlement.ask, settlement.answer, settlement.answer_until_ms)
            commands.append(("SET", key, sealed, "PXAT", str(settlement.answer_until_ms)))
    return commands


def _has_answer(settlement: Settlement) -> bool:
    return settlement.answer_until_ms > 0 and settlement.final is not Final.WITHDRAWN
