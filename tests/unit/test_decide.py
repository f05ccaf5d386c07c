"""The pipeline as lists of bytes, without gRPC: batching, claims, failures, short circuits, quarantine, revisions."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import orjson
import pytest

from pdp import patience
from pdp.circumstances import Circumstances
from pdp.conclude import MAX_KEPT_BYTES_PER_CALLER
from pdp.config import Limits, Timeouts
from pdp.item import Item
from pdp.model import Ask, ClaimStatus, Final, Outcome, OutcomeApproval, OutcomeRule, StateAsk, StateView
from pdp.patience import MAX_LONG_CHARS_PER_CALLER, MAX_WAITING_PER_CALLER
from pdp.refusals import BURST, STRANGERS_BURST, Strangers
from pdp.telemetry import JsonFormatter
from tests.pipeline_support import PATIENCE_S, Pipeline, action, outcome, token, until
from writ.commitment import commitment
from writ.errors import EvaluationFailed, EvidenceFailed, NotAuthenticated, StateFailed
from writ.v1 import decision_pb2, receipt_pb2

ALLOW, DENY = decision_pb2.EFFECT_ALLOW, decision_pb2.EFFECT_DENY


def raising(error: Exception) -> None:
    raise error


async def started(**how: object) -> Pipeline:
    return await Pipeline(**how).start()  # type: ignore[arg-type]


async def test_an_allowed_action_gets_a_permit_a_receipt_and_is_settled() -> None:
    pipeline = await started()
    decision = (await pipeline.ask(action("r1"))).decision
    await pipeline.engine.drain()
    assert decision.effect == ALLOW
    assert decision.permit.token
    assert decision.HasField("receipt")
    assert decision.bundle.revision == pipeline.judge.revision
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.ALLOWED]
    assert [body["effect"] for body in pipeline.recorder.bodies("decision")] == ["ALLOW"]


async def test_nothing_is_decided_without_an_active_bundle() -> None:
    response = await Pipeline().ask(action("r1"))
    assert (response.error.code, response.error.reason) == (14, "BUNDLE_NOT_ACTIVE")


async def test_what_arrives_while_a_batch_is_in_flight_forms_the_next_one() -> None:
    pipeline = await started(limits=Limits(batches_in_flight=1))
    first = pipeline.offer(action("r0"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [pair for number in range(1, 20) for pair in pipeline.offer(action(f"r{number}"))]
    await asyncio.gather(*(future for _, future in first + rest))
    assert [len(batch) for batch in pipeline.judge.batches] == [1, 19]
    assert pipeline.state.trips == [1, 19]


async def test_malformed_requests_are_answered_and_reach_neither_state_nor_policy() -> None:
    pipeline = await started()
    for raw in (
        b"\xff\xff",
        b"",
        action("").SerializeToString(),
        action("r", args_json=b'{"a":1,"a":2}').SerializeToString(),
    ):
        response = await pipeline.ask(raw)
        assert response.error.code == 3
        assert response.error.message
    assert pipeline.state.trips == []
    assert pipeline.judge.batches == []


async def test_a_spoofed_agent_is_refused_and_leaves_a_receipt() -> None:
    pipeline = await started()
    response = await pipeline.ask(action("r1", agent="payroll-1"))
    assert (response.error.code, response.error.reason) == (7, "CALLER_NOT_PERMITTED")
    (body,) = pipeline.recorder.bodies("refusal")
    assert (body["reason"], body["decision_id"]) == ("CALLER_NOT_PERMITTED", response.error.decision_id)


async def test_an_error_without_a_receipt_names_none() -> None:
    pipeline = await started()
    response = await pipeline.ask(action("").SerializeToString())
    assert (response.error.reason, response.error.decision_id) == ("FIELD_INVALID", "")


def refused_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The lines of refusals, as they are written."""
    records = [record for record in caplog.records if record.name == "writ.refusals"]
    return [orjson.loads(JsonFormatter().format(record)) for record in records]


async def test_a_spoofed_agent_has_a_line_that_leads_to_its_receipt_and_quotes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipeline = await started()
    await pipeline.ask(action("r1", agent="payroll-1", purpose="a secret purpose"))
    (line,), (body,) = refused_lines(caplog), pipeline.recorder.bodies("refusal")
    assert (line["message"], line["level"], line["reason"]) == ("refused", "warning", "CALLER_NOT_PERMITTED")
    assert line["decision_id"] == body["decision_id"]
    assert (line["organisation"], line["caller"]) == ("acme", body["caller"]["id"])
    text = str(line)
    assert not [secret for secret in ("payroll-1", "secret", "INV-1", pipeline.bearer) if secret in text]


