"""One verb that a definition says, and the order of verbs."""

from __future__ import annotations

from writ.action import Verb
from writ.frozen import frozen

GRAVITY = {verb: rank for rank, verb in enumerate(Verb)}
"""The order of the default bundle. A draft only needs to know which of two words to believe."""

READS = frozenset({Verb.READ, Verb.LIST})


@frozen
class Said:
    """A verb, how sure it is (0 to 100), and why.

    `weak`: the word is as often a noun, so it contradicts no other. `later`: not from the first sentence, so it adds
    to what others say, and says nothing alone. `unless`: path of an argument, and values with which it does not take place.
    """

    verb: Verb
    confidence: int
    reason: str
    word: str
    weak: bool = False
    later: bool = False
    unless: tuple[str, tuple[str, ...]] | None = None
