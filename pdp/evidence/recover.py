"""After a restart: what the earlier process had reserved and not settled is settled by its evidence log.

Reserving, judging, appending the receipt, answering, settling: a process that dies in between leaves its reservations
counted. Its successor (same writer id, same log) commits those that an allowing receipt stands for and gives the others
back; a reservation that another PDP has taken over stays until that one settles too. Run before serving. A crash in
here leaves the rest for the next run; settling twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pdp.model import Final
from pdp.state.redis_state import RedisState


async def recover(
    state: RedisState, writer_id: str, organisations: Iterable[str], was_allowed: Callable[[str], bool]
) -> tuple[int, int]:
    """Settles what `writer_id` left open in `organisations`; `was_allowed` tells of a ticket whether the log has an
    ALLOW or TRANSFORM receipt for it. Returns how many were committed and how many given back. Raises StateFailed.

    Without such a receipt a ticket counts as denied: counters of denied or proposed actions keep it.
    """
    if writer_id != state.writer:
        raise ValueError("recover: expected the writer that the state was opened as")
    committed = given_back = 0
    for organisation in organisations:
        opened = await state.open_tickets(organisation)
        finals = [(t, Final.ALLOWED if was_allowed(t.ticket) else Final.DENIED) for t in opened]
        await state.close_tickets(organisation, finals)
        allowed = sum(final is Final.ALLOWED for _, final in finals)
        committed, given_back = committed + allowed, given_back + len(finals) - allowed
    return committed, given_back
