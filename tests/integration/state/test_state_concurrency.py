"""The last unit before a limit, fought over by 64 callers on three real processes and a real Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdp.evidence.recover import recover
from pdp.model import Final
from tests.redis_server import RedisCluster, RedisServer
from tests.state_support import EPOCH, ask, open_state, reserve, settle, value_now

ROOT = Path(__file__).parents[3]
LIMIT = 1000


@pytest.fixture(params=["node", "cluster"])
def backend(request: pytest.FixtureRequest) -> Iterator[RedisServer | RedisCluster]:
    with RedisServer() if request.param == "node" else RedisCluster() as server:
        yield server


def start_worker(
    backend: RedisServer | RedisCluster, index: int, count: int, **options: Any
) -> subprocess.Popen[bytes]:
    settings = {
        "url": backend.url,
        "cluster": isinstance(backend, RedisCluster),
        "writer": f"pdp-{index}",
        "generation": 1_700_000_000_000,
        "first": index * 1000,
        "count": count,
        "limit": LIMIT,
        "deny_odd": False,
        "die": "",
        **options,
    }
    command = [sys.executable, "-m", "tests.integration.state.state_worker", json.dumps(settings)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def finish(workers: list[subprocess.Popen[bytes]]) -> list[tuple[str, str]]:
    """(request id, ticket) of everything that was allowed, by any worker, dead ones included."""
    allowed = []
    for worker in workers:
        output, _ = worker.communicate(timeout=60)
        allowed += [tuple(line.split()) for line in output.decode().splitlines()]
    return [(number, ticket) for number, ticket in allowed]


async def fill(backend: RedisServer | RedisCluster, amount: int) -> None:
    state = open_state(backend.url, writer="filler", cluster=isinstance(backend, RedisCluster))
    await state.continuity.initialise(EPOCH)
    asked = ask("fill", reserve(amount))
    (view,) = await state.enrich([asked])
    await state.settle([settle(asked, view, Final.ALLOWED)])
    await state.close()


@pytest.mark.parametrize("deny_odd", [False, True], ids=["all allowable", "half denied by another rule"])
async def test_exactly_one_of_64_callers_on_three_processes_gets_the_last_unit(
    backend: RedisServer | RedisCluster, deny_odd: bool
) -> None:
    await fill(backend, LIMIT - 1)
    workers = [start_worker(backend, index, 21 + (index == 0), deny_odd=deny_odd) for index in range(3)]
    allowed = finish(workers)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert len(allowed) == 1
    state = open_state(backend.url, cluster=isinstance(backend, RedisCluster))
    assert await value_now(state, reserve()) == (LIMIT, 0)
    await state.close()


@pytest.mark.parametrize("die", ["reserved", "logged"])
async def test_a_killed_process_never_lets_the_limit_be_passed_and_is_settled_by_its_log(
    backend: RedisServer | RedisCluster, die: str
) -> None:
    await fill(backend, LIMIT - 12)
    dying = start_worker(backend, 0, 4, die=die)
    survivors = [start_worker(backend, index, 4) for index in (1, 2)]
    allowed = finish([dying, *survivors])
    assert dying.returncode == -9
    assert LIMIT - 12 + len(allowed) <= LIMIT

    cluster = isinstance(backend, RedisCluster)
    state = open_state(backend.url, writer="pdp-0", generation=1_700_000_000_001, cluster=cluster)
    logged = {ticket for _, ticket in allowed}
    committed, given_back = await recover(state, "pdp-0", ["acme"], logged.__contains__)
    assert committed + given_back >= 1
    assert await value_now(state, reserve()) == (LIMIT - 12 + len(allowed), 0)
    assert await recover(state, "pdp-0", ["acme"], logged.__contains__) == (0, 0)
    await state.close()