async def test_a_refusal_that_cannot_be_recorded_has_a_line_without_a_decision_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipeline = await started()
    pipeline.recorder.before_append = lambda: raising(EvidenceFailed("LOG_WRITE_FAILED", "disk full"))
    await pipeline.ask(action("r1", agent="payroll-1"))
    assert [line["decision_id"] for line in refused_lines(caplog)] == [""]


async def test_a_long_refused_request_is_on_record_by_its_digest_alone() -> None:
    pipeline = await started()
    short, long = (
        action("r1", agent="payroll-1"),
        action("r2", agent="payroll-1", args_json=b'{"a":"%b"}' % (b"x" * 9000)),
    )
    for each in (short, long):
        await pipeline.ask(each)
    payloads = [receipt_pb2.Payload.FromString(draft.payload) for draft in pipeline.recorder.drafts]
    assert [payload.request for payload in payloads] == [short.SerializeToString(), b""]
    for body, payload, asked in zip(pipeline.recorder.bodies("refusal"), payloads, (short, long), strict=True):
        assert body["commitments"]["request"] == commitment("request", payload.salt, asked.SerializeToString())


async def test_a_flood_of_refused_requests_does_not_fill_the_log_and_is_no_matter_of_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipeline = await started(limits=Limits(queue_per_caller=BURST + 50))
    flood = [pipeline.ask(action(f"f{number}", agent="payroll-1")) for number in range(BURST + 50)]
    reasons = Counter(answer.error.reason for answer in await asyncio.gather(*flood))
    on_record = reasons["CALLER_NOT_PERMITTED"]
    assert BURST <= on_record < BURST + 25, "one more for each second that a busy machine takes"
    assert reasons == {"CALLER_NOT_PERMITTED": on_record, "REFUSED_TOO_OFTEN": BURST + 50 - on_record}
    assert len(pipeline.recorder.bodies("refusal")) == len(refused_lines(caplog)) == on_record
    assert (await pipeline.ask(action("own"))).decision.effect == decision_pb2.EFFECT_ALLOW
    other = await pipeline.ask(action("o1", agent="payroll-1"), bearer=token("agent/crm-1"))
    assert other.error.reason == "CALLER_NOT_PERMITTED"


async def test_many_credentials_of_one_caller_are_one_caller() -> None:
    pipeline = await started(limits=Limits(queue_per_caller=8))
    bearers = [token("agent/billing-1", lifetime_s=300.0 + number) for number in range(20)]
    answers = await asyncio.gather(
        *(pipeline.ask(action(f"r{number}"), bearer=bearer) for number, bearer in enumerate(bearers))
    )
    assert Counter(answer.error.reason for answer in answers) == {"": 8, "CALLER_OVERLOADED": 12}


async def test_who_is_nobody_takes_no_place_in_the_queue() -> None:
    pipeline = await started(limits=Limits(queue_total=4))
    strangers = [pipeline.ask(action(f"s{number}"), bearer=f"nonsense-{number}") for number in range(20)]
    answers = await asyncio.gather(*strangers, pipeline.ask(action("r1")))
    assert Counter(answer.error.code for answer in answers) == {16: 20, 0: 1}


async def test_a_bad_credential_is_unauthenticated_and_leaves_no_receipt() -> None:
    pipeline = await started()
    response = await pipeline.ask(action("r1"), bearer="nonsense")
    assert response.error.code == 16
    assert pipeline.recorder.drafts == []


async def test_bad_credentials_have_lines_that_are_bounded_and_quote_none(caplog: pytest.LogCaptureFixture) -> None:
    pipeline = await started()
    bearers = [f"nonsense-{number}" for number in range(STRANGERS_BURST + 20)]
    await asyncio.gather(*(pipeline.ask(action(f"s{number}"), bearer=bearer) for number, bearer in enumerate(bearers)))
    lines = refused_lines(caplog)
    assert STRANGERS_BURST <= len(lines) < STRANGERS_BURST + 10, "one more for each second that a busy machine takes"
    assert {line["reason"] for line in lines} == {"CREDENTIAL_INVALID"}
    assert "nonsense" not in str(lines)


async def test_a_credential_that_expires_while_a_request_waits_has_a_line(caplog: pytest.LogCaptureFixture) -> None:
    class Expired:
        def authenticate(self, _: object, __: float) -> NoReturn:
            raise NotAuthenticated("CREDENTIAL_EXPIRED", "the credential has expired; get a new one")

    pipeline = await started()
    pipeline.engine._preparation._authenticator = Expired()  # type: ignore[assignment]  # it was valid when it was offered
    assert (await pipeline.ask(action("r1"))).error.reason == "CREDENTIAL_EXPIRED"
    assert [line["reason"] for line in refused_lines(caplog)] == ["CREDENTIAL_EXPIRED"]


