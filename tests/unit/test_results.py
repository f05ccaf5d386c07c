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
