"""A seal, or having seen the server die, proves that a restarted Redis is whole; whatever does not fit counts as lost."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pdp.model import Final
from pdp.rebuild import CountedRecord
from pdp.seal import resume, seal, unseal
from pdp.state import RedisState
from tests.redis_server import RedisServer
from tests.state_support import EPOCH, ask, enrich_one, open_state, reserve, settle
from writ.errors import StateFailed

MARK = "0123456789abcdef"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer("--appendonly", "yes", "--appendfsync", "everysec") as running:
        yield running


@asynccontextmanager
async def opened(server: RedisServer, *, writer: str = "pdp-1") -> AsyncIterator[RedisState]:
    state = open_state(server.url, writer=writer)
    try:
        yield state
    finally:
        await state.close()


async def counted_one(server: RedisServer, *organisations: str) -> None:
    """Begins the state and has each organisation count one."""
    async with opened(server) as state:
        await state.continuity.initialise(EPOCH)
        for organisation in organisations:
            one = ask(f"{organisation}-1", reserve(), organisation=organisation)
            await state.settle([settle(one, await enrich_one(state, one), Final.ALLOWED)])


async def sealed(server: RedisServer, mark: str = MARK) -> int:
    async with opened(server) as state:
        return await seal(state, mark)


def stop(server: RedisServer) -> None:
    """Stops it so that it writes everything out."""
    with server.client() as client:
        client.shutdown()
    server.kill()


def restart(server: RedisServer) -> None:
    stop(server)
    server.start()


async def committed(state: RedisState, organisation: str) -> int | None:
    """Returns what the next decision sees, None for no data."""
    look = ask("look", reserve(), organisation=organisation, dry_run=True)
    try:
        view = await enrich_one(state, look)
    except StateFailed:  # the connection to a server that was killed; the next one is new
        view = await enrich_one(state, look)
    counter = view.counters["calls"]
    return counter.committed if counter.known else None


async def test_after_a_clean_stop_counting_goes_on(server: RedisServer) -> None:
    await counted_one(server, "acme", "other")
    assert await sealed(server) == 2
    restart(server)
    async with opened(server, writer="pdp-2") as state:
        assert await unseal(state, MARK)
        assert [await committed(state, name) for name in ("acme", "other", "new")] == [1, 1, 0]


async def test_between_seal_and_unsealing_nothing_is_known(server: RedisServer) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    async with opened(server) as state:
        assert await committed(state, "acme") is None
    restart(server)
    async with opened(server) as state:
        assert await committed(state, "acme") is None


@pytest.mark.parametrize("mark", ["", "fedcba9876543210", MARK[:-1]])
async def test_another_mark_is_no_proof(server: RedisServer, mark: str) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, mark)
        assert await committed(state, "acme") is None


async def test_a_mark_proves_one_start(server: RedisServer) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    restart(server)
    async with opened(server) as state:
        assert await unseal(state, MARK)
    restart(server)  # as after a crash: nobody sealed
    async with opened(server) as state:
        assert not await unseal(state, MARK)
        assert await committed(state, "acme") is None


async def test_a_copy_from_before_the_seal_is_no_proof(server: RedisServer, tmp_path: Path) -> None:
    await counted_one(server, "acme")
    stop(server)
    folder = Path(server.socket).parent / "appendonlydir"
    shutil.copytree(folder, tmp_path / "copy")
    server.start()
    await sealed(server)
    stop(server)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    server.start()
    async with opened(server) as state:
        assert not await unseal(state, MARK)


async def test_one_organisation_without_its_seal_makes_nothing_whole(server: RedisServer) -> None:
    await counted_one(server, "acme", "other")
    await sealed(server)
    with server.client() as client:
        client.hset("{other}:m", "r", "0" * 40)
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, MARK)


async def test_what_was_lost_before_is_not_sealed(server: RedisServer) -> None:
    await counted_one(server, "acme")
    restart(server)  # no seal: as after a crash
    assert await sealed(server) == 0
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, MARK)
        assert await committed(state, "acme") is None


async def test_an_emptied_server_is_no_proof(server: RedisServer) -> None:
    await counted_one(server)
    await sealed(server)
    server.flush()
    async with opened(server) as state:
        assert not await unseal(state, MARK)


def written(server: RedisServer) -> None:
    """Waits until its file holds all that it answered: it writes later while the disk is being flushed."""
    with server.client() as client:
        while client.info("persistence")["aof_buffer_length"]:
            time.sleep(0.01)  # the flush of a second


def killed(server: RedisServer) -> str:
    """Kills it as a crash would and starts it again; returns the run id of the one that was killed."""
    written(server)
    with server.client() as client:
        run_id = str(client.info("server")["run_id"])
    server.kill()
    server.start()
    return run_id


async def test_after_a_kill_counting_goes_on_where_it_was(server: RedisServer) -> None:
    await counted_one(server, "acme", "other")
    async with opened(server, writer="pdp-2") as going_on:
        assert await committed(going_on, "acme") == 1
        run_id = killed(server)
        assert await committed(going_on, "acme") is None
        async with opened(server) as state:
            assert await resume(state, run_id, ())
        assert [await committed(going_on, name) for name in ("acme", "other", "new")] == [1, 1, 0]


async def test_a_kill_is_resumed_once_and_by_its_own_run_id(server: RedisServer) -> None:
    await counted_one(server, "acme")
    first = killed(server)
    async with opened(server) as state:
        assert not await resume(state, "", ())
        assert not await resume(state, "0" * 40, ())
        assert await resume(state, first, ())
        assert not await resume(state, first, ())


async def test_what_a_decision_point_has_seen_and_the_server_lost_is_not_resumed(
    server: RedisServer, tmp_path: Path
) -> None:
    await counted_one(server, "acme")
    written(server)
    folder = Path(server.socket).parent / "appendonlydir"
    shutil.copytree(folder, tmp_path / "copy")
    async with opened(server, writer="pdp-2") as going_on:
        one = ask("acme-2", reserve())
        await going_on.settle([settle(one, await enrich_one(going_on, one), Final.ALLOWED)])
        with server.client() as client:
            run_id = str(client.info("server")["run_id"])
        server.kill()
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "copy", folder)  # as if the last writes had not reached the file
        server.start()
        async with opened(server) as state:
            await resume(state, run_id, ())
        assert await committed(going_on, "acme") is None
        async with opened(server) as state:
            assert await committed(state, "acme") is None


async def test_an_emptied_server_is_not_resumed(server: RedisServer) -> None:
    await counted_one(server, "acme")
    server.flush()
    run_id = killed(server)
    async with opened(server) as state:
        assert not await resume(state, run_id, ())


@pytest.mark.parametrize(
    ("request_id", "final", "whole"),
    [("acme-1", Final.ALLOWED, True), ("acme-9", Final.ALLOWED, False), ("acme-9", Final.DENIED, True)],
)
async def test_the_last_claim_that_receipts_know_must_be_there(
    server: RedisServer, request_id: str, final: Final, whole: bool
) -> None:
    await counted_one(server, "acme")
    run_id = killed(server)
    known = [
        CountedRecord(
            organisation="acme",
            caller_id="caller",
            request_id=name,
            execution_digest="",
            now_ms=now_ms,
            reservations=(),
            final=state,
        )
        for name, now_ms, state in (("acme-1", 1, Final.ALLOWED), (request_id, 2, final))
    ]
    async with opened(server) as state:
        assert await resume(state, run_id, known) is whole
        assert (await committed(state, "acme") is not None) is whole