def test_lines_of_strangers_come_back_one_a_second_with_the_number_of_those_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now_s = 0.0
    strangers = Strangers(clock=lambda: now_s)
    error = NotAuthenticated("CREDENTIAL_INVALID", "the token does not hold")
    for now_s in (*[0.0] * (STRANGERS_BURST + 5), 0.9, 1.0, 1.5, 3.0):  # noqa: B007  the clock reads it
        strangers.log(error)
    assert [line["unlogged"] for line in refused_lines(caplog)] == [0] * STRANGERS_BURST + [6, 1]


async def test_a_repeat_gets_the_stored_answer_and_counts_once() -> None:
    pipeline = await started()
    first = await pipeline.ask(action("r1"))
    await pipeline.engine.drain()
    again = await pipeline.ask(action("r1"))
    assert again == first
    assert len(pipeline.judge.batches) == 1


async def test_a_stored_answer_that_cannot_be_opened_is_no_answer() -> None:
    pipeline = await started()
    now_ms = int(time.time() * 1000)
    pipeline.state._view = lambda ask: StateView(status=ClaimStatus.ANSWERED, now_ms=now_ms)  # type: ignore[method-assign]  # for one test
    answer = await pipeline.ask(action("r1"))
    assert (answer.error.code, answer.error.reason) == (13, "ANSWER_UNREADABLE")
    assert pipeline.judge.batches == []


async def test_a_long_answer_is_not_kept_and_its_repeat_is_judged_anew() -> None:
    pipeline = await started()
    long = json.dumps({"customer": "7", "invoice": [f"{number:04000}" for number in range(25)]}).encode()
    first = await pipeline.ask(action("r1", args_json=long))
    await pipeline.engine.drain()
    again = await pipeline.ask(action("r1", args_json=long))
    await pipeline.engine.drain()
    assert again.decision.permit.id == first.decision.permit.id
    assert again.decision.decision_id != first.decision.decision_id
    assert [(one.answer, one.answer_until_ms) for one in pipeline.state.settled] == [(b"", 0)] * 2


async def test_a_request_id_for_another_call_is_refused() -> None:
    pipeline = await started()
    await pipeline.ask(action("r1"))
    await pipeline.engine.drain()
    response = await pipeline.ask(action("r1", args_json=b'{"customer":"7","invoice":"INV-2"}'))
    assert response.error.reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("field", ["principal", "session"])
async def test_a_request_id_of_another_principal_or_session_is_refused(field: str) -> None:
    pipeline = await started()
    allowed = await pipeline.ask(action("r1"))
    assert allowed.decision.permit.token
    await pipeline.engine.drain()
    other = action("r1")
    if field == "principal":
        other.principal.id = "somebody-else"
    else:
        other.session_id = "another"
    response = await pipeline.ask(other)
    assert response.error.reason == "REQUEST_ID_REUSED"


async def test_a_duplicate_in_flight_waits_for_the_first() -> None:
    pipeline = await started()
    pairs = pipeline.offer(action("r1")) + pipeline.offer(action("r1"))
    first, second = await asyncio.gather(*(future for _, future in pairs))
    assert first.response == second.response
    assert len(pipeline.judge.batches) == 1


async def test_a_duplicate_in_flight_gives_up_at_its_deadline() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome()
    pipeline.state.before_settle = lambda: raising(StateFailed("STATE_UNAVAILABLE", "gone"))
    await pipeline.ask(action("r1"))
    response = await pipeline.ask(action("r1"), deadline_s=0.05)
    assert response.error.reason == "DEADLINE_EXCEEDED"


async def test_a_caller_that_has_gone_reserves_nothing() -> None:
    pipeline = await started(limits=Limits(batches_in_flight=1))
    ((ask, _),) = pipeline.offer(action("r1"))
    ask.gone = True
    await pipeline.engine.drain()
    assert pipeline.state.trips == []


def long_request(number: int) -> decision_pb2.DecideRequest:
    return action(f"r{number}", user_request=f"Show invoice INV-1 to Ada Lovelace, page {number}. " * 300)


async def test_who_leaves_while_long_requests_are_read_reserves_nothing() -> None:
    pipeline = await started()
    bearer = token("gateway/mcp")
    *_, (last, _) = [pipeline.offer(long_request(number), bearer=bearer)[0] for number in range(8)]
    await asyncio.sleep(0)
    last.gone = True
    await pipeline.engine.drain()
    assert sorted(one.ask.request_id for one in pipeline.state.settled) == [f"r{number}" for number in range(7)]


async def test_a_deadline_that_passes_while_long_requests_are_read_ends_the_wait() -> None:
    pipeline = await started()
    bearer = token("gateway/mcp")
    offered = [pipeline.offer(long_request(number), bearer=bearer, deadline_s=0.02)[0] for number in range(8)]
    answers = [await asyncio.wait_for(future, PATIENCE_S) for _, future in offered]
    last = decision_pb2.DecideResponse.FromString(answers[-1].response)
    assert (last.error.code, last.error.reason) == (4, "DEADLINE_EXCEEDED")
    await pipeline.engine.drain()
    assert "r7" not in {one.ask.request_id for one in pipeline.state.settled}


