"""The wall clock of a decision point set back or ahead, while it runs and between two runs: nothing is counted wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pep.client import DecisionRefused
from tests.shifted_clock import set_ahead
from tests.stack_support import PATIENT, DecisionPoint, Ground, effect, request, until, update
from writ.v1 import decision_pb2

HOUR_S = 3_600.0


class Clocked:
    """A decision point on a clock of its own."""

    def __init__(self, ground: Ground, name: str) -> None:
        self.file: Path = ground.folder / f"{name}.clock"
        set_ahead(self.file, 0.0)
        self.point: DecisionPoint = ground.point(name, pdp=PATIENT)
        self.point.launcher = ("-m", "tests.shifted_clock", str(self.file))
        self.point.start()

    def ahead(self, seconds: float) -> None:
        set_ahead(self.file, seconds)


@pytest.fixture
def clocked(ground: Ground, request: pytest.FixtureRequest) -> Iterator[Clocked]:
    made = Clocked(ground, f"pdp-{request.node.name[5:35].replace('_', '-')}")
    yield made
    assert made.point.stop() == 0


def ask(point: DecisionPoint, request_id: str, agent: str) -> decision_pb2.Decision:
    with point.client(f"agent/{agent}", ttl_s=int(10 * HOUR_S)) as client:
        return client.decide(update(request_id, agent))


def test_a_clock_set_back_while_it_runs_changes_no_decision_and_no_order(ground: Ground, clocked: Clocked) -> None:
    agent, point = "back", clocked.point
    ground.assign(point, agent)
    before = ask(point, "back-0", agent)
    for number, ahead in enumerate((-HOUR_S, -5 * HOUR_S, -2 * HOUR_S, 0.0), 1):
        clocked.ahead(ahead)
        after = ask(point, f"back-{number}", agent)
        assert effect(after) == "ALLOW", [(r.code, r.message) for r in after.reasons]
        assert after.decided_at.ToNanoseconds() >= before.decided_at.ToNanoseconds(), "time is the state's, not ours"
        assert after.permit.expires_at_ms > before.permit.expires_at_ms
        before = after
    assert effect(ask(point, "back-0", agent)) == "ALLOW"
    ground.settled()
    assert ground.counted(agent) == (5, 0), "a repeat counts once on any clock"
    sequences = [entry["sequence"] for entry in point.entries() if "sequence" in entry]
    assert sequences == sorted(sequences)


def test_a_credential_expires_by_the_clock_that_the_point_has(ground: Ground, clocked: Clocked) -> None:
    ground.assign(clocked.point, "billing-1")
    with clocked.point.client(ttl_s=600) as client:
        assert effect(client.decide(request("expiry-1"))) == "ALLOW"
        clocked.ahead(HOUR_S)
        with pytest.raises(DecisionRefused, match="CREDENTIAL_EXPIRED"):
            list(client.decide_stream([request("expiry-2")]))
        clocked.ahead(-HOUR_S)
        assert effect(client.decide(request("expiry-3"))) == "ALLOW"


def test_what_a_killed_point_left_reserved_is_given_back_by_one_that_starts_on_an_earlier_clock(
    ground: Ground, clocked: Clocked
) -> None:
    agent, point = "earlier", clocked.point
    ground.assign(point, agent)
    assert effect(ask(point, "earlier-0", agent)) == "ALLOW"
    ground.settled()
    ground.opa.pause()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask, point, "earlier-1", agent)
        until(lambda: ground.open_reservations() == 1, "the reservation")
        clocked.ahead(-2 * HOUR_S)
        point.kill()
        assert isinstance(asking.exception(), DecisionRefused)
    ground.opa.resume()
    assert ground.counted(agent) == (1, 1)
    point.start()
    assert ground.counted(agent) == (1, 0), "its numbers lie below those of the process before"
    assert effect(ask(point, "earlier-1", agent)) == "ALLOW"
    assert effect(ask(point, "earlier-2", agent)) == "ALLOW"
    ground.settled()
    assert ground.counted(agent) == (3, 0)
    assert len(point.allowed()) == 3
