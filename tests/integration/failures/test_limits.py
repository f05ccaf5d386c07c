"""Limits under concurrency: three decision points on one Redis, and never one ALLOW more than the limit."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pep.client import Client, DecisionRefused
from tests.stack_support import (
    GATEWAY,
    ORGANISATION,
    PATIENT,
    UPDATES_A_MONTH,
    DecisionPoint,
    Ground,
    codes,
    effect,
    request,
    until,
    update,
)
from writ.v1 import decision_pb2

EXECUTE_ALL = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL

CALLERS = 64

TIME_OUTS = frozenset({"STATE_TIMEOUT", "EVALUATION_TIMEOUT", "LEASE_EXPIRED"})
TOO_SLOW = "DENY, too slow"

QUEUE_PER_CALLER = 512
"""Default of `pdp.limits.queue_per_caller`."""


@pytest.fixture(scope="module")
def points(ground: Ground) -> list[DecisionPoint]:
    """Three with the default limits and time-outs."""
    return three(ground, "pdp", {})


def three(ground: Ground, name: str, settings: Mapping[str, Any]) -> list[DecisionPoint]:
    started = [ground.point(f"{name}-{n}-of-3", pdp=settings).start(serving=False) for n in range(3)]
    for point in started:
        until(point.is_serving, "the point to serve")
    return started


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CALLERS) as threads:
        yield threads


def fill(point: DecisionPoint, agent: str, number: int) -> None:
    """Has so many updates of the agent allowed; what a busy machine made too slow is asked again, and counts once."""
    wanted = {f"{agent}-fill-{n}" for n in range(number)}
    with point.client(f"agent/{agent}") as client:
        while wanted:
            answers = list(client.decide_stream(update(name, agent) for name in sorted(wanted)))
            assert {said(answer.decision) for answer in answers} <= {"ALLOW", TOO_SLOW}
            wanted -= {answer.request_id for answer in answers if said(answer.decision) == "ALLOW"}


def said(decision: decision_pb2.Decision) -> str:
    """Returns the effect; what the default time-outs ended, as they may on a busy machine, is told apart."""
    reasons = set(codes(decision))
    return TOO_SLOW if reasons and reasons <= TIME_OUTS else effect(decision)


def ask_at_once(
    pool: ThreadPoolExecutor,
    points: Sequence[DecisionPoint],
    requests: Sequence[decision_pb2.DecideRequest],
) -> list[decision_pb2.Decision | None]:
    """Each request by a caller of its own, round-robin over the points; None for an answer that never came."""
    gate = threading.Barrier(len(requests))

    def one(index: int) -> decision_pb2.Decision | None:
        # A credential of its own makes it a caller of its own in the queue.
        with points[index % len(points)].client(GATEWAY, ttl_s=3_600 + index) as client:
            gate.wait()
            try:
                return client.decide(requests[index])
            except DecisionRefused:
                return None

    return list(pool.map(one, range(len(requests))))


def allowed_in_logs(points: Sequence[DecisionPoint], agent: str) -> int:
    return sum(entry["agent"]["id"] == agent for point in points for entry in point.allowed())


def test_of_64_callers_at_999_of_1000_exactly_one_is_allowed(
    ground: Ground, points: list[DecisionPoint], pool: ThreadPoolExecutor
) -> None:
    agent = "busy"
    ground.assign(points[0], agent)
    fill(points[0], agent, UPDATES_A_MONTH - 1)
    answers = ask_at_once(pool, points, [update(f"busy-{n}", agent) for n in range(CALLERS)])
    effects = Counter(said(answer) for answer in answers if answer is not None)
    assert effects.pop("ALLOW") == 1
    assert effects.keys() <= {"REQUIRE_APPROVAL", TOO_SLOW}
    assert effects.total() == CALLERS - 1
    ground.settled()
    assert ground.counted(agent) == (UPDATES_A_MONTH, 0)
    assert allowed_in_logs(points, agent) == UPDATES_A_MONTH


def test_callers_whom_another_rule_denies_take_nobody_s_place(
    ground: Ground, points: list[DecisionPoint], pool: ThreadPoolExecutor
) -> None:
    agent = "halved"
    ground.assign(points[0], agent)
    fill(points[1], agent, UPDATES_A_MONTH - 1)
    requests = [update(f"halved-{n}", agent, customer="7" if n % 2 else "8") for n in range(CALLERS)]
    answers = ask_at_once(pool, points, requests)
    by_customer: dict[str, Counter[str]] = {"7": Counter(), "8": Counter()}
    for number, answer in enumerate(answers):
        assert answer is not None
        by_customer["7" if number % 2 else "8"][said(answer)] += 1
    assert by_customer["7"].pop("ALLOW") == 1
    assert by_customer["7"].keys() <= {"REQUIRE_APPROVAL", TOO_SLOW}
    assert by_customer["8"].keys() <= {"DENY", TOO_SLOW}
    ground.settled()
    assert ground.counted(agent) == (UPDATES_A_MONTH, 0)
    assert allowed_in_logs(points, agent) == UPDATES_A_MONTH


def test_a_point_killed_after_its_append_and_before_it_settles_costs_no_limit(
    ground: Ground, pool: ThreadPoolExecutor
) -> None:
    # Any number of batches, and time, so that all callers can be held between their reservation and their judgement.
    points = three(ground, "pdp-held", {**PATIENT, "limits": {"batches_in_flight": CALLERS}})
    agent = "killed"
    ground.assign(points[0], agent)
    fill(points[2], agent, UPDATES_A_MONTH - 1)
    ground.settled()
    before = {point.name: len(point.allowed()) for point in points}
    # Everybody reserves, nobody is judged yet.
    ground.opa.pause()
    with ThreadPoolExecutor(1) as background:
        requests = [update(f"killed-{n}", agent) for n in range(CALLERS)]
        asking = background.submit(ask_at_once, pool, points, requests)
        until(lambda: ground.open_reservations() == CALLERS, "all reservations")
        with ground.redis_unreachable():
            ground.opa.resume()
            until(lambda: allowed_in_logs(points, agent) == UPDATES_A_MONTH, "the one ALLOW")
            (killed,) = (point for point in points if len(point.allowed()) > before[point.name])
            killed.kill()
        effects = Counter(effect(answer) for answer in asking.result() if answer is not None)
    assert effects["ALLOW"] <= 1
    others = [point for point in points if point is not killed]
    again = ask_at_once(pool, others, [update(f"killed-again-{n}", agent) for n in range(4)])
    assert "ALLOW" not in {effect(answer) for answer in again if answer is not None}
    killed.start()
    ground.settled()
    assert ground.counted(agent) == (UPDATES_A_MONTH, 0)
    late = ask_at_once(pool, points, [update(f"killed-late-{n}", agent) for n in range(CALLERS)])
    assert {said(answer) for answer in late if answer is not None} <= {"REQUIRE_APPROVAL", TOO_SLOW}
    assert allowed_in_logs(points, agent) == UPDATES_A_MONTH
    for point in points:
        assert point.stop() == 0


def test_one_request_on_two_points_at_once_counts_once_and_gets_one_answer(
    ground: Ground, points: list[DecisionPoint], pool: ThreadPoolExecutor
) -> None:
    agent = "twice"
    ground.assign(points[0], agent)
    answers = ask_at_once(pool, points, [update("twice-1", agent)] * CALLERS)
    decided = [answer for answer in answers if answer is not None]
    assert len(decided) == CALLERS
    assert {answer.SerializeToString() for answer in decided} == {decided[0].SerializeToString()}
    assert effect(decided[0]) == "ALLOW"
    ground.settled()
    assert ground.counted(agent) == (1, 0)
    assert allowed_in_logs(points, agent) == 1


def test_a_request_id_used_for_another_call_is_refused_on_every_point(
    ground: Ground, points: list[DecisionPoint]
) -> None:
    agent = "reused"
    ground.assign(points[0], agent)
    with points[0].client(f"agent/{agent}") as client:
        assert effect(client.decide(update("reused-1", agent))) == "ALLOW"
    for point in points:
        with point.client(f"agent/{agent}") as client, pytest.raises(DecisionRefused) as refused:
            client.decide(request("reused-1", agent=agent))
        assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "REQUEST_ID_REUSED")
    ground.settled()
    assert ground.counted(agent) == (1, 0)


def test_a_stored_allow_is_judged_anew_once_its_agent_is_suspended(ground: Ground, points: list[DecisionPoint]) -> None:
    agent = "suspended"
    ground.assign(points[0], agent)
    with points[0].client(f"agent/{agent}") as client:
        assert effect(client.decide(update("suspended-1", agent))) == "ALLOW"
    ground.settled()
    with ground.redis.client() as redis:
        redis.set(f"{{{ORGANISATION}}}:s:{agent}", "1")
    with points[1].client(f"agent/{agent}") as client:
        again = client.decide(update("suspended-1", agent))
    assert effect(again) == "DENY"
    assert not again.permit.token


def test_a_flood_of_one_caller_leaves_the_others_their_turn(ground: Ground, point: DecisionPoint) -> None:
    ground.assign(point, "flood", "calm")
    flooding, done = threading.Event(), threading.Event()
    flooded: list[decision_pb2.DecideResponse] = []

    def requests() -> Iterator[decision_pb2.DecideRequest]:
        number = 0
        while not done.is_set():
            if number - len(flooded) > 4 * QUEUE_PER_CALLER:  # more would only lie in buffers of this process
                time.sleep(0.001)
                continue
            yield request(f"flood-{number}", agent="flood")
            number += 1

    def flood(client: Client) -> None:
        for answer in client.decide_stream(requests()):
            flooded.append(answer)
            if len(flooded) == 500:
                flooding.set()

    # While each honest call waits, the flood gets at most what one queue of its own can hold, never a backlog.
    between: list[int] = []
    with point.client("agent/flood") as loud, point.client("agent/calm") as quiet:
        thread = threading.Thread(target=flood, args=(loud,))
        thread.start()
        flooding.wait()
        for number in range(40):
            before = len(flooded)
            assert effect(quiet.decide(request(f"calm-{number}", agent="calm"))) == "ALLOW"
            between.append(len(flooded) - before)
        done.set()
        thread.join()
    assert all(effect(answer.decision) == "ALLOW" for answer in flooded), "a stream is slowed, not refused"
    typical = sorted(between)[len(between) // 2]
    assert typical < QUEUE_PER_CALLER, f"an honest call waited for {typical} of the flood"


def test_a_caller_with_too_many_waiting_is_refused_and_the_others_are_not(
    ground: Ground, pool: ThreadPoolExecutor
) -> None:
    small = ground.point("pdp-narrow", pdp={**PATIENT, "limits": {"queue_per_caller": 8, "batches_in_flight": 1}})
    small.start()
    ground.assign(small, "crowd", "alone")
    ground.opa.pause()
    with small.client("agent/crowd") as crowd, small.client("agent/alone") as alone:
        with pytest.raises(DecisionRefused) as error:
            crowd.decide_batch([request(f"nine-{n}", agent="crowd") for n in range(9)], EXECUTE_ALL)
        assert (error.value.code, error.value.reason) == ("RESOURCE_EXHAUSTED", "CALLER_OVERLOADED")

        def refused(number: int) -> str:
            try:
                return effect(crowd.decide(request(f"crowd-{number}", agent="crowd")))
            except DecisionRefused as error:
                return f"{error.code} {error.reason}"

        waiting = [pool.submit(refused, number) for number in range(40)]
        until(lambda: sum(call.done() for call in waiting) >= 24, "the refusals")
        single = pool.submit(alone.decide, request("alone-1", agent="alone"))
        ground.opa.resume()
        assert effect(single.result()) == "ALLOW"
        outcomes = Counter(call.result() for call in waiting)
    assert set(outcomes) == {"ALLOW", "RESOURCE_EXHAUSTED CALLER_OVERLOADED"}
    assert outcomes["ALLOW"] >= 8
    small.stop()