async def test_an_answer_nobody_waits_for_is_finished_and_recorded_as_undelivered() -> None:
    pipeline = await started()
    ((ask, _),) = pipeline.offer(action("r1"))
    pipeline.judge.before_judge = lambda: setattr(ask, "gone", True)
    await pipeline.engine.drain()
    assert [body["cause"] for body in pipeline.recorder.bodies("undelivered")] == ["CALLER_GONE"]
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.ALLOWED]


async def test_a_dry_run_stores_counts_permits_and_records_nothing() -> None:
    pipeline = await started()
    decision = (await pipeline.ask(action("r1", dry_run=True))).decision
    await pipeline.engine.drain()
    assert decision.effect == ALLOW
    assert not decision.HasField("permit")
    assert not decision.HasField("receipt")
    assert pipeline.recorder.drafts == []
    assert pipeline.state.settled == []


@pytest.mark.parametrize(
    ("hook", "error"),
    [
        ("state.before_enrich", StateFailed("STATE_UNAVAILABLE", "gone")),
        ("judge.before_judge", EvaluationFailed("EVALUATION_TIMEOUT", "slow")),
        ("judge.before_judge", EvaluationFailed("EVALUATION_UNAVAILABLE", "gone")),
    ],
)
async def test_a_failing_dependency_denies_with_its_reason_and_a_receipt(hook: str, error: EvaluationFailed) -> None:
    pipeline = await started()
    part, name = hook.split(".")
    setattr(getattr(pipeline, part), name, lambda: raising(error))
    decision = (await pipeline.ask(action("r1"))).decision
    assert decision.effect == DENY
    assert [reason.code for reason in decision.reasons] == [error.reason]
    assert decision.HasField("receipt")
    setattr(getattr(pipeline, part), name, lambda: None)
    await pipeline.engine.drain()
    assert (await pipeline.ask(action("r2"))).decision.effect == ALLOW


async def test_an_unrecorded_answer_is_never_allow() -> None:
    pipeline = await started()
    pipeline.recorder.before_append = lambda: raising(EvidenceFailed("LOG_WRITE_FAILED", "full"))
    decision = (await pipeline.ask(action("r1"))).decision
    await pipeline.engine.drain()
    assert decision.effect == DENY
    assert decision.reasons[0].code == "EVIDENCE_UNAVAILABLE"
    assert not decision.HasField("receipt")
    assert not decision.HasField("permit")
    assert pipeline.evidence == [True]
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.DENIED]
    pipeline.recorder.before_append = lambda: None
    assert (await pipeline.ask(action("r2"))).decision.effect == ALLOW
    assert pipeline.evidence == [True, False]


async def test_a_durable_answer_waits_for_the_disk_and_is_denied_when_it_fails() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome(acknowledgement="DURABLE")
    assert (await pipeline.ask(action("r1"))).decision.effect == ALLOW
    assert pipeline.recorder.syncs == 1
    pipeline.recorder.before_sync = lambda: raising(EvidenceFailed("LOG_SYNC_FAILED", "broken"))
    assert (await pipeline.ask(action("r2"))).decision.reasons[0].code == "EVIDENCE_UNAVAILABLE"


async def test_a_poison_item_is_denied_alone_and_its_agent_is_judged_apart() -> None:
    pipeline = await started()
    bad = token("agent/bad-1")
    pipeline.judge.verdict = lambda item: None if orjson.loads(item)["agent"]["id"] == "bad-1" else outcome()
    pairs = pipeline.offer(action("g1")) + pipeline.offer(action("b1", agent="bad-1"), bearer=bad)
    good, poison = [decision_pb2.DecideResponse.FromString((await future).response) for _, future in pairs]
    assert good.decision.effect == ALLOW
    assert poison.decision.reasons[0].code == "EVALUATION_FAILED"
    pipeline.judge.batches.clear()
    await asyncio.gather(
        *(f for _, f in pipeline.offer(action("g2")) + pipeline.offer(action("b2", agent="bad-1"), bearer=bad))
    )
    assert sorted(len(batch) for batch in pipeline.judge.batches) == [1, 1]


async def test_a_changed_bundle_makes_the_batch_again_once_under_the_new_one() -> None:
    pipeline = await started()
    pipeline.judge.revision = "b" * 64
    decision = (await pipeline.ask(action("r1"))).decision
    await pipeline.engine.drain()
    assert decision.effect == ALLOW
    assert decision.bundle.revision == "b" * 64
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.WITHDRAWN, Final.ALLOWED]


async def test_a_bundle_that_keeps_changing_denies() -> None:
    pipeline = await started()

    def change() -> None:
        pipeline.judge.revision = f"{len(pipeline.state.trips):064x}"

    pipeline.judge.before_judge = change
    decision = (await pipeline.ask(action("r1"))).decision
    assert decision.reasons[0].code == "BUNDLE_CHANGED"


