"""Proof that Redis lost nothing between a stop and the next start, so that nothing has to be counted again.

After a clean stop by seals:

1. When every decision point has stopped, `seal` puts a fresh random mark where the run id of the server stands, for each
   organisation that is whole, and last for the deployment.
2. Redis is stopped so that all it holds is on the disk, and only then the mark is kept elsewhere (by the caller).
3. Before anybody decides again, `unseal` wants that very mark back, for the deployment and for every organisation, and puts
   the run id of the new server in its place. The caller destroys its copy (`spend`) when all has been looked at and nothing
   has been changed yet: so it proves one restart, and what failed before has not cost it.

Seals are the last writes: a server that lacks them may lack others before them, and one that has them lacks none. An older
copy has another mark or none; where the mark came back with it, as from a backup of everything but the receipts, it lacks what
receipts tell (`Receipted`). Whatever does not fit ends as after a crash: `no_data` until `pdp.state.rebuild`. A crash at any
point does, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pdp.state.client import load_script, run_one
from pdp.state.continuity import EPOCH_KEY
from pdp.state.redis_state import RedisState
from pdp.state.wire import organisation_key

SEAL_KEY = "{writ}:seal"

PREFIX = "sealed:"
"""No run id of a server looks so."""

_SEAL = load_script("seal", allow_oom=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted:
    """What the receipts of one log say of an organisation's state under one epoch: the highest number that was drawn for a
    reservation, and when the last was made (Unix ms, by the state's clock). Epoch "": what was allowed without a state."""

    organisation: str
    epoch: str
    drawn: int
    time_ms: int


async def seal(state: RedisState, mark: str) -> int:
    """Seals everything with `mark` (random, used once). Returns how many organisations were whole. Raises StateFailed.

    From then on every organisation is without data for decision points, until `unseal` or a rebuild.
    """
    sealed = 0
    for organisation in sorted(await state.continuity.organisations()):
        sealed += await run_one(state.client, _SEAL, organisation_key(organisation), "", PREFIX + mark)
    await state.client.command("SET", SEAL_KEY, mark)
    return sealed


def _nothing() -> None:
    """For who keeps no copy."""


async def unseal(
    state: RedisState, mark: str, receipted: Iterable[Receipted], spend: Callable[[], None] = _nothing
) -> bool:
    """Takes the seals off. False when one is missing or another, or something lacks what receipts tell of it: then nothing says
    that Redis is whole. `spend` is called before the first change. Raises StateFailed."""
    held = await state.client.command("GET", SEAL_KEY)
    if not mark or held is None or held.decode() != mark:
        return False
    complete = await _hold(state, receipted)
    spend()
    # A crash from here on ends in counting again: the copy is gone.
    await state.client.command("DEL", SEAL_KEY)
    return complete and await _take_over(state, PREFIX + mark)


async def resume(
    state: RedisState, run_id: str, receipted: Iterable[Receipted], spend: Callable[[], None] = _nothing
) -> bool:
    """Goes on after a server that was killed, `run_id`, came back on the same machine with its own append-only file. False when
    something does not stand under that run id, or lacks what receipts tell of it: then nothing says that Redis is whole.
    `spend` is called before the first change. Raises StateFailed.

    A killed process loses at most what it answered while the disk was being flushed. The file is written in order, so with the
    last number that was drawn everything before it is there: however long ago that was, for it does not expire. Decision
    points that go on compare what they have seen as well, when they settle and when they ask. An outcome that is lost leaves its
    action waiting for its report, which counts as the worst. After a crash of the machine, or with a copy of the file, count
    again: a copy that is older is found by its numbers, facts and suspensions that it lacks are not.
    """
    if not run_id or await state.client.command("GET", EPOCH_KEY) is None or not await _hold(state, receipted):
        return False
    spend()
    return await _take_over(state, run_id)


async def _hold(state: RedisState, receipted: Iterable[Receipted]) -> bool:
    for one in receipted:
        if not await _holds(state, one):
            return False
    return True


async def _holds(state: RedisState, one: Receipted) -> bool:
    """Whether the state has all that receipts tell of one epoch: it drew as many numbers, or is of a later epoch, which was
    counted from them."""
    key = organisation_key(one.organisation)
    epoch, drawn, sequence, began_ms = await state.client.command("HMGET", key, "e", "d", "s", "b")
    if epoch is not None and epoch.decode() == one.epoch:
        return int(drawn or sequence or 0) >= one.drawn  # an earlier version wrote the sequence alone
    return epoch is not None and int(began_ms or 0) > one.time_ms


async def _take_over(state: RedisState, mark: str) -> bool:
    whole = True
    for organisation in sorted(await state.continuity.organisations()):
        whole &= await run_one(state.client, _SEAL, organisation_key(organisation), mark, "") == 1
    return whole
