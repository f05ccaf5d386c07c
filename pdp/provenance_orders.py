"""Tells which sentences of a text bid their reader do something, and what.

Of what outsiders wrote, who points at a source entrusts what it states and not what it orders. By words alone, in linear time.
"""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.provenance_grammar import BIDDING, DETERMINERS, FUNCTION_WORDS, MODALS
from pdp.provenance_lexicon import DEEDS, DONE, LIGHT, NOUNS_FIRST, OFTEN_NOUNS, THINGS, Deed
from pdp.provenance_request import clauses, deeds_at, done_deed

_RUN_ON = re.compile(r"(?<=[^\W_][ \t])([A-Z][a-z]{2,})(?=[ \t]+([a-z]+)\b)")

_OBJECTS = DETERMINERS | {"to", "it", "them", "him", "me", "us"}

_TOKEN = re.compile(r"[^\W_]+")

_SHOULD = re.compile(
    r"(?i)\b(?:should|must|shall|ought)(?: to)?(?: now)? (?!be\b|have\b|i\b|we\b)[a-z]+|\b(?:should|must) be [^\W\d_]{0,3}\d"
    r"|\b(?:supposed|belongs|instead|whoever|assistant)\b"
)

_BIDS = BIDDING | {"could", "can", "would", "will", "may", "might"}

_STOPS = frozenset(".:;!?")

_OPENING = frozenset(':;,.!?()[]{}<>#*"-\u2013\u2014')
"""Signs after which a verb begins a clause."""

ANYTHING = int(~Deed(0))
"""What an order in words that are not known bids."""


def is_order(sentence: str) -> bool:
    """Tells whether a sentence bids its reader do something: a verb of change begins it, or follows a colon or a word that
    bids, or something is to be done; or it begins as orders do, whatever their verb. "Pay 90 to 4711" does; "Account: 4711"
    and "she can be reached at 4711" do not."""
    folded = fold(sentence)
    before, end, first = "", 0, False
    had = False  # "have the order delivered to …"
    for match in _TOKEN.finditer(folded):
        word = match.group()
        label = folded[match.end() : match.end() + 1] == ":"  # "Contact: …" and "Order: …" bid nothing
        if (before == "be" or had) and _is_done(word):
            return True
        had = had or (word == "have" and (not end or bool(_STOPS.intersection(folded[end : match.start()]))))
        if (
            _may_order(word)
            and not label
            and (not end or before in BIDDING or _OPENING.intersection(folded[end : match.start()]))
        ):
            return True
        if first and folded[end : match.start()].isspace() and _is_bare_verb(before, word):
            return True
        first = not end or bool(_STOPS.intersection(folded[end : match.start()]))
        before, end = word, match.end()
    return False


def parted(text: str) -> list[str]:
    """Returns the parts of a text without stops, of which one begins as an order does: "18 Elm Street Cancel the order of Ada".
    Titles write the next word large as well, and begin nothing."""
    parts: list[str] = []
    start = 0
    for match in _RUN_ON.finditer(text):
        verb = match[1].lower()
        often = verb in OFTEN_NOUNS and verb != "give"
        if (_may_order(verb) or verb == "have") and (not often or match[2] in _OBJECTS or match[2] in THINGS):
            parts.append(text[start : match.start(1)])
            start = match.start(1)
    return [*parts, text[start:]]


def bidden_deeds(sentence: str, *, order: bool) -> int:
    """Returns the deeds that a sentence bids its reader do: by verbs that begin a clause or follow a word that bids. `order`: it
    bids something (`is_order`), so anything where no verb of it is known. What should or must be may be anything, too."""
    said = {word.strip(".,;:!?") for word in sentence.lower().split()}
    wished = not MODALS.isdisjoint(said) and _SHOULD.search(sentence) is not None
    if not order and not wished and LIGHT.isdisjoint(said):
        return 0
    words, opening, _ = clauses(fold(sentence))
    deeds = 0
    for at, word in enumerate(words):
        if word != "new" and (at in opening or words[at - 1] in _BIDS):
            deeds |= deeds_at(words, at, opens=at in opening)
    return deeds | ANYTHING * wished or ANYTHING * order


def _may_order(word: str) -> bool:
    """ "New year gift" is a name; "give her a discount" is an order, though a request for it says more by its noun."""
    return word == "give" or (word in DEEDS and word != "new" and word not in NOUNS_FIRST)


def _is_bare_verb(word: str, follower: str) -> bool:
    """Tells whether the first two words of a clause look like an order in whatever words: "scrap the …", "bar her …"."""
    return (
        follower in DETERMINERS
        and len(word) > 2
        and word not in FUNCTION_WORDS
        and word not in DEEDS
        and not word.endswith(("ing", "ed", "ly", "s"))
        and word.isalpha()
    )


def _is_done(word: str) -> bool:
    """ "Is to be paid", "must be booked"."""
    return word in DONE or bool(done_deed(word))
