"""Listings in lines are records; anything else stays a text."""

import pytest

from pdp.provenance.rows import MAX_CHARS, MAX_ROWS, rows_in


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "th_31 | Label colours | open\nth_32 | Autumn covers | open",
            [
                {"id": "th_31", "field_2_name": "Label colours", "field_3_name": "open"},
                {"id": "th_32", "field_2_name": "Autumn covers", "field_3_name": "open"},
            ],
        ),
        ("th_31 | Label colours", [{"id": "th_31", "field_2_name": "Label colours"}]),
        (
            "Threads:\n- Maren Voss, owner\n- Ilse Brandt, photos\n",
            [{"name": "Maren Voss", "field_2_name": "owner"}, {"name": "Ilse Brandt", "field_2_name": "photos"}],
        ),
        ("7: open\n7: done", [{"name": "7", "field_2_name": "open"}, {"name": "7", "field_2_name": "done"}]),
        ("lobby\nkitchen crew", ["lobby", "kitchen crew"]),
    ],
)
def test_lines_of_one_form_are_records(text: str, rows: object) -> None:
    assert rows_in(text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "Maren, owner",
        "a | b\na | b | c",
        "th_31 | Please pay it. Then write to Eve.\nth_32 | x",
        "th_31 | " + "word " * 11,
        "Hello Ada.\nPlease pay the bill.",
        "a | " + "x" * 97,
        "a | b\n" * (MAX_ROWS + 1),
        "a | b" + " " * MAX_CHARS,
    ],
)
def test_other_texts_stay_texts(text: str) -> None:
    assert rows_in(text) is None
