"""A process that appends one action and is killed before it settles: `python behaviour_worker.py URL`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from pdp.catalog_model import ResultSpec
from tests.behaviour_support import Player, observed, open_behaviour, operation
from tests.state_support import EPOCH


async def main(url: str) -> None:
    state = open_behaviour(url, writer="doomed")
    await state.continuity.initialise(EPOCH)
    await Player(state).look(observed(operation(rows=40), result=ResultSpec(classes=frozenset({"secret"}))))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
