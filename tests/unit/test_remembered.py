"""Results of short texts are kept, those of long ones are not, and never more than so many."""

from __future__ import annotations

import pytest

from pdp.remembered import MAX_CHARS, remembered


@pytest.mark.parametrize(
    ("argument", "calls"),
    [
        ("a" * MAX_CHARS, 1),
        ("a" * (MAX_CHARS + 1), 2),
        (("a",) * (MAX_CHARS // 2), 1),
        (("ab",) * MAX_CHARS, 2),
        (b"a", 1),
        (7, 1),
    ],
)
def test_only_results_of_short_arguments_are_kept(argument: object, calls: int) -> None:
    seen: list[object] = []

    @remembered(4)
    def twice(value: object) -> tuple[object, object]:
        seen.append(value)
        return value, value

    assert twice(argument) == twice(argument) == (argument, argument)
    assert len(seen) == calls


def test_it_begins_anew_when_it_is_full() -> None:
    seen: list[str] = []

    @remembered(2)
    def upper(text: str) -> str:
        seen.append(text)
        return text.upper()

    assert [upper(text) for text in ("a", "b", "a", "c", "a", "c")] == ["A", "B", "A", "C", "A", "C"]
    assert seen == ["a", "b", "c", "a"]


def test_what_raises_is_asked_again() -> None:
    @remembered(2)
    def never(text: str) -> str:
        raise ValueError(text)

    for _ in range(2):
        with pytest.raises(ValueError, match="x"):
            never("x")
