"""The deadline of an approval counts from the first request for the same call, whatever request asks again."""

from __future__ import annotations

from pdp.model import OutcomeApproval
from tests.pipeline_support import Pipeline, action, outcome
from writ.errors import StateFailed
from writ.v1 import decision_pb2

DAY_S = 86_400


async def pipeline_of_approvals() -> Pipeline:
    pipeline = await Pipeline().start()
    approval = OutcomeApproval(quorum=2, roles=("finance",), deadline_s=DAY_S)
    pipeline.judge.verdict = lambda item: outcome("REQUIRE_APPROVAL", approval=approval)
    return pipeline


async def asked(pipeline: Pipeline, request_id: str, agent: str = "billing-1", **changes: object) -> tuple[str, int]:
    """Returns reference and deadline in ms."""
    approval = (await pipeline.ask(action(request_id, agent, **changes))).decision.approval
    assert approval.quorum == 2
    return approval.reference, approval.deadline.ToMilliseconds()


async def test_another_request_for_the_same_call_moves_no_deadline() -> None:
    pipeline = await pipeline_of_approvals()
    reference, deadline_ms = await asked(pipeline, "r1")
    (key,) = pipeline.state.approvals
    assert key == ("acme", reference)
    assert deadline_ms == pipeline.state.approvals[key] + DAY_S * 1000
    pipeline.state.approvals[key] -= 3_600_000  # it was an hour ago
    assert await asked(pipeline, "r2") == (reference, deadline_ms - 3_600_000)


async def test_another_call_has_a_deadline_of_its_own() -> None:
    pipeline = await pipeline_of_approvals()
    reference, deadline_ms = await asked(pipeline, "r1")
    pipeline.state.approvals[("acme", reference)] -= 3_600_000
    other, other_ms = await asked(pipeline, "r2", args_json=b'{"customer":"7","invoice":"INV-2"}')
    assert other != reference
    assert other_ms >= deadline_ms


async def test_a_dry_run_begins_nothing_and_sees_what_has_begun() -> None:
    pipeline = await pipeline_of_approvals()
    await asked(pipeline, "r1", dry_run=True)
    assert pipeline.state.approvals == {}
    reference, deadline_ms = await asked(pipeline, "r2")
    pipeline.state.approvals[("acme", reference)] -= 1_000
    assert await asked(pipeline, "r3", dry_run=True) == (reference, deadline_ms - 1_000)


async def test_without_the_state_no_deadline_is_made_up() -> None:
    pipeline = await pipeline_of_approvals()

    def gone() -> None:
        raise StateFailed("STATE_TIMEOUT", "slow")

    pipeline.state.before_first_asked = gone
    decision = (await pipeline.ask(action("r1"))).decision
    assert decision.effect == decision_pb2.EFFECT_DENY
    assert [reason.code for reason in decision.reasons] == ["STATE_TIMEOUT"]
    assert not decision.HasField("approval")
