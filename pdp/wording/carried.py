"""Deeds that requests say by a noun: "drop her a line", "proceed with the cancellation", "take care of the flight booking".

By words alone (`pdp.wording.acts`), in linear time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.acts import (
    ACT_ENDINGS,
    ACTS,
    ACTS_OF_TRADE,
    CARRIED_THROUGH,
    CARRYING,
    DOING,
    LABELS,
    NOUN_DEEDS,
    SEEING_TO,
)
from pdp.wording.families import FAMILIES
from pdp.wording.grammar import (
    AFTER_SPLIT,
    BY_WISH,
    CHOSEN,
    CHOSEN_OF,
    CONDITIONAL,
    DENIED_SUBJECTS,
    FUNCTION_WORDS,
    LEARNT,
    LETTING,
    NOT,
    NUMBERS,
    OF_A_THING,
    OF_THE_ASKER,
    PROCEDURE,
    TO_THE_USER,
    WISHING,
)
from pdp.wording.lexicon import DEEDS, LET_DEEDS, NEWS, OFTEN_NOUNS, Deed
from pdp.wording.particles import is_in_a_list
from pdp.wording.things import Thing, singular, things_of
from pdp.wording.wishes import REACH

BOOKING = int(Deed.PAY | Deed.CREATE)

_ABOUT = word_set(
    "about compare concerning explain find how if on regarding understand what when where whether which who why über"
)
"""Before a noun, these make it what is spoken of, and no deed."""
_BEHIND_A_NOUN = (
    FUNCTION_WORDS
    | AFTER_SPLIT
    | PROCEDURE
    | word_set("arranged done made sorted")
    | word_set("am an auf aus bei beim das der des die durch für im mit nach um von vor zu zum zur")
)
_GETS = word_set("bekommt gets kriegt receives")
_MEASURES = word_set(
    "bag bottle box bunch can carton case crate dozen jar kilo pack package packet pair piece pound roll"
)
_SUBJECT_WORDS, _SENTENCE_WORDS = 8, 32
_WHO = word_set("that what which who")
_ASKED_OF = (_WHO - {"that"}) | DENIED_SUBJECTS
_ASKED = word_set("complaint doubt problem question")
_GETTING = WISHING | {"get", "have"}


def carried_deed(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """Returns the deed of the noun that a verb at a place sees to, 0 where it sees to none."""
    return carried_by(words[at], words, at, ends)


def carried_by(verb: str, words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Help me with the cancellation", "proceed with a purchase", "push the payment through": the noun is the deed, unless it
    only describes another one, "the cancellation policy", or is only spoken of, "the question about the payment"."""
    reach = _reach(words, at, ends)
    first = _seen_to_from(verb, reach)
    if first < 0:
        return 0
    trade = verb in DOING or (verb in CARRIED_THROUGH and verb not in SEEING_TO)
    for place in range(first, len(reach)):
        if reach[place] in _ABOUT or reach[place] in LEARNT or (place > first and reach[place] in ("at", "of")):
            return 0
        noun = singular(reach[place])
        if noun in NEWS and verb in _GETTING:
            return 0  # "I need an update on the payment"
        bits = ACTS.get(noun, 0) | (ACTS_OF_TRADE.get(noun, 0) if trade else 0)
        if not bits and noun.endswith(ACT_ENDINGS):
            bits = next(ACTS[ending] for ending in ACT_ENDINGS if noun.endswith(ending))
        if not bits and noun.endswith("ing") and (place == first or reach[place - 1] in OF_A_THING):
            return _of_gerund(noun)
        follower = at + place + 2
        if bits and (follower == len(words) or _ends_a_noun(words[follower])):
            return bits
    return 0


def _seen_to_from(verb: str, reach: Sequence[str]) -> int:
    """Returns where behind a verb begins what it sees to, -1 where it sees to nothing."""
    if verb in SEEING_TO:
        return 0
    for rest in CARRYING.get(verb, ()):
        if tuple(reach[: len(rest)]) == rest:
            return len(rest)
    last = CARRIED_THROUGH.get(verb, frozenset())
    return 0 if any(word in last for word in reach[1:]) else -1


def _ends_a_noun(follower: str) -> bool:
    return follower in _BEHIND_A_NOUN or follower.endswith("ing")


def _of_gerund(word: str) -> int:
    """ "Handle the refuelling"; not "handle the training", which is a thing as well."""
    bits = 0
    for base in gerund_bases(word):
        if base in DEEDS and base not in OFTEN_NOUNS:
            bits |= DEEDS[base] | FAMILIES.get(base, 0)
    return bits