async def test_a_contended_item_is_judged_once_more_when_earlier_reservations_are_settled() -> None:
    pipeline = await started()
    pipeline.state.pending["invoice_status_updates"] = 1
    seen: list[int] = []

    def verdict(item: bytes) -> Outcome:
        pending = orjson.loads(item)["counters"]["invoice_status_updates"]["pending"]
        seen.append(pending)
        return outcome("REQUIRE_APPROVAL", contended=True) if pending else outcome()

    pipeline.judge.verdict = verdict
    update = action(
        "r1", tool="invoices.update_status", args_json=b'{"customer":"7","invoice":"INV-1","status":"paid"}'
    )
    ((_, future),) = pipeline.offer(update)
    await until(lambda: seen)
    assert not future.done()
    pipeline.state.pending.clear()
    response = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(future, 5)).response)
    assert response.decision.effect == ALLOW
    assert seen == [1, 0]


async def test_a_contended_item_does_not_wait_for_ever() -> None:
    pipeline = await started(timeouts=Timeouts(contention_ms=30))
    pipeline.state.pending["invoice_status_updates"] = 1
    pipeline.judge.verdict = lambda item: outcome("REQUIRE_APPROVAL", contended=True)
    update = action(
        "r1", tool="invoices.update_status", args_json=b'{"customer":"7","invoice":"INV-1","status":"paid"}'
    )
    assert (await pipeline.ask(update)).decision.effect == decision_pb2.EFFECT_REQUIRE_APPROVAL
    assert len(pipeline.judge.batches) == 2


@pytest.mark.parametrize(
    ("semantic", "effects", "want"),
    [
        (decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL, "ADA", "ADA"),
        (decision_pb2.BATCH_SEMANTIC_DENY_ON_FIRST_DENY, "ADA", "ADN"),
        (decision_pb2.BATCH_SEMANTIC_PERMIT_ON_FIRST_PERMIT, "DAA", "DAN"),
    ],
)
async def test_a_batch_stops_as_its_semantic_says(semantic: int, effects: str, want: str) -> None:
    pipeline = await started()
    by_digest = iter(effects)
    pipeline.judge.verdict = lambda item: outcome({"A": "ALLOW", "D": "DENY"}[next(by_digest)])
    responses = await pipeline.ask_all(*(action(f"r{n}") for n in range(3)), semantic=semantic)
    await pipeline.engine.drain()
    got = ""
    for response in responses:
        if response.decision.reasons[0].code == "NOT_EVALUATED":
            got += "N"
            assert not response.decision.HasField("permit")
            assert response.decision.effect == DENY
        else:
            got += "A" if response.decision.effect == ALLOW else "D"
    assert got == want
    finals = {s.ask.request_id: s.final for s in pipeline.state.settled}
    assert [finals[f"r{n}"] for n in range(3)] == [
        {"A": Final.ALLOWED, "D": Final.DENIED, "N": Final.WITHDRAWN}[letter] for letter in want
    ]


async def test_an_unsupported_obligation_denies() -> None:
    from pdp.model import OutcomeObligation

    pipeline = await started()
    duty = OutcomeObligation(id="o1", type="log_access", params={})
    pipeline.judge.verdict = lambda item: outcome(obligations=(duty,))
    assert (await pipeline.ask(action("r1"))).decision.reasons[0].code == "OBLIGATION_NOT_SUPPORTED"
    request = action("r2")
    request.supported_obligations.append("log_access")
    assert (await pipeline.ask(request)).decision.effect == ALLOW


async def test_a_transform_changes_the_arguments_and_the_permit_binds_the_changed_ones() -> None:
    from pdp.model import OutcomeObligation

    pipeline = await started()
    change = OutcomeObligation(id="t1", type="set", params={"pointer": "/limit", "value": 10})
    pipeline.judge.verdict = lambda item: outcome("TRANSFORM", transforms=(change,))
    request = action("r1", tool="invoices.list", args_json=b'{"customer":"7","limit":5000}')
    decision = (await pipeline.ask(request)).decision
    assert decision.effect == decision_pb2.EFFECT_TRANSFORM
    assert orjson.loads(decision.transformed_args_json) == {"customer": "7", "limit": 10}
    assert decision.permit.token
    assert decision.transformed_execution_digest not in {"", decision.execution_digest}
    other = OutcomeObligation(id="t2", type="set", params={"pointer": "/limit", "value": 11})
    pipeline.judge.verdict = lambda item: outcome("TRANSFORM", transforms=(change, other))
    decision = (await pipeline.ask(replace_id(request, "r2"))).decision
    assert decision.reasons[0].code == "TRANSFORM_FAILED"
    assert not decision.transformed_execution_digest


