"""Decide, DecideStream and DecideBatch over real gRPC: what answers what, and what a bad request costs."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from control_plane.stack.ready import HEALTH_CHECK
from pep.client import Client, DecisionRefused, permits
from tests.processes import until
from tests.stack_support import GATEWAY, Stack, codes, effect, request, update
from writ.errors import VerificationFailed
from writ.permit import verify_permit
from writ.receipt import Receipt, verify_receipt
from writ.v1 import decision_pb2, decision_pb2_grpc

EXECUTE_ALL = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
DENY_ON_FIRST_DENY = decision_pb2.BATCH_SEMANTIC_DENY_ON_FIRST_DENY
PERMIT_ON_FIRST_PERMIT = decision_pb2.BATCH_SEMANTIC_PERMIT_ON_FIRST_PERMIT

REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

FOREIGN = {"customer": "8", "invoice": "INV-80"}
DUPLICATE_KEY = b'{"customer": "7", "customer": "8", "invoice": "INV-71"}'


def refused(client: Client, wanted: decision_pb2.DecideRequest) -> tuple[str, str]:
    with pytest.raises(DecisionRefused) as error:
        client.decide(wanted)
    return error.value.code, error.value.reason


def outcome(response: decision_pb2.DecideResponse) -> str:
    """Effect and first reason, or the error's reason."""
    if response.WhichOneof("result") == "error":
        return response.error.reason
    return f"{effect(response.decision)} {codes(response.decision)[0]}"


# Unary -------------------------------------------------------------------------------------------------------------


def test_an_allow_carries_receipt_permit_and_breakdown_that_verify_offline(stack: Stack, client: Client) -> None:
    decision = client.decide(request("allow-1"))
    assert permits(decision)
    assert decision.tier == decision_pb2.TIER_T0
    verified = verify_receipt(Receipt.of_message(decision.receipt), stack.public_keys("receipt"))
    assert verified.salt == decision.receipt.salt
    now_ms = decision.decided_at.ToMilliseconds()
    permit = verify_permit(
        decision.permit.token,
        keys=stack.public_keys("permit"),
        audience="billing-mcp",
        execution_digest=decision.execution_digest,
        now_ms=now_ms,
    )
    assert (permit.decision_id, permit.organisation) == (decision.decision_id, "acme")
    assert 0 < permit.expires_ms - permit.not_before_ms <= 30_000
    assert [timing.stage for timing in decision.timings][:1] == ["canonicalize"]
    assert decision.risk.environmental_context.score == 60
    assert decision.risk.baseline_deviation.evidence.count("a new agent") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"audience": "billing-api"}, "PERMIT_AUDIENCE"),
        ({"execution_digest": "0" * 64}, "PERMIT_DIGEST"),
        ({"now_ms": 1}, "PERMIT_EARLY"),
        ({"now_ms": 2**52}, "PERMIT_EXPIRED"),
        ({"keys": "receipt"}, "KEY_UNKNOWN"),
    ],
)
def test_a_permit_holds_for_nothing_else(stack: Stack, client: Client, change: dict[str, object], reason: str) -> None:
    decision = client.decide(request(f"permit-{reason}-{len(change)}-{change.get('now_ms', 0)}"))
    said: dict[str, object] = {
        "audience": "billing-mcp",
        "execution_digest": decision.execution_digest,
        "now_ms": decision.decided_at.ToMilliseconds(),
        "keys": "permit",
        **change,
    }
    keys = stack.public_keys(str(said.pop("keys")))
    with pytest.raises(VerificationFailed, match=reason):
        verify_permit(decision.permit.token, keys=keys, **said)  # type: ignore[arg-type]  # mixed by the parameters


def test_a_denial_carries_a_receipt_and_no_permit(stack: Stack, client: Client) -> None:
    decision = client.decide(request("deny-1", args=FOREIGN))
    assert effect(decision) == "DENY"
    assert not decision.HasField("permit")
    verify_receipt(Receipt.of_message(decision.receipt), stack.public_keys("receipt"))


