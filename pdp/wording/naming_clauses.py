"""The clauses of a request in which it names values, each with its brackets, for `pdp.wording.named_for`. In linear time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pdp.suggest.words import word_set
from pdp.wording.grammar import ALSO_BIDS, CONDITIONAL, SUBORDINATING
from writ.frozen import frozen

SPLITS = (ALSO_BIDS | CONDITIONAL | SUBORDINATING - {"pour", "que", "si"}) | word_set(
    "as after because before bevor da denn nachdem or oder since sobald so that until weil whether which while who"
    " whoever whereas"
)
"""Words that begin a clause of their own. "As" goes on in "as well", and is no word then."""
_CLOSED = re.compile(r"\)[\"'.,;:!?\u2019\u201d\xbb]*$")


@frozen
class Clause:
    """The places of the words of a clause, the number of its sentence, whether that is a question, and whether the clause stands
    in brackets."""

    said: range
    sentence: int
    asks: bool = False
    aside: bool = False


def clauses_of(
    named: str, tokens: Sequence[re.Match[str]], words: Sequence[str]
) -> tuple[list[Clause], dict[int, str]]:
    """Returns the clauses of a text, and the places of words that end a part of a sentence, with its sign. `tokens`: its words as
    they stand; `words`: the same folded, without signs."""
    parts: list[Clause] = []
    asking: set[int] = set()
    ends: dict[int, str] = {}
    start = sentence = 0
    aside = False
    for at, token in enumerate(tokens):
        follows = tokens[at + 1] if at + 1 < len(tokens) else None
        between = named[token.end() : follows.start()] if follows else "\n"
        last = token.group().rstrip(")]}>'\"*\u2019\u201d\xbb")[-1:]
        stops = "\n" in between or last in ".;!?"
        sign = "," if last in ",:" or not words[at] else ""
        if last == "?":
            asking.add(sentence)
        if stops or sign:
            ends[at] = "?" if last == "?" else "." if stops else ","
        aside = aside or token.group()[0] == "("
        closes = aside and _CLOSED.search(token.group()) is not None
        well = follows is not None and words[at + 1] == "as" and words[at + 2 : at + 3] == ["well"]
        splits = follows is None or follows.group()[0] == "(" or (words[at + 1] in SPLITS and not well)
        if stops or sign or closes or splits:
            parts.append(Clause(said=range(start, at + 1), sentence=sentence, aside=aside))
            start = at + 1
            sentence += stops
            aside = aside and not (stops or closes)
    return [replace(part, asks=part.sentence in asking) for part in parts], ends
