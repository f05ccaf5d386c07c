"""What kind of action a user's request asks for, and whether a proposed action is of that kind.

Works by words alone (`pdp.provenance_lexicon`): no model, no learning, no knowledge of single tools. A request becomes two
sets of bits and two flags; so does an action, from the verbs of its operations and the words of its tool and resource.
Only the bits are stored, never words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pdp.fold import fold
from pdp.provenance_lexicon import (
    BEFORE_GERUND,
    BIDDING,
    DEEDS,
    FORGET,
    HANDED_OVER,
    HANDING_OVER,
    LET_DEEDS,
    LETTING,
    LIGHT,
    NOT,
    NOUN_DEEDS,
    OF_A_THING,
    OF_SOMEBODY,
    OF_THE_REQUEST,
    OFTEN_NOUNS,
    PHRASES,
    TAKEN_UP,
    TELLING,
    THINGS,
    TO_THE_USER,
    Deed,
    Thing,
)
from pdp.provenance_marks import identifiers
from writ.action import Verb
from writ.frozen import frozen

NAMED_EMAIL, NAMED_ACCOUNT, NAMED_URL = 1, 2, 4
"""Bits of what a request names by its address."""

_REACH = 6
"""Words between a handing-over verb and what is handed over."""

_WORD = re.compile("[^\\W_]+(?:['\u2019-][^\\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN = re.compile(r"[^\W_]+")
_BREAKS = frozenset(".:;,!?()\u2013\u2014")
_OPENING = frozenset(':;,.!?()[]{}<>#*"-\u2013\u2014')
"""Signs after which a verb begins a clause."""

_ACCOUNT_DIGITS = 9  # a date has eight

_BY_VERB = {
    Verb.CREATE: Deed.CREATE,
    Verb.UPDATE: Deed.UPDATE,
    Verb.SEND: Deed.SEND,
    Verb.PAY: Deed.PAY,
    Verb.EXECUTE: Deed.EXECUTE,
    Verb.ADMIN: Deed.ADMIN,
    Verb.DELETE: Deed.DELETE,
}
_READING = frozenset({Verb.READ, Verb.LIST})
_ANYWHERE = Deed.SEND | Deed.PAY
"""Deeds that people ask for without a word for what is sent or paid …"""

_PLACES = Thing.WEB | Thing.CHANNEL
_WRITING = Deed.CREATE | Deed.UPDATE
_NARROW = Deed.ADMIN | Deed.DELETE
"""… unless the same call does one of these."""


@frozen
class RequestFacts:
    """What is kept of a request: `deeds` and `things` are bits of Deed and Thing, `named` of NAMED_*, `delegates` tells
    that it hands over to what some source says."""

    deeds: int = 0
    things: int = 0
    named: int = 0
    delegates: bool = False


@frozen
class ActionKind:
    """What an action is. `reads` when no operation changes or sends anything."""

    reads: bool
    by_verb: int
    by_name: int
    things: int


def request_facts(text: str) -> RequestFacts:
    """Reads a request (untrusted in form, at most some 16 KiB) in linear time."""
    words, opening = _clauses(fold(text))
    deeds = things = 0
    for at, word in enumerate(words):
        things |= THINGS.get(_singular(word), 0)
        deeds |= _deeds_at(words, at, opens=at in opening)
        for part in word.split("-") if "-" in word else ():
            things |= THINGS.get(_singular(part), 0)
    return RequestFacts(deeds=deeds, things=things, named=_named(text), delegates=_delegates(words))


def _deeds_at(words: Sequence[str], at: int, *, opens: bool) -> int:
    """Returns what the word at a place asks for; `opens`: it begins a clause."""
    word = words[at]
    denied = bool(NOT.intersection(words[max(0, at - 3) : at]))
    phrase = PHRASES.get((word, words[at + 1])) if at + 1 < len(words) else None
    if phrase and not denied:
        return phrase
    light = _light_deed(words, at) if word in LIGHT and not denied else 0
    if light:
        return light
    bits = DEEDS.get(word, 0)
    bids = opens or word not in OFTEN_NOUNS or words[at - 1] in BIDDING
    if bits and bids and _is_asked(words, at, opens=opens):
        return bits
    return _gerund_deed(word) if word.endswith("ing") and at and words[at - 1] in BEFORE_GERUND else 0


def _clauses(folded: str) -> tuple[list[str], set[int]]:
    """Returns the words, and the positions of those that begin a clause."""
    words: list[str] = []
    opening: set[int] = set()
    end = 0
    for match in _WORD.finditer(folded):
        if not end or _BREAKS.intersection(folded[end : match.start()]):
            opening.add(len(words))
        words.append(match.group())
        end = match.end()
    return words, opening


def _light_deed(words: Sequence[str], at: int) -> int:
    """ "Drop her a line", "make a payment": the noun says what is done."""
    reach = words[at + 1 : at + 2 + _REACH]
    told = next((NOUN_DEEDS[word] for word in reach if word in NOUN_DEEDS), 0)
    if words[at] in LETTING and not (reach and reach[0] in TO_THE_USER):
        told |= next((LET_DEEDS[word] for word in reach if word in LET_DEEDS), 0)
    return told


def _gerund_deed(word: str) -> int:
    """ "By sending", "take care of paying"."""
    stem = word[:-3]
    undoubled = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    return DEEDS.get(stem, 0) | DEEDS.get(stem + "e", 0) | DEEDS.get(undoubled, 0)


def is_order(sentence: str) -> bool:
    """Tells whether a sentence bids its reader do something: a verb of change begins it, or follows a colon or a word that
    bids. "Pay 90 to 4711" does; "Account: 4711" and "she can be reached at 4711" do not."""
    folded = fold(sentence)
    before, end = "", 0
    for match in _TOKEN.finditer(folded):
        word = match.group()
        label = folded[match.end() : match.end() + 1] == ":"  # "Contact: …" and "Order: …" bid nothing
        if (
            word in DEEDS
            and not label
            and (not end or before in BIDDING or _OPENING.intersection(folded[end : match.start()]))
        ):
            return True
        before, end = word, match.end()
    return False


def _is_asked(words: Sequence[str], at: int, *, opens: bool) -> bool:
    before = words[max(0, at - 3) : at]
    if before and before[-1] in OF_A_THING and not opens:
        return False
    if words[at] in TELLING and words[at + 1 : at + 2] and words[at + 1] in TO_THE_USER:
        return False
    if (
        not opens
        and before
        and before[-1] not in ("to", "and", "please", "then")
        and OF_SOMEBODY.intersection(before[-2:])
    ):
        return False
    return not NOT.intersection(before) or bool(FORGET.intersection(before))


def _delegates(words: Sequence[str]) -> bool:
    for at, word in enumerate(words):
        if word in HANDING_OVER:
            reach = words[at + 1 : at + 1 + _REACH]
            for step, follower in enumerate(reach):
                if follower in OF_THE_REQUEST or follower in NOT:
                    break
                if _singular(follower) in HANDED_OVER and not NOT.intersection(words[max(0, at - 3) : at]):
                    return True
                if follower == "what" and step < 2:
                    return True
                if not step and follower in TAKEN_UP and any(_singular(word) in HANDED_OVER for word in words[:at]):
                    return True
    return False


def _named(text: str) -> int:
    bits = 0
    for mark in identifiers(text):
        if mark[0] == "e":
            bits |= NAMED_EMAIL
        elif mark[0] == "u":
            bits |= NAMED_URL
        elif sum(character.isdigit() for character in mark) >= _ACCOUNT_DIGITS:
            bits |= NAMED_ACCOUNT
    return bits


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


@lru_cache(maxsize=4096)
def _name_bits(tool: str, resources: tuple[str, ...]) -> tuple[int, int]:
    words = _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ").replace(".", " ").replace("-", " ")))
    deeds = DEEDS.get(words[0], 0) if words else 0
    things = 0
    for word in words:
        things |= THINGS.get(_singular(word), 0)
    for resource in resources:
        for word in _WORD.findall(fold(resource.replace("_", " "))):
            things |= THINGS.get(_singular(word), 0)
    return deeds, things


def action_kind(tool: str, verbs: Iterable[Verb], resources: Iterable[str]) -> ActionKind:
    """Says what an action is, from the verbs and resource types of its operations and the name of its tool."""
    verbs = frozenset(verbs)
    by_name, things = _name_bits(tool, tuple(sorted(set(resources))))
    by_verb = 0
    for verb in verbs:
        by_verb |= _BY_VERB.get(verb, 0)
    return ActionKind(reads=verbs <= _READING, by_verb=by_verb, by_name=by_name, things=things)


def is_asked(request: RequestFacts, action: ActionKind, *, named: bool = False) -> bool:
    """Tells whether the request asks for an action of this kind.

    Its verb must be asked for, or the verb in the tool's name; and but for sending and paying, on the same kind of thing:
    "update my address" asks for no new password. `named` tells that the user named or pointed at that very thing.
    """
    if action.reads:
        return True
    if action.by_verb & Deed.DELETE and not request.deeds & Deed.DELETE:
        return False
    same_thing = named or not action.things or not request.things or bool(action.things & request.things)
    if action.by_verb & request.deeds & _ANYWHERE:
        return not action.by_verb & _NARROW or same_thing
    if action.by_verb & Deed.PAY and request.deeds & Deed.SEND and request.things & Thing.MONEY:
        return True  # money is sent as well as paid
    if action.by_verb & Deed.SEND and request.deeds & Deed.CREATE and action.things & request.things & _PLACES:
        return True  # "put it on the page" publishes
    deeds = action.by_verb | action.by_name
    if deeds & _WRITING:
        deeds |= _WRITING  # "write two points into the list" adds to it
    return same_thing and bool(deeds & request.deeds)


__all__ = [
    "NAMED_ACCOUNT",
    "NAMED_EMAIL",
    "NAMED_URL",
    "ActionKind",
    "RequestFacts",
    "Thing",
    "action_kind",
    "is_asked",
    "request_facts",
]