def replace_id(request: decision_pb2.DecideRequest, request_id: str) -> decision_pb2.DecideRequest:
    copy = decision_pb2.DecideRequest()
    copy.CopyFrom(request)
    copy.request_id = request_id
    return copy


async def test_a_flood_of_one_caller_is_refused_and_others_are_served() -> None:
    pipeline = await started(limits=Limits(queue_per_caller=8, batches_in_flight=1))
    flood = [pair for number in range(50) for pair in pipeline.offer(action(f"r{number}"))]
    quiet = await pipeline.ask(action("q1", agent="calm-1"), bearer=token("agent/calm-1"))
    assert quiet.decision.effect == ALLOW
    answers = [decision_pb2.DecideResponse.FromString((await future).response) for _, future in flood]
    refused = [a for a in answers if a.error.reason == "CALLER_OVERLOADED"]
    assert refused
    assert all(a.error.code == 8 for a in refused)
    assert len(refused) + sum(a.decision.effect == ALLOW for a in answers) == 50


async def test_our_own_defect_is_internal_and_says_nothing() -> None:
    pipeline = await started()
    pipeline.judge.before_judge = lambda: raising(ZeroDivisionError("a secret"))
    response = await pipeline.ask(action("r1"))
    assert response.error.code == 13
    assert "secret" not in response.error.message


async def test_a_slow_judgement_is_denied_once_the_claim_may_belong_to_another() -> None:
    pipeline = await started(timeouts=replace(Timeouts(), lease_ms=1))
    pipeline.judge.before_judge = lambda: __import__("time").sleep(0.01)  # the event loop itself hangs
    assert (await pipeline.ask(action("r1"))).decision.reasons[0].code == "LEASE_EXPIRED"


async def test_a_caller_that_waits_gets_the_answer_as_soon_as_facts_come() -> None:
    pipeline = await started()
    known = False
    pipeline.judge.verdict = lambda item: outcome("ALLOW" if known else "DEFER")
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=30.0)
    await until(lambda: pipeline.state.settled)  # judged, and what it had reserved is given back
    assert not answer.done()
    known = True
    pipeline.engine.facts_changed("globex")
    await asyncio.sleep(0.01)
    assert not answer.done()
    pipeline.engine.facts_changed("acme")
    decision = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(answer, 10)).response).decision
    assert decision.effect == ALLOW
    assert not decision.HasField("deferral")
    await pipeline.engine.drain()
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.WITHDRAWN, Final.ALLOWED]


async def test_a_caller_that_waits_no_longer_gets_the_deferral_with_its_end() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=1.0)
    decision = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(answer, 10)).response).decision
    assert decision.effect == decision_pb2.EFFECT_DEFER
    assert decision.deferral.deadline.seconds > 0
    assert len(pipeline.judge.batches) > 1
    assert not decision.permit.token


async def test_a_wait_ends_in_deny_when_the_deferral_does() -> None:
    pipeline = await started()
    pipeline.judge.data = {**pipeline.judge.data, "defer": {"max_wait_s": 1}}
    pipeline.judge.revision = "b" * 64
    await pipeline.lanes.refresh()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=30.0)
    decision = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(answer, 10)).response).decision
    assert (decision.effect, decision.reasons[0].code) == (DENY, "DEFER_TIMED_OUT")


def fail_while(pipeline: Pipeline, hook: str, condition: Callable[[], object]) -> list[Exception]:
    """Has a dependency fail while a condition holds; returns what it raised, which grows."""
    raised: list[Exception] = []
    error = EvaluationFailed if hook == "before_judge" else StateFailed

    def fail() -> None:
        if condition():
            raised.append(error("TOO_LATE", "too late"))
            raise raised[-1]

    setattr(pipeline.judge if hook == "before_judge" else pipeline.state, hook, fail)
    return raised


@pytest.mark.parametrize("hook", ["before_enrich", "before_judge", "before_first_asked"])
async def test_a_failure_that_passes_ends_no_wait(hook: str) -> None:
    pipeline = await started()
    known = False
    approval = OutcomeApproval(quorum=1, roles=("r",), deadline_s=60)
    pipeline.judge.verdict = lambda _: outcome("REQUIRE_APPROVAL", approval=approval) if known else outcome("DEFER")
    raised = fail_while(pipeline, hook, lambda: known and len(raised) < 2)
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=30.0)
    await until(lambda: pipeline.engine._patience._timers)
    known = True
    decision = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(answer, PATIENCE_S)).response).decision
    assert decision.effect == decision_pb2.EFFECT_REQUIRE_APPROVAL
    assert len(raised) == 2
    await pipeline.engine.drain()
    assert [settlement.final for settlement in pipeline.state.settled][-1] is Final.DENIED
    assert len(pipeline.recorder.bodies("decision")) == 1


