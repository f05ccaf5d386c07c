"""A seal, or having seen the server die, proves that a restarted Redis is whole; whatever does not fit counts as lost."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pdp.model import Final, StateView
from pdp.state.rebuild import rebuild
from pdp.state.redis_state import RedisState
from pdp.state.seal import Receipted, resume, seal, unseal
from pdp.state.wire import parse_ticket
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
        assert await unseal(state, MARK, ())
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
        assert not await unseal(state, mark, ())
        assert await committed(state, "acme") is None


async def test_a_mark_proves_one_start(server: RedisServer) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    restart(server)
    async with opened(server) as state:
        assert await unseal(state, MARK, ())
    restart(server)  # as after a crash: nobody sealed
    async with opened(server) as state:
        assert not await unseal(state, MARK, ())
        assert await committed(state, "acme") is None


async def test_the_copy_of_a_mark_is_destroyed_before_anything_is_changed_and_not_for_another(
    server: RedisServer,
) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    restart(server)

    def disk_fails() -> None:
        raise OSError("no space left")

    spent: list[str] = []
    async with opened(server) as state:
        assert not await unseal(state, MARK[:-1], (), lambda: spent.append("another"))
        with pytest.raises(OSError, match="no space"):
            await unseal(state, MARK, (), disk_fails)
        assert await unseal(state, MARK, (), lambda: spent.append("mark")), "what failed before has not cost it"
        assert await committed(state, "acme") == 1
    with server.client() as client:
        run_id = str(client.info("server")["run_id"])
    restart(server)  # the mark went with the seal, and the run id stands for what was killed
    async with opened(server) as state:
        assert not await resume(state, "0" * 40, [])
        with pytest.raises(OSError, match="no space"):
            await resume(state, run_id, (), disk_fails)
        assert await resume(state, run_id, (), lambda: spent.append("run id"))
        assert await committed(state, "acme") == 1
    assert spent == ["mark", "run id"]


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
        assert not await unseal(state, MARK, ())


async def test_an_organisation_that_was_found_to_be_lost_is_not_whole(server: RedisServer) -> None:
    await counted_one(server, "acme", "other")
    with server.client() as client:
        client.hdel("{other}:m", "e")  # as a decision point does that has seen more of it
    assert await sealed(server) == 1
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, MARK, ())


async def test_a_copy_that_came_back_with_its_mark_lacks_what_receipts_tell(
    server: RedisServer, tmp_path: Path
) -> None:
    await counted_one(server, "acme")
    await sealed(server)
    stop(server)
    folder = Path(server.socket).parent / "appendonlydir"
    shutil.copytree(folder, tmp_path / "copy")  # a backup of a stack that has stopped: Redis and the mark
    server.start()
    async with opened(server) as state:
        assert await unseal(state, MARK, ())
        receipt = await allowed(state, "acme-2")
    stop(server)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    server.start()
    async with opened(server) as state:
        assert not await unseal(state, MARK, [receipt])
        assert await committed(state, "acme") is None


async def test_one_organisation_without_its_seal_makes_nothing_whole(server: RedisServer) -> None:
    await counted_one(server, "acme", "other")
    await sealed(server)
    with server.client() as client:
        client.hset("{other}:m", "r", "0" * 40)
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, MARK, ())


async def test_what_was_lost_before_is_not_sealed(server: RedisServer) -> None:
    await counted_one(server, "acme")
    restart(server)  # no seal: as after a crash
    assert await sealed(server) == 0
    restart(server)
    async with opened(server) as state:
        assert not await unseal(state, MARK, ())
        assert await committed(state, "acme") is None


async def test_an_emptied_server_is_no_proof(server: RedisServer) -> None:
    await counted_one(server)
    await sealed(server)
    server.flush()
    async with opened(server) as state:
        assert not await unseal(state, MARK, ())


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


def copied(server: RedisServer, to: Path) -> None:
    """Copies its file while it runs."""
    written(server)
    shutil.copytree(Path(server.socket).parent / "appendonlydir", to)


def killed_to(server: RedisServer, copy: Path) -> str:
    """Kills it and starts it with an earlier copy of its file: as if the last writes had not reached it, or it came from a
    backup. Returns the run id of the one that was killed."""
    with server.client() as client:
        run_id = str(client.info("server")["run_id"])
    server.kill()
    folder = Path(server.socket).parent / "appendonlydir"
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    server.start()
    return run_id


async def allowed(state: RedisState, request_id: str, organisation: str = "acme") -> Receipted:
    """Allows one more; returns what its receipt says."""
    one = ask(request_id, reserve(), organisation=organisation)
    view = await enrich_one(state, one)
    await state.settle([settle(one, view, Final.ALLOWED)])
    return receipt_of(view, organisation)


def receipt_of(view: StateView, organisation: str = "acme") -> Receipted:
    return Receipted(
        organisation=organisation,
        epoch=view.state_epoch,
        drawn=parse_ticket(view.ticket).hold if view.ticket else 0,
        time_ms=view.now_ms,
    )


async def test_what_a_decision_point_has_seen_and_the_server_lost_is_not_resumed(
    server: RedisServer, tmp_path: Path
) -> None:
    await counted_one(server, "acme")
    copied(server, tmp_path / "copy")
    async with opened(server, writer="pdp-2") as going_on:
        await allowed(going_on, "acme-2")
        run_id = killed_to(server, tmp_path / "copy")
        async with opened(server) as state:
            await resume(state, run_id, ())
        assert await committed(going_on, "acme") is None
        async with opened(server) as state:
            assert await committed(state, "acme") is None


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_action_in_flight_whose_reservation_was_lost_is_not_forgotten_when_it_is_settled(
    server: RedisServer, tmp_path: Path, when: str
) -> None:
    await counted_one(server, "acme")
    copied(server, tmp_path / "copy")
    async with opened(server, writer="pdp-2") as going_on:
        one = ask("acme-2", reserve())
        view = await enrich_one(going_on, one)
        run_id = killed_to(server, tmp_path / "copy")
        with contextlib.suppress(StateFailed):  # the connection to the server that was killed; the next one is new
            await enrich_one(going_on, ask("reconnects", dry_run=True, organisation="other"))
        if when == "before":
            await going_on.settle([settle(one, view, Final.ALLOWED)])
        async with opened(server) as state:
            # Its receipt is written after the receipts were looked at.
            assert await resume(state, run_id, ()) == (when == "after")
        if when == "after":
            await going_on.settle([settle(one, view, Final.ALLOWED)])
        assert await committed(going_on, "acme") is None
        async with opened(server) as state:
            assert await committed(state, "acme") is None


async def test_an_older_copy_is_not_resumed_however_long_ago_its_receipts_are(
    server: RedisServer, tmp_path: Path
) -> None:
    await counted_one(server, "acme")
    copied(server, tmp_path / "copy")
    async with opened(server) as state:
        receipt = replace(await allowed(state, "acme-2"), time_ms=1)
    run_id = killed_to(server, tmp_path / "copy")
    async with opened(server) as state:
        assert not await resume(state, run_id, [receipt])
        assert await committed(state, "acme") is None


async def test_a_copy_without_an_organisation_is_not_resumed(server: RedisServer, tmp_path: Path) -> None:
    await counted_one(server, "acme")
    copied(server, tmp_path / "copy")
    async with opened(server) as state:
        receipt = await allowed(state, "other-1", "other")
    run_id = killed_to(server, tmp_path / "copy")
    async with opened(server) as state:
        assert not await resume(state, run_id, [receipt])


async def test_settling_by_another_process_does_not_hide_what_was_lost(server: RedisServer, tmp_path: Path) -> None:
    async with opened(server) as state:
        await state.continuity.initialise(EPOCH)
        for number in range(3):  # reserved, and killed before they were settled
            await enrich_one(state, ask(f"open-{number}", reserve()))
        copied(server, tmp_path / "copy")
        receipt = await allowed(state, "lost")
    run_id = killed_to(server, tmp_path / "copy")
    async with opened(server) as restarted:
        for ticket in await restarted.open_tickets("acme"):
            await restarted.close_tickets("acme", [(ticket, Final.DENIED)])
        assert not await resume(restarted, run_id, [receipt])


async def test_a_state_of_the_version_before_tells_by_its_sequence(server: RedisServer) -> None:
    await counted_one(server, "acme")
    async with opened(server) as state:
        receipt = await allowed(state, "acme-2")
    with server.client() as client:
        client.hdel("{acme}:m", "d")
    run_id = killed(server)
    async with opened(server) as state:
        assert not await resume(state, run_id, [replace(receipt, drawn=receipt.drawn + 9)])
        assert await resume(state, run_id, [receipt])


async def test_claims_that_have_ended_are_no_loss(server: RedisServer) -> None:
    await counted_one(server, "acme")
    async with opened(server) as state:
        receipt = await allowed(state, "acme-2")
    with server.client() as client:
        assert client.delete(*client.scan_iter("{acme}:q:*")) == 2  # as ten minutes later
    run_id = killed(server)
    async with opened(server) as state:
        assert await resume(state, run_id, [receipt])
        assert await committed(state, "acme") == 2


async def test_receipts_of_before_a_rebuild_were_counted_and_older_copies_lack_those_after_it(
    server: RedisServer, tmp_path: Path
) -> None:
    await counted_one(server, "acme")
    copied(server, tmp_path / "copy")
    async with opened(server) as state:
        before = await allowed(state, "acme-2")
        await counted_again(state)
        run_id = killed(server)
    async with opened(server) as state:
        assert await resume(state, run_id, [before]), "nothing was drawn since"
        after = await allowed(state, "acme-3")
        assert after.epoch != before.epoch
    run_id = killed_to(server, tmp_path / "copy")
    with server.client() as client:
        client.hset("{acme}:m", "r", run_id)  # as if it had been copied from the run that was killed
    async with opened(server) as state:
        assert not await resume(state, run_id, [after])


async def test_what_was_allowed_while_nothing_was_known_is_counted_before_it_goes_on(server: RedisServer) -> None:
    await counted_one(server, "acme")
    run_id = killed(server)
    async with opened(server) as state:
        unknown = receipt_of(await enrich_one(state, ask("meanwhile", reserve())))
        assert (unknown.epoch, unknown.drawn) == ("", 0)
        assert not await resume(state, run_id, [unknown])
        await counted_again(state)
        run_id = killed(server)
    async with opened(server) as state:
        assert await resume(state, run_id, [unknown]), "the rebuild has counted it"


async def counted_again(state: RedisState) -> None:
    # Another millisecond than that of the decisions before it; a server takes longer to come back.
    time.sleep(0.002)
    await rebuild(state, (), epoch=secrets.token_hex(8), organisations=["acme"])


async def test_an_emptied_server_is_not_resumed(server: RedisServer) -> None:
    await counted_one(server, "acme")
    server.flush()
    run_id = killed(server)
    async with opened(server) as state:
        assert not await resume(state, run_id, ())


@pytest.mark.parametrize(("more", "whole"), [(-1, True), (0, True), (1, False)])
async def test_every_number_that_receipts_know_was_drawn(server: RedisServer, more: int, whole: bool) -> None:
    await counted_one(server, "acme")
    async with opened(server) as state:
        receipt = await allowed(state, "acme-2")
    run_id = killed(server)
    async with opened(server) as state:
        assert await resume(state, run_id, [replace(receipt, drawn=receipt.drawn + more)]) is whole
        assert (await committed(state, "acme") is not None) is whole
