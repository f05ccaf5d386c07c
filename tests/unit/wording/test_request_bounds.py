"""Requests are read in linear time, whatever they say."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from pdp import wording
from pdp.provenance.bindings import written_values
from pdp.wording.orders import bidden_deeds, is_order, parted
from pdp.wording.request import request_facts
from pdp.wording.sums import stated_marks
from pdp.wording.whom import whom

if TYPE_CHECKING:
    from _typeshed import TraceFunction


def _read(text: str) -> None:
    request_facts(text)
    whom(text)
    stated_marks(text)
    bidden_deeds(text, order=is_order(text))
    parted(text)
    written_values(text)


def _lines(text: str) -> int:
    """Returns how many lines of code run while a text is read."""
    count = 0

    def traced(frame: FrameType, event: str, arg: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        _read(text)
    finally:
        sys.settrace(before)
    return count


_REPEATS = 32


@pytest.mark.parametrize(
    "phrase",
    [
        *("do it ", "follow it to do ", "need the cancellation ", "if not, make sure it is locked, ", "$5 to be paid "),
        *(
            "get the file over to ",
            "a1 ",
            "(a1 ",
            "(copy of a1, ",
            "mention @bob, ",
            "gets a thing, ",
            "never, ever, ",
            "the limit should be 5, ",
            "make sure no door is locked, ",
            "put ada into the channel, ",
            "get ada off the ",
            "let ada have the file ",
            "make sure ada gets the file ",
            "don't send, share or post, ",
        ),
        *(
            'say "the file" ',
            "what is the file? ",
            "let ",
            "take ",
            "not ",
            "go to ",
            "and ",
            "do, ",
            "don't forget to ",
        ),
        *(
            "rather than ",
            "delete or ",
            "of doing ",
            "scratch that, ",
            "on second thought ",
            "did you pay and ",
            "no, no ",
        ),
        *("\n> pay ", "put ada, bob and ", "tell bob to, ", "make a task to ", "send bill eur ", "if i ", "bob must "),
        *(
            "never a1 ",
            "never more ",
            "and keep a1 ",
            "or keep a1 ",
            "from my 1 ",
            "except a.b ",
            "Eve ",
            "without Eve ",
        ),
        *(
            "which i refused, ",
            "don't send it to e@x, ",
            "eve must not ",
            "a@b.c ",
            "- ",
            "\nfrom: a@b\nto: x",
            '"a b" ',
        ),
        *(
            "\n```",
            "\nOn x wrote:\n> a",
            "\n```\na\n```",
            "@",
            "://",
            "A1 ",
            "Mit ",
            "To ",
            "F\u00fcr ",
            "Let ",
            "and Bob ",
        ),
        *(
            "pay my ",
            "tell to the ",
            "channel ",
            "#a ",
            "nine hundred ",
            "up to 9 eur ",
            "GB82 WEST 1234 5698 7654 32 ",
        ),
    ],
)
def test_thrice_the_text_takes_as_much_more_work_as_twice_the_text(phrase: str) -> None:
    _takes_linear_work("pay Ada ", phrase)


def test_what_begins_politely_takes_linear_work() -> None:
    _takes_linear_work("you " * 4 * _REPEATS, "i ")


def _takes_linear_work(before: str, phrase: str) -> None:
    once, twice, thrice = (_lines(times * before + times * _REPEATS * phrase) for times in (1, 2, 3))
    # Where each word is looked at from each other one, a third of the work and more is in this difference.
    assert thrice - twice <= 1.1 * (twice - once)


_SHORT, _LONG, _QUICK_S = 2_048, 8_192, 0.003
_MAX_SIGNS = 20


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in iter_modules(wording.__path__):
        for name, value in vars(import_module(f"{wording.__name__}.{module.name}")).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value


def _search_s(pattern: re.Pattern[str], piece: str, chars: int) -> float:
    text = piece * (chars // len(piece)) + "\0"
    started = time.thread_time()
    for _ in pattern.finditer(text):
        pass
    return time.thread_time() - started


@pytest.mark.parametrize(("name", "pattern"), list(_patterns()))
def test_no_pattern_of_the_standard_library_takes_quadratic_time(name: str, pattern: re.Pattern[str]) -> None:
    """Steps inside a regular expression cannot be counted. Each is searched for in what it is made of, over and over: four times
    the text takes four times as long, or sixteen times where each place is tried against the rest."""
    signs = dict.fromkeys("a1 A\n.,'\"-" + re.sub(r"[\\\w]", "", pattern.pattern))
    single = list(signs)[:_MAX_SIGNS]
    said = list(dict.fromkeys(re.findall(r"[^\W\d_]{2,}", pattern.pattern)))[:_MAX_SIGNS]
    for piece in (*single, *(f"{one}{two}" for one in single for two in single), *said, *(f"{word} " for word in said)):
        if _search_s(pattern, piece, _SHORT) > _QUICK_S:
            short = min(_search_s(pattern, piece, _SHORT) for _ in range(3))
            assert _search_s(pattern, piece, _LONG) < 9 * short, f"{name} takes longer than linear time on {piece!r}"
