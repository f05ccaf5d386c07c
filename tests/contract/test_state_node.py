"""The connection to one Redis node, against real servers that are killed, paused and locked, and one that talks nonsense."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hiredis import ReplyError

from pdp.state.client import NodeClient
from pdp.state.node import Node, parse_address, parse_info
from tests.control_plane_server import free_port
from tests.redis_server import RedisServer
from writ.errors import ConfigurationError, StateFailed


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as started:
        yield started


class Nodes:
    """Opens connections, and closes them at the end."""

    def __init__(self) -> None:
        self._opened: list[Node] = []

    def __call__(self, url: str, deadline_s: float = 5.0) -> Node:
        self._opened.append(Node(parse_address(url), deadline_s=deadline_s))
        return self._opened[-1]

    async def close(self) -> None:
        for node in self._opened:
            node.close()
        await asyncio.sleep(0)  # transports end in the next turn of the loop


@pytest.fixture
async def node() -> AsyncIterator[Nodes]:
    opened = Nodes()
    yield opened
    await opened.close()


async def test_replies_come_in_order_and_errors_in_their_place(server: RedisServer, node: Nodes) -> None:
    replies = await node(server.url).pipeline(
        [("SET", "a", b"\xff\x00"), ("NOSUCH",), ("GET", "a"), ("INCRBY", "n", 7), ("MGET", "a", "none")]
    )
    assert replies[0] == b"OK"
    assert isinstance(replies[1], ReplyError)
    assert replies[2:] == [b"\xff\x00", 7, [b"\xff\x00", None]]


async def test_pipelines_at_the_same_time_never_get_each_others_replies(server: RedisServer, node: Nodes) -> None:
    one = node(server.url)

    async def echo(number: int) -> None:
        said = [("ECHO", f"{number}.{part}") for part in range(5)]
        assert await one.pipeline(said) == [word.encode() for _, word in said]

    for _ in range(5):
        await asyncio.gather(*[echo(number) for number in range(50)])


async def test_a_reply_of_many_reads_is_one_reply(server: RedisServer, node: Nodes) -> None:
    large = os.urandom(8 * 1024 * 1024)
    assert await node(server.url).pipeline([("SET", "large", large), ("GET", "large")]) == [b"OK", large]


async def test_a_server_that_stops_answering_costs_its_deadline_and_the_connection(
    server: RedisServer, node: Nodes
) -> None:
    one = node(server.url, deadline_s=0.3)
    await one.pipeline([("PING",)])
    server.pause()
    try:
        with pytest.raises(TimeoutError):
            await one.pipeline([("ECHO", "late")])
    finally:
        server.resume()
    patient = node(server.url)
    assert await patient.pipeline([("ECHO", "fresh")]) == [b"fresh"]
    assert await one.pipeline([("ECHO", "fresh")]) == [b"fresh"]


async def test_a_caller_that_gives_up_leaves_no_reply_for_the_next(server: RedisServer, node: Nodes) -> None:
    one = node(server.url)
    await one.pipeline([("PING",)])
    server.pause()
    try:
        waiting = asyncio.create_task(one.pipeline([("ECHO", "given up")]))
        await asyncio.sleep(0.05)  # until it is sent
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    finally:
        server.resume()
    assert await one.pipeline([("ECHO", "next")]) == [b"next"]


async def test_a_killed_server_is_found_again_when_it_is_back(server: RedisServer, node: Nodes) -> None:
    one = node(server.url)
    await one.pipeline([("PING",)])
    server.kill()
    with pytest.raises(OSError):
        await one.pipeline([("PING",)])
    server.start()
    assert await one.pipeline([("PING",)]) == [b"PONG"]


@asynccontextmanager
async def talking(path: Path, nonsense: bytes) -> AsyncIterator[str]:
    """A server that answers whatever comes with the same bytes."""

    handlers: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        await reader.read(4096)
        writer.write(nonsense)
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_unix_server(answer, path)
    try:
        yield f"unix://{path}"
    finally:
        listening.close()
        await asyncio.gather(*handlers, return_exceptions=True)  # the client may have hung up


@pytest.mark.parametrize("nonsense", [b"HTTP/1.1 200 OK\r\n\r\n", b"*-7\r\n", b"+OK\r\n+OK\r\n"])
async def test_what_is_no_answer_to_the_commands_is_refused(tmp_path: Path, nonsense: bytes, node: Nodes) -> None:
    async with talking(tmp_path / "s", nonsense) as url:
        with pytest.raises(OSError):
            await node(url).pipeline([("PING",)])


async def test_a_half_answer_never_counts(tmp_path: Path, node: Nodes) -> None:
    async with talking(tmp_path / "s", b"*2\r\n:1\r\n") as url:
        with pytest.raises(TimeoutError):
            await node(url, deadline_s=0.3).pipeline([("PING",)])


async def test_users_passwords_and_databases_are_sent_before_anything_else(server: RedisServer, node: Nodes) -> None:
    with server.client() as client:
        client.acl_setuser("bench", enabled=True, passwords=["+a/b@c"], keys="*", commands=["+@all"])
    server.configure(requirepass="x")
    named = node(f"unix://bench:a%2Fb%40c@{server.socket}?db=3")
    default = node(f"unix://:x@{server.socket}?db=3")
    assert await named.pipeline([("SET", "who", "bench")]) == [b"OK"]
    assert await default.pipeline([("GET", "who"), ("SELECT", 0), ("GET", "who")]) == [b"bench", b"OK", None]


async def test_a_wrong_password_is_a_server_that_cannot_be_reached_and_is_not_repeated(server: RedisServer) -> None:
    server.configure(requirepass="right")
    for url, said in ((f"unix://:wrong-one@{server.socket}", "WRONGPASS"), (server.url, "NOAUTH")):
        client = NodeClient(url, deadline_s=5.0)
        with pytest.raises(StateFailed) as failure:
            await client.command("GET", "a")
        await client.close()
        assert failure.value.reason == "STATE_UNAVAILABLE"
        assert said in failure.value.message
        assert "wrong-one" not in str(failure.value) + str(failure.value.__cause__)


async def test_a_server_that_is_not_there_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    for url, said in (
        (f"redis://user:geheim@127.0.0.1:{free_port()}", "Connection refused"),
        (f"unix://user:geheim@{tmp_path}/none.sock", "No such file or directory"),
    ):
        client = NodeClient(url, deadline_s=5.0)
        with pytest.raises(StateFailed) as failure:
            await client.command("GET", "a")
        await client.close()
        assert failure.value.message == f"redis cannot be reached: {said}"


async def test_a_node_is_reached_by_host_and_port_too(node: Nodes) -> None:
    with RedisServer(port=(port := free_port())):
        assert await node(f"redis://127.0.0.1:{port}/1").pipeline([("ECHO", "there")]) == [b"there"]


@pytest.mark.parametrize(
    "url",
    [
        "http://secret@host",
        "redis://",
        "redis://:secret@host:notaport",
        "redis://:secret@host?timeout=3",
        "redis://:secret@host?ssl_ca_certs=x",
        "redis://:secret@host/two",
        "unix://host/secret",
        "rediss://:secret@host?ssl_ca_certs=/no/such/file",
        "secret",
    ],
)
def test_an_address_of_another_form_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse_address(url)
    assert refusal.value.reason == "STATE_URL_INVALID"
    assert "secret" not in str(refusal.value)


def test_addresses_are_read_as_they_are_documented() -> None:
    socket = parse_address("unix:///run/a%20b.sock?db=2")
    assert (socket.path, socket.host, socket.database, socket.tls) == ("/run/a b.sock", "", 2, None)
    host = parse_address("rediss://me:p%40ss@cache.example:7000/4")
    assert (host.host, host.port, host.user, host.password, host.database) == ("cache.example", 7000, "me", "p@ss", 4)
    assert host.tls is not None
    assert host.tls.check_hostname
    assert parse_address("redis://cache.example").port == 6379


def test_fields_of_info_are_read_with_colons_in_their_values() -> None:
    assert parse_info(b"# Server\r\nredis_version:7.2.4\r\n\r\nexecutable:/a:b\r\n") == {
        "redis_version": "7.2.4",
        "executable": "/a:b",
    }
