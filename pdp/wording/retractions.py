"""Whether a request takes back what was asked for before it: "stop", "don't pay him", "no, I meant 47111".

A request that says nothing but this, or that refuses a deed, takes it back for the calls that come with it; one that corrects a
value has it stand for others of its shape. By words alone, in linear time; what a request takes back of itself,
`pdp.wording.mood` tells.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pdp.fold import fold
from pdp.suggest.words import word_set
from pdp.wording.clauses import clauses
from pdp.wording.grammar import NOT
from pdp.wording.lexicon import DEEDS, OFTEN_NOUNS
from writ.frozen import frozen

_HEADS = word_set(
    "abbrechen abbruch abort cancel don't dont forget halt keep lass nevermind nicht not scratch stop stopp undo vergiss wait"
    " warte"
)
_BESIDE = word_set(
    "actually again ah all alles alone be better bitte das der die do doch es for hold i is ist it jetzt just lieber mean mind"
    " moment nah nee nein never no noch nope now oh on please second so sofort sorry that the then there thing this whole wieder"
    " yet"
)
"""Beside these; "no" alone may answer any question of the agent."""
_PHRASES = (("never", "mind"), ("hold", "on"))
_ENDED = word_set("cancel stop undo")
"""Before "it" these bid a deed: "cancel it", of the order that was looked at."""
_CORRECTING = word_set("actually instead mean meant meinte no nein oops rather sorry stattdessen wrong falsch")
_ALSO = word_set("also and auch auch both cc dazu too und well")
_CORRECTING_WORDS = 12
_DENIED_WORDS = 3
_WORD = re.compile(r"[^\W_]+")


@frozen
class TakenBack:
    """What a request takes back: `heads` are the words by which it says nothing else, `refused` the deeds (bits of Deed and
    Family) that it denies; `corrects`: what it writes out stands for what was written before."""

    heads: frozenset[str] = frozenset()
    refused: int = 0
    corrects: bool = False


def taken_back(text: str) -> TakenBack:
    """Reads a request (untrusted in form, at most some 16 KiB)."""
    words, opening, _ = clauses(fold(text))
    starts = sorted(opening)
    last = words[starts[-1] :] if starts else []
    heads = _heads(words) or (_heads(last) if len(words) <= _CORRECTING_WORDS and len(last) > 1 else frozenset())
    refused = 0
    for at, word in enumerate(words):
        if word in NOT:
            for place in range(at + 1, min(len(words), at + 1 + _DENIED_WORDS)):
                if place in opening:
                    break
                if words[place] not in OFTEN_NOUNS or place == at + 1:
                    refused |= DEEDS.get(words[place], 0)
    first = words[: starts[1] if len(starts) > 1 else len(words)]
    corrects = len(words) <= _CORRECTING_WORDS and not _CORRECTING.isdisjoint(first) and _ALSO.isdisjoint(words)
    return TakenBack(heads=heads, refused=refused, corrects=corrects)


def takes_back(said: TakenBack, tool: str, deeds: int) -> bool:
    """Tells whether a request takes back an action of a tool by that name and of such deeds. Where it is called after the very
    word, the request may bid it."""
    if said.heads:
        return said.heads.isdisjoint(_WORD.findall(fold(tool).replace("_", " ")))
    return bool(said.refused & deeds)


def _heads(words: list[str]) -> frozenset[str]:
    """Returns the words of a text that takes back and says nothing else, none for any other."""
    heads = _HEADS.intersection(words)
    phrased = any(pair in _PHRASES for pair in pairwise(words))
    if not (heads or phrased) or not (_HEADS | _BESIDE).issuperset(words):
        return frozenset()
    if not _ENDED.isdisjoint(heads) and "it" in words:
        return frozenset()
    if any(one in NOT and two in _HEADS - NOT for one, two in pairwise(words)):
        return frozenset()  # "don't stop"
    return heads or frozenset({"mind"})