def test_a_repeat_gets_the_same_answer_and_another_call_under_its_id_is_refused(client: Client) -> None:
    first = client.decide(request("repeat-1"))
    assert client.decide(request("repeat-1")) == first
    assert refused(client, request("repeat-1", args=FOREIGN)) == ("INVALID_ARGUMENT", "REQUEST_ID_REUSED")


def test_a_dry_run_judges_and_leaves_nothing(stack: Stack, client: Client) -> None:
    entries = len(stack.entries())
    decision = client.decide(update("dry-1", "billing-1", dry_run=True))
    assert effect(decision) == "ALLOW"
    assert not decision.HasField("permit")
    assert not decision.HasField("receipt")
    assert not permits(decision)
    assert len(stack.entries()) == entries
    # Its request_id was not taken either.
    assert effect(client.decide(request("dry-1"))) == "ALLOW"


def test_malformed_arguments_are_refused_with_what_was_expected(client: Client) -> None:
    wanted = request("malformed-1")
    wanted.args_json = DUPLICATE_KEY
    with pytest.raises(DecisionRefused, match=r"key|twice|duplicate") as error:
        client.decide(wanted)
    assert error.value.code == "INVALID_ARGUMENT"


def undelivered(stack: Stack) -> list[dict[str, Any]]:
    return [entry for entry in stack.entries() if entry["kind"] == "undelivered"]


def test_a_deadline_that_has_passed_ends_the_call(stack: Stack) -> None:
    with grpc.insecure_channel(stack.target) as channel:
        stub = decision_pb2_grpc.DecisionServiceStub(channel)
        metadata = (("authorization", f"Bearer {stack.token()}"),)
        stub.Decide(request("deadline-0"), metadata=metadata, timeout=30)
        before = len(undelivered(stack))
        stack.pause("opa")
        try:
            with pytest.raises(grpc.RpcError) as error:
                stub.Decide(request("deadline-1"), metadata=metadata, timeout=0.4)  # state and policy may take longer
            until(lambda: len(undelivered(stack)) > before, "the record of an answer that nobody heard")
        finally:
            stack.resume("opa")
        assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        # The decision was made all the same, and what nobody heard is on record as undelivered.
        answer = stub.Decide(request("deadline-1"), metadata=metadata, timeout=30).decision
    assert effect(answer) in ("ALLOW", "DENY")
    assert undelivered(stack)[-1]["cause"] == "CALLER_GONE"


# Stream ------------------------------------------------------------------------------------------------------------


def test_a_stream_answers_every_request_by_its_id(client: Client) -> None:
    wanted = {f"stream-{n}": FOREIGN if n % 3 == 0 else None for n in range(300)}
    answers = {
        answer.request_id: outcome(answer)
        for answer in client.decide_stream(request(name, args=args) for name, args in wanted.items())
    }
    assert answers.keys() == wanted.keys()
    for name, args in wanted.items():
        assert answers[name].startswith("DENY" if args else "ALLOW"), name


def test_a_malformed_item_is_answered_and_the_stream_goes_on(stack: Stack, client: Client) -> None:
    broken = request("broken")
    broken.args_json = DUPLICATE_KEY
    nameless = request("nameless")
    nameless.tool.name = ""
    spoofed = request("spoofed", agent="payroll-1")
    answers = list(client.decide_stream([request("good-1"), broken, nameless, spoofed, request("good-2")]))
    by_id = {answer.request_id: answer for answer in answers}
    assert len(answers) == 5
    assert outcome(by_id["good-1"]).startswith("ALLOW")
    assert outcome(by_id["good-2"]).startswith("ALLOW")
    assert by_id["broken"].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert by_id["nameless"].error.reason == "FIELD_INVALID"
    assert by_id["spoofed"].error.code == grpc.StatusCode.PERMISSION_DENIED.value[0]
    assert by_id["spoofed"].error.reason == "CALLER_NOT_PERMITTED"
    on_record = {entry["decision_id"] for entry in stack.entries() if entry["kind"] == "refusal"}
    assert by_id["spoofed"].error.decision_id in on_record
    assert [by_id[name].error.decision_id for name in ("broken", "nameless")] == ["", ""]