@pytest.mark.parametrize(("waits_s", "max_wait_s"), [(1.0, 300), (30.0, 1)], ids=["of the caller", "of the deferral"])
@pytest.mark.parametrize("hook", ["before_enrich", "before_judge"])
async def test_a_failure_at_the_end_of_a_wait_denies(hook: str, waits_s: float, max_wait_s: int) -> None:
    pipeline = await started()
    pipeline.judge.data = {**pipeline.judge.data, "defer": {"max_wait_s": max_wait_s}}
    pipeline.judge.revision = "b" * 64
    await pipeline.lanes.refresh()
    pipeline.judge.verdict = lambda _: outcome("DEFER")
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=waits_s)
    await until(lambda: pipeline.engine._patience._timers)
    raised = fail_while(pipeline, hook, lambda: True)
    decision = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(answer, PATIENCE_S)).response).decision
    assert (decision.effect, decision.reasons[0].code) == (DENY, "TOO_LATE")
    assert 1 <= len(raised) <= 10, "there are pauses between"


async def test_what_has_not_waited_yet_is_denied_at_once() -> None:
    pipeline = await started()
    raised = fail_while(pipeline, "before_enrich", lambda: True)
    assert (await pipeline.ask(action("r1"), waits_s=30.0)).decision.reasons[0].code == "TOO_LATE"
    assert len(raised) == 1


async def test_draining_answers_those_who_wait() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    ((_, answer),) = pipeline.offer(action("r1"), waits_s=30.0)
    await until(lambda: pipeline.judge.batches)
    await pipeline.engine.drain()
    decision = decision_pb2.DecideResponse.FromString(answer.result().response).decision
    assert decision.effect == decision_pb2.EFFECT_DEFER


async def test_a_deferred_answer_is_judged_anew_when_the_request_comes_again() -> None:
    pipeline = await started()
    effects = iter(["DEFER", "ALLOW"])
    pipeline.judge.verdict = lambda item: outcome(next(effects))
    assert (await pipeline.ask(action("r1"))).decision.effect == decision_pb2.EFFECT_DEFER
    await until(lambda: pipeline.state.settled)
    assert pipeline.state.settled[0].answer == b""
    assert (await pipeline.ask(action("r1"))).decision.effect == ALLOW


async def test_one_caller_cannot_fill_the_decision_point_with_waits() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    offered = [pair for number in range(80) for pair in pipeline.offer(action(f"r{number}"), waits_s=30.0)]
    await until(lambda: sum(future.done() for _, future in offered) >= 80 - MAX_WAITING_PER_CALLER)
    await asyncio.sleep(0.05)
    assert sum(future.done() for _, future in offered) == 80 - MAX_WAITING_PER_CALLER
    await pipeline.engine.drain()
    assert all(future.done() for _, future in offered)


async def test_facts_that_change_all_the_time_do_not_have_all_who_wait_judged_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "FACTS_S", 2.0)
    monkeypatch.setattr(patience, "WAIT_S", 60.0)
    monkeypatch.setattr(patience, "WAIT_MAX_S", 60.0)
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    ((_, future),) = pipeline.offer(action("r1"), waits_s=30.0)
    await until(lambda: pipeline.judge.batches and pipeline.engine._patience._timers)
    for _ in range(50):
        pipeline.engine.facts_changed("acme")
        await asyncio.sleep(0.002)  # as fast as somebody might report
    assert len(pipeline.judge.batches) == 2
    pipeline.judge.verdict = lambda item: outcome("ALLOW")
    answer = decision_pb2.DecideResponse.FromString((await asyncio.wait_for(future, PATIENCE_S)).response)
    assert answer.decision.effect == ALLOW, "what changed last is not forgotten"


async def test_denials_of_one_caller_do_not_fill_the_state_with_answers_for_repeats() -> None:
    pipeline = await started()
    rule = OutcomeRule(id="r", outcome="DENY", code="NO", message="x" * 50_000, remediation="")
    pipeline.judge.verdict = lambda item: outcome("DENY", rules=(rule,))
    for number in range(7):
        offered = [pair for each in range(60) for pair in pipeline.offer(action(f"r{number}-{each}"))]
        await asyncio.wait_for(asyncio.gather(*(future for _, future in offered)), PATIENCE_S)
    await pipeline.engine.drain()
    kept = [one for one in pipeline.state.settled if one.answer]
    assert len(pipeline.state.settled) == 420
    assert sum(len(one.answer) for one in kept) <= MAX_KEPT_BYTES_PER_CALLER * 1.01 < 420 * 50_000
    assert all(one.answer for one in pipeline.state.settled[:300])


