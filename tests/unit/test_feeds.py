"""What a feed may put, without a server."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from pdp.feeds import FeedRules
from pdp.model import CallerIdentity
from writ.errors import InvalidInput
from writ.v1 import fact_pb2

RULES = FeedRules.parse([{"name": "feed", "facts": ["mood"]}], {"mood": {"key": ["agent.id"], "max_ttl_s": 60}})
FEED = CallerIdentity(organisation="acme", id="feed", names=("feed",), claims={}, expires_at_s=2e9)


def mood(value_json: bytes) -> fact_pb2.Fact:
    return fact_pb2.Fact(name="mood", key=["a"], value_json=value_json, ttl=Duration(seconds=60))


@pytest.mark.parametrize("depth", [300, 900, 2000])
def test_a_fact_that_is_nested_too_deep_is_refused_as_one(depth: int) -> None:
    with pytest.raises(InvalidInput, match=r"`facts\[0\].value_json` must be"):
        RULES.check(FEED, [mood(b"[" * depth + b"]" * depth)])


def test_a_fact_is_kept_as_compact_json() -> None:
    (record,) = RULES.check(FEED, [mood(b'{"a": [1,  2]}')])
    assert (record.value, record.ttl_ms) == (b'{"a":[1,2]}', 60_000)
