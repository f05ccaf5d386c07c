"""Large ordinary calls are inspected to their end, dense ones say where they were cut; numbers read as what they are."""

from __future__ import annotations

import json
import random
import uuid

import pytest

from benchmarks.scan import honest
from pdp import scan
from pdp.inspection.model import MAX_TEXT_BYTES, UNJUDGED
from pdp.scan import MAX_DENSE_BYTES, Inspector

PROSE = "The project team met on Tuesday to go over the roadmap; bring printed drafts about it. "


def _uuids(count: int) -> list[str]:
    source = random.Random(7)
    return [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(count)]


@pytest.mark.parametrize(
    "value",
    [
        _uuids(400),
        [n * 1.37 + 0.11 for n in range(1_500)],
        (PROSE * 1_600)[: MAX_TEXT_BYTES - 64],
        [{"sku": "A-1001", "name": "Desk lamp, black", "qty": 2, "price": 3999}] * 700,
    ],
    ids=["uuids", "floats", "prose", "records"],
)
def test_a_large_ordinary_call_is_inspected_to_its_end(inspector: Inspector, value: object) -> None:
    result = inspector.scan(json.dumps({"a": value}).encode())
    assert (result.findings, result.truncated) == ((), False)


@pytest.mark.parametrize("name", [name for name, _ in honest()])
def test_a_long_honest_call_is_inspected_to_its_end(inspector: Inspector, name: str) -> None:
    assert not inspector.scan(dict(honest())[name]).truncated


def test_a_log_is_no_quoted_printable(inspector: Inspector) -> None:
    lines = "\n".join(f"status=200 id=41ab3f{n:03}e took=6{n} size=4096" for n in range(40))
    assert not [one for one in inspector.scan(json.dumps({"log": lines}).encode()).findings if one.decoding]


@pytest.mark.parametrize(
    "members",
    [{f"password{n}_password": "x" for n in range(20_000)}, {"token": ["ab"] * 100_000}],
    ids=["names", "values"],
)
def test_a_call_whose_survey_takes_all_work_is_not_taken_apart(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch, members: object
) -> None:
    raw = json.dumps(members).encode()
    monkeypatch.setattr(scan, "Texts", None)
    monkeypatch.setattr(scan, "orjson", None)
    result = inspector.scan(raw)
    assert result.truncated
    assert {finding.decoding for finding in result.findings} <= {(UNJUDGED,)}
    assert "credential" in result.classes


@pytest.mark.parametrize("text", ["4" * 60_000, "4111111111111112 " * 3_000, "%2525252541" * 4_000, "aB3" * 20_000])
def test_a_text_dense_with_digits_and_signs_is_truncated(inspector: Inspector, text: str) -> None:
    assert inspector.scan(json.dumps({"a": text}).encode()).truncated


def test_what_stands_within_the_bound_of_a_dense_text_is_found(inspector: Inspector) -> None:
    raw = json.dumps({"a": ["AKIAQX3VEXAMPL2ZKTRQ", "4" * (2 * MAX_DENSE_BYTES)]}).encode()
    result = inspector.scan(raw)
    assert result.truncated
    assert "aws_access_key" in {finding.rule for finding in result.findings}


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111111111111111.0",
        "4111111111111111.000",
        "4.111111111111111e15",
        "4.111111111111111E+15",
        "4111111111111.111e003",
    ],
)
def test_a_number_that_is_an_integer_is_inspected_as_one_however_it_is_written(
    inspector: Inspector, number: str
) -> None:
    result = inspector.scan(b'{"a": {"b": [1, %s]}}' % number.encode())
    assert [(finding.data_class, finding.pointer) for finding in result.findings] == [("payment_card", "/a/b/1")]


@pytest.mark.parametrize("number", ["4111111111111111.5", "4.111111111111111e-15", "1e300", "1.5"])
def test_a_number_that_is_no_integer_of_that_length_is_none(inspector: Inspector, number: str) -> None:
    result = inspector.scan(b'{"a": %s}' % number.encode())
    assert (result.findings, result.truncated) == ((), False)
