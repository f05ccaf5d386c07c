"""Requests are read in linear time, whatever they say."""

from __future__ import annotations

import time

import pytest

from pdp.wording import deeds, telling, things, wishes
from pdp.wording.clauses import clauses
from pdp.wording.orders import parted
from pdp.wording.quotations import listed, spoken
from pdp.wording.request import request_facts
from pdp.wording.things import singular


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

    for module in (deeds, telling, things, wishes):
        monkeypatch.setattr(module, "singular", counted)
    taken = []
    for repeats in (100, 200):
        steps = 0
        request_facts(phrase * repeats)
        taken.append(steps)
    assert 0 < taken[1] <= 2.2 * taken[0]


_LENGTH = 131_072
_HANG_S = 2.0
"""Requests are read on the event loop. Steps inside a regular expression cannot be counted; one that tries each place against
the rest takes 10 s and more for eight times the longest request, where a linear one takes 0.1 to 0.3 s."""

_SIGNS = "\"'\u2018\u201c\u201e\xab$>-.,(@:_"


@pytest.mark.parametrize(
    "piece",
    [
        *" \t\n\u3000aA1",
        *("\n ", " \n", "a ", "A ", "Aa ", "d'", "l'aaa ", "a-", 'run "', "should ", "must be "),
        *_SIGNS,
        *(f"{sign}a " for sign in _SIGNS),
        *(f" {sign}" for sign in _SIGNS),
        *(f"\n{sign} " for sign in _SIGNS),
    ],
)
def test_one_thing_over_and_over_hangs_no_search(piece: str) -> None:
    text = f"a{piece * (_LENGTH // len(piece))}a"
    started = time.monotonic()
    spoken(listed(text))
    clauses(text)
    parted(text)
    assert time.monotonic() - started < _HANG_S


@pytest.mark.parametrize(
    "phrase",
    [
        *(
            "let ",
            "take ",
            "not ",
            "go to ",
            "and ",
            "do, ",
            "don't forget to ",
            "rather than ",
            "delete or ",
            "of doing ",
        ),
        *(
            "scratch that, ",
            "on second thought ",
            "did you pay and ",
            "should i ",
            "\n> pay ",
            "put ada, bob and ",
            "no, no ",
            "tell bob to, ",
            "tell bob he ",
            "make a task to ",
            "send bill eur ",
            "if i ",
            "bob must ",
        ),
        *("never a1 ", "never more ", "not to ", "and keep a1 ", "from my 1 ", "except a.b ", "Eve ", "without Eve "),
        *(
            "which i refused, ",
            "don't send it to e@x, ",
            "eve must not ",
            "nicht ",
            "a@b.c ",
            "- ",
            "\nfrom: a@b\nto: x",
        ),
        *("\n```", "\nOn x wrote:\n> a", "\n```\na\n```", '"a b" ', "@", "://", "A1"),
    ],
)
def test_the_longest_request_is_read_at_once(phrase: str) -> None:
    started = time.monotonic()
    request_facts(
        phrase * (16_384 // len(phrase))
    )  # 0.1 to 0.2 s; a look from each word at all others takes more than tenfold
    assert time.monotonic() - started < _HANG_S
