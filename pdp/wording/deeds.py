"""What a word of a request asks for, by the words around it.

By words alone (`pdp.wording.lexicon`), in linear time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pdp.wording.acts import CARRYING, LIGHT, NOUN_DEEDS
from pdp.wording.carried import carried_by, carried_deed, found_for, gerund_bases, gets_sent, light_deed
from pdp.wording.denials import bids_nothing, is_denied, is_gerund_denied, is_put_aside
from pdp.wording.families import FAMILIES, Family
from pdp.wording.grammar import (
    ALSO_BIDS,
    BEFORE_GERUND,
    BEGGING,
    BIDDING,
    CONDITIONAL,
    COURTESIES,
    DUE,
    FUNCTION_WORDS,
    LETTING,
    NUMBERS,
    OF_A_THING,
    OF_SOMEBODY,
    REMINDING,
    SWITCHED,
    SWITCHED_TO,
    TELLING,
    TO_THE_USER,
    WISHING,
)
from pdp.wording.joining import joined, told_in_short
from pdp.wording.lexicon import (
    DEEDS,
    MONEY_SENT,
    OFTEN_NOUNS,
    PAID_OUT,
    PHRASES,
    TRANSFERS,
    Deed,
)
from pdp.wording.particles import of_a_part, particle_of, taken_off, with_particle
from pdp.wording.states import is_told_of, wished_done, wished_state
from pdp.wording.telling import is_sent_a_sum, posted_by, told_there, told_to_others
from pdp.wording.things import Thing, singular, things_in
from pdp.wording.wishes import REACH, READING_FIRST, is_bidden

_PROPOSING = frozenset({"could", "can", "shall", "should", "may", "might"})

_NO_DEVICES = FUNCTION_WORDS | READING_FIRST

_BIDDING_BEFORE = DUE | ALSO_BIDS | {"to", "please"}

_NO_ENDS: Mapping[int, str] = MappingProxyType({})

_TO_SOMEBODY = frozenset({"to", "an", "\u00e0", "a"})

_LAST = MONEY_SENT | COURTESIES


def deeds_at(words: Sequence[str], at: int, *, opens: bool, ends: Mapping[int, str] = _NO_ENDS) -> int:
    """Returns what the word at a place asks for; `opens`: it begins a clause; `ends`: the places of words that end a part of a
    sentence, behind which no particle of this verb stands."""
    word = words[at]
    if bids_nothing(words, at) or (not opens and is_put_aside(words, at)):
        return 0
    denied = is_denied(words, at, ends, opens=opens)
    phrase = PHRASES.get((word, words[at + 1])) if at + 1 < len(words) else None
    if phrase and not denied and not (word == "should" and is_told_of(words, at, ends)):
        return phrase | FAMILIES.get(word, 0) | wished_state(words, at, ends)
    if opens and (word in TRANSFERS or word == "money" or word.isdecimal()) and _is_a_sum_for(words, at):
        return int(Deed.PAY)
    if opens and (word in NUMBERS or word.isdecimal()):
        return _booking_deed(words, at)
    if word == "new" and at and words[at - 1] in NUMBERS and not denied:
        return int(Deed.CREATE)
    if _is_reminder(words, at):
        return 0
    particle = 0 if denied else with_particle(words, at, ends)
    others = 0 if denied else _without_a_verb(words, at, ends, opens=opens)
    lets = word in LETTING and _is_asked(words, at, ends, opens=opens)
    told = 0 if denied else told_there(words, at) | told_in_short(words, at, ends)
    if not denied and (opens or is_bidden(words, at, ends) or _is_begged(words, at)):
        told |= joined(words, at, ends)
    light = light_deed(words, at, ends) if (word in LIGHT or lets) and not denied else 0
    if not light and opens and not denied:
        light = _switched(words, at)
    if light:
        light |= carried_deed(words, at, ends) if word in CARRYING else 0
        return light | particle | told | others | FAMILIES.get(word, 0)
    particle |= told if denied else told | wished_done(words, at, ends)
    seen_to = not denied and (word in WISHING or _is_asked(words, at, ends, opens=opens))
    acted = carried_deed(words, at, ends) if seen_to else 0
    if acted:
        return acted | particle | others | DEEDS.get(word, 0) | FAMILIES.get(word, 0)
    bits = of_a_part(DEEDS.get(word, 0) | particle, words, at, ends)
    if (
        bits
        and word in PAID_OUT
        and (MONEY_SENT.intersection(words[at + 1 : at + 2 + REACH]) or is_sent_a_sum(words, at))
    ):
        bits |= int(Deed.PAY)
    bids = opens or word not in OFTEN_NOUNS or words[at - 1] in BIDDING | ALSO_BIDS or _is_begged(words, at)
    bids = bids or (words[at - 1] == "not" and at > 1 and words[at - 2] in CONDITIONAL)
    if bits and bids and _is_asked(words, at, ends, opens=opens):
        return bits | others | FAMILIES.get(word, 0)
    return others | (
        _gerund_deed(words, at, ends) if word.endswith("ing") and at and words[at - 1] in BEFORE_GERUND else 0
    )


def _without_a_verb(words: Sequence[str], at: int, ends: Mapping[int, str], *, opens: bool) -> int:
    """Returns what a word asks for by which something is to be so, though no verb says that it be done."""
    told = told_to_others(words, at, opens=opens) | gets_sent(words, at, ends) | found_for(words, at)
    return told | wished_state(words, at, ends) | taken_off(words, at, ends)


def _switched(words: Sequence[str], at: int) -> int:
    """ "Lights off downstairs", "all lights off", "heating up to 22"; not "lights on the stairs"."""
    if words[at] not in OF_A_THING and (words[at] in _NO_DEVICES or words[at] in DEEDS):
        return 0
    device = next((at + step for step, word in enumerate(words[at : at + 3]) if things_in(word) & Thing.DEVICE), -1)
    last = device + (device >= 0 and _is_numbered(words[device + 1 : device + 2]))  # "light l-1 off"
    so, after = (*words[last + 1 : last + 3], "", "")[:2]
    apart = after not in OF_A_THING or (so in ("aus", "off") and after == "in")  # "lights off in the hall"
    switched = so in SWITCHED and apart and (device == at or so not in ("an", "on"))
    switched = switched or (so in SWITCHED_TO and after in ("to", "by"))
    return int(Deed.UPDATE | Family.SWITCH) if device >= 0 and switched else 0


def _is_numbered(words: Sequence[str]) -> bool:
    return any(not word.isalpha() and any(map(str.isdigit, word)) for word in words)


def _is_proposed(before: Sequence[str]) -> bool:
    """ "Could we drop it from the list?"."""
    return len(before) > 1 and before[-2] in _PROPOSING and before[-1] in ("we", "i")


def _is_begged(words: Sequence[str], at: int) -> bool:
    """ "I'd be glad if you could share it", "can I purchase two tickets?"."""
    if at < 2:
        return False
    anybody = words[at - 2] in BEGGING and words[at - 1] in ("somebody", "someone", "anybody", "anyone")
    return anybody or (words[at - 2] == "you" and words[at - 1] in BEGGING) or _is_proposed(words[at - 2 : at])


def _is_reminder(words: Sequence[str], at: int) -> bool:
    """ "Remind me tomorrow to answer Ada" asks for a reminder, not for the answer."""
    before = words[max(0, at - 2 * REACH) : at]
    if not before or before[-1] not in ("to", "zu"):
        return False
    told = next((place for place in range(len(before) - 1, 0, -1) if before[place - 1] in REMINDING), 0)
    return bool(told) and ALSO_BIDS.isdisjoint(before[told:])


def _booking_deed(words: Sequence[str], at: int) -> int:
    """ "Two tickets for Friday": no verb, and yet a wish."""
    noun = singular(words[at + 1]) if at + 1 < len(words) else ""
    return NOUN_DEEDS.get(noun, 0) if NOUN_DEEDS.get(noun, 0) & Deed.PAY else 0


def _is_a_sum_for(words: Sequence[str], at: int) -> bool:
    """ "900 EUR to Meier", "Überweisung an Meier 900 Euro"; neither "900 EUR to USD" nor "900 EUR to me"."""
    reach = words[at + 1 : at + 2 + REACH]
    place = next((place for place, word in enumerate(reach) if word in _TO_SOMEBODY), len(reach))
    whom = reach[place + 1 : place + 2]
    if not whom or whom[0] in MONEY_SENT or whom[0] in TO_THE_USER or whom[0].isdecimal():
        return False
    if words[at] in TRANSFERS:
        return (
            not place and any(word.isdecimal() for word in reach[2:]) and (reach[-1].isdecimal() or reach[-1] in _LAST)
        )
    named = all(word in MONEY_SENT or word.isdecimal() for word in reach[:place])
    return named and (words[at] == "money" or place > 0)


def _gerund_deed(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "By sending", "take care of paying", "help me in placing an order"; not "don't even think about deleting it"."""
    if is_gerund_denied(words, at, ends):
        return 0
    bits = 0
    for base in gerund_bases(words[at]):
        if base in DEEDS:
            bits |= DEEDS[base] | FAMILIES.get(base, 0)
        bits |= carried_by(base, words, at, ends) | particle_of(base, words, at, ends) | posted_by(base, words, at)
    return bits


def _is_asked(words: Sequence[str], at: int, ends: Mapping[int, str], *, opens: bool) -> bool:
    before = words[max(0, at - 3) : at]
    if before and not opens and (before[-1] in OF_A_THING or (before[-1].endswith("'s") and before[-1] not in BIDDING)):
        return False
    if words[at] in TELLING and words[at + 1 : at + 2] and words[at + 1] in TO_THE_USER:
        return False
    told = not opens and before and before[-1] not in _BIDDING_BEFORE and OF_SOMEBODY.intersection(before[-2:])
    if told and not _is_begged(words, at):
        return False
    return not is_denied(words, at, ends, opens=opens)
