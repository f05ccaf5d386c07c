"""Wishes for a state: "make sure that the doors are locked", "the budget limit should be 1,000", "keep the temperature at 20".

Who wishes that something be done asks for its deed; who wishes a setting to be so asks for it to be set. Who has it checked
("verify that the doors are locked") asks for a look. By words alone, in linear time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pdp.suggest.words import word_set
from pdp.wording.families import FAMILIES, Family
from pdp.wording.grammar import (
    ALSO_BIDS,
    BEGINS_A_CLAUSE,
    BIDDING,
    COURTESIES,
    FUNCTION_WORDS,
    OF_A_THING,
    TO_THE_USER,
    TOLD_DONE,
    WANTED,
    WILL_BE,
)
from pdp.wording.lexicon import DEEDS, DONE, SEND_VERBS, Deed
from pdp.wording.things import Thing, singular, things_of
from pdp.wording.wishes import REACH, READING_FIRST

_SET = DEEDS["set"] | FAMILIES["set"]

_SETTINGS = word_set(
    "allowance brightness budget cap ceiling limit maximum minimum mode permission quota retention role setting temperature"
    " threshold timeout visibility volume"
    " grenze helligkeit kontingent lautstärke obergrenze rolle temperatur"
)
"""What is set, as against what is chosen by: who says what the price should be may look for something at that price."""
_SETTING_ENDINGS = ("budget", "grenze", "limit", "temperatur")
"""What such nouns of German end with: "Ausgabenlimit"."""
_SPENT = word_set("ausgaben expenditure expense fund outgoings spending")
"""What has a limit where it must not exceed a sum."""
_PROPERTIES = word_set(
    "address amount colour color date deadline description label name password price priority rate size status title"
    " adresse farbe frist name preis titel"
)
"""What a thing is changed by, where it is to be otherwise."""

_SHALL = word_set("must mustn't shall should shouldn't darf dürfen muss müssen soll sollen sollte")
_DUE_TO = word_set("has have is are needs need ought")
"""Before "to be", these say what should be as well."""
_STATE = word_set(
    "are be bleiben bleibt drop exceed exceeds fall go is ist liegen liegt remain remains rise say sein sind stay stays beträgt"
    " betragen überschreiten übersteigen"
)
EXCEEDING = word_set("drop exceed fall go rise überschreiten übersteigen")
"""What a setting must not do."""
_KEEPING = word_set("cap hold keep limit restrict begrenze halt halte")
_AT = word_set("above at below between over to under within auf bei unter über")
_WISHING_FOR = word_set("like need prefer want")
_SELF = word_set("i i'd we we'd")
_ASSURED = word_set("ensure ensuring sure certain see dafür sicher darauf")
_THAT = word_set("that dass")
_OF = word_set("at by for from in of on with an auf bei im in von vom")
"""Behind these stands what tells more of the subject."""
_TOLD = (READING_FIRST | BEGINS_A_CLAUSE | word_set("about he that they which who whoever")) - {
    "is",
    "are",
    "should",
    "may",
}
_SUBJECT_WORDS, _STATE_WORDS, _SHALL_WORDS = 7, 9, 3
_ELSEWHERE = word_set("here in on part there visible")
"""Behind the verb of a state, these tell where something stands."""
_ON = word_set("off on open shut an aus auf zu")


def wished_state(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """Returns what a word asks for by which a setting is to be so: "should" of "the limit should be 500", "sure" of "make sure
    the limit is 500", "want" of "I want the limit to be 500", "keep" of "keep the limit at 500"."""
    word = words[at]
    if word in _SHALL or (word in _DUE_TO and words[at + 1 : at + 2] == ["to"]):
        state = _state_behind(words, at)
        close = state - at <= _SHALL_WORDS or state in ends  # German puts it last
        return _of_subject(_subject_before(words, at, ends), words, state) if close else 0
    if word in _ASSURED:
        first = _assured_from(words, at)
        state = _state_behind(words, first)
        return _of_subject(words[first:state], words, state) if first else 0
    if word in _WISHING_FOR and at and words[at - 1] in _SELF:
        subject = _subject_behind(words, at, ends, frozenset({"to"}))
        state = at + len(subject) + 2
        return _of_subject(subject, words, state) if words[state : state + 1] in (["be"], ["stay"]) else 0
    if word in _KEEPING:
        return _of_subject(_subject_behind(words, at, ends, _AT), words, 0) & ~int(Family.CHANGE)
    return 0


def _state_behind(words: Sequence[str], at: int) -> int:
    """Returns the place of the verb of a state behind another word, 0 where none is near."""
    return next((place for place in range(at + 1, min(len(words), at + _STATE_WORDS)) if words[place] in _STATE), 0)


def _of_subject(subject: Sequence[str], words: Sequence[str], state: int) -> int:
    """Returns what is asked for where the subject of a state is a setting, or something that things are changed by; `state`: the
    place of its verb, 0 where it has none. Not where it should be checked, or stand on a list."""
    behind = words[state + 1] if state and state + 1 < len(words) else ""
    if behind in _ELSEWHERE or (behind.endswith("ed") and not behind.isdecimal()):
        return 0
    head = next((place for place, word in enumerate(subject) if word in _OF and place), len(subject))
    nouns = {subject[head - 1], singular(subject[head - 1])} if head else set()
    if any(noun in _SETTINGS or noun.endswith(_SETTING_ENDINGS) for noun in nouns):
        return _SET
    if state and words[state] in EXCEEDING and not _SPENT.isdisjoint(nouns):
        return _SET
    return int(Deed.UPDATE | Family.CHANGE) if state and not _PROPERTIES.isdisjoint(nouns) else 0


