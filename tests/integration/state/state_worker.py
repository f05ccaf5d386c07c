"""One decision point of the concurrency tests, as a process of its own: enriches, judges by a limit, logs, settles.

Arguments: JSON {url, writer, generation, first, count, limit, deny_odd, die}. Prints the ids it allowed, one a line.
`die` is "" or where to kill itself: `reserved` (after enrichment) or `logged` (after the log, before settling).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

from pdp.model import ClaimStatus, Final, StateAsk
from pdp.state.redis_state import RedisState
from tests.state_support import ask, enrich_one, open_state, reserve, settle, with_ticket


def judge(options: dict[str, Any], number: int, value: int, pending: int) -> Final | None:
    """None: over only because of what others have reserved, so to be judged once more."""
    if options["deny_odd"] and number % 2:
        return Final.DENIED
    if value <= options["limit"]:
        return Final.ALLOWED
    return None if value - pending <= options["limit"] else Final.DENIED


async def decide(state: RedisState, options: dict[str, Any], number: int) -> None:
    asked: StateAsk = ask(f"{number}", reserve())
    view = await enrich_one(state, asked)
    assert view.status is ClaimStatus.MINE, view
    if options["die"] == "reserved":
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        counter = view.counters["calls"]
        assert counter.known
        final = judge(options, number, counter.value, counter.pending)
        if final is not None:
            break
        view = await enrich_one(state, with_ticket(asked, view))
    if final is Final.ALLOWED:
        os.write(1, f"{number} {view.ticket}\n".encode())  # the log: one write, before the answer
        if options["die"] == "logged":
            os.kill(os.getpid(), signal.SIGKILL)
    await state.settle([settle(asked, view, final)])


async def main() -> None:
    options = json.loads(sys.argv[1])
    state = open_state(
        options["url"],
        writer=options["writer"],
        generation=options["generation"],
        cluster=options["cluster"],
        deadline_s=20.0,
    )
    await state.enrich([ask("hello", dry_run=True)])
    numbers = range(options["first"], options["first"] + options["count"])
    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(decide(state, options, number))
    await state.close()


if __name__ == "__main__":
    asyncio.run(main())
