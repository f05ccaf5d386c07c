"""Wishes for a state: "make sure that the doors are locked", "the budget limit should be 1,000", "keep the temperature at 20".

Who wishes that something be done asks for its deed; who wishes a setting to be so asks for it to be set. Who has it checked
("verify that the doors are locked") asks for a look. By words alone, in linear time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.families import FAMILIES, Family
from pdp.wording.grammar import (
    ALSO_BIDS,
    BEGINS_A_CLAUSE,
    BIDDING,
    COURTESIES,
    DENIED_OBJECTS,
    DETERMINERS,
    FUNCTION_WORDS,
    MODAL_NOT,
    NOT,
    OF_A_THING,
    TO_THE_USER,
    TOLD_DONE,
    WANTED,
    WILL_BE,
)
from pdp.wording.lexicon import DEEDS, DONE, SEND_VERBS, Deed
from pdp.wording.things import Thing, singular, things_of
from pdp.wording.wishes import REACH, READING_FIRST, is_bidden

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
_ASSURED = word_set("ensure ensuring sure certain see dafür sicher darauf zu")
_THAT = word_set("that dass")
_OF = word_set("at by for from in of on with an auf bei im in von vom")
"""Behind these stands what tells more of the subject."""
_TOLD = (READING_FIRST | BEGINS_A_CLAUSE | word_set("about he that they which who whoever")) - {
    "is",
    "are",
    "should",
    "may",
}
_SAYS = word_set(
    "argues asks believe believes claim claims expects feels heard hopes insists knows suggests say says said think thinks"
    " thought according laut opinion per understand understanding understands view wants wishes writes wrote"
)
"""Whoever says, thinks or wants it: beside these a state is told of."""
_RIGHT = word_set("correct doesn't is isn't it nicht oder right shouldn't true wahr")
"""A question of these behind a statement asks whether it is so: "…, is it?"."""
_DENIED = NOT | MODAL_NOT | DENIED_OBJECTS | word_set("aren't isn't nichts nie niemals niemand no wasn't")
_COMPARED = word_set("above below beyond exceed exceeding fewer greater higher less lower more over under")
"""Behind what denies, these bound a setting: "the budget is not above 500"."""
_PAST = word_set("already been had have")
_BOTH = word_set("all both")
_FIRST = COURTESIES | _BOTH | word_set("also and hello hey hi ok okay so well")
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
        close = bool(state) and (state - at <= _SHALL_WORDS or state in ends)  # German puts it last
        denied = word in MODAL_NOT or not _DENIED.isdisjoint(words[at + 1 : state])
        if not close or not _PAST.isdisjoint(words[at + 1 : state]) or (denied and words[state] not in EXCEEDING):
            return 0
        return 0 if _is_others(words, at, ends) else _of_subject(_subject_before(words, at, ends), words, state)
    if word in _ASSURED:
        first = _assured_from(words, at)
        state = _state_behind(words, first)
        subject = words[first:state]
        return _of_subject(subject, words, state) if first and not _is_telling(subject) else 0
    if word in _WISHING_FOR and at and words[at - 1] in _SELF:
        subject = _subject_behind(words, at, ends, frozenset({"to"}))
        state = at + len(subject) + 2
        return _of_subject(subject, words, state) if words[state : state + 1] in (["be"], ["stay"]) else 0
    if word in _KEEPING and is_bidden(words, at, ends):
        return _of_subject(_subject_behind(words, at, ends, _AT), words, 0) & ~int(Family.CHANGE)
    return 0


def _state_behind(words: Sequence[str], at: int) -> int:
    """Returns the place of the verb of a state behind another word, 0 where none is near."""
    return next((place for place in range(at + 1, min(len(words), at + _STATE_WORDS)) if words[place] in _STATE), 0)


def _of_subject(subject: Sequence[str], words: Sequence[str], state: int) -> int:
    """Returns what is asked for where the subject of a state is a setting, or something that things are changed by; `state`: the
    place of its verb, 0 where it has none. Not where it should be checked, or stand on a list."""
    behind, further = (*words[state + 1 : state + 3], "", "")[:2] if state else ("", "")
    if behind in _DENIED and further not in _COMPARED:
        return 0
    if (
        behind in _ELSEWHERE
        or (state and not _PAST.isdisjoint(words[state + 1 : state + 4]))
        or (behind.endswith("ed") and not behind.isdecimal())
    ):
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
    return () if _is_telling(subject) else subject


def _is_telling(subject: Sequence[str]) -> bool:
    """Tells whether what stands before the verb of a state is more than its subject: "mail Ada: the limit …", "Bob says the limit
    …", "note: the limit …"; not "the limit of my card" and "for my trip the limit …"."""
    if not _TOLD.isdisjoint(subject) or not _SAYS.isdisjoint(subject) or not SEND_VERBS.isdisjoint(subject[:1]):
        return True
    first = next((place for place, word in enumerate(subject) if word not in _FIRST), 0)
    if subject[first : first + 1] and subject[first] in _OF:
        return "case" in subject[first + 1 : first + 2]
    head = next((place for place, word in enumerate(subject) if word in _OF), len(subject))
    return any(
        word in DETERMINERS and subject[place - 1] not in _BOTH
        for place, word in enumerate(subject[:head])
        if place > first
    )


