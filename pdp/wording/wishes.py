"""What a request wishes for in words that no lexicon has, and what of it is left to somebody else.

By words alone (`pdp.wording.lexicon`), in linear time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pdp.wording.grammar import (
    ALSO_BIDS,
    AS_SAID,
    BIDDING,
    HANDED_OVER,
    HANDING_OVER,
    NOT,
    OF_THE_REQUEST,
    OF_THE_USER,
    SAID,
    TAKEN_UP,
    TO_THE_USER,
    WHAT_SAID,
)
from pdp.wording.things import singular

REACH = 6
"""Words between a handing-over verb and what is handed over."""

_NO_SUBJECT = frozenset(
    {"to", "and", "or", "please", "then", "not", "you", "did", "does", "do", "should", "can", "could"}
)
_ASKS_BACK = frozenset(
    {"did", "does", "do", "is", "are", "was", "were", "has", "have", "many", "much", "long", "if", "soon"}
)
_SAID_WHAT = frozenset({"which", "where", "how", "whom", "when"})
_NOT_REPORTED = OF_THE_USER | _NO_SUBJECT
_NOT_SAID = OF_THE_USER | _ASKS_BACK
_POLITE = frozenset(
    {"please", "now", "then", "and", "so", "also", "first", "ok", "okay", "hi", "hello", "thanks", "bitte"}
)
READING_FIRST = frozenset(
    {"what", "who", "whom", "whose", "which", "where", "when", "why", "how", "is", "are", "was", "were", "does", "did"}
    | {"show", "list", "find", "search", "look", "read", "check", "see", "tell", "summarize", "summarise"}
    | {"count", "compare", "explain", "describe", "name", "calculate", "has", "can", "could", "do", "any", "zeig"}
)
"""First words of questions, and of what only asks to be told."""

_HANDING = frozenset({"give", "get", "bring", "send", "write", "make"})
_BEGGING = frozenset({"can", "could", "would", "will", "won't", "can't", "couldn't", "kannst", "könntest"})
_BEGGED = frozenset({"you", "we", "somebody", "someone", "du", "sie"})
_SELF = frozenset({"i", "i'd", "i'm", "we", "we'd", "we're", "ich", "je"})
_AGREEING, _AGREED = frozenset({"yes", "ok", "okay", "agreed", "fine"}), frozenset({"to", "with", "on"})
"""Words by which people agree, and those that join what they agree to: "yes to what Ada wants"."""
_LEARNING = frozenset({"know", "see", "overview", "list", "summary", "wonder", "wondering", "curious", "read", "learn"})
_MIN_WISH_WORDS = 2


class Wish:
    """Finds out whether a clause of a text may wish for anything, while its words are read in order."""

    def __init__(self, words: Sequence[str], ends: Mapping[int, str]) -> None:
        self.found = False
        self._words, self._ends = words, ends
        self._first = 0
        self._known = self._wished = self._begged = False

    def take(self, at: int, *, known: bool) -> None:
        """Takes in the word at a place; `known`: it asks for a deed."""
        self._known = self._known or known
        sign = self._ends.get(at)
        if not sign:
            return
        clause = self._words[self._first : at + 1]
        self._wished = self._wished or not (self._known or _only_reads(clause))
        self._begged = self._begged or _begs(clause)
        self._first, self._known = at + 1, False
        if sign != ",":
            self.found = self.found or (self._wished and (self._begged or sign != "?"))
            self._wished = self._begged = False


def _begs(words: Sequence[str]) -> bool:
    """ "Could you …?" is a question in form only."""
    return len(words) > 1 and words[0] in _BEGGING and words[1] in _BEGGED


def _only_reads(words: Sequence[str]) -> bool:
    """ "Show me …", "please check …", "I'd like to know …", "in one sentence each"."""
    rest = [word for word in (words[2:] if _begs(words) else words) if word not in _POLITE]
    if len(rest) < _MIN_WISH_WORDS or rest[0] in READING_FIRST or (rest[0] in _HANDING and rest[1] in TO_THE_USER):
        return True
    return rest[0] in _SELF and any(word in _LEARNING for word in rest[1 : 2 + REACH])


def delegates(words: Sequence[str], opening: Collection[int]) -> bool:
    """Tells whether a request hands over to what a source says: "do what the ticket says". `opening`: the places of words that
    begin a clause; "I'm not ok with what she wants" agrees to nothing."""
    named = False  # whether what can be handed over was named before
    for at, word in enumerate(words):
        if word in HANDING_OVER and _hands_over(words, at, named=named):
            return True
        if word in _AGREEING and at in opening and words[at + 2 : at + 3] == ["what"] and words[at + 1] in _AGREED:
            return True
        named = named or singular(word) in HANDED_OVER
    return False


def entrusts(words: Sequence[str]) -> bool:
    """Tells whether a request leaves details to what somebody says: "update it as he says", "she sent me somebody to invite,
    do that"."""
    reported = False
    for at, word in enumerate(words):
        if _as_said(words, at) or (reported and word == "do" and words[at + 1 : at + 2] and words[at + 1] in TAKEN_UP):
            return True
        reported = reported or (word in SAID and at > 0 and words[at - 1] not in _NOT_REPORTED)
    return False


def _hands_over(words: Sequence[str], at: int, *, named: bool) -> bool:
    reach = words[at + 1 : at + 1 + REACH]
    for step, follower in enumerate(reach):
        if follower in OF_THE_REQUEST or follower in NOT:
            return False
        if singular(follower) in HANDED_OVER and not NOT.intersection(words[max(0, at - 3) : at]):
            return True
        if follower == "what" and step < 2:
            return True
        if not step and follower in TAKEN_UP and named:
            return True
    return False


def _as_said(words: Sequence[str], at: int) -> bool:
    """ "As she says", "to what he needs", "where the letter said"; not "as I said" and "tell me what she needs"."""
    word = words[at]
    if word not in AS_SAID and not (word == "what" and at and words[at - 1] in WHAT_SAID):
        return _wrote_which(words, at)
    said = next((step for step, follower in enumerate(words[at + 1 : at + 4]) if follower in SAID), -1)
    return said > 0 and not _NOT_SAID.intersection(words[at + 1 : at + 1 + said])


def _wrote_which(words: Sequence[str], at: int) -> bool:
    """ "She wrote which and where", "their letter says where to"."""
    if words[at] not in SAID or not at or words[at - 1] in OF_THE_USER:
        return False
    return words[at + 1 : at + 2] != [] and words[at + 1] in _SAID_WHAT


_GREETINGS = frozenset({"hello", "hey", "hi", "ok", "okay"})


def is_bidden(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """Tells whether a verb is said to the one who reads it: not in "they keep the limit at 500", "Eve likes to keep it open",
    "Bob let her in" and "Eve asked to let her in"."""
    if not at or at - 1 in ends:
        return True
    before, word = words[at - 2] if at > 1 else "", words[at - 1]
    return word in BIDDING | ALSO_BIDS | _GREETINGS and not (word == "to" and before.endswith(("s", "ed")))
