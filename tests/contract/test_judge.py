"""The `Judge` of `pdp.ports`: one suite for the real OPA, and what a broken peer on the socket may do to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from pdp.evaluate import OpaJudge
from pdp.model import Outcome
from pdp.ports import Judge
from tests.opa_server import OpaServer, SigningKey, build_tiny
from writ.errors import EvaluationFailed, NotReady

DEADLINE_S = 10.0
"""Far beyond what a call takes; tests that expect a timeout set their own."""


def items(*wishes: dict[str, object]) -> tuple[list[bytes], list[str]]:
    digests = [f"digest-{index}" for index in range(len(wishes))]
    bodies = [
        orjson.dumps({"index": index, "execution_digest": digests[index], "verb": "READ", "ip": "192.0.2.1", **wish})
        for index, wish in enumerate(wishes)
    ]
    return bodies, digests


def effects(outcomes: list[Outcome | None] | None) -> list[str | None]:
    assert outcomes is not None
    return [outcome.effect if outcome else None for outcome in outcomes]


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpaServer, str]]:
    folder = tmp_path_factory.mktemp("opa")
    key = SigningKey()
    built = build_tiny(folder, key)
    with OpaServer(folder, key, built.path) as server:
        yield server, built.revision


@pytest.fixture
async def judge(opa: tuple[OpaServer, str]) -> AsyncIterator[Judge]:
    judge = OpaJudge(opa[0].socket)
    yield judge
    judge.close()
    await asyncio.sleep(0)


# What every Judge promises --------------------------------------------------------------------------------------------


async def test_activation_names_the_running_revision(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    activation = await judge.activation()
    assert activation.revision == opa[1]
    assert activation.data["mark"] == "blue"


async def test_a_batch_is_judged_in_order(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    bodies, digests = items({}, {"verb": "DELETE"}, {"ip": "10.1.1.1"}, {})
    assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)) == ["ALLOW", "DENY", "DENY", "ALLOW"]


async def test_another_revision_gives_nothing_back(judge: Judge) -> None:
    bodies, digests = items({}, {})
    assert await judge.judge("another", bodies, digests, DEADLINE_S) is None


async def test_another_revision_gives_a_single_item_back_too(judge: Judge) -> None:
    bodies, digests = items({})
    assert await judge.judge("another", bodies, digests, DEADLINE_S) is None


@pytest.mark.parametrize("poison", [{"poison": "CONFLICT"}, {"ip": "10.1.1.999"}], ids=["conflict", "built-in error"])
async def test_a_poison_item_costs_only_itself(
    judge: Judge, opa: tuple[OpaServer, str], poison: dict[str, object]
) -> None:
    bodies, digests = items({}, poison, {"verb": "DELETE"})
    assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)) == ["ALLOW", None, "DENY"]


async def test_a_number_that_opa_cannot_compute_costs_only_its_item(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    bodies, digests = items({}, {})
    bodies[1] = bodies[1].replace(b'"READ"', b"1e100000")
    assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S))[0] == "ALLOW"


async def test_bytes_that_are_no_json_cost_only_their_item(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    bodies, digests = items({}, {})
    assert effects(await judge.judge(opa[1], [bodies[0], b'{"index":'], digests, DEADLINE_S)) == ["ALLOW", None]


async def test_an_item_that_vanishes_from_the_answer_costs_only_itself(
    judge: Judge, opa: tuple[OpaServer, str]
) -> None:
    bodies, digests = items({}, {"vanish": True}, {})
    assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)) == ["ALLOW", None, "ALLOW"]


async def test_a_lonely_poison_item_is_not_judged(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    wishes: list[dict[str, object]] = [{"poison": "CONFLICT"}, {"vanish": True}]
    for wish in wishes:
        bodies, digests = items(wish)
        assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)) == [None]


async def test_an_item_whose_digest_is_not_its_own_is_malformed(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    bodies, _ = items({}, {})
    with pytest.raises(EvaluationFailed, match="EVALUATION_MALFORMED"):
        await judge.judge(opa[1], bodies, ["digest-0", "another"], DEADLINE_S)


async def test_many_batches_at_once_get_their_own_answers(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    async def one(size: int) -> int:
        bodies, digests = items(*({} for _ in range(size)))
        return effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)).count("ALLOW")

    sizes = list(range(1, 33))
    assert await asyncio.gather(*(one(size) for size in sizes)) == sizes


async def test_a_caller_that_goes_away_leaves_nothing_behind(judge: Judge, opa: tuple[OpaServer, str]) -> None:
    bodies, digests = items({}, {})
    task = asyncio.create_task(judge.judge(opa[1], bodies, digests, DEADLINE_S))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert effects(await judge.judge(opa[1], bodies, digests, DEADLINE_S)) == ["ALLOW", "ALLOW"]


# What a broken peer may do --------------------------------------------------------------------------------------------

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def peer(path: Path, answer: Peer) -> AsyncIterator[OpaJudge]:
    """Runs a judge against something that is no OPA."""
    open_ends: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends[asyncio.current_task()] = writer  # type: ignore[index]  # runs in a task
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the judge hung up, which is what some tests are about
        finally:
            writer.transport.abort()

    server = await asyncio.start_unix_server(handle, path)
    judge = OpaJudge(path)
    try:
        yield judge
    finally:
        judge.close()
        server.close()
        for writer in open_ends.values():
            writer.transport.abort()
        await asyncio.gather(*open_ends)
        await asyncio.sleep(0)


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def saying(answer: bytes) -> Peer:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            writer.write(answer)
            await writer.drain()

    return say


def outcome(index: object = 0, digest: str = "digest-0") -> dict[str, object]:
    return {"index": index, "execution_digest": digest}


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\x01\x02 this is no http\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        http(b"<html>"),
        http(b"[]"),
        http(b"{}", "302 Found"),
        http(b"{}", "404 Not Found"),
        http(b'{"result":7}'),
        http(b'{"result":[7]}'),
        http(orjson.dumps({"result": [outcome(), outcome()]})),
        http(orjson.dumps({"result": [outcome(), outcome(1, "digest-1"), outcome(2)]})),
        http(orjson.dumps({"result": [outcome(-1)]})),
        http(orjson.dumps({"result": [outcome(True), outcome(0)]})),
        http(orjson.dumps({"result": [outcome("0")]})),
        http(orjson.dumps({"result": [outcome(0, "digest-1")]})),
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b" " * 5_000_000,
    ],
    ids=lambda answer: answer[:60].decode("latin-1").encode("unicode_escape").decode(),
)
async def test_garbage_is_malformed(tmp_path: Path, answer: bytes) -> None:
    bodies, digests = items({}, {})
    async with peer(tmp_path / "s", saying(answer)) as judge:
        with pytest.raises(EvaluationFailed, match="EVALUATION_MALFORMED"):
            await judge.judge("r", bodies, digests, DEADLINE_S)


async def test_an_outcome_with_an_unknown_effect_is_none(tmp_path: Path) -> None:
    bodies, digests = items({}, {})
    answer = http(orjson.dumps({"result": [outcome(), outcome(1, "digest-1")]}))
    async with peer(tmp_path / "s", saying(answer)) as judge:
        assert effects(await judge.judge("r", bodies, digests, DEADLINE_S)) == [None, None]


async def test_nobody_on_the_socket_is_unavailable(tmp_path: Path) -> None:
    bodies, digests = items({})
    with pytest.raises(EvaluationFailed, match="EVALUATION_UNAVAILABLE"):
        await OpaJudge(tmp_path / "nobody").judge("r", bodies, digests, DEADLINE_S)


async def test_a_silent_peer_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    bodies, digests = items({})
    async with peer(tmp_path / "s", silent) as judge:
        with pytest.raises(EvaluationFailed, match="EVALUATION_TIMEOUT"):
            await judge.judge("r", bodies, digests, 0.05)


async def test_callers_behind_a_silent_peer_are_given_up_too(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    bodies, digests = items({})
    async with peer(tmp_path / "s", silent) as judge:
        asked = [judge.judge("r", bodies, digests, 0.05) for _ in range(8)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, EvaluationFailed) and answer.reason == "EVALUATION_TIMEOUT" for answer in answers)


async def test_a_connection_that_breaks_once_is_replaced(tmp_path: Path) -> None:
    connections = 0

    async def breaks_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        if connections > 1:
            writer.write(http(orjson.dumps({"result": [outcome()]})))
            await writer.drain()
            await reader.read()

    bodies, digests = items({})
    async with peer(tmp_path / "s", breaks_once) as judge:
        assert effects(await judge.judge("r", bodies, digests, DEADLINE_S)) == [None]
    assert connections == 2


async def test_a_peer_that_always_hangs_up_is_unavailable_after_one_more_try(tmp_path: Path) -> None:
    connections = 0

    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")

    bodies, digests = items({})
    async with peer(tmp_path / "s", hangs_up) as judge:
        with pytest.raises(EvaluationFailed, match="EVALUATION_UNAVAILABLE"):
            await judge.judge("r", bodies, digests, DEADLINE_S)
    assert connections == 2


async def test_bytes_that_nobody_asked_for_close_the_connection(tmp_path: Path) -> None:
    connections = 0

    async def talks_too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        answer = http(orjson.dumps({"result": [outcome()]}))
        while await reader.read(65_536):
            writer.write(answer + answer)
            await writer.drain()

    bodies, digests = items({})
    async with peer(tmp_path / "s", talks_too_much) as judge:
        assert effects(await judge.judge("r", bodies, digests, DEADLINE_S)) == [None]
        assert effects(await judge.judge("r", bodies, digests, DEADLINE_S)) == [None]
    assert connections >= 2


async def test_an_activation_that_is_undefined_is_not_ready(tmp_path: Path) -> None:
    async with peer(tmp_path / "s", saying(http(b"{}"))) as judge:
        with pytest.raises(NotReady, match="BUNDLE_NOT_ACTIVE"):
            await judge.activation()


@pytest.mark.parametrize("result", [[], "x", {}, {"revision": "", "etag": ""}, {"revision": 1, "etag": ""}], ids=str)
async def test_an_activation_that_names_no_revision_is_malformed(tmp_path: Path, result: object) -> None:
    async with peer(tmp_path / "s", saying(http(orjson.dumps({"result": result})))) as judge:
        with pytest.raises(EvaluationFailed, match="EVALUATION_MALFORMED"):
            await judge.activation()


async def test_no_outcomes_and_no_bundle_is_unavailable(tmp_path: Path) -> None:
    bodies, digests = items({})
    async with peer(tmp_path / "s", saying(http(b"{}"))) as judge:
        with pytest.raises(EvaluationFailed, match="EVALUATION_UNAVAILABLE"):
            await judge.judge("r", bodies, digests, DEADLINE_S)
