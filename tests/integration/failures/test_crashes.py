"""A decision point killed in the middle of a decision: no count is lost or doubled, whichever step it had reached."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import grpc
import pytest

from pdp.settle import SETTLE_RETRIES_S
from pep.client import DecisionRefused
from tests.stack_support import PATIENT, DecisionPoint, Ground, effect, request, until, update
from writ.v1 import decision_pb2


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(64) as threads:
        yield threads


def ask(point: DecisionPoint, request_id: str, agent: str) -> decision_pb2.Decision | None:
    """Asks on a connection of its own; None when the point went away."""
    with point.client(f"agent/{agent}") as client:
        try:
            return client.decide(update(request_id, agent))
        except DecisionRefused as error:
            assert error.code == grpc.StatusCode.UNAVAILABLE.name
            return None


def hang_after_reservation(
    ground: Ground, point: DecisionPoint, pool: ThreadPoolExecutor, request_id: str, agent: str
) -> Future[decision_pb2.Decision | None]:
    """With OPA paused, sends a request and waits until Redis holds its reservation."""
    ground.opa.pause()
    asking = pool.submit(ask, point, request_id, agent)
    until(lambda: ground.open_reservations() == 1, "the reservation")
    return asking


@pytest.mark.parametrize("decided_before", [1, 0], ids=["after other decisions", "in its very first decision"])
def test_killed_between_reservation_and_answer_the_count_is_given_back(
    ground: Ground, pool: ThreadPoolExecutor, decided_before: int
) -> None:
    agent = f"hung-{decided_before}"
    point = ground.point(f"pdp-hung-{decided_before}", pdp=PATIENT).start()
    ground.assign(point, agent)
    for number in range(decided_before):
        assert ask(point, f"{agent}-{number}", agent) is not None
    ground.settled()
    asking = hang_after_reservation(ground, point, pool, f"{agent}-x", agent)
    point.kill()
    assert asking.result() is None
    ground.opa.resume()
    assert ground.counted(agent) == (decided_before, 1), "what hangs stays counted until its point is back"
    point.start()
    assert ground.counted(agent) == (decided_before, 0)
    assert len(point.allowed()) == decided_before
    again = ask(point, f"{agent}-x", agent)
    assert again is not None
    assert effect(again) == "ALLOW"
    ground.settled()
    assert ground.counted(agent) == (decided_before + 1, 0)
    point.stop()


def test_killed_between_append_and_settle_the_count_stands_once(ground: Ground, pool: ThreadPoolExecutor) -> None:
    agent = "unsettled"
    point = ground.point("pdp-unsettled", pdp=PATIENT).start()
    ground.assign(point, agent)
    asking = hang_after_reservation(ground, point, pool, "unsettled-1", agent)
    with ground.redis_unreachable():
        ground.opa.resume()
        first = asking.result()
        assert first is not None
        assert effect(first) == "ALLOW"
        point.kill()
    assert ground.counted(agent) == (0, 1)
    point.start()
    assert ground.counted(agent) == (1, 0), "recovery finds the ALLOW in the log"
    again = ask(point, "unsettled-1", agent)
    assert again is not None
    assert effect(again) == "ALLOW"
    assert again.permit.id == first.permit.id, "one request never yields two uses"
    ground.settled()
    assert ground.counted(agent) == (1, 0)
    point.stop()


def test_what_a_long_outage_left_unsettled_is_settled_without_a_restart(
    ground: Ground, pool: ThreadPoolExecutor
) -> None:
    agent = "outage"
    point = ground.point("pdp-outage", pdp=PATIENT).start()
    ground.assign(point, agent)
    asking = hang_after_reservation(ground, point, pool, "outage-1", agent)
    with ground.redis_unreachable():
        ground.opa.resume()
        first = asking.result()
        assert first is not None
        assert effect(first) == "ALLOW"
        failed = ("SETTLE_FAILED",)
        # More often than there are different pauses: it has begun to repeat the longest one.
        until(lambda: point.metrics("writ_failures_total").get(failed, 0) > len(SETTLE_RETRIES_S), "many tries")
    ground.settled()
    assert ground.counted(agent) == (1, 0)
    point.stop()


def test_another_point_takes_the_claim_over_when_its_lease_has_run_out(
    ground: Ground, point: DecisionPoint, pool: ThreadPoolExecutor
) -> None:
    agent = "taken-over"
    hasty = ground.point("pdp-hasty", pdp={"timeouts": {"opa_ms": 60_000, "lease_ms": 300}}).start()
    ground.assign(point, agent)
    asking = hang_after_reservation(ground, hasty, pool, "taken-1", agent)
    hasty.pause()
    ground.opa.resume()
    # The same request on another point waits for the lease, then judges on the same reservation.
    other = ask_as(point, "taken-1", agent)
    assert effect(other) == "ALLOW"
    hasty.resume()
    late = asking.result()
    assert late is not None
    assert effect(late) in ("DENY", "ALLOW")
    if effect(late) == "ALLOW":
        assert late.permit.id == other.permit.id
    else:
        assert late.reasons[0].code == "LEASE_EXPIRED"
    ground.settled()
    assert ground.counted(agent) == (1, 0)
    hasty.stop()


def ask_as(point: DecisionPoint, request_id: str, agent: str) -> decision_pb2.Decision:
    decision = ask(point, request_id, agent)
    assert decision is not None
    return decision


def test_a_point_that_is_stopped_answers_and_settles_what_it_holds(ground: Ground, pool: ThreadPoolExecutor) -> None:
    agent = "stopped"
    point = ground.point("pdp-stopped", pdp=PATIENT).start()
    ground.assign(point, agent)
    asking = [pool.submit(ask, point, f"stopped-{n}", agent) for n in range(20)]
    answers = [future.result() for future in asking]
    assert point.stop() == 0
    allowed = [answer for answer in answers if answer is not None and effect(answer) == "ALLOW"]
    assert len(allowed) == 20
    assert ground.counted(agent) == (20, 0), "drained before it ended"


def test_two_processes_of_one_name_cannot_run(ground: Ground, point: DecisionPoint) -> None:
    twin = DecisionPoint(ground, "pdp-twin", {"evidence": {"folder": str(point.evidence), "issuer": point.name}})
    ground.points.append(twin)
    twin.start(serving=False)
    assert twin.wait() == 1
    assert "LOG_LOCKED" in twin.log.read_text()


def test_a_log_that_was_changed_before_its_last_mark_stops_the_start(ground: Ground) -> None:
    point = ground.point("pdp-corrupt").start()
    with point.client() as client:
        ground.assign(point, "billing-1")
        for number in range(3):
            # Deletions are acknowledged `durable`, so a mark stands behind each.
            client.decide(request(f"corrupt-{number}", "invoices.delete"))
    point.kill()
    segment = next(point.evidence.glob("*.seg"))
    raw = bytearray(segment.read_bytes())
    at = raw.index(b'"kind":"decision"')
    raw[at + 10] ^= 1
    segment.write_bytes(raw)
    point.start(serving=False)
    assert point.wait() == 1
    assert "LOG_CORRUPT" in point.log.read_text()
    assert f"`{segment}` at offset" in point.log.read_text()
