"""The servers that the contract of the state holds on: one node, and a Cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.redis_server import RedisCluster, RedisServer


@pytest.fixture(scope="module", params=["node", "cluster"])
def backend(request: pytest.FixtureRequest) -> Iterator[RedisServer | RedisCluster]:
    with RedisServer() if request.param == "node" else RedisCluster() as server:
        yield server
