"""Telephone numbers are judged as `phonenumbers` judges them, though most are not put before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata

from pdp.inspection.telephone import is_in_one_plan, is_in_plan, is_international

REGIONS = ("US", "CA", "GB", "DE", "FR", "IN", "BR", "ES", "IT", "NL", "AU", "CN", "JP", "PL", "SE")


def _valid(text: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _possible(text: str) -> bool:
    number = text.replace("(0)", "")
    if number.startswith("00"):
        return _valid("+" + number[2:], None)
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return _valid(number, None) if parsed.country_code == 1 else phonenumbers.is_possible_number(parsed)


def _numbers(seed: int, count: int) -> Iterator[tuple[int, str]]:
    """Yields country codes and national numbers: examples of all plans, some with a digit or two changed, and random ones."""
    drawn = random.Random(seed)
    plans: list[Any] = [PhoneMetadata.metadata_for_region(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]
    examples = [
        (plan.country_code, kind.example_number)
        for plan in plans
        for kind in (plan.fixed_line, plan.mobile, plan.toll_free, plan.voip)
        if kind is not None and kind.example_number
    ]
    for _ in range(count):
        code, number = drawn.choice(examples)
        digits = list(number)
        for _ in range(drawn.choice((0, 0, 1, 2))):
            digits[drawn.randrange(len(digits))] = drawn.choice("0123456789")
        yield code, "".join(digits)
        yield drawn.choice((1, 44, 49, 39, 7, 599)), "".join(drawn.choices("0123456789", k=drawn.randint(4, 13)))


def _spaced(number: str, drawn: random.Random) -> str:
    return "".join(c + (drawn.choice(" -./()") if drawn.random() < 0.2 else "") for c in number)


@pytest.mark.parametrize("front", ["", "0", "1", "00", "0044", "001", "011", "0011", "(0)"])
def test_a_number_is_judged_by_the_plan_of_a_region_as_the_library_does(front: str) -> None:
    drawn = random.Random(front)
    for _, number in _numbers(3, 60):
        for text in (front + number, _spaced(front + number, drawn)):
            for region in REGIONS:
                assert is_in_plan(text, region) == _valid(text, region), (text, region)
            wanted = any(_valid(text, region) for region in REGIONS)
            assert is_in_one_plan(text, REGIONS) == wanted, text


@pytest.mark.parametrize("front", ["+{}", "+{}0", "+{} (0)", "00{}", "+{}1", "+"])
def test_an_international_number_is_judged_as_the_library_does(front: str) -> None:
    drawn = random.Random(front)
    for code, number in _numbers(5, 400):
        for text in (front.format(code) + number, _spaced(front.format(code) + number, drawn)):
            assert is_international(text) == _possible(text), text


def test_few_numbers_are_put_before_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    parse = phonenumbers.parse

    def counted(number: str, region: str | None = None) -> phonenumbers.PhoneNumber:
        asked.append(number)
        return parse(number, region)

    monkeypatch.setattr(phonenumbers, "parse", counted)
    drawn = random.Random(1)
    for _ in range(300):
        digits = "".join(drawn.choices("23456789", k=10))
        is_international(f"+1 {digits}")
        is_international(f"+49 {digits}")
        is_in_plan(f"({digits[:3]}) {digits[3:]}", "US")
    assert asked == []
