"""What a feed may put, without a server."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from pdp.feeds import MAX_DEPTH, FeedRules
from pdp.model import CallerIdentity
from writ.errors import InvalidInput, NotPermitted
from writ.v1 import fact_pb2

RULES = FeedRules.parse([{"name": "feed", "facts": ["mood"]}], {"mood": {"key": ["agent.id"], "max_ttl_s": 60}})
FEED = CallerIdentity(organisation="acme", id="feed", names=("feed",), claims={}, expires_at_s=2e9)


def mood(value_json: bytes) -> fact_pb2.Fact:
    return fact_pb2.Fact(name="mood", key=["a"], value_json=value_json, ttl=Duration(seconds=60))


@pytest.mark.parametrize("depth", [300, 900, 2000])
def test_a_fact_that_is_nested_too_deep_is_refused_as_one(depth: int) -> None:
    with pytest.raises(
        InvalidInput, match=rf"`facts\[0\].value_json` must be .* at most {MAX_DEPTH} deep, got {2 * depth} bytes"
    ):
        RULES.check(FEED, [mood(b"[" * depth + b"]" * depth)])


def test_a_fact_may_be_nested_as_deep_as_it_says() -> None:
    RULES.check(FEED, [mood(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)])


@pytest.mark.parametrize(
    ("ttl", "came"),
    [
        (Duration(seconds=60, nanos=-1), "seconds of 60 and nanos of -1"),
        (Duration(seconds=1, nanos=10**9), "seconds of 1 and nanos of 1000000000"),
        (Duration(seconds=-1, nanos=2_000_000_000), "seconds of -1 and nanos of 2000000000"),
        (Duration(seconds=-60), "seconds of -60 and nanos of 0"),
        (Duration(nanos=999_999), "seconds of 0 and nanos of 999999"),
        (Duration(seconds=60, nanos=1_000_000), "seconds of 60 and nanos of 1000000"),
        (Duration(seconds=2**63 - 1), "seconds of 9223372036854775807 and nanos of 0"),
        (None, "seconds of 0 and nanos of 0"),
    ],
)
def test_a_ttl_that_is_no_length_of_time_or_none_that_was_declared_is_refused(ttl: Duration | None, came: str) -> None:
    fact = fact_pb2.Fact(name="mood", key=["a"], value_json=b"1", ttl=ttl)
    with pytest.raises(InvalidInput) as refused:
        RULES.check(FEED, [mood(b"1"), fact])
    assert refused.value.message == f"`facts[1].ttl` must be 1 to 60000 ms, with nanos of 0 to 999999999, got {came}"


def test_the_shortest_and_the_longest_ttl_are_taken() -> None:
    ttls = (Duration(nanos=1_000_000), Duration(seconds=59, nanos=999_999_999))
    facts = [fact_pb2.Fact(name="mood", key=["a"], value_json=b"1", ttl=ttl) for ttl in ttls]
    assert [record.ttl_ms for record in RULES.check(FEED, facts)] == [1, 59_999]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (fact_pb2.Fact(name="mood"), "`facts[0].key` must have 1 parts of 1 to 256 characters, got 0 parts"),
        (
            fact_pb2.Fact(name="mood", key=["a", "b"]),
            "`facts[0].key` must have 1 parts of 1 to 256 characters, got 2 parts",
        ),
        (
            fact_pb2.Fact(name="mood", key=["a" * 257]),
            "`facts[0].key` must have 1 parts of 1 to 256 characters, got one of 257",
        ),
        (
            fact_pb2.Fact(name="mood", key=["a"], retract=True, value_json=b"1"),
            "`facts[0]` retracts, so it must carry no value and no ttl, got 1 bytes and no ttl",
        ),
        (
            fact_pb2.Fact(name="mood", key=["a"], retract=True, ttl=Duration()),
            "`facts[0]` retracts, so it must carry no value and no ttl, got 0 bytes and a ttl",
        ),
    ],
)
def test_a_refused_fact_says_what_was_expected_and_what_came(fact: fact_pb2.Fact, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        RULES.check(FEED, [fact])
    assert refused.value.message == said


def test_a_feed_is_told_which_fact_is_not_its_to_put() -> None:
    with pytest.raises(NotPermitted, match=r"`facts\[1\]`"):
        RULES.check(FEED, [mood(b"1"), fact_pb2.Fact(name="weather", key=["a"])])


def test_a_fact_is_kept_as_compact_json() -> None:
    (record,) = RULES.check(FEED, [mood(b'{"a": [1,  2]}')])
    assert (record.value, record.ttl_ms) == (b'{"a":[1,2]}', 60_000)
