"""Which deeds of a request are asked for, and which it only asks about or refuses.

By words and signs alone, in linear time. What is left out here was never bidden; what is forbidden as well is told apart by
`pdp.wording.request.FORBIDS`. What is quoted from somebody is taken out before (`pdp.wording.quotations`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pdp.wording.acts import LIGHT
from pdp.wording.grammar import (
    ALSO_BIDS,
    BEGGING,
    CONDITIONAL,
    DENIALS,
    DENIED_SUBJECTS,
    DENYING_AFTER,
    FORGET,
    INTERROGATIVE,
    NO_SUBJECT_MAY,
    OF_THE_USER,
    POSSIBLE,
    RECONSIDERING,
    REFUSALS,
    REPORTING,
    RETRACTING,
    RETRACTING_BESIDE,
    RETRACTIONS,
    SPARING,
    SUBORDINATING,
    SUGGESTING,
    TURNED_ROUND,
    TURNED_TO,
)
from pdp.wording.lexicon import Deed

_SAYING = frozenset({"dass", "que", "saying", "that"})
_SAYING_WORDS = 4

_DETOURS = frozenset({"is", "are", "do"})

_PERHAPS = frozenset({"may", "must", "shall", "should"})
_ABLE = frozenset({"can", "could", "may"})
_EVEN = frozenset({"already", "even", "ever", "still"})
_PASSIVE_WORDS = 10

_PAST = frozenset({"did", "does", "had", "has", "hat", "hatte", "was", "were"})
_ALSO_ASKS = frozenset({"and", "et", "und", "y"})
_SELF = frozenset({"i", "we"})

_RETRACTING = RETRACTING | RETRACTING_BESIDE

_YOU = frozenset({"you", "u"})

_TOWARDS = frozenset({"above", "an", "auf", "beyond", "into", "mehr", "more", "over", "to", "über"})

_DONT = frozenset({"don't", "dont"})

_BARE_WORDS = 2
"""Words that may stand beside a refusal that is a sentence of its own: "delete it? over my dead body, never", "pay him? no."."""


class Bidden:
    """Gathers the deeds of a text while its words are read in order."""

    def __init__(self, words: Sequence[str], opening: Collection[int], ends: Mapping[int, str]) -> None:
        self.refuses = False
        self._words, self._opening, self._ends = words, opening, ends
        self._deeds = self._before = 0  # of all sentences but the last one, which the next may still refuse
        self._told = 0  # of the last one, what others bade
        self._bidden = self._asked_about = self._reported = 0  # of this sentence
        self._told_of = 0  # behind "and" of a question about the past
        self._here = 0  # of this part of it
        self._sentence_at = self._part_at = 0
        self._after = "."  # the sign before this sentence
        self._asks = self._forgets = self._spares = self._reports = self._begged = self._goes_on = False
        self._refused = self._spared = 0  # words of the refusals in this sentence

    @property
    def deeds(self) -> int:
        return self._deeds | self._before | self._told

    def take(self, at: int, deeds: int) -> None:
        """Takes in the word at a place and the deeds that it would ask for."""
        word = self._words[at]
        if at in self._opening or word in ALSO_BIDS:
            goes_on = (self._goes_on or (self._asks and self._asks_throughout())) and word in _ALSO_ASKS
            self._part()
            self._goes_on = goes_on and at not in self._opening
            self._reports = self._reports and at - 1 not in self._ends and at > self._sentence_at
            self._asks = at in self._opening and _is_question(self._words, at)
            self._spares = at in self._opening and _is_forbidden(self._words, at)
            self._forgets = False
            self._part_at = at
        elif _begs(self._words[at - 1], word):
            self._asks, self._goes_on, self._begged = False, False, True  # "is there a chance that you could send it?"
        elif word in SUBORDINATING:
            self._keep()
        self._goes_on = self._goes_on and word not in CONDITIONAL  # "did he answer and if not remind him?"
        self._forgets = self._forgets or word in FORGET
        if word in DENYING_AFTER and not self._forgets:
            self._here = 0  # "lösche es nicht", "supprime rien"
        if word in SPARING and (spared := phrase_at(SPARING, self._words, at)):
            self._spared, self._spares = spared, True
        if word in REFUSALS and not self._is_dictated(at) and not self._refuses_whom(at):
            self._refused = self._refused or phrase_at(REFUSALS, self._words, at)
        if word in REPORTING and at > self._sentence_at and self._words[at - 1] not in OF_THE_USER:
            self._keep()
            self._reports = True
        self._here |= 0 if self._spares or (self._asks and self._is_told_of(at)) else deeds
        sign = self._ends.get(at)
        if sign:
            self._take_back(at, sign)
        if sign and sign != ",":
            self._part()
            self._sentence(at, sign)

    def _is_dictated(self, at: int) -> bool:
        """Whether a refusal is what somebody is to be told: "write Ada that this is out of the question"."""
        sends = (self._here | self._bidden) & Deed.SEND
        return bool(sends) and not _SAYING.isdisjoint(self._words[max(self._sentence_at, at - _SAYING_WORDS) : at])

    def _refuses_whom(self, at: int) -> bool:
        """Whether a refusal is only of whom or where it goes, or of how much: "send it to Bob, under no circumstances to Eve",
        "zahle die Rechnung, keinesfalls über 900 EUR"."""
        behind = at + phrase_at(REFUSALS, self._words, at)
        begins = at > self._sentence_at and (at - 1 in self._ends or self._words[at - 1] in ALSO_BIDS)
        return begins and bool(self._bidden) and not _TOWARDS.isdisjoint(self._words[behind : behind + 1])

    def _is_told_of(self, at: int) -> bool:
        """Whether the verb of a question is none of an order beside it, with or without its sign: "what did they write", "whose
        turn is it to pay", "do we have a ticket", "did you ping him at six"."""
        return (
            self._asks_throughout()
            or at in self._ends
            or self._words[at - 1] == "to"
            or (self._words[at] in LIGHT and self._words[at : at + 2] != ["do", "the"])
        )

    def _asks_throughout(self) -> bool:
        """Whether the verbs of a question are all told of: "what did Bob pay and delete", "should I pay and delete it"."""
        first, follower = (*self._words[self._part_at : self._part_at + 2], "")[:2]
        return first in _PAST or follower in _PAST or (first == "should" and follower in _SELF)

    def _take_back(self, at: int, sign: str) -> None:
        """Drops what was bidden where the part or the sentence that ends at a place takes it back: "pay Tom. On second thought,
        pay Ada"."""
        part = self._words[self._part_at : at + 1]
        if self._after == "?" and sign == "," and self._part_at == self._sentence_at and DENIALS.issuperset(part):
            self._before = self._told = 0  # "delete it? No, keep it"
            self.refuses = True
        anew = _reconsiders(part)
        if (anew or self._retracts(part, at, sign)) and (self._sentence_at or self._part_at):
            self._bidden = self._asked_about = self._reported = self._told_of = self._before = self._told = 0
            self._here *= anew
            self.refuses = True

    def _retracts(self, part: Sequence[str], at: int, sign: str) -> bool:
        """Whether a part says no more than that what was said before is not to be done, "pay Tom. Wait, scratch that", or a whole
        sentence: "pay Tom. No, please don't"."""
        rest = next((place for place, word in enumerate(part) if word not in _RETRACTING), len(part))
        said_to_others = self._part_at - 1 not in self._ends and self._bidden & Deed.SEND  # "tell Ada: never mind"
        if rest < len(part) and part[rest] in RETRACTIONS and not said_to_others:
            return phrase_at(RETRACTIONS, part, rest) == len(part) - rest
        if rest < len(part) or sign in ",?":
            return False
        sentence = self._words[self._sentence_at : at + 1]
        if part[-1] in _DONT and self._part_at > self._sentence_at and CONDITIONAL.isdisjoint(sentence):
            return True  # "delete it - no wait, don't"; not "if he refuses, don't"
        if not self._sentence_at:
            return False
        said = frozenset(sentence)
        return said <= _RETRACTING and not said.isdisjoint(RETRACTING)

    def _part(self) -> None:
        self._keep()
        self._asks = self._spares = self._goes_on = False

    def _keep(self) -> None:
        """What was bidden stays so, whatever the rest of this part denies: "sag ihr, dass ich nicht komme"."""
        if self._asks:
            self._asked_about |= self._here
        elif self._reports:
            self._reported |= self._here
        elif self._goes_on:
            self._told_of |= self._here
        else:
            self._bidden |= self._here
        self._here = 0

    def _sentence(self, at: int, sign: str) -> None:
        said = self._bidden if sign == "?" else self._bidden | self._asked_about | self._told_of
        only_asks = sign == "?" and not self._begged
        if only_asks and not said:
            self._told = 0  # "Ada says I should pay it. Is she right?"
        if self._is_bare(at + 1 - self._sentence_at):
            self.refuses = True
            self._before = 0  # it refuses what was said before
        self.refuses = self.refuses or self._refused > 0
        if self._refused:
            said = 0
        self._deeds |= self._before | self._told
        self._before, self._told = said, 0 if self._refused or only_asks else self._reported
        self._bidden = self._asked_about = self._reported = self._told_of = self._refused = self._spared = 0
        self._sentence_at, self._after = at + 1, sign
        self._reports = self._begged = False

    def _is_bare(self, length: int) -> bool:
        """Whether a sentence says no more than a refusal, "no way", or answers the user's own question so, "pay him? no, don't";
        not "no need to rush" and "could you pay him? no hurry"."""
        answers = self._after == "?" and self._words[self._sentence_at] in DENIALS and self._sentence_at in self._ends
        refusal = max(self._refused, int(answers))
        return length == self._spared or 0 < refusal >= length - _BARE_WORDS


