"""Long programs are parsed by a worker that may be killed; the answer is the same, or UNKNOWN."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct

import orjson
import pytest

from pdp.canonicalize import Canonicalizer
from pdp.cli.canonicalize import _CATALOG, read_catalog
from pdp.offload import MAX_WAITING, MAX_WAITING_PER_CALLER, Offloader, serve
from writ.action import Verb
from writ.errors import InvalidInput

CANONICALIZER = Canonicalizer(read_catalog(_CATALOG), tuple(Verb))
ROWS = f"FROM invoices WHERE id IN ({','.join(map(str, range(800)))})"
LONG = orjson.dumps({"sql": "DELETE " + ROWS})
OTHER = orjson.dumps({"sql": "SELECT * " + ROWS})


async def test_the_worker_answers_what_this_process_answers() -> None:
    offloader = Offloader(limit_s=30)
    try:
        for _ in range(2):
            came = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "d", LONG)
            assert came == CANONICALIZER.canonicalize("billing-db", "sql.query", "d", LONG)
        other = Canonicalizer(read_catalog(_CATALOG), tuple(Verb))
        assert (await offloader.canonicalize(other, "billing-db", "sql.query", "d", LONG)) == came
        with pytest.raises(InvalidInput, match="ARGUMENTS_DUPLICATE_KEY"):
            await offloader.canonicalize(
                CANONICALIZER, "billing-db", "sql.query", "", b'{"sql":1,"sql":"%b"}' % (b"x" * 3000)
            )
    finally:
        await offloader.aclose()


async def test_a_worker_that_is_late_is_killed_and_the_action_is_unknown() -> None:
    offloader = Offloader(limit_s=30)
    try:
        expected = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG)
        process = offloader._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        offloader._limit_s = 0.05
        late = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG)
        assert [item.code for item in late.action.findings] == ["PARSE_TIMEOUT"]
        assert [item.verb for item in late.action.operations] == [Verb.UNKNOWN]
        assert late.execution_digest == expected.execution_digest
        assert process.returncode is not None
        offloader._limit_s = 30
        assert await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG) == expected
    finally:
        await offloader.aclose()


async def test_a_worker_that_dies_makes_the_action_unknown_and_the_next_one_works() -> None:
    offloader = Offloader(limit_s=30)
    try:
        expected = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG)
        process = offloader._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        asking = asyncio.create_task(offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG))
        await asyncio.sleep(0)
        os.kill(process.pid, signal.SIGKILL)
        broken = await asking
        assert broken.action.operations[0].verb is Verb.UNKNOWN
        assert await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG) == expected
    finally:
        await offloader.aclose()


async def test_a_caller_that_goes_away_leaves_no_answer_for_the_next_one() -> None:
    offloader = Offloader(limit_s=30)
    try:
        await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG)
        asking = asyncio.create_task(offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        came = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", OTHER)
        assert came.action.operations[0].verb is Verb.READ
    finally:
        await offloader.aclose()


async def test_the_event_loop_goes_on_while_the_worker_hangs() -> None:
    offloader = Offloader(limit_s=30)
    try:
        await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG)
        process = offloader._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        asking = asyncio.create_task(offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not asking.done()
        os.kill(process.pid, signal.SIGCONT)
        assert (await asking).action.operations[0].verb is Verb.DELETE
    finally:
        await offloader.aclose()


def test_short_calls_and_tools_without_programs_are_not_heavy() -> None:
    assert CANONICALIZER.is_heavy("billing-db", "sql.query", LONG)
    assert not CANONICALIZER.is_heavy("billing-db", "sql.query", b'{"sql":"SELECT 1"}')
    assert not CANONICALIZER.is_heavy("billing-mcp", "invoices.get", LONG)
    assert not CANONICALIZER.is_heavy("nowhere", "sql.query", LONG)


def test_the_worker_ends_with_its_input() -> None:
    sink = io.BytesIO()
    load = orjson.dumps({"catalog": CANONICALIZER.catalog.data, "severity": CANONICALIZER.severity})
    ask = orjson.dumps(["billing-mcp", "invoices.get", "", '{"invoice":1}'])
    serve(io.BytesIO(b"".join(struct.pack(">I", len(data)) + data for data in (load, ask))), sink)
    out = sink.getvalue()
    assert out[:6] == b"\x00\x00\x00\x02{}"
    assert orjson.loads(out[10:])["tool_known"] is True


async def test_a_flood_of_one_caller_leaves_room_for_others() -> None:
    offloader = Offloader(limit_s=30.0)
    try:
        flood = [
            asyncio.create_task(offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG, "flood"))
            for _ in range(MAX_WAITING)
        ]
        await asyncio.sleep(0)
        honest = await offloader.canonicalize(CANONICALIZER, "billing-db", "sql.query", "", LONG, "honest")
        busy = [
            call for call in await asyncio.gather(*flood) if [f.code for f in call.action.findings] == ["PARSE_BUSY"]
        ]
    finally:
        await offloader.aclose()
    assert honest == CANONICALIZER.canonicalize("billing-db", "sql.query", "", LONG)
    assert len(busy) == MAX_WAITING - MAX_WAITING_PER_CALLER
