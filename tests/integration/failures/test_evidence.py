"""A disk that takes no more: nothing is allowed without its receipt, the metric says so, and it mends by itself."""

from __future__ import annotations

from pep.client import Client
from tests.stack_support import DecisionPoint, Ground, codes, effect, request, update
from writ.v1 import decision_pb2


def failing(point: DecisionPoint) -> float:
    return point.metrics("writ_evidence_failing")[()]


def unrecorded(decision: decision_pb2.Decision) -> bool:
    return (
        effect(decision) == "DENY"
        and codes(decision) == ["EVIDENCE_UNAVAILABLE"]
        and not decision.HasField("receipt")
        and not decision.HasField("permit")
    )


def fill(client: Client, name: str, number: int) -> list[str]:
    """Asks so many times, for different records, and returns the effects."""
    return [effect(client.decide(request(f"{name}-{n}"))) for n in range(number)]


def test_a_full_disk_denies_loudly_and_recovers(ground: Ground, point: DecisionPoint) -> None:
    with point.client() as client:
        assert fill(client, "before", 1) == ["ALLOW"]
        assert failing(point) == 0
        point.limit_file_size(4096)
        for number in range(3):
            assert unrecorded(client.decide(request(f"full-{number}")))
        assert failing(point) == 1
        assert point.metrics("writ_failures_total")[("LOG_WRITE_FAILED",)] >= 1
        point.limit_file_size(-1)
        assert fill(client, "after", 3) == ["ALLOW"] * 3
        assert failing(point) == 0
        repeat = client.decide(request("full-1"))
        assert effect(repeat) == "ALLOW", "what was never recorded is judged anew"
    assert not any(entry.get("decision_id") is None for entry in point.allowed())


def test_what_could_not_be_recorded_counts_nothing(ground: Ground, point: DecisionPoint) -> None:
    ground.assign(point, "unrecorded")
    with point.client("agent/unrecorded") as client:
        point.limit_file_size(4096)
        assert all(unrecorded(client.decide(update(f"u-{n}", "unrecorded"))) for n in range(4))
        point.limit_file_size(-1)
        assert effect(client.decide(update("u-4", "unrecorded"))) == "ALLOW"
    ground.settled()
    assert ground.counted("unrecorded") == (1, 0)


def test_a_segment_that_cannot_be_preallocated_denies_until_it_can(ground: Ground) -> None:
    small = ground.point("pdp-small", evidence={"segment_bytes": 128 * 1024}).start()
    ground.assign(small, "billing-1")
    with small.client() as client:
        assert fill(client, "small-first", 1) == ["ALLOW"]
        # Room for what stands, not for the next segment.
        small.limit_file_size(127 * 1024)
        effects = fill(client, "small", 120)
        assert effects[0] == "ALLOW"
        denied = effects.index("DENY")
        assert set(effects[denied:]) == {"DENY"}, "once the log is full nothing slips through"
        assert failing(small) == 1
        small.limit_file_size(-1)
        assert fill(client, "roomy", 30) == ["ALLOW"] * 30
        assert failing(small) == 0
    assert len(small.allowed()) == 1 + denied + 30
    assert small.stop() == 0


def test_the_log_of_a_full_disk_is_whole_after_a_kill(ground: Ground) -> None:
    torn = ground.point("pdp-torn", evidence={"segment_bytes": 128 * 1024}).start()
    ground.assign(torn, "billing-1")
    with torn.client() as client:
        assert fill(client, "torn-first", 1) == ["ALLOW"]
        torn.limit_file_size(100 * 1024)
        effects = fill(client, "torn", 120)
    torn.kill()
    torn.start()
    assert len(torn.allowed()) == 1 + effects.count("ALLOW") > 1
    assert effects[-1] == "DENY"
    with torn.client() as client:
        assert fill(client, "mended", 3) == ["ALLOW"] * 3


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(ground: Ground, point: DecisionPoint) -> None:
    batch = [request("mine-1"), request("spoofed-1", agent="payroll-1")]
    with point.client() as client:
        point.limit_file_size(4096)
        answers = client.decide_batch(batch, decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL)
        point.limit_file_size(-1)
    assert unrecorded(answers[0].decision)
    assert (answers[1].error.reason, answers[1].error.decision_id) == ("CALLER_NOT_PERMITTED", "")
    assert failing(point) == 1, "nothing has been recorded since"
    with point.client() as client:
        assert fill(client, "again", 1) == ["ALLOW"]
    assert failing(point) == 0
