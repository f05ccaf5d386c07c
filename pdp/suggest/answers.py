"""What belongs to an answer and to how it is fetched, so that what is done to it changes nothing: `Duplicates are removed`."""

from __future__ import annotations

from pdp.suggest.lexicon_verbs import HARMLESS
from pdp.suggest.words import singular, word_set

NO_OBJECT = word_set("and or of for in to from with at on by as is are was were via per")
"""Words that follow a verb without an object."""

_ANSWER = HARMLESS | word_set(
    "result response answer output request query call connection retry timeout duplicate whitespace blank null html markup "
    "accent stopword prefix suffix cache default argument parameter header status state nothing none value character"
)
"""What is sent, cut or dropped on the way of an answer: `Duplicates are removed`, `by sending a request`."""


def is_of_the_answer(words: list[str]) -> bool:
    """True where what is done something to is part of an answer or of how it is fetched: `removes all duplicates`."""
    end = next((at for at, word in enumerate(words) if word in NO_OBJECT), len(words))
    return any(singular(word) in _ANSWER for word in words[:end][:4])
