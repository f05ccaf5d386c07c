"""Words of a text, and where its clauses and sentences begin and end. In linear time."""

from __future__ import annotations

import re

_WORD = re.compile("[^\\W_]+(?:['\u2019-][^\\W_]+)*")

_MONEY_SIGN = re.compile("[$\u20ac\u00a3\u00a5\u20b9](?=\\s?[0-9])")
"""Signs of currencies, which are words of money: "send $50 to Margaret"."""

_ELISION = re.compile("\\b(qu|[dlmnst])'(?=[^\\W\\d_]{3})")
"""French words that are written with the next one: "n'envoie", "d'écrire"."""

_SHORT_AND = re.compile("(?<![^\\s'])n(?![^\\s'])")
"""The "n" of hurried writers, "read it n fwd it"; the French one stands before a vowel, `_ELISION`."""

_ROOM = re.compile("(?<![\\w&/#])#(?=[\\w-]{0,63}[^\\W\\d_])")
"""The sign before the name of a channel, `#finance`; `#42` is a number."""

_ENDING = frozenset(".!?;\n")

_PARTING = _ENDING | {","}

_BREAKS = frozenset(".:;,!?()\u2013\u2014")
_IN_NAMES = frozenset(".,:")
"""Without a blank behind them these stand inside a name or a number, and begin nothing: `old.txt`, `10:30`."""
_DASHED = re.compile(r"\s-+\s")
"""A hyphen between blanks is a dash."""


def clauses(folded: str) -> tuple[list[str], set[int], dict[int, str]]:
    """Returns the words, the positions of those that begin a clause, and of those that end a sentence or a part of one, with its
    sign."""
    words: list[str] = []
    opening: set[int] = set()
    ends: dict[int, str] = {}
    end = 0
    folded = _MONEY_SIGN.sub(" money ", folded).replace("\u2019", "'")  # phones write "don\u2019t"
    folded = _ELISION.sub(lambda elided: f"{'ne' if elided[1] == 'n' else elided[1]} ", folded)
    folded = _ROOM.sub("channel ", _SHORT_AND.sub("and", folded))
    for match in _WORD.finditer(folded):
        between = folded[end : match.start()] if end else ""
        dashed = "-" in between and _DASHED.search(between) is not None
        if not end or dashed or (between not in _IN_NAMES and _BREAKS.intersection(between)):
            opening.add(len(words))
        if len(between) > 1 and (dashed or _PARTING.intersection(between)):  # the dot of `example.org` ends nothing
            ends[len(words) - 1] = _sign(between)
        words.append(match.group())
        end = match.end()
    if words:
        ends[len(words) - 1] = "?" if "?" in folded[end:] else "."
    return words, opening, ends


def _sign(between: str) -> str:
    if "?" in between:
        return "?"
    return "." if _ENDING.intersection(between) else ","
