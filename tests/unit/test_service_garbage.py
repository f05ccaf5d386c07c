"""The gRPC front leaves nothing for the collector of cycles: what a call held is free as soon as it is answered."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pdp.calls import deliver
from pdp.config import Limits, Timeouts
from pdp.item import Answer
from pdp.model import CallerIdentity
from pdp.queue import Entry
from pdp.service import DecisionFront
from writ.errors import Overloaded, WritError
from writ.v1 import decision_pb2


class Engine:
    """Answers in the next turn of the event loop."""

    def __init__(self, error: WritError | None = None) -> None:
        self._error = error

    def offer(self, entry: Entry) -> None:
        answers = [Answer(token=ask.token, response=ask.request, error=self._error) for ask in entry.asks]
        asyncio.get_running_loop().call_soon(deliver, answers)


class Authenticator:
    """Knows everybody."""

    def authenticate(self, _: object, now_s: float) -> CallerIdentity:
        return CallerIdentity(organisation="acme", id="x", names=("x",), claims={}, expires_at_s=now_s + 60)


class Context:
    """A call without metadata; `requests` are what its stream sends."""

    def __init__(self, requests: list[bytes]) -> None:
        self._requests = requests
        self.written: list[bytes] = []
        self.aborted: tuple[object, ...] = ()

    def invocation_metadata(self) -> tuple[()]:
        return ()

    def auth_context(self) -> dict[str, Any]:
        return {}

    def time_remaining(self) -> float:
        return 5.0

    async def read(self) -> object:
        await asyncio.sleep(0)
        return self._requests.pop(0) if self._requests else None

    async def write(self, message: bytes) -> None:
        self.written.append(message)

    async def abort(self, *how: object) -> None:
        self.aborted = how
        raise ConnectionAbortedError


def front(error: WritError | None = None) -> DecisionFront:
    made: Any = DecisionFront
    return made(  # type: ignore[no-any-return]
        engine=Engine(error),
        authenticator=Authenticator(),
        lanes=None,
        reporter=None,
        state=None,
        limits=Limits(),
        timeouts=Timeouts(),
    )


def request(number: int) -> decision_pb2.DecideRequest:
    return decision_pb2.DecideRequest(request_id=f"r{number}")


def living() -> Counter[str]:
    """How much of the front lives, by name."""
    names = {"SingleCall", "StreamCall", "Ask", "Answer"}
    return Counter(name for thing in gc.get_objects() if (name := type(thing).__qualname__) in names)


@pytest.fixture
def left() -> Iterator[Callable[[], Counter[str]]]:
    """What lives that did not live before the test, while the collector of cycles stands still."""
    gc.collect()
    before = living()
    gc.disable()
    yield lambda: living() - before
    gc.enable()


def test_a_unary_call_is_free_when_it_is_answered(left: Callable[[], Counter[str]]) -> None:
    body = request(1).SerializeToString()
    context: Any = Context([])
    assert asyncio.run(front().decide(body, context)) == body
    assert not left()


def test_a_batch_is_free_when_it_is_answered_and_holds_every_answer_in_order(left: Callable[[], Counter[str]]) -> None:
    requests = [request(number) for number in range(3)]
    batch = decision_pb2.DecideBatchRequest(
        requests=requests, semantic=decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
    ).SerializeToString()
    context: Any = Context([])
    said = decision_pb2.DecideBatchResponse.FromString(asyncio.run(front().decide_batch(batch, context)))
    assert [answer.SerializeToString() for answer in said.responses] == [item.SerializeToString() for item in requests]
    assert not left()


def test_a_batch_that_is_refused_as_a_whole_is_an_error_of_the_call(left: Callable[[], Counter[str]]) -> None:
    batch = decision_pb2.DecideBatchRequest(
        requests=[request(1), request(2)], semantic=decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
    ).SerializeToString()
    context: Any = Context([])
    with pytest.raises(ConnectionAbortedError):
        asyncio.run(front(Overloaded("OVERLOADED", "expected less")).decide_batch(batch, context))


def test_what_a_stream_asked_is_free_when_it_is_answered(left: Callable[[], Counter[str]]) -> None:
    bodies = [request(number).SerializeToString() for number in range(3)]
    context: Any = Context(list(bodies))
    asyncio.run(front().decide_stream(iter(()), context))  # type: ignore[arg-type]
    assert context.written == bodies
    assert not left()
