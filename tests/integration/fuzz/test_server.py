"""The real decision point behind real gRPC, with real OPA and Redis: malformed requests leave it standing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.stack import Stack, running
from tests.integration.fuzz.malformed import Malformed, malformed, request
from writ.v1 import decision_pb2

# A failing round is printed whole; that it is long must not hide why it failed.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

WANTED = 10_000
ROUND = 50
UNARY_ROUNDS = 8
MAX_GROWTH_KIB = 64 * 1024
INVALID_ARGUMENT = 3

STREAM = "/writ.v1.DecisionService/DecideStream"
UNARY = "/writ.v1.DecisionService/Decide"
BATCH = "/writ.v1.DecisionService/DecideBatch"

CALM = settings(
    max_examples=WANTED // ROUND,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A connection that sends bytes as they are."""

    stack: Stack
    channel: grpc.Channel
    metadata: tuple[tuple[str, str], ...]

    def stream(self, requests: list[bytes]) -> list[decision_pb2.DecideResponse]:
        call: grpc.StreamStreamMultiCallable[bytes, decision_pb2.DecideResponse]
        call = self.channel.stream_stream(STREAM, None, decision_pb2.DecideResponse.FromString)
        return list(call(iter(requests), metadata=self.metadata, timeout=60))

    def status(self, method: str, raw: bytes) -> grpc.StatusCode:
        """Returns the status of a unary call."""
        try:
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(method)
            call(raw, metadata=self.metadata, timeout=30)
        except grpc.RpcError as error:
            code: grpc.StatusCode = error.code()
            return code
        return grpc.StatusCode.OK

    def resident_kib(self) -> int:
        lines = Path(f"/proc/{self.stack.pids['pdp']}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


@pytest.fixture(scope="session")
def calm(searching: Callable[[settings], settings]) -> settings:
    return searching(CALM)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with running(tmp_path_factory.mktemp("fuzz") / "s") as stack:
        metadata = (("authorization", f"Bearer {stack.token()}"),)
        with grpc.insecure_channel(stack.target) as channel:
            yield Wire(stack=stack, channel=channel, metadata=metadata)


@pytest.mark.hypothesis
def test_ten_thousand_malformed_requests_on_streams_are_refused_one_by_one(wire: Wire, calm: settings) -> None:
    seen: Counter[str] = Counter()
    memory: list[int] = []

    @calm
    @given(items=st.lists(malformed(), min_size=ROUND, max_size=ROUND))
    def send(items: list[Malformed]) -> None:
        answers = wire.stream([item.raw for item in items])
        assert len(answers) == ROUND
        for answer in answers:
            assert answer.error.code == INVALID_ARGUMENT, answer
            assert answer.error.message
            seen[answer.error.reason] += 1
        memory.append(wire.resident_kib())

    send()
    assert seen.total() >= WANTED
    assert memory[-1] - memory[len(memory) // 10] < MAX_GROWTH_KIB


@pytest.mark.hypothesis
def test_malformed_unary_calls_and_batches_get_invalid_argument(wire: Wire, calm: settings) -> None:
    @settings(calm, max_examples=calm.max_examples * UNARY_ROUNDS // CALM.max_examples)
    @given(items=st.lists(malformed(), min_size=ROUND, max_size=ROUND))
    def send(items: list[Malformed]) -> None:
        for item in items:
            raw: bytes = item.raw
            assert wire.status(UNARY, raw) is grpc.StatusCode.INVALID_ARGUMENT
            assert wire.status(BATCH, b"\x0a" + raw) is grpc.StatusCode.INVALID_ARGUMENT

    send()


def test_a_message_over_the_transport_limit_is_refused_before_it_is_read(wire: Wire) -> None:
    raw = request().SerializeToString() + b"\x7a" + b"\xff" * (8 * 1024 * 1024)
    assert wire.status(UNARY, raw) is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_decision_point_still_answers_afterwards(wire: Wire) -> None:
    answers = wire.stream([request(request_id="fuzz-last").SerializeToString()])
    assert [answer.WhichOneof("result") for answer in answers] == ["decision"]
    # Nothing proves that the agent serves the customer, so the real policy must not allow it.
    assert answers[0].decision.effect == decision_pb2.EFFECT_DENY
