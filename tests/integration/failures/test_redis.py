"""Redis gone, slow, read-only, out of memory, emptied: what rests on limits is denied, and nothing counts as zero."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pep.client import Client
from tests.stack_support import ORGANISATION, DecisionPoint, Ground, codes, effect, request, until, update, writ
from writ.v1 import decision_pb2

WITHOUT = ("--without", "onlooker")
"""`Ground.counted` looks as a decision point of this name, which has no log."""


def log_of(ground: Ground, point: DecisionPoint) -> tuple[object, ...]:
    return "--evidence", point.evidence, point.vault, ground.layout.root / "keys" / "vault.key"


def lost_states(point: DecisionPoint) -> float:
    return sum(point.metrics("writ_state_lost").values())


@pytest.fixture
def client(point: DecisionPoint) -> Iterator[Client]:
    with point.client() as opened:
        yield opened


def denied_with(client: Client, request_id: str, code: str) -> None:
    decision = client.decide(request(request_id))
    assert (effect(decision), codes(decision)) == ("DENY", [code])
    assert not decision.permit.token
    assert decision.HasField("receipt"), "a denial of the decision point itself is evidence too"


def allows(client: Client, request_id: str) -> bool:
    return effect(client.decide(request(request_id))) == "ALLOW"


def test_a_paused_redis_is_denied_at_its_deadline_and_resumes(ground: Ground, client: Client) -> None:
    assert allows(client, "slow-0")
    ground.redis.pause()
    denied_with(client, "slow-1", "STATE_TIMEOUT")
    ground.redis.resume()
    assert allows(client, "slow-2")
    assert allows(client, "slow-1"), "a failure that passed is no answer to keep"


def test_what_a_paused_redis_reserved_unheard_is_given_back(ground: Ground, point: DecisionPoint) -> None:
    ground.assign(point, "unheard")
    with point.client("agent/unheard") as client:
        ground.redis.pause()
        assert effect(client.decide(update("unheard-1", "unheard"))) == "DENY"
        # Redis now serves what stood in its socket, and reserves for a decision that was answered long ago.
        ground.redis.resume()
        assert effect(client.decide(update("unheard-2", "unheard"))) == "ALLOW"
    ground.settled()


def test_a_full_redis_denies_and_recovers(ground: Ground, client: Client) -> None:
    ground.redis.configure(maxmemory="1")
    denied_with(client, "full-1", "STATE_OUT_OF_MEMORY")
    ground.redis.configure(maxmemory="0")
    assert allows(client, "full-2")


def test_a_read_only_redis_denies_and_recovers(ground: Ground, client: Client) -> None:
    with ground.redis.client() as redis:
        redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        denied_with(client, "replica-1", "STATE_READ_ONLY")
        redis.execute_command("REPLICAOF", "NO", "ONE")
    assert allows(client, "replica-2")


def test_a_point_refuses_to_start_on_a_redis_that_may_forget(ground: Ground) -> None:
    ground.redis.configure(maxmemory_policy="allkeys-lru")
    try:
        forgetful = ground.point("pdp-forgetful").start(serving=False)
        until(lambda: "noeviction" in forgetful.log.read_text(), "the refusal")
        assert forgetful.wait() == 1
    finally:
        ground.redis.configure(maxmemory_policy="noeviction")


def test_counters_that_are_gone_are_unknown_while_all_else_stands(ground: Ground, point: DecisionPoint) -> None:
    agent = "evicted"
    ground.assign(point, agent)
    with point.client(f"agent/{agent}") as client:
        assert effect(client.decide(update("evicted-1", agent))) == "ALLOW"
        ground.settled()
        with ground.redis.client() as redis:
            assert redis.delete(*redis.scan_iter(f"{{{ORGANISATION}}}:n:*")) >= 1
        for number in range(2):
            lost = client.decide(update(f"evicted-lost-{number}", agent))
            assert effect(lost) == "DENY"
            assert "LIMIT_UNKNOWN" in codes(lost)
        assert effect(client.decide(request("evicted-read", agent=agent))) == "ALLOW", "no limit speaks of it"


def test_an_emptied_redis_is_unknown_not_zero_until_it_is_counted_again(ground: Ground, point: DecisionPoint) -> None:
    agent = "emptied"
    ground.assign(point, agent)
    with point.client(f"agent/{agent}") as client:
        for number in range(3):
            assert effect(client.decide(update(f"emptied-{number}", agent))) == "ALLOW"
        ground.settled()
        ground.redis.flush()
        lost = client.decide(update("emptied-lost", agent))
        assert effect(lost) == "DENY"
        # The feed cannot know that its facts are gone as well; they are missing, not false.
        assert {"LIMIT_UNKNOWN", "CUSTOMER_NOT_ASSIGNED"} <= set(codes(lost))
        assert effect(client.decide(request("emptied-read", agent=agent))) == "DENY"
        assert lost_states(point) >= 1
        assert point.log.read_text().count('"state lost or never begun","organisation":"acme"') == 1, "once"
        looked = writ("state", "check", "--config", point.config, "--json")
        assert (looked.returncode, json.loads(looked.stdout)) == (1, {"begun": False, "lost": []})
        rebuilt = writ("state", "rebuild", "--config", point.config, "--json")
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert json.loads(rebuilt.stdout)["requests"] >= 3
        assert effect(client.decide(request("emptied-fact", agent=agent))) == "DENY", "facts come from their feed alone"
        ground.assign(point, agent)
        assert effect(client.decide(update("emptied-after", agent))) == "ALLOW"
        assert effect(client.decide(update("emptied-1", agent))) == "ALLOW"
    until(lambda: lost_states(point) == 0, "the metric to say that the state is back")
    assert writ("state", "check", "--config", point.config).returncode == 0
    ground.settled()
    assert ground.counted(agent) == (4, 0), "the repeat counts once, the three are back, the fourth is new"


def test_a_killed_redis_loses_its_counts_and_nothing_is_allowed_on_them(ground: Ground, point: DecisionPoint) -> None:
    agent = "killed"
    ground.assign(point, agent, "billing-1")
    with point.client(f"agent/{agent}") as client:
        assert effect(client.decide(update("killed-1", agent))) == "ALLOW"
        ground.redis.kill()
        gone = client.decide(update("killed-2", agent))
        assert (effect(gone), codes(gone)) == ("DENY", ["STATE_UNAVAILABLE"])
        ground.redis.start()
        for number in range(3):
            empty = client.decide(update(f"killed-{number + 3}", agent))
            assert effect(empty) == "DENY"
            assert "LIMIT_UNKNOWN" in codes(empty)
    assert writ("state", "rebuild", "--config", point.config).returncode == 0
    ground.assign(point, agent, "billing-1")
    with point.client(f"agent/{agent}") as client:
        assert effect(client.decide(update("killed-9", agent))) == "ALLOW"
    ground.settled()
    assert ground.counted(agent) == (2, 0)


def test_after_a_kill_the_receipts_tell_whether_the_file_of_redis_is_whole(
    ground: Ground, point: DecisionPoint
) -> None:
    agent = "resumed"
    ground.assign(point, agent)
    elsewhere = ground.point("pdp-resumed").start()
    with elsewhere.client(f"agent/{agent}") as client:
        for number in range(3):
            assert effect(client.decide(update(f"resumed-{number}", agent))) == "ALLOW"
    ground.settled()
    with ground.redis.client() as redis:
        run_id = str(redis.info("server")["run_id"])

        logs = (*log_of(ground, elsewhere), *WITHOUT)

        def verb(name: str, *options: object, of: DecisionPoint = point) -> dict[str, object]:
            done = writ("state", name, *map(str, ("--config", of.config, *options, "--json")))
            return dict(json.loads(done.stdout))

        mark = ("--mark", "0123456789abcdef")
        sealed, killed = ("--unless-sealed", "0123456789abcdef"), ("--unless-killed", run_id)
        refused = verb("seal", *mark, of=elsewhere)["error"]
        assert isinstance(refused, dict)
        assert refused["reason"] == "STATE_IN_USE", "it would have no data from then on"
        elsewhere.stop()
        assert verb("seal", *mark, of=elsewhere) == {"organisations": 1}
        assert verb("rebuild", *sealed, *logs) == {"requests": 0, "sealed": True}
        assert verb("rebuild", *killed, *logs) == {"requests": 0, "resumed": True}
        assert ground.counted(agent) == (3, 0)
        # As if the file of Redis ended before the last of the three, which stands in the other decision point's log alone.
        last = max(int(entry["ticket"].rpartition(".")[2]) for entry in elsewhere.allowed())
        redis.hset("{acme}:m", "d", str(last - 1))
        counted = verb("rebuild", *killed, *logs)
        assert "resumed" not in counted
        assert isinstance(counted["requests"], int)
        assert counted["requests"] >= 3
    assert ground.counted(agent) == (3, 0)


def test_a_counter_is_unknown_to_every_rule_of_a_batch(ground: Ground, point: DecisionPoint) -> None:
    agent = "batch"
    ground.assign(point, agent)
    with point.client(f"agent/{agent}") as client:
        answers = client.decide_batch(
            [update(f"batch-{n}", agent) for n in range(5)], decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
        )
        assert [effect(answer.decision) for answer in answers] == ["ALLOW"] * 5
        ground.settled()
        with ground.redis.client() as redis:
            # One organisation's mark alone: as when a copy from before its first decision is promoted.
            redis.hdel("{acme}:m", "e")
        looked = writ("state", "check", "--config", point.config, "--json")
        assert (looked.returncode, json.loads(looked.stdout)) == (1, {"begun": True, "lost": ["acme"]})
        answers = client.decide_batch(
            [update(f"batch-lost-{n}", agent) for n in range(5)], decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
        )
        assert all("LIMIT_UNKNOWN" in codes(answer.decision) for answer in answers)
        assert {effect(answer.decision) for answer in answers} == {"DENY"}
    assert writ("state", "rebuild", "--config", point.config, *WITHOUT, "--without", "pdp-resumed").returncode == 0
    assert ground.counted(agent) == (5, 0)


def test_a_rebuild_wants_the_log_of_every_decision_point_that_ever_counted(
    ground: Ground, point: DecisionPoint
) -> None:
    agent = "shared"
    ground.assign(point, agent)
    elsewhere = ground.point("pdp-shared").start()
    with elsewhere.client(f"agent/{agent}") as client:
        for number in range(2):
            assert effect(client.decide(update(f"shared-{number}", agent))) == "ALLOW"
    elsewhere.stop()

    def rebuilt(*options: object) -> str:
        others = (*WITHOUT, "--without", "pdp-resumed")
        done = writ("state", "rebuild", "--config", point.config, *map(str, (*others, *options)))
        assert done.returncode in (0, 1)
        return done.stderr

    # With a whole state too; a second time since a rebuild forgets nobody who counted.
    for _ in range(2):
        assert "STATE_LOGS_MISSING: no log was given of `pdp-shared`" in rebuilt()
        assert ground.counted(agent) == (2, 0), "nothing has changed"
        assert rebuilt(*log_of(ground, elsewhere)) == ""
        assert ground.counted(agent) == (2, 0)
    assert rebuilt("--without", "pdp-shared") == ""
    assert ground.counted(agent) == (0, 0), "its counts are gone with its log, as the operator said"
    assert rebuilt() == "", "it is asked for no more"


def test_state_time_never_goes_back(ground: Ground, point: DecisionPoint) -> None:
    agent = "clock"
    ground.assign(point, agent)
    with point.client(f"agent/{agent}") as client:
        first = client.decide(update("clock-1", agent)).decided_at.ToMilliseconds()
        ahead_ms = first + 60_000
        with ground.redis.client() as redis:
            # As if the server's clock had been a minute ahead until now, and was then set back.
            redis.hset("{acme}:m", "t", str(ahead_ms))
        times = [client.decide(update(f"clock-{n}", agent)).decided_at.ToMilliseconds() for n in range(2, 5)]
        with ground.redis.client() as redis:
            assert int(redis.hget("{acme}:m", "t") or 0) >= ahead_ms
            redis.hset("{acme}:m", "t", str(first))
    assert min(times) >= ahead_ms
    assert times == sorted(times)
