"""The failure rows of Redis on a real Cluster: one node gone, paused, full, emptied or replaced by its replica."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.redis_server import RedisCluster, RedisServer
from tests.stack_support import ORGANISATION, DecisionPoint, Ground, codes, effect, request, until, update, writ
from writ.v1 import decision_pb2

COUNTERS = f"{{{ORGANISATION}}}:m"
REGISTRY = "{writ}:orgs"


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground(redis=RedisCluster(), packs=("invoices",)) as running:
        yield running


@pytest.fixture(scope="module")
def cluster(ground: Ground) -> RedisCluster:
    assert isinstance(ground.backend, RedisCluster)
    return ground.backend


@pytest.fixture
def holder(cluster: RedisCluster) -> RedisServer:
    """The node of this organisation's counters, which is not that of the registry."""
    found = cluster.owner(COUNTERS)
    assert found is not cluster.owner(REGISTRY)
    return found


def ask(point: DecisionPoint, request_id: str, agent: str) -> decision_pb2.Decision:
    with point.client(f"agent/{agent}") as client:
        return client.decide(update(request_id, agent))


def settles_as(ground: Ground, agent: str, count: int) -> None:
    ground.settled()
    assert ground.counted(agent) == (count, 0)


def test_a_paused_node_is_denied_at_its_deadline_and_what_it_reserved_unheard_is_given_back(
    ground: Ground, point: DecisionPoint, holder: RedisServer
) -> None:
    ground.assign(point, "paused")
    assert effect(ask(point, "paused-0", "paused")) == "ALLOW"
    ground.settled()
    holder.pause()
    try:
        slow = ask(point, "paused-1", "paused")
        assert (effect(slow), codes(slow)) == ("DENY", ["STATE_TIMEOUT"])
        assert slow.HasField("receipt")
    finally:
        holder.resume()
    assert effect(ask(point, "paused-2", "paused")) == "ALLOW"
    settles_as(ground, "paused", 2)


def test_a_full_node_denies_and_recovers(ground: Ground, point: DecisionPoint, holder: RedisServer) -> None:
    ground.assign(point, "full")
    holder.configure(maxmemory="1")
    try:
        full = ask(point, "full-1", "full")
        assert (effect(full), codes(full)) == ("DENY", ["STATE_OUT_OF_MEMORY"])
    finally:
        holder.configure(maxmemory="0")
    assert effect(ask(point, "full-2", "full")) == "ALLOW"
    settles_as(ground, "full", 1)


def test_the_node_of_the_registry_is_not_on_the_way_of_a_decision(
    ground: Ground, point: DecisionPoint, cluster: RedisCluster
) -> None:
    ground.assign(point, "registry")
    registry = cluster.owner(REGISTRY)
    registry.pause()
    try:
        assert effect(ask(point, "registry-1", "registry")) == "ALLOW"
    finally:
        registry.resume()
    settles_as(ground, "registry", 1)


def test_an_emptied_node_is_unknown_not_zero_until_it_is_counted_again(
    ground: Ground, point: DecisionPoint, holder: RedisServer
) -> None:
    ground.assign(point, "emptied")
    for number in range(3):
        assert effect(ask(point, f"emptied-{number}", "emptied")) == "ALLOW"
    ground.settled()
    holder.flush()
    lost = ask(point, "emptied-lost", "emptied")
    assert effect(lost) == "DENY"
    assert "LIMIT_UNKNOWN" in codes(lost)
    rebuilt = writ("state", "rebuild", "--config", point.config, "--without", "onlooker")
    assert rebuilt.returncode == 0, rebuilt.stderr
    ground.assign(point, "emptied", "billing-1")
    assert effect(ask(point, "emptied-after", "emptied")) == "ALLOW"
    settles_as(ground, "emptied", 4)


def test_a_promoted_replica_is_not_believed_until_it_is_counted_again(
    ground: Ground, point: DecisionPoint, cluster: RedisCluster, holder: RedisServer
) -> None:
    ground.assign(point, "promoted")
    assert effect(ask(point, "promoted-0", "promoted")) == "ALLOW"
    ground.settled()
    replica = cluster.add_replica(holder)
    cluster.promote(replica)
    seen: list[decision_pb2.Decision] = []

    def judged_by_the_replica() -> bool:
        # While the cluster tells everybody, a call may fail; none may be allowed on counters that may lack the last writes.
        seen.append(ask(point, f"promoted-{len(seen) + 1}", "promoted"))
        return "LIMIT_UNKNOWN" in codes(seen[-1])

    until(judged_by_the_replica, "a decision on the promoted replica")
    assert {effect(decision) for decision in seen} == {"DENY"}
    assert writ("state", "rebuild", "--config", point.config, "--without", "onlooker").returncode == 0
    ground.assign(point, "promoted", "billing-1")
    assert effect(ask(point, "promoted-after", "promoted")) == "ALLOW"
    settles_as(ground, "promoted", 2)


def test_a_killed_node_denies_what_rests_on_it(ground: Ground, point: DecisionPoint, cluster: RedisCluster) -> None:
    ground.assign(point, "killed")
    assert effect(ask(point, "killed-0", "killed")) == "ALLOW"
    ground.settled()
    cluster.owner(COUNTERS).kill()  # the last test: what its replica makes of that takes the cluster some seconds
    gone = ask(point, "killed-1", "killed")
    assert effect(gone) == "DENY"
    assert codes(gone)[0].startswith("STATE_")
    with point.client() as client:
        assert effect(client.decide(request("killed-read"))) == "DENY", "facts lie there as well"
