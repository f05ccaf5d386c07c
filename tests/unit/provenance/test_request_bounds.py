"""Requests are read in linear time, whatever they say."""

from __future__ import annotations

import pytest

from pdp import provenance_request, provenance_telling, provenance_wishes
from pdp.provenance_request import request_facts
from pdp.provenance_wishes import singular


@pytest.mark.parametrize(
    "phrase",
    [
        *("do it ", "follow it to do ", "act on it ", "deal with it "),
        *("need the cancellation ", "if not, make sure it is locked, ", "$5 to be paid "),
        *(
            "get the file over to ",
            "let ada have the file ",
            "make sure ada gets the file ",
            "don't send, share or post, ",
        ),
        *('say "the file" ', "what is the file? "),
    ],
)
def test_twice_the_text_takes_twice_the_steps(monkeypatch: pytest.MonkeyPatch, phrase: str) -> None:
    steps = 0

    def counted(word: str) -> str:
        nonlocal steps
        steps += 1
        return singular(word)

    for module in (provenance_request, provenance_telling, provenance_wishes):
        monkeypatch.setattr(module, "singular", counted)
    taken = []
    for repeats in (100, 200):
        steps = 0
        request_facts(phrase * repeats)
        taken.append(steps)
    assert 0 < taken[1] <= 2.2 * taken[0]
