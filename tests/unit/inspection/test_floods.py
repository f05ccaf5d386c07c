"""Calls that are full of what is dear to look at: how much work they take is counted, not timed, and nothing hides in them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from pdp.inspection import encodings, opening, prefilter
from pdp.inspection.model import MAX_DEAR_US, MAX_JUDGED_HITS, ScanResult
from pdp.inspection.opening import MAX_DOCUMENTS, MAX_UNDONE_CHARS, MIN_UNDONE_CHARS
from pdp.inspection.prefilter import MAX_TOLD_BYTES, MAX_TRIED_BYTES
from pdp.inspection.validators import DEAR_US
from pdp.scan import Inspector

DRAWN = random.Random(11)
TAX_NUMBERS = [f"AB{DRAWN.randrange(10**7, 10**9)}X" for _ in range(250)]
OVERSEAS = [f"1{DRAWN.randrange(10**10, 10**11)}" for _ in range(250)]


def _scan(inspector: Inspector, value: Any) -> ScanResult:
    return inspector.scan(json.dumps(value).encode())


@pytest.fixture
def judged(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Returns the texts that the validator of a rule is asked about from now on."""

    def of(rule: str) -> list[str]:
        asked: list[str] = []
        (located,) = [one for one in inspector._located if one.rule.id == rule]
        ((validate, dear_us),) = located.validators

        def counted(text: str) -> bool:
            asked.append(text)
            return validate(text)

        monkeypatch.setattr(located, "validators", [(counted, dear_us)])
        return asked

    return of


@pytest.mark.parametrize(
    ("rule", "validator", "value"),
    [
        ("identity_number_of_world", "world", {"a": " ".join(f"nit {number}" for number in TAX_NUMBERS)}),
        ("phone_told", "phone_told", {"phone": OVERSEAS}),
        ("health_field_medical", "medical", [{"treatment": f"nothing of note, {n}"} for n in range(250)]),
    ],
)
def test_what_a_dear_validator_is_no_longer_asked_about_counts_as_found(
    inspector: Inspector, judged: Callable[[str], list[str]], rule: str, validator: str, value: Any
) -> None:
    asked = judged(rule)
    found = [finding for finding in _scan(inspector, value).findings if finding.rule == rule]
    assert 0 < len(asked) <= MAX_DEAR_US // DEAR_US[validator] + 1
    assert len(found) >= 200 - len(asked)


def test_behind_many_hits_of_a_rule_its_further_matches_count_as_found(
    inspector: Inspector, judged: Callable[[str], list[str]]
) -> None:
    asked = judged("email_address")
    mails = [f"jane.roe{n}@example.test" for n in range(150)]
    found = [finding for finding in _scan(inspector, {"a": mails}).findings if finding.rule == "email_address"]
    assert len(asked) == MAX_JUDGED_HITS
    assert len(found) == 150


def test_the_worst_is_found_behind_a_flood_of_numbers_that_are_none(inspector: Inspector) -> None:
    result = _scan(inspector, {"phone": OVERSEAS[:40], "z": "NIT 213.123.432-1"})
    assert "government_id" in result.classes


def test_a_few_numbers_that_are_none_are_not_found(inspector: Inspector) -> None:
    value = {"a": " ".join(f"nit {number}" for number in TAX_NUMBERS[:8])}
    assert "identity_number_of_world" not in {finding.rule for finding in _scan(inspector, value).findings}


def test_every_word_that_rules_want_makes_no_pattern_tried_without_end(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    matches = prefilter._matches

    def counted(program: Any, text: bytes, tries: Any) -> bool:
        if program not in tries:
            tried.append(len(text))
        return matches(program, text, tries)

    monkeypatch.setattr(prefilter, "_matches", counted)
    words = sorted({word for rule in inspector.rules.rules for word in rule.context_words})
    value = {"a": " ".join(words)[:16_000], "b": "1234567 " * 20}
    _scan(inspector, value)
    assert 0 < sum(tried) <= MAX_TOLD_BYTES + 3 * MAX_TRIED_BYTES  # three levels; 7 MB when every program is tried


def test_no_text_is_read_as_json_twice_and_a_thousand_are_cut(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    document = opening._document

    def counted(text: str) -> object | None:
        read.append(text)
        return document(text)

    monkeypatch.setattr(opening, "_document", counted)
    assert not _scan(inspector, {"a": ['{"a": "b"}'] * 1_000}).truncated
    assert len(read) == 1
    read.clear()
    assert _scan(inspector, {"a": [f'{{"a": {n}' for n in range(1_000)]}).truncated
    assert len(read) == MAX_DOCUMENTS


def test_a_thousand_short_texts_with_percent_signs_are_cut(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    undone: list[str] = []
    undo = encodings.undone

    def counted(step: str, text: str) -> str:
        undone.append(text)
        return undo(step, text)

    monkeypatch.setattr(encodings, "undone", counted)
    assert _scan(inspector, {"a": [f"%41 {n}" for n in range(1_000)]}).truncated
    assert len(undone) <= MAX_UNDONE_CHARS // MIN_UNDONE_CHARS