def _subject_before(words: Sequence[str], at: int, ends: Mapping[int, str]) -> Sequence[str]:
    """Returns the subject of a verb, from where its part of the sentence begins; nothing where that tells or asks."""
    first = at
    while first > max(0, at - _SUBJECT_WORDS) and first - 1 not in ends and words[first - 1] not in ALSO_BIDS:
        first -= 1
    subject = words[first:at]
    told = not _TOLD.isdisjoint(subject) or not SEND_VERBS.isdisjoint(
        subject[:1]
    )  # "mail Ada: the limit should be 500"
    return () if told else subject


def is_told_of(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """Tells whether what should be is only told or asked about: "tell me what the price should be", "he should be at home"."""
    return not _subject_before(words, at, ends)


def _subject_behind(words: Sequence[str], at: int, ends: Mapping[int, str], until: frozenset[str]) -> Sequence[str]:
    """Returns what stands between a verb and one of some words in its part of the sentence; nothing where none of them does."""
    for place in range(at + 1, min(len(words), at + 1 + _SUBJECT_WORDS)):
        if words[place] in until:
            return words[at + 1 : place]
        if place in ends or words[place] in BEGINS_A_CLAUSE:
            break
    return ()


def _assured_from(words: Sequence[str], at: int) -> int:
    """Returns where begins what is to be seen to, behind a word of it: "make sure that …", "see to it that …", "sorg dafür,
    dass …"; 0 where it is none, as in "I am not sure that …" and "I see that …"."""
    word, before, first = words[at], words[at - 1] if at else "", at + 1
    if word in ("sure", "certain") and before not in ("make", "making"):
        return 0
    if word == "see":
        if at and before not in COURTESIES | ALSO_BIDS:
            return 0
        first += 2 * (words[first : first + 2] == ["to", "it"])
        return first + 1 if words[first : first + 1] == ["that"] else 0
    if word in ("dafür", "darauf", "sicher"):
        return first + 1 if words[first : first + 1] == ["dass"] else 0
    return first + (words[first : first + 1] == ["that"])


def wished_done(words: Sequence[str], at: int) -> int:
    """ "It has to be cancelled", "make sure that all doors are locked", "sorg dafür, dass sie verriegelt sind", "I want the light
    on": what is to be done, by the one who reads this."""
    bits = done_deed(words[at]) or _switched_so(words, at)
    if not bits:
        return 0
    first = max(0, at - REACH - 3)
    before = words[first:at]
    if "be" in before[-3:]:
        return 0 if not WILL_BE.isdisjoint(before[-5:]) else bits
    ends = at + 1 == len(words) or words[at + 1] in FUNCTION_WORDS | _LAST
    assured = next((place for place in range(at - 1, first - 1, -1) if words[place] in _ASSURED), -1)
    begins = _assured_from(words, assured) if assured >= 0 else 0
    if begins:
        return bits if ends and begins < at and TOLD_DONE.isdisjoint(words[begins:at]) else 0
    wanted = next((place for place in range(len(before) - 1, -1, -1) if before[place] in WANTED | {"keep"}), -1)
    if wanted < 0 and "have" in before[:-1]:  # "have the report sent to Bob"; not "we have the report signed"
        place = first + before.index("have")
        wanted = before.index("have") if not place or words[place - 1] in BIDDING else -1
    told = wanted < 0 or not TOLD_DONE.isdisjoint(before[wanted + 1 :])
    if not told and before[wanted] == "keep":
        told = not TO_THE_USER.isdisjoint(before[wanted + 1 :])
    return bits if ends and not told else 0


_LAST = word_set("bleiben sein sind ist werden wird tonight today tomorrow")


def _switched_so(words: Sequence[str], at: int) -> int:
    """ "The hall light on", "the window is shut"; not "a report on the light on the stairs"."""
    if words[at] not in _ON or (words[at + 1 : at + 2] and words[at + 1] in OF_A_THING):
        return 0
    device = any(things_of(word) & Thing.DEVICE for word in words[max(0, at - 4) : at])
    return int(Deed.UPDATE | Family.SWITCH) if device else 0


def done_deed(word: str) -> int:
    """Returns the deed of a participle, 0 when it is none."""
    verb = DONE.get(word, "")
    if verb or not word.endswith("ed"):
        return DEEDS.get(verb, 0) | (FAMILIES.get(verb, 0) if verb in DEEDS else 0)
    stem = word[:-2]
    bases = (
        stem,
        word[:-1],
        stem[:-1] if stem[-2:-1] == stem[-1:] else "",
        stem[:-1] + "y" if stem[-1:] == "i" else "",
    )
    return next((DEEDS[base] | FAMILIES.get(base, 0) for base in bases if base in DEEDS), 0)