def test_a_stream_answers_before_it_is_closed(client: Client) -> None:
    answered = threading.Event()

    def requests() -> Iterator[decision_pb2.DecideRequest]:
        yield request("early-1")
        answered.wait()
        yield request("early-2")

    seen = []
    for answer in client.decide_stream(requests()):
        seen.append(answer.request_id)
        answered.set()
    assert seen == ["early-1", "early-2"]


def test_one_request_twice_in_a_stream_counts_once(client: Client) -> None:
    answers = list(client.decide_stream([request("again-1")] * 20))
    assert len(answers) == 20
    assert len({answer.SerializeToString() for answer in answers}) == 1


# Batch -------------------------------------------------------------------------------------------------------------


def test_a_batch_keeps_the_order_of_its_requests(client: Client) -> None:
    wanted = [request(f"order-{n}", args=FOREIGN if n % 2 else None) for n in range(40)]
    answers = client.decide_batch(wanted, EXECUTE_ALL)
    assert [answer.request_id for answer in answers] == [item.request_id for item in wanted]
    assert [effect(answer.decision) for answer in answers] == ["ALLOW", "DENY"] * 20


def broken_item(name: str) -> decision_pb2.DecideRequest:
    item = request(name)
    item.args_json = DUPLICATE_KEY
    return item


def test_deny_on_first_deny_stops_after_the_first_that_may_not_run(client: Client) -> None:
    wanted = [request("dd-1"), request("dd-2", args=FOREIGN), request("dd-3"), request("dd-4")]
    first = client.decide_batch(wanted, DENY_ON_FIRST_DENY)
    assert [outcome(answer).split()[0] for answer in first] == ["ALLOW", "DENY", "DENY", "DENY"]
    assert [codes(answer.decision) for answer in first[2:]] == [["NOT_EVALUATED"]] * 2
    assert not any(answer.decision.HasField("permit") for answer in first[2:])
    # Asked once more, what ended the batch is a stored answer, and ends it again.
    again = client.decide_batch(wanted, DENY_ON_FIRST_DENY)
    assert [outcome(answer) for answer in again] == [outcome(answer) for answer in first]
    assert effect(client.decide(wanted[3])) == "ALLOW", "what was not evaluated can be asked for alone"


def test_permit_on_first_permit_stops_after_the_first_that_may_run(client: Client) -> None:
    wanted = [request("pp-1", args=FOREIGN), request("pp-2"), request("pp-3")]
    first = client.decide_batch(wanted, PERMIT_ON_FIRST_PERMIT)
    assert [outcome(answer).split()[0] for answer in first] == ["DENY", "ALLOW", "DENY"]
    assert codes(first[2].decision) == ["NOT_EVALUATED"]
    again = client.decide_batch(wanted, PERMIT_ON_FIRST_PERMIT)
    assert [outcome(answer) for answer in again] == [outcome(answer) for answer in first]


def test_an_item_that_cannot_be_read_is_no_permission_to_go_on(client: Client) -> None:
    answers = client.decide_batch([broken_item("bi-1"), request("bi-2")], DENY_ON_FIRST_DENY)
    assert answers[0].WhichOneof("result") == "error"
    assert codes(answers[1].decision) == ["NOT_EVALUATED"]
    answers = client.decide_batch([broken_item("bp-1"), request("bp-2")], PERMIT_ON_FIRST_PERMIT)
    assert effect(answers[1].decision) == "ALLOW"


