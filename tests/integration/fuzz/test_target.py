"""The fuzz target itself holds, for a short run."""

from __future__ import annotations

import random

from tests.integration.fuzz.target import ROUND, fuzz_many, fuzz_one, mutated


def test_a_few_thousand_mutations_find_no_defect() -> None:
    source = random.Random(7)
    for _ in range(60):
        fuzz_many([mutated(source) for _ in range(ROUND)])


def test_mutations_are_the_same_for_the_same_seed() -> None:
    first, second = random.Random(3), random.Random(3)
    assert [mutated(first) for _ in range(100)] == [mutated(second) for _ in range(100)]


def test_empty_bytes_are_answered() -> None:
    fuzz_one(b"")
