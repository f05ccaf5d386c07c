"""What a request speaks of as all that there are, and what an argument is called after."""

from __future__ import annotations

import pytest

from pdp.provenance.unnamed import all_spoken_of, noun_of


@pytest.mark.parametrize(
    ("request_", "nouns"),
    [
        ("lock the doors", {"door"}),
        ("lock the doors and close the other windows, please", {"door", "window"}),
        ("archive my remaining drafts now", {"draft"}),
        ("lock the doors of the house", set()),
        ("lock the doors d-1 and d-2", set()),
        ("lock the door", set()),
        ("doors are locked", set()),
        ("", set()),
    ],
)
def test_nouns_of_which_a_request_speaks_as_all(request_: str, nouns: set[str]) -> None:
    assert all_spoken_of(request_) == nouns


@pytest.mark.parametrize(
    ("pointer", "noun"),
    [("/door", "door"), ("/doors/0", "door"), ("/house/doorIds/12", "door"), ("/names/0", ""), ("", ""), ("/0", "")],
)
def test_an_argument_is_called_after_its_last_noun(pointer: str, noun: str) -> None:
    assert noun_of(pointer) == noun