def test_a_batch_that_cannot_be_taken_as_one_is_refused_as_a_whole(stack: Stack, client: Client) -> None:
    entries = len(stack.entries())
    for wanted, semantic in (
        ([request("same"), request("same")], EXECUTE_ALL),
        ([request("no-semantic")], decision_pb2.BATCH_SEMANTIC_UNSPECIFIED),
        ([], EXECUTE_ALL),
        ([request(f"many-{n}") for n in range(65)], EXECUTE_ALL),
    ):
        with pytest.raises(DecisionRefused) as error:
            client.decide_batch(wanted, semantic)
        assert (error.value.code, error.value.reason) == ("INVALID_ARGUMENT", "BATCH_INVALID")
    assert len(stack.entries()) == entries


def test_a_gateway_asks_for_several_agents_in_one_batch(stack: Stack) -> None:
    with stack.client(GATEWAY) as gateway:
        answers = gateway.decide_batch(
            [request("gw-1", agent="billing-1"), request("gw-2", agent="billing-2"), request("gw-3", agent="nobody")],
            EXECUTE_ALL,
        )
    assert [effect(answer.decision) for answer in answers] == ["ALLOW", "ALLOW", "DENY"]


# The server itself ---------------------------------------------------------------------------------------------------


def test_the_socket_is_for_its_owner_alone(stack: Stack) -> None:
    path = Path(stack.target.removeprefix("unix://"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_ISSOCK(path.stat().st_mode)


def test_health_is_served_for_every_service(stack: Stack) -> None:
    with grpc.insecure_channel(stack.target) as channel:
        check = channel.unary_unary(
            HEALTH_CHECK,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        for service in ("", "writ.v1.DecisionService", "writ.v1.FactService"):
            answer = check(health_pb2.HealthCheckRequest(service=service), timeout=10)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.RpcError) as error:
            check(health_pb2.HealthCheckRequest(service="writ.v1.NoService"), timeout=10)
        assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_tells_the_services_and_their_messages(stack: Stack) -> None:
    with grpc.insecure_channel(stack.target) as channel:
        ask = channel.stream_stream(
            REFLECTION,
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        asked = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol="writ.v1.DecisionService"),
        ]
        services, file = ask(iter(asked), timeout=10)
    names = {service.name for service in services.list_services_response.service}
    assert {"writ.v1.DecisionService", "writ.v1.FactService", "grpc.health.v1.Health"} <= names
    assert any(b"DecideStream" in raw for raw in file.file_descriptor_response.file_descriptor_proto)


def test_an_unknown_method_is_unimplemented(stack: Stack) -> None:
    with grpc.insecure_channel(stack.target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/writ.v1.DecisionService/Allow")
        with pytest.raises(grpc.RpcError) as error:
            call(b"", timeout=10)
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


def collect(
    client: Client, requests: Iterator[decision_pb2.DecideRequest], seen: list[decision_pb2.DecideResponse]
) -> None:
    """Keeps what came, also when the stream then fails."""
    for answer in client.decide_stream(requests):
        seen.append(answer)  # noqa: PERF402  # `extend` would lose them


def test_a_stream_ends_when_its_credential_expires(stack: Stack) -> None:
    token = stack.token(ttl_s=6)  # time enough for the first answer on a busy machine
    with Client(stack.target, token=token) as short:
        ended = threading.Event()

        def requests() -> Iterator[decision_pb2.DecideRequest]:
            number = 0
            while not ended.is_set():
                yield request(f"expiry-{number}")
                number += 1
                time.sleep(0.05)

        seen: list[decision_pb2.DecideResponse] = []
        with pytest.raises(DecisionRefused, match="expired") as error:
            collect(short, requests(), seen)
        ended.set()
    assert error.value.code == "UNAUTHENTICATED"
    assert outcome(seen[0]).startswith("ALLOW")
    assert all(outcome(answer).split()[0] in ("ALLOW", "CREDENTIAL_EXPIRED") for answer in seen)