def _is_others(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """Tells whether the part of the sentence beside a wish says whose it is, or asks whether it is so: "according to Eve, the
    limit should be 500", "the limit should be 500, is it?"."""
    first = at
    while first > max(0, at - _SUBJECT_WORDS) and first - 1 not in ends:
        first -= 1
    before = words[max(0, first - _SUBJECT_WORDS) : first] if ends.get(first - 1) == "," else []
    stop = next((place for place in range(at, min(len(words), at + 2 * _STATE_WORDS)) if place in ends), len(words) - 1)
    further = next((place for place in range(stop + 1, min(len(words), stop + 4)) if place in ends), stop)
    behind = words[stop + 1 : further + 1] if ends.get(stop) == "," else []
    asks = ends.get(stop) == "?" or (bool(behind) and ends[further] == "?" and all(word in _RIGHT for word in behind))
    return asks or not _SAYS.isdisjoint(before) or not _SAYS.isdisjoint(behind)


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
        begins = before == "be" and (at < 2 or words[at - 2] in COURTESIES | ALSO_BIDS)  # "be sure that …"
        return first + (words[first : first + 1] == ["that"]) if begins else 0
    if word == "see":
        if at and before not in COURTESIES | ALSO_BIDS:
            return 0
        first += 2 * (words[first : first + 2] == ["to", "it"])
        return first + 1 if words[first : first + 1] == ["that"] else 0
    if word == "zu":  # "sieh zu, dass …"
        return first + 1 if before in ("sieh", "schau") and words[first : first + 1] == ["dass"] else 0
    if word in ("dafür", "darauf", "sicher"):
        return first + 1 if words[first : first + 1] == ["dass"] else 0
    return first + (words[first : first + 1] == ["that"])


def wished_done(words: Sequence[str], at: int, parts: Mapping[int, str]) -> int:
    """ "It has to be cancelled", "make sure that all doors are locked", "sorg dafür, dass sie verriegelt sind", "I want the light
    on": what is to be done, by the one who reads this."""
    bits = done_deed(words[at]) or _switched_so(words, at)
    if not bits:
        return 0
    first = max(0, at - REACH - 3)
    before = words[first:at]
    if "be" in before[-3:]:
        return 0 if not WILL_BE.isdisjoint(before[-5:]) or _is_described(before) else bits
    ends = at + 1 == len(words) or words[at + 1] in FUNCTION_WORDS | _LAST
    assured = next((place for place in range(at - 1, first - 1, -1) if words[place] in _ASSURED), -1)
    begins = _assured_from(words, assured) if assured >= 0 else 0
    if begins:
        return bits if ends and begins < at and not _is_told_or_denied(words[begins:at]) else 0
    wanted = next((place for place in range(len(before) - 1, -1, -1) if before[place] in WANTED | {"keep"}), -1)
    if wanted < 0 and "have" in before[:-1]:  # "have the report sent to Bob"; not "we have the report signed"
        place = first + before.index("have")
        wanted = before.index("have") if not place or words[place - 1] in BIDDING else -1
    told = (
        wanted < 0
        or _is_told_or_denied(before[wanted + 1 :])
        or not NOT.isdisjoint(before[max(0, wanted - 1) : wanted])
    )
    if not told and before[wanted] == "keep":
        told = not TO_THE_USER.isdisjoint(before[wanted + 1 :]) or not is_bidden(words, first + wanted, parts)
    return bits if ends and not told else 0


def _is_told_or_denied(between: Sequence[str]) -> bool:
    """Tells whether between a wish and what is to be done stands what tells or denies it: "make sure that no file is deleted";
    not "make sure nothing is left on and the door is locked"."""
    turns = next((place + 1 for place in range(len(between) - 1, -1, -1) if between[place] in ALSO_BIDS), 0)
    return not TOLD_DONE.isdisjoint(between) or not _DENIED.isdisjoint(between[turns:])


def _is_described(before: Sequence[str]) -> bool:
    """ "List the invoices that need to be paid", "show what should be paid"."""
    return any(one in _WHICH and other in _DUE_TO | _SHALL | {"still"} for one, other in pairwise(before))


_WHICH = word_set("that what which who")
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
