"""Transforms of arguments, with a small inspector that knows cards and words in capitals."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.inspection.model import Finding, Kind, ScanResult
from pdp.model import OutcomeObligation
from pdp.transform.apply import Transformer
from writ.errors import InvalidInput

CARD = re.compile(r"\b\d{4} ?\d{4} ?\d{4} ?\d{4}\b")
MAIL = re.compile(r"[\w.]+@[\w.]+\w")
TRANSFORMER = Transformer(bytes(range(32)))


def luhn(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()][::-1]
    return sum(sum(divmod(digit * (1 + at % 2), 10)) for at, digit in enumerate(digits)) % 10 == 0


def inspect(args_json: bytes) -> ScanResult:
    found: list[Finding] = []

    def walk(value: Any, pointer: str) -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                walk(member, f"{pointer}/{name}")
        elif isinstance(value, list):
            for at, member in enumerate(value):
                walk(member, f"{pointer}/{at}")
        else:
            text = str(value)
            hits = [(m, "payment_card") for m in CARD.finditer(text) if luhn(m[0])]
            hits += [(m, "pii") for m in MAIL.finditer(text)]
            for match, data_class in hits:
                found.append(finding(data_class, pointer, match.start(), match.end()))

    walk(json.loads(args_json), "")
    return ScanResult(findings=tuple(found))


def finding(data_class: str, pointer: str, start: int, end: int, decoding: tuple[str, ...] = ()) -> Finding:
    return Finding(
        rule="t",
        kind=Kind.DATA,
        data_class=data_class,
        pointer=pointer,
        start=start,
        end=end,
        source_start=start,
        source_end=end,
        confidence=90,
        sensitivity=50,
        decoding=decoding,
    )


def run(
    arguments: Any,
    *transforms: tuple[str, dict[str, Any]],
    sinks: dict[str, list[str]] | None = None,
    scan: Any = inspect,
) -> Any:
    asked = [OutcomeObligation(id=f"o{at}", type=kind, params=params) for at, (kind, params) in enumerate(transforms)]
    return json.loads(TRANSFORMER.transform(json.dumps(arguments).encode(), asked, scan, sinks or {}, "acme"))


NOTE = {"note": "card 4111 1111 1111 1111 of jane@example.com", "n": 3}


def test_redact_takes_away_what_inspection_found_and_nothing_else() -> None:
    out = run(NOTE, ("redact", {"classes": ["payment_card", "pii"]}))
    assert out == {"note": "card [redacted:payment_card] of [redacted:pii]", "n": 3}


def test_mask_keeps_the_last_four() -> None:
    assert run(NOTE, ("mask", {"classes": ["payment_card"]}))["note"].startswith("card **** **** **** 1111 of jane@")


def test_a_token_that_inspection_would_find_again_is_drawn_anew_or_redacted() -> None:
    for number in range(40):
        card = f"4111 1111 1111 {number:04d}"
        out = run({"a": card}, ("tokenize", {"classes": ["payment_card"]}))["a"]
        assert out == card if not luhn(card) else re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", out) and not luhn(out)
    assert run({"a": "jane@example.com"}, ("tokenize", {"classes": ["pii"]})) == {"a": "[redacted:pii]"}


@given(st.lists(st.sampled_from(["4111111111111111", "jane@example.com", "plain", "5500 0000 0000 0004"]), max_size=6))
def test_whatever_was_taken_away_is_not_found_again(parts: list[str]) -> None:
    for kind in ("redact", "mask", "tokenize", "drop_field"):
        out = run({"a": " ".join(parts), "b": list(parts)}, (kind, {"classes": ["payment_card", "pii"]}))
        assert not inspect(json.dumps(out).encode()).findings


def test_the_stronger_removal_of_one_place_has_the_word() -> None:
    both = run(NOTE, ("mask", {"classes": ["payment_card"]}), ("redact", {"classes": ["payment_card"]}))
    assert "[redacted:payment_card]" in both["note"]
    assert "note" not in run(NOTE, ("mask", {"pointer": "/note"}), ("drop_field", {"pointer": "/note"}))


def test_a_mask_that_overlaps_another_shows_the_less_of_both() -> None:
    out = run({"a": "4111 1111 1111 1111"}, ("mask", {"pointer": "/a"}), ("mask", {"pointer": "/a", "keep_last": 0}))
    assert out == {"a": "**** **** **** ****"}


def test_encoded_findings_are_redacted_where_they_stand() -> None:
    first = ScanResult(findings=(finding("pii", "/a", 3, 9, ("base64",)),))
    answers = iter([first, ScanResult()])
    assert run({"a": "xx QUJDRA yy"}, ("mask", {"classes": ["pii"]}), scan=lambda _: next(answers)) == {
        "a": "xx [redacted:pii] yy"
    }


def test_a_finding_in_a_name_drops_the_member() -> None:
    answers = iter([ScanResult(findings=(finding("pii", "/jane", 0, 4, ("name",)),)), ScanResult()])
    assert run({"jane": 1, "b": 2}, ("redact", {"classes": ["pii"]}), scan=lambda _: next(answers)) == {"b": 2}


def test_a_cap_lowers_and_never_raises() -> None:
    assert run({"limit": 500}, ("cap", {"pointer": "/limit", "max": 100})) == {"limit": 100}
    assert run({"limit": 50}, ("cap", {"pointer": "/limit", "max": 100})) == {"limit": 50}
    assert run({"limit": 50.5}, ("cap", {"pointer": "/limit", "max": 100})) == {"limit": 50.5}
    assert run({"limit": 1e300}, ("cap", {"pointer": "/limit", "max": 100})) == {"limit": 100}
    assert run({}, ("cap", {"pointer": "/limit", "max": 100})) == {"limit": 100}
    two = (("cap", {"pointer": "/limit", "max": 100}), ("cap", {"pointer": "/limit", "max": 10}))
    assert run({"limit": 50}, *two) == {"limit": 10}


@pytest.mark.parametrize(
    ("value", "after"),
    [
        *((value, 50) for value in (0, -1, -(2**53), -1.0, 0.0, None, "all", "-1", "", "9" * 16, True, False, 2**60)),
        *((value, value) for value in (1, 50, 1.5, "7", "50", "050")),
        *((value, "50") for value in ("51", "0")),
    ],
)
def test_what_bounds_no_rows_becomes_the_cap(value: Any, after: Any) -> None:
    assert run({"limit": value}, ("cap", {"pointer": "/limit", "max": 50})) == {"limit": after}


@pytest.mark.parametrize("value", [[], [900], {"max": 900}, 0.5, 1e-9, -1.5])
def test_what_may_be_something_else_than_rows_is_refused_by_a_cap(value: Any) -> None:
    with pytest.raises(InvalidInput, match="cap"):
        run({"limit": value}, ("cap", {"pointer": "/limit", "max": 50}))


def test_a_cap_of_money_never_raises_it() -> None:
    cap = ("cap", {"pointer": "/amount", "max": 50, "of": "amount"})
    for value in (0, 0.5, 50, "0.50", "50"):
        assert run({"amount": value}, cap) == {"amount": value}
    assert [run({"amount": value}, cap)["amount"] for value in (51, 50.01, 1e300, "50.01")] == [50, 50, 50, "50"]
    nothing: list[Any] = [-1, -0.01, None, "-1", "all", True, [], {}]
    for none in nothing:
        with pytest.raises(InvalidInput, match=r"expected an? "):
            run({"amount": none}, cap)
    with pytest.raises(InvalidInput, match="expected an amount"):
        run({}, cap)


def test_a_destination_is_rewritten_by_its_kind() -> None:
    out = run(
        {"to": ["a", "b"], "x": 1},
        ("rewrite_destination", {"sink": "recipient", "value": "quarantine"}),
        sinks={"recipient": ["/to/0", "/to/1"]},
    )
    assert out == {"to": ["quarantine", "quarantine"], "x": 1}


def test_elements_that_go_away_leave_the_others_in_their_places() -> None:
    assert run({"a": [1, 2, 3]}, ("drop_field", {"pointer": "/a/1"})) == {"a": [1, None, 3]}
    assert run({"a": 1}, ("drop_field", {"pointer": "/b"})) == {"a": 1}


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ({"a": 1}, "/nested/secret"),
        ({"nested": {}}, "/nested/secret"),
        ({"nested": {"b": 1}}, "/nested/deep/secret"),
        ({"nested": None}, "/nested/secret"),
        ({"nested": 5}, "/nested/secret"),
        ({"nested": False}, "/nested/secret"),
        ({"nested": [1]}, "/nested/1"),
        ({"nested": []}, "/nested/0/secret"),
    ],
)
def test_what_is_absent_needs_no_drop(arguments: Any, pointer: str) -> None:
    assert run(arguments, ("drop_field", {"pointer": pointer})) == arguments


@pytest.mark.parametrize("nested", ['{"secret":1}', [{"secret": 1}]])
def test_a_drop_from_what_may_be_written_otherwise_is_refused(nested: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        run({"nested": nested}, ("drop_field", {"pointer": "/nested/secret"}))
    assert refused.value.reason == "POINTER_NOT_FOUND"


@pytest.mark.parametrize(
    "transform",
    [
        ("set", {"pointer": "/to", "value": "card 4111 1111 1111 1111"}),
        ("set", {"pointer": "/to", "value": {"a": ["4111111111111111"]}}),
        ("rewrite_destination", {"pointer": "/to", "value": "4111111111111111"}),
        ("set", {"pointer": "/new", "value": 4111111111111111}),
    ],
)
def test_what_a_transform_puts_in_adds_no_class(transform: tuple[str, dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput, match="not there before, found `payment_card`"):
        run({"to": "jane@example.com"}, transform)
    with pytest.raises(InvalidInput, match="not there before"):
        run({"to": "jane@example.com"}, transform, scan=cut_short)
    assert run(NOTE, transform) != NOTE  # a card was there before


def cut_short(args_json: bytes) -> ScanResult:
    """Sees only the first member of arguments that have more than the one without a name."""
    first = next(iter(json.loads(args_json).items()))
    found = inspect(json.dumps(dict([first])).encode()).findings if first[0] == "" else ()
    return ScanResult(findings=found, truncated=first[0] != "")


def test_arguments_that_grow_beyond_inspection_are_refused() -> None:
    answers = iter([ScanResult(), ScanResult(truncated=True), ScanResult()])
    with pytest.raises(InvalidInput, match="too large"):
        run({"a": 1}, ("set", {"pointer": "/a", "value": 2}), scan=lambda _: next(answers))


def test_what_is_put_in_beyond_inspection_is_itself_inspected_to_its_end_under_its_name() -> None:
    seen: list[Any] = []

    def scan(args_json: bytes) -> ScanResult:
        seen.append(json.loads(args_json))
        return ScanResult(truncated=True)

    with pytest.raises(InvalidInput, match="too large"):
        run({"a": 1}, ("set", {"pointer": "/a", "value": 2}), scan=scan)
    assert seen == [{"a": 1}, {"a": 2}, {"": [{"a": 2}]}]


def test_a_destination_of_a_class_that_was_there_may_be_rewritten() -> None:
    out = run({"to": "eve@evil.example"}, ("set", {"pointer": "/to", "value": "post@acme.example"}))
    assert out == {"to": "post@acme.example"}


@pytest.mark.parametrize(
    ("reason", "transforms"),
    [
        ("TRANSFORM_EMPTY", ()),
        ("TRANSFORM_UNKNOWN", (("encrypt", {"pointer": "/note"}),)),
        ("TRANSFORM_UNKNOWN", (("redact", {}),)),
        ("TRANSFORM_UNKNOWN", (("redact", {"classes": "pii"}),)),
        ("TRANSFORM_UNKNOWN", (("redact", {"pointer": "/note", "extra": 1}),)),
        ("TRANSFORM_UNKNOWN", (("mask", {"pointer": "/note", "keep_last": 9}),)),
        ("TRANSFORM_UNKNOWN", (("cap", {"pointer": "/n", "max": "5"}),)),
        ("TRANSFORM_UNKNOWN", (("set", {"pointer": "/n"}),)),
        ("TRANSFORM_UNKNOWN", (("rewrite_destination", {"sink": "url", "value": 1}),)),
        ("TRANSFORM_CONFLICT", (("set", {"pointer": "/n", "value": 1}), ("set", {"pointer": "/n", "value": 2}))),
        ("TRANSFORM_CONFLICT", (("set", {"pointer": "/n", "value": 1}), ("redact", {"pointer": "/n"}))),
        ("TRANSFORM_CONFLICT", (("set", {"pointer": "/n", "value": 9}), ("cap", {"pointer": "/n", "max": 5}))),
        ("TRANSFORM_CONFLICT", (("drop_field", {"pointer": "/n"}), ("cap", {"pointer": "/n", "max": 5}))),
        ("POINTER_NOT_FOUND", (("redact", {"pointer": "/absent"}),)),
        ("POINTER_NOT_FOUND", (("set", {"pointer": "/note/x", "value": 1}),)),
        ("POINTER_CONFLICT", (("set", {"pointer": "/x", "value": {}}), ("set", {"pointer": "/x/y", "value": 1}))),
        ("TRANSFORM_CONFLICT", (("set", {"pointer": "/n", "value": 0}), ("cap", {"pointer": "/n", "max": 5}))),
        (
            "TRANSFORM_CONFLICT",
            (("cap", {"pointer": "/n", "max": 5, "of": "amount"}), ("cap", {"pointer": "/n", "max": 5})),
        ),
        ("TRANSFORM_UNKNOWN", (("cap", {"pointer": "/n", "max": 0}),)),
        ("TRANSFORM_UNKNOWN", (("cap", {"pointer": "/n", "max": 5, "of": "bytes"}),)),
        ("CAP_NOT_NUMBER", (("cap", {"pointer": "/note", "max": 5, "of": "amount"}),)),
    ],
)
def test_what_cannot_be_done_is_refused(reason: str, transforms: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        run(NOTE, *transforms)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        (b'{"limit":500,"price":1.50}', {"/limit": 100}, b'{"limit":100,"price":1.50}'),
        (b'{"a":{"b/c":[1,2]}}', {"/a/b~1c/1": "x"}, b'{"a":{"b/c":[1,"x"]}}'),
        (b'{"a":{}}', {"/a/new": 1, "/other": None}, b'{"a":{"new":1},"other":null}'),
        (b'{"~":1}', {"/~0": 2}, b'{"~":2}'),
    ],
)
def test_values_are_set_at_pointers_and_numbers_keep_their_spelling(
    before: bytes, changes: dict[str, Any], after: bytes
) -> None:
    assert set_values(before, changes) == after


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"": {}}, "TRANSFORM_UNKNOWN"),
        ({"limit": 1}, "POINTER_INVALID"),
        ({"/a~2": 1}, "POINTER_INVALID"),
        ({"/nowhere/b": 1}, "POINTER_NOT_FOUND"),
        ({"/list/2": 1}, "POINTER_NOT_FOUND"),
        ({"/list/-": 1}, "POINTER_NOT_FOUND"),
        ({"/list/00": 1}, "POINTER_NOT_FOUND"),
        ({"/limit/x": 1}, "POINTER_NOT_FOUND"),
        ({"/list": [], "/list/0": 1}, "POINTER_CONFLICT"),
        ({"/limit": {1}}, "VALUE_INVALID"),
        ({"/limit": 2**70}, "VALUE_INVALID"),
        ({"/limit": "\ud800"}, "VALUE_INVALID"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_values(b'{"limit":1,"list":[1,2]}', changes)
    assert refused.value.reason == reason


def set_values(before: bytes, changes: dict[str, Any]) -> bytes:
    asked = [
        OutcomeObligation(id=f"o{at}", type="set", params={"pointer": pointer, "value": value})
        for at, (pointer, value) in enumerate(changes.items())
    ]
    return TRANSFORMER.transform(before, asked, inspect, {}, "acme")


def test_what_is_still_found_afterwards_is_refused() -> None:
    stubborn = ScanResult(findings=(finding("pii", "/note", 0, 4),))
    with pytest.raises(InvalidInput, match="still found"):
        run(NOTE, ("redact", {"classes": ["pii"]}), scan=lambda _: stubborn)


def test_arguments_that_inspection_could_not_finish_are_refused() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        run(NOTE, ("redact", {"classes": ["pii"]}), scan=lambda _: ScanResult(truncated=True))
