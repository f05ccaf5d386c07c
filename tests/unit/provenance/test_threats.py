"""Threats in long results: found part by part, or said to be unknown."""

from __future__ import annotations

from typing import Any

from pdp.inspection.model import Finding, Kind, ScanResult
from pdp.provenance_threats import MAX_PARTS, threat_pointers


def _finding(pointer: str, data_class: str = "prompt_injection") -> Finding:
    return Finding(
        rule="r",
        kind=Kind.THREAT,
        data_class=data_class,
        pointer=pointer,
        start=0,
        end=1,
        source_start=0,
        source_end=1,
        confidence=90,
        sensitivity=50,
        decoding=(),
    )


def _short_sighted(value: Any) -> ScanResult:
    """Inspects one text; says of anything larger that it was cut short."""
    if isinstance(value, str):
        return ScanResult(findings=(_finding(""),) if "obey" in value else ())
    return ScanResult(truncated=True)


def test_a_result_within_bounds_is_inspected_once() -> None:
    def scan(value: Any) -> ScanResult:
        return ScanResult(findings=(_finding("/0/body"), _finding("/1/body", "exfiltration")))

    assert threat_pointers(scan, [{"body": "obey"}]) == (frozenset({"/0/body"}), True)


def test_a_result_beyond_bounds_is_inspected_part_by_part() -> None:
    result = [{"body": "hello"}, {"a/b": "obey me", "body": ["x", "obey"]}]
    assert threat_pointers(_short_sighted, result) == (frozenset({"/1/a~1b", "/1/body/1"}), True)


def test_a_part_that_cannot_be_divided_stays_unknown() -> None:
    assert threat_pointers(lambda _: ScanResult(truncated=True), "long text") == (frozenset(), False)


def test_more_parts_than_may_be_inspected_are_unknown() -> None:
    _, complete = threat_pointers(_short_sighted, ["x"] * (MAX_PARTS + 1))
    assert not complete
