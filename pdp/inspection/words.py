"""Words around a match that speak for or against it: near it in its text, or in the names of the members around."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.fields import words_of
from pdp.inspection.rules import Program, program_of

MAX_KNOWN_LINES, MAX_KNOWN_CHARS = 1_024, 128
"""Most names whose words are remembered, and most characters of these."""

MAX_KNOWN = 4_096
"""Most answers about names that one inspector remembers, some 300 bytes each: agents choose the names."""

Known: TypeAlias = dict[tuple[int, tuple[str, ...]], bool]
"""Answers about names, of all `Words` of an inspector: their `id`, and the names."""

UNSPACED_SCRIPTS = "\u0e00"
"""First letter of Thai; behind it stand Lao, Khmer, Hangul, kana and Han."""

_UNANCHORED = re2._Anchor.UNANCHORED
_NOTHING = (-1, -1)


class Words:
    """Words around a match. Their pattern is made when they are first asked for: most are never."""

    __slots__ = ("_known", "_program", "_words")

    def __init__(self, words: Sequence[str], known: Known) -> None:
        """`known` is shared by what lives as long as this."""
        self._words = words
        self._program: Program | None = None
        self._known = known

    def said(self, near: str, names: Sequence[str]) -> bool:
        """True when one of the words stands in `near` or in one of the member `names`."""
        if near and not near.isspace():
            return self._said(near, names)
        key = (id(self), tuple(names))  # a whole value: each element of a list has the same names
        known = self._known.get(key)
        if known is None:
            known = self._said("", names)
            if sum(map(len, names)) <= MAX_KNOWN_CHARS:
                if len(self._known) >= MAX_KNOWN:
                    self._known.clear()
                self._known[key] = known
        return known

    def _said(self, near: str, names: Sequence[str]) -> bool:
        if self._program is None:
            self._program = program_of(context_pattern(self._words))
        around = near.encode("utf-8", "replace") + _spoken(tuple(names))
        return bool(self._program.match(_UNANCHORED, around, 0, len(around))[0] != _NOTHING)


def _spoken(names: tuple[str, ...]) -> bytes:
    """Returns a line of names and of their words. Short ones are remembered: a list has the same for each element."""
    return _known_line(names) if sum(map(len, names)) <= MAX_KNOWN_CHARS else _line(names)


def _line(names: tuple[str, ...]) -> bytes:
    words = [part for name in names for part in (name, *words_of(name))]
    return f"\n{' '.join(words)}".encode("utf-8", "replace")


_known_line = lru_cache(maxsize=MAX_KNOWN_LINES)(_line)


def context_pattern(words: Sequence[str]) -> str:
    """Returns the pattern of context words: any case, any blanks or joints between them, no part of a longer word.

    Scripts that put no blanks between words have no whole words: theirs are found anywhere.
    """
    spaced = [word for word in words if word[0] < UNSPACED_SCRIPTS]
    unspaced = [_phrase(word) for word in words if word[0] >= UNSPACED_SCRIPTS]
    bounded = [rf"(?:^|[^\pL\pN])(?:{'|'.join(map(_phrase, spaced))})(?:$|[^\pL\pN])"] if spaced else []
    return f"(?i)(?:{'|'.join(bounded + unspaced)})"


def _phrase(word: str) -> str:
    return r"[\s_.-]*".join(re2.escape(part) for part in word.split())
