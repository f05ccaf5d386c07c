"""What is read off a reported result."""

import pytest

from pdp.results import count_records


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ("free text", 1),
        ({"balance": 5}, 1),
        ([], 1),
        ([1, 2, 3], 3),
        ({"items": [{"tags": ["a", "b"]}, {}], "next": None}, 2),
        ({"a": {"b": [[1, 2, 3, 4], [5]]}}, 4),
    ],
)
def test_the_longest_list_of_a_result_counts_its_records(document: object, rows: int) -> None:
    assert count_records(document) == rows


def test_a_result_of_very_many_parts_has_no_known_number_of_records() -> None:
    assert count_records([[[]] * 30_000]) is None
    assert count_records([[1] * 30_000]) == 30_000