def gerund_bases(word: str) -> frozenset[str]:
    """Returns what verbs a word that ends in "ing" may be of: "paying", "deleting", "putting"."""
    stem = word[:-3]
    return frozenset({stem, stem + "e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem})


def _reach(words: Sequence[str], at: int, ends: Mapping[int, str]) -> Sequence[str]:
    """Returns the next words of the same part of a sentence."""
    last = min(len(words), at + 2 + REACH)
    end = next((place for place in range(at, last) if place in ends and not is_in_a_list(words, place, ends)), last)
    return words[at + 1 : end + 1][: REACH + 1]


def light_deed(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Drop her a line", "make a payment": the noun says what is done; not "I want to see the flight" and "a look at it"."""
    reach = _reach(words, at, ends)
    if reach[:1] == ["to"] and not LEARNT.isdisjoint(reach[1:2]):
        return 0
    about = next((place for place in range(1, len(reach)) if _is_only_about(reach, place)), len(reach))
    about = next((place for place in range(about) if reach[place] in NOT), about)  # "take care not to make a payment"
    nouns = [singular(word) for word in reach[:about]]
    named = (noun for noun, other in pairwise([*nouns, ""]) if not (_is_label(other) or other in NOUN_DEEDS))
    meant = (NOUN_DEEDS.get(noun, 0) for noun in named)  # "I need the address of the hotel", "get the room number"
    wished = words[at] in BY_WISH
    if wished and any(word in CHOSEN and other in CHOSEN_OF for word, other in pairwise(reach)):
        return BOOKING
    if words[at] in WISHING and at and (words[at - 1] in _WHO or not _ASKED_OF.isdisjoint(words[max(0, at - 3) : at])):
        return 0  # "list who needs a letter", "which student needs one", "nobody needs one"
    told = next((bits for bits in meant if bits and (wished or bits & BOOKING != BOOKING)), 0)
    if any(pair == ("money", "back") for pair in pairwise(reach)) or _is_measured(reach):
        told |= int(Deed.PAY)
    if reach and reach[0] in TO_THE_USER:
        return told & ~int(Deed.SEND)  # "let me know"
    if words[at] in LETTING:
        further = words[at + 1 : at + 2 + 2 * REACH]
        told |= next((LET_DEEDS[word] for word in further if word in LET_DEEDS), 0)
    return told


def _is_measured(reach: Sequence[str]) -> bool:
    """ "Get me another bag of the beans", "take two more packs", "get me another p-100"."""
    for place, (word, noun) in enumerate(pairwise(reach)):
        code = word == "another" and not noun.isalpha() and not noun.isdecimal()
        if code or (
            singular(noun) in _MEASURES and (word in OF_A_THING or word in NUMBERS or word in ("another", "more"))
        ):
            return not NEWS.intersection(reach[place + 2 :])
    return False


def gets_sent(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Whoever is late gets a reminder", "everyone receives an invitation"; not "list who gets one" and "if she gets a mail"."""
    if words[at] not in _GETS or words[at + 1 : at + 2] == [] or words[at + 1] not in NUMBERS | {"another"}:
        return 0
    first = at
    while first > max(0, at - _SUBJECT_WORDS) and first - 1 not in ends:
        first -= 1
    last = min(len(words), at + _SENTENCE_WORDS)
    sign = next((ends[place] for place in range(at, last) if ends.get(place, ",") != ","), "")
    if first == at or sign == "?" or not (_ASKED_OF | _WHO | CONDITIONAL | OF_THE_ASKER).isdisjoint(words[first:at]):
        return 0
    return next((bits & Deed.SEND for word in words[at + 2 : at + 5] if (bits := NOUN_DEEDS.get(word, 0))), 0)


def found_for(words: Sequence[str], at: int) -> int:
    """ "The course has no place, find it a room": it is to have one; "find me a room" asks to be shown some."""
    if (
        list(words[at : at + 2]) != ["find", "it"]
        or words[at + 2 : at + 3] == []
        or words[at + 2] not in NUMBERS | {"another"}
    ):
        return 0
    return next((bits for word in words[at + 3 : at + 6] if (bits := NOUN_DEEDS.get(word, 0)) & Deed.PAY), 0)


def _is_label(word: str) -> bool:
    return singular(word) in LABELS or singular(word) in NEWS


def _is_only_about(reach: Sequence[str], place: int) -> bool:
    """Whether what follows is only read or written about: "a look at the payment", "a list of the flights"."""
    of = singular(reach[place - 1])
    is_read = of in NEWS or of in LABELS or of in LEARNT or of in _ASKED or bool(things_of(of) & Thing.FILE)
    return reach[place] in ("of", "at", "about") and is_read