async def test_waits_with_long_requests_are_as_many_as_are_still_known_when_they_are_judged_again() -> None:
    pipeline = await started()
    pipeline.judge.verdict = lambda item: outcome("DEFER")
    room = MAX_LONG_CHARS_PER_CALLER // 8_192
    told = [
        f"please read invoice number {number % (room + 5)} again. ".ljust(8_192, "x")
        for number in range(2 * (room + 5))
    ]
    offered = [
        pair
        for number, text in enumerate(told)
        for pair in pipeline.offer(action(f"r{number}", user_request=text), waits_s=30.0)
    ]
    await until(lambda: sum(future.done() for _, future in offered) >= 10)
    await asyncio.sleep(0.05)  # time in which more could be answered, were they not to wait
    assert sum(future.done() for _, future in offered) == 10  # the second of equal ones costs nothing
    await pipeline.engine.drain()
    assert all(future.done() for _, future in offered)


async def test_a_large_batch_lets_others_have_their_turn_while_it_is_prepared() -> None:
    pipeline = await started()
    turns, done = 0, False

    async def watch() -> None:
        nonlocal turns
        while not done:
            await asyncio.sleep(0)  # comes back when the loop has gone round
            turns += 1

    watching = asyncio.create_task(watch())
    args = b'{"customer":"7","note":[%b]}' % b",".join(b'"%d"' % number for number in range(7_000))
    answers = await pipeline.ask_all(*(action(f"r{number}", args_json=args) for number in range(32)))
    done = True
    await watching
    assert all(answer.HasField("decision") for answer in answers)
    assert turns >= 32, "one for each item at least; 7 when all are prepared in one"


async def test_what_is_prepared_elsewhere_is_decided_once_however_long_the_rest_of_its_batch_takes() -> None:
    pipeline = await started()
    args = b'{"customer":"7","note":[%b]}' % b",".join(b'"%d"' % number for number in range(7_000))
    long = action("long", user_request="Show invoice INV-1 to Ada. " * 45)
    offered = [pair for number in range(24) for pair in pipeline.offer(action(f"r{number}", args_json=args))]
    offered += pipeline.offer(long, bearer=token("gateway/mcp"))
    await asyncio.wait_for(asyncio.gather(*(future for _, future in offered)), PATIENCE_S)
    await pipeline.engine.drain()
    settled = Counter(one.ask.request_id for one in pipeline.state.settled)
    assert len(settled) == settled.total() == 25


async def together(pipeline: Pipeline, *names: str) -> dict[str, decision_pb2.DecideResponse]:
    """Decides requests of several callers in one batch."""
    offered = [pair for name in names for pair in pipeline.offer(action(name))]
    answers = await asyncio.wait_for(asyncio.gather(*(future for _, future in offered)), 10)
    decoded = [decision_pb2.DecideResponse.FromString(answer.response) for answer in answers]
    return {response.request_id: response for response in decoded}


async def test_an_item_that_breaks_the_state_s_call_is_answered_alone() -> None:
    pipeline = await started()
    enrich = pipeline.state.enrich

    async def breaking(asks: Sequence[StateAsk]) -> list[StateView]:
        if any(ask.request_id == "bad" for ask in asks):
            raise ValueError("cannot pack")
        return await enrich(asks)

    pipeline.state.enrich = breaking  # type: ignore[method-assign]
    answers = await together(pipeline, "good-1", "bad", "good-2")
    assert answers["bad"].error.reason == "INTERNAL"
    assert [answers[name].decision.effect for name in ("good-1", "good-2")] == [ALLOW, ALLOW]


async def test_an_item_whose_circumstances_cannot_be_read_is_denied_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = await started()

    def perceive(self: Circumstances, item: Item) -> None:
        if item.request.request_id == "bad":
            raise KeyError("odd")

    monkeypatch.setattr(Circumstances, "perceive", perceive)
    answers = await together(pipeline, "good-1", "bad")
    assert answers["bad"].decision.reasons[0].code == "EVALUATION_FAILED"
    assert answers["good-1"].decision.effect == ALLOW


async def test_an_item_that_cannot_be_prepared_is_answered_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = await started()
    asks = Circumstances.asks

    def broken(self: Circumstances, ask: Ask, request: decision_pb2.DecideRequest, *rest: Any) -> tuple[object, ...]:
        if request.request_id == "bad":
            raise RecursionError
        return asks(self, ask, request, *rest)

    monkeypatch.setattr(Circumstances, "asks", broken)
    answers = await together(pipeline, "good-1", "bad")
    assert answers["bad"].error.reason == "INTERNAL"
    assert answers["good-1"].decision.effect == ALLOW


async def test_a_batch_that_breaks_before_it_is_on_record_reserves_nothing() -> None:
    pipeline = await started()

    def broken() -> None:
        raise RuntimeError("a defect")

    pipeline.judge.before_judge = broken
    assert (await pipeline.ask(action("r1"))).error.reason == "INTERNAL"
    await pipeline.engine.drain()
    assert [settlement.final for settlement in pipeline.state.settled] == [Final.WITHDRAWN]
