"""Ten thousand malformed requests: no crash, no ALLOW, no unbounded memory, and every error says what is wrong."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pdp.item import Answer
from tests.integration.fuzz.malformed import Malformed, anything, malformed, request
from tests.integration.fuzz.pipeline import Pipeline
from writ.errors import InvalidInput
from writ.v1 import decision_pb2

# A failing round is printed whole; that it is long must not hide why it failed.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

ROUND = 25
ROUNDS = 400
"""400 rounds of 25 requests: ten thousand."""

MAX_GROWTH_KIB = 96 * 1024
"""Far below what keeping the largest request of each round would take, far above what an allocator keeps back."""

CALM = settings(
    max_examples=ROUNDS,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    made = Pipeline()
    yield made
    made.close()


def effect_of(answer: Answer) -> int:
    return decision_pb2.DecideResponse.FromString(answer.response).decision.effect


def test_the_pipeline_of_these_tests_allows_a_good_request(pipeline: Pipeline) -> None:
    answers = pipeline.decide([request().SerializeToString()])
    assert effect_of(answers[0]) == decision_pb2.EFFECT_ALLOW


@CALM
@given(items=st.lists(malformed(), min_size=ROUND, max_size=ROUND))
def test_a_malformed_request_is_refused_and_told_why(pipeline: Pipeline, items: Sequence[Malformed]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for item, answer in zip(items, pipeline.decide([item.raw for item in items]), strict=True):
        response = decision_pb2.DecideResponse.FromString(answer.response)
        assert isinstance(answer.error, InvalidInput), (item, answer.error)
        assert not response.HasField("decision")
        assert response.error.code == 3
        assert response.error.reason == answer.error.reason
        assert says_what_was_expected_and_what_came(response.error.message), (item, response.error.message)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH_KIB


@CALM
@given(items=st.lists(anything(), min_size=ROUND, max_size=ROUND))
def test_any_bytes_get_one_answer_that_is_no_defect(pipeline: Pipeline, items: Sequence[bytes]) -> None:
    for raw, answer in zip(items, pipeline.decide(items), strict=True):
        response = decision_pb2.DecideResponse.FromString(answer.response)
        assert response.WhichOneof("result") is not None
        assert response.error.reason != "INTERNAL", raw[:200]


@CALM
@given(items=st.lists(malformed(), min_size=ROUND, max_size=ROUND))
def test_a_good_request_among_malformed_ones_is_still_decided(pipeline: Pipeline, items: Sequence[Malformed]) -> None:
    good = request().SerializeToString()
    answers = pipeline.decide([*(item.raw for item in items), good])
    assert effect_of(answers[-1]) == decision_pb2.EFFECT_ALLOW


def says_what_was_expected_and_what_came(message: str) -> bool:
    """Style: lower case, no final period, what was expected and what came."""
    wanted = any(word in message for word in ("expected", "must be", "must have", "at most"))
    came = any(word in message for word in ("got", "came", "found", "is not"))
    return wanted and came and not message.endswith(".")