def _is_question(words: Sequence[str], at: int) -> bool:
    """ "What should I reply?", "did it run?", "should I send it?", "should it be sent?", "can it still be sent?"; but "how about
    sending it?", "why don't you send it?", "can it be sent, please?"."""
    follower = words[at + 1] if at + 1 < len(words) else ""
    if words[at] in _DETOURS and not POSSIBLE.isdisjoint(words[at + 1 : at + 5]):
        return False
    if "be" in (subject := words[at + 1 : at + _PASSIVE_WORDS]) and words[at] in _PERHAPS | _ABLE:
        said = subject[: subject.index("be")]
        if words[at] in _PERHAPS or not _EVEN.isdisjoint(said):
            return follower not in _YOU
    if words[at] in TURNED_ROUND:
        return follower in TURNED_TO
    return words[at] in INTERROGATIVE and follower not in SUGGESTING


def _is_forbidden(words: Sequence[str], at: int) -> bool:
    """ "Nothing may be deleted", "no files should be sent"; but "no rush, you can send it"."""
    if words[at] not in DENIED_SUBJECTS:
        return False
    may = next((place for place in range(at + 1, min(len(words), at + 5)) if words[place] in NO_SUBJECT_MAY), 0)
    return may > 0 and OF_THE_USER.isdisjoint(words[at + 1 : may + 2])


def _begs(before: str, word: str) -> bool:
    return (word in _YOU and before in BEGGING) or (word in BEGGING and before in _YOU)


def _reconsiders(part: Sequence[str]) -> bool:
    """ "On second thought, …", "actually I changed my mind"."""
    return any(tuple(part[at : at + len(phrase)]) == phrase for phrase in RECONSIDERING for at in range(3))


def phrase_at(phrases: Mapping[str, tuple[tuple[frozenset[str], ...], ...]], words: Sequence[str], at: int) -> int:
    """Returns how many words of one of the phrases stand at a place where one of them may begin, 0 for none."""
    for phrase in phrases[words[at]]:
        said = words[at : at + len(phrase)]
        if len(said) == len(phrase) and all(word in place for word, place in zip(said, phrase, strict=True)):
            return len(phrase)
    return 0
