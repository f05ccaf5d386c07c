"""`writ state rebuild`: counts again, from receipts, what an emptied or replaced Redis has lost.

1. Every organisation concerned is marked as lost, for all PDPs: limits are `no_data`, nothing is reserved.
2. The live windows are added up under a new epoch, whose keys nobody reads yet. Claims of the last 10 minutes come back
   too, so that a repeat still counts once.
3. The new epoch is activated, organisation by organisation.

A crash before (3) leaves the organisation without data; run it again. Receipts must include every writer's: a log
that is missing is counted as nothing, and the caller looks before (1) whose are (`Continuity.issuers`). What is allowed
without known limits between reading the receipts and (3) is not counted, so the receipts should be read to their end
last. Suspensions and facts do not come back from receipts: their sources put them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from pdp.declarations import COUNT_CODES
from pdp.model import Counts, Final, Reservation
from pdp.state.client import load_script, run_one
from pdp.state.redis_state import RedisState
from pdp.state.wire import FINAL_CODES, claim_id, organisation_key
from pdp.windows import window_bounds

ITEMS_PER_CALL = 256
"""Records in one script call."""

KEPT_MS = 600_000
"""How long what is counted for a request holds after its first ALLOW (KEPT in counters.lua)."""

_REBUILD = load_script("rebuild")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedReservation:
    """A reservation as a receipt keeps it: `start_ms` and `end_ms` of its calendar window (Unix ms), or 0 and the
    length of a sliding one. `amount` is what was settled (after a TRANSFORM the lowered one)."""

    key: str
    start_ms: int
    end_ms: int
    amount: int
    counts: Counts
    element: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRecord:
    """What a receipt says about counters. `now_ms` is the reference time of the decision."""

    organisation: str
    caller_id: str
    request_id: str
    execution_digest: str
    now_ms: int
    reservations: tuple[CountedReservation, ...]
    final: Final


def counted(reservation: Reservation, now_ms: int, amount: int | None = None) -> CountedReservation | None:
    """What a receipt has to keep of a reservation decided at `now_ms`; None when it counts nothing."""
    bounds = window_bounds(reservation.window, now_ms)
    if bounds is None or reservation.unbounded:
        return None
    return CountedReservation(
        key=reservation.key,
        start_ms=bounds[0],
        end_ms=bounds[1],
        amount=reservation.amount if amount is None else min(amount, reservation.amount),
        counts=reservation.counts,
        element=reservation.element,
    )


async def rebuild(
    state: RedisState, records: Iterable[CountedRecord], *, epoch: str, organisations: Iterable[str] = ()
) -> int:
    """Counts `records` under the new `epoch` (16 random lower-case hex digits) and activates it for every
    organisation in them and in `organisations` (those known from elsewhere that have nothing to count). A request
    that several receipts of ten minutes stand for counts once, at its greatest. Returns how many were counted. Raises
    StateFailed, with nothing activated that is not complete."""
    lost: set[str] = set()
    found: dict[tuple[str, str], list[CountedRecord]] = {}
    for organisation in organisations:
        lost.add(organisation)
        await state.continuity.abandon(organisation)
    for record in records:
        if record.organisation not in lost:
            lost.add(record.organisation)
            await state.continuity.abandon(record.organisation)
        key = (record.organisation, claim_id(record.caller_id, record.request_id))
        found.setdefault(key, []).append(record)
    groups: dict[str, list[CountedRecord]] = {}
    for (organisation, _), records_of_one in found.items():
        for record in _uses(records_of_one):
            if record.final is not Final.WITHDRAWN:
                groups.setdefault(organisation, []).append(record)
    for organisation, group in groups.items():
        for start in range(0, len(group), ITEMS_PER_CALL):
            packed = _pack(epoch, group[start : start + ITEMS_PER_CALL])
            await run_one(state.client, _REBUILD, organisation_key(organisation), packed)
    for organisation in sorted(lost):
        await state.continuity.activate(organisation, epoch)
    await state.continuity.begin_again(epoch)
    return sum(len(group) for group in groups.values())


def _uses(records: list[CountedRecord]) -> list[CountedRecord]:
    """Returns one record for each time that a request_id counted: ten minutes after an ALLOW it counts anew."""
    uses: list[CountedRecord] = []
    for record in sorted(records, key=lambda one: one.now_ms):
        last = uses[-1] if uses else None
        if last is None or (last.final is Final.ALLOWED and record.now_ms - last.now_ms >= KEPT_MS):
            uses.append(record)
        else:
            uses[-1] = _merge(last, record)
    return uses


def _merge(one: CountedRecord, other: CountedRecord) -> CountedRecord:
    """A repeat that was judged anew left several receipts: the first ALLOW among them stands, and amounts are the greatest."""
    if one.final is Final.WITHDRAWN:
        return other
    if one.final is not other.final:
        return one if one.final is Final.ALLOWED else other
    best: dict[tuple[str, int, str], CountedReservation] = {}
    for reservation in (*one.reservations, *other.reservations):
        key = (reservation.key, reservation.start_ms, reservation.element)
        if key not in best or best[key].amount < reservation.amount:
            best[key] = reservation
    return CountedRecord(
        organisation=other.organisation,
        caller_id=other.caller_id,
        request_id=other.request_id,
        execution_digest=other.execution_digest,
        now_ms=min(one.now_ms, other.now_ms) if other.final is Final.ALLOWED else max(one.now_ms, other.now_ms),
        reservations=tuple(best.values()),
        final=other.final,
    )


def _pack(epoch: str, records: Iterable[CountedRecord]) -> bytes:
    items = [
        [
            claim_id(record.caller_id, record.request_id),
            record.execution_digest,
            record.now_ms,
            FINAL_CODES[record.final],
            [[r.key, r.start_ms, r.end_ms, r.amount, r.element, COUNT_CODES[r.counts]] for r in record.reservations],
        ]
        for record in records
    ]
    return orjson.dumps({"e": epoch, "q": items})
