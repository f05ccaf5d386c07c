"""What is said of a process that is not ready, and answers that come in pieces."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from control_plane.stack import ready
from writ.errors import DependencyFailed


async def answering(path: Path, pieces: Sequence[bytes], asked: object) -> object:
    """What comes of a question when these pieces are the answer, each in a packet of its own."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)  # else the kernel hands over both at once
        writer.close()

    async with await asyncio.start_unix_server(answer, path):
        assert asyncio.iscoroutine(asked)
        return await asked


async def test_an_answer_in_pieces_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "opa.sock"
    pieces = [b"HTTP/1.0 200 OK\r\n\r\n", b'{"result": {"writ": {"manifest": ', b'{"revision": "abc"}}}}']
    assert await answering(path, pieces, ready.active_revision(path)) == "abc"


async def test_an_answer_that_is_cut_short_is_none(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with pytest.raises(DependencyFailed, match="its answer is cut short"):
        await answering(path, [b"+PO"], ready.redis_ready(path))


@pytest.mark.parametrize(
    ("address", "said"),
    [("127.0.0.1:1", "does not answer on `127.0.0.1:1`: "), ("zz", "expected host:port"), ("h:99999999999", "")],
)
async def test_an_address_on_which_nobody_answers_is_named(address: str, said: str) -> None:
    with pytest.raises(DependencyFailed) as caught:
        await ready.http_ready(address)
    assert said in caught.value.message
    assert "Error" not in caught.value.message


async def test_a_socket_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(DependencyFailed, match="No such file or directory"):
        await ready.redis_ready(tmp_path / "none.sock")


async def test_who_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "ANSWER_TIMEOUT_S", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        with pytest.raises(DependencyFailed, match="nothing came within"):
            await ready.redis_ready(tmp_path / "silent.sock")
