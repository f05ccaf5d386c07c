"""The state with behaviour, on an emptied server; a module that needs another one has a fixture of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from pdp.state.redis_state import RedisState
from tests.behaviour_support import open_behaviour
from tests.redis_server import RedisServer
from tests.state_support import EPOCH


@pytest_asyncio.fixture
async def state(server: RedisServer) -> AsyncIterator[RedisState]:
    server.flush()
    opened = open_behaviour(server.url)
    assert await opened.continuity.initialise(EPOCH)
    yield opened
    await opened.close()
