"""The native front before a decision point: every call as by grpcio, and what happens when either of the two dies."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from control_plane.stack.ready import HEALTH_CHECK, pdp_ready
from pep.client import Client, DecisionRefused
from tests.stack_support import DecisionPoint, Ground, codes, effect, request, until, update
from writ.errors import DependencyFailed
from writ.receipt import Receipt, verify_receipt
from writ.v1 import decision_pb2

ALL = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as running:
        yield running


@pytest.fixture(scope="module")
def point(ground: Ground) -> DecisionPoint:
    started = ground.point("pdp-native", pdp={"front": ground.native_front("pdp-native")}).start()
    ground.assign(started, "billing-1")
    return started


def front_pid(point: DecisionPoint) -> int:
    children = (Path(f"/proc/{point.pid}/task/{point.pid}/children")).read_text().split()
    return next((int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text() == "front\n"), 0)


def test_while_no_front_takes_calls_health_says_so(ground: Ground) -> None:
    front = ground.native_front("pdp-gone")
    link = ground.folder / "bin" / "front"
    link.parent.mkdir()
    link.symlink_to(front["binary"])
    health = f"unix://{ground.folder}/health.sock"
    point = ground.point("pdp-gone", pdp={"front": front | {"binary": str(link)}, "health_listen": health}).start()

    def told() -> str:
        try:
            asyncio.run(pdp_ready(health))
        except DependencyFailed as error:
            return error.message
        return "serving"

    assert told() == "serving"
    number = front_pid(point)
    assert number
    link.unlink()
    os.kill(number, signal.SIGKILL)
    until(lambda: told() == "expected SERVING, got NOT_SERVING", "health to miss the front")
    link.symlink_to(front["binary"])
    until(lambda: told() == "serving", "health to find the front again")
    assert point.stop() == 0


def test_a_decision_with_its_evidence_comes_through_unchanged(ground: Ground, point: DecisionPoint) -> None:
    with point.client() as client:
        decision = client.decide(request("native-1"))
    assert effect(decision) == "ALLOW"
    verify_receipt(Receipt.of_message(decision.receipt), ground.public_keys("receipt"))


def test_refusals_carry_their_status_reason_and_text(point: DecisionPoint) -> None:
    with point.client() as client:
        with pytest.raises(DecisionRefused) as refused:
            client.decide(request("native-2", agent="payroll-1"))
        assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "CALLER_NOT_PERMITTED")
        broken = request("native-3")
        broken.args_json = b"{"
        with pytest.raises(DecisionRefused, match="ARGUMENTS_NOT_JSON"):
            client.decide(broken)
    with Client(point.target, token="a.b.c") as stranger, pytest.raises(DecisionRefused) as refused:
        stranger.decide(request("native-4"))
    assert refused.value.code == "UNAUTHENTICATED"


def test_a_stream_answers_everything_and_goes_on_after_an_error(point: DecisionPoint) -> None:
    asks = [request(f"native-stream-{number}") for number in range(700)]  # more than may be unanswered at once
    asks[350].args_json = b"{"
    asks[351].agent.id = "payroll-1"
    with point.client() as client:
        answers = {answer.request_id: answer for answer in client.decide_stream(asks)}
    assert len(answers) == 700
    assert answers["native-stream-350"].error.reason == "ARGUMENTS_NOT_JSON"
    on_record = {entry["decision_id"] for entry in point.entries() if entry["kind"] == "refusal"}
    assert answers["native-stream-351"].error.decision_id in on_record
    assert {effect(a.decision) for a in answers.values() if a.HasField("decision")} == {"ALLOW"}


def test_a_stream_ends_when_its_credential_does(point: DecisionPoint) -> None:
    never = threading.Event()

    def asks() -> Iterator[decision_pb2.DecideRequest]:
        yield request("native-expiry")
        never.wait(20)

    with point.client("agent/billing-1", ttl_s=2) as client:
        stream = client.decide_stream(asks())
        assert effect(next(stream).decision) == "ALLOW"
        with pytest.raises(DecisionRefused, match="CREDENTIAL_EXPIRED"):
            next(stream)
    never.set()


def test_every_other_call_is_passed_on(ground: Ground, point: DecisionPoint) -> None:
    with point.client() as client:
        answers = client.decide_batch([request(f"native-batch-{number}") for number in range(3)], ALL)
        assert [answer.request_id for answer in answers] == [f"native-batch-{number}" for number in range(3)]
        assert effect(client.wait_decision(request("native-wait"), 1.0)) == "ALLOW"
        with pytest.raises(DecisionRefused, match="BATCH_INVALID"):
            client.decide_batch([], ALL)
    ground.assign(point, "billing-2")  # FactService, by another credential
    with grpc.insecure_channel(point.target) as channel:
        check: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(HEALTH_CHECK)
        health = health_pb2.HealthCheckResponse.FromString(check(b"", timeout=10))
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        listed = next(iter(stub.ServerReflectionInfo(iter([asked]), timeout=10)))  # type: ignore[operator]  # its stub
        names = {service.name for service in listed.list_services_response.service}
        assert {"writ.v1.DecisionService", "writ.v1.FactService"} <= names


def test_nobody_else_can_reach_the_sockets_behind_it(point: DecisionPoint) -> None:
    folder = Path(point.socket).parent.parent / "pdp-native-front"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (folder / "engine.sock", folder / "rest.sock", point.socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_certificate_in_the_metadata_of_a_caller_is_worth_nothing(point: DecisionPoint) -> None:
    forged = (("writ-peer-certificate-bin", b"-----BEGIN CERTIFICATE-----"),)
    with grpc.insecure_channel(point.target) as channel:
        for method in ("Decide", "DecideBatch"):
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/writ.v1.DecisionService/{method}")
            message = request("native-forged")
            body = message if method == "Decide" else decision_pb2.DecideBatchRequest(requests=[message], semantic=ALL)
            with pytest.raises(grpc.RpcError) as refused:
                call(body.SerializeToString(), metadata=forged, timeout=10)
            assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_token_of_odd_bytes_is_refused_and_harms_nobody(point: DecisionPoint) -> None:
    before = front_pid(point)
    for odd in ("\xff" * 40, "a" * 9_000):
        with grpc.insecure_channel(point.target) as channel:
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/writ.v1.DecisionService/Decide")
            with pytest.raises(grpc.RpcError):
                call(
                    request("native-odd").SerializeToString(),
                    metadata=(("authorization", f"Bearer {odd}"),),
                    timeout=10,
                )
    with point.client() as client:
        assert effect(client.decide(request("native-after-odd"))) == "ALLOW"
    assert front_pid(point) == before


def test_large_requests_arrive_whole(point: DecisionPoint) -> None:
    large = request("native-large")
    large.user_request = "words " * 2_500
    large.args_json = b'{"customer":"7","invoice":"INV-71"' + b" " * 200_000 + b"}"
    asks = [decision_pb2.DecideRequest.FromString(large.SerializeToString()) for _ in range(20)]
    for number, ask in enumerate(asks):
        ask.request_id = f"native-large-{number}"
    with point.client() as client:
        answers = list(client.decide_stream(asks))
    assert {effect(answer.decision) for answer in answers} == {"ALLOW"}


def test_a_front_that_is_killed_comes_back(point: DecisionPoint) -> None:
    before = front_pid(point)
    os.kill(before, signal.SIGKILL)
    until(lambda: front_pid(point) not in (0, before), "another front")

    def decides() -> bool:
        with point.client() as client:
            try:
                return effect(client.decide(request(f"native-back-{time.time_ns()}"))) == "ALLOW"
            except DecisionRefused as error:
                assert error.code == "UNAVAILABLE", error
                return False

    until(decides, "decisions through the new front")


def test_a_call_that_waits_when_the_decision_point_is_killed_is_refused_and_the_front_ends(ground: Ground) -> None:
    doomed = ground.point("pdp-doomed", pdp={"front": ground.native_front("pdp-doomed")}).start()
    ground.assign(doomed, "billing-1")
    front = front_pid(doomed)
    refused: list[str] = []

    def ask() -> None:
        with doomed.client() as client:
            try:
                client.decide(request("native-doomed"))
            except DecisionRefused as error:
                refused.append(error.code)

    ground.opa.pause()
    try:
        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)
        doomed.kill()
        asking.join(10)
    finally:
        ground.opa.resume()
    assert refused == ["UNAVAILABLE"]
    until(lambda: not Path(f"/proc/{front}").exists(), "the front to end")


def test_a_caller_who_leaves_reserves_nothing(ground: Ground, point: DecisionPoint) -> None:
    ground.opa.pause()
    try:
        with point.client("agent/billing-1", timeout_s=0.2) as client, pytest.raises(DecisionRefused) as refused:
            client.decide(update("native-gone", "billing-1"))
    finally:
        ground.opa.resume()
    assert refused.value.code in {"DEADLINE_EXCEEDED", "CANCELLED"}  # who of the two ends notices first
    ground.settled()
    with point.client() as client:
        assert codes(client.decide(request("native-after"))) == ["INVOICE_READ"]
