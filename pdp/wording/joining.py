"""Turns of phrase by which people are let into a channel or group, or taken out of it, though no verb of rights says so, and by
which what is written goes to one.

By words alone, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pdp.fold import fold
from pdp.suggest.words import word_set
from pdp.wording.families import Family
from pdp.wording.grammar import COURTESIES, ONTO
from pdp.wording.lexicon import Deed
from pdp.wording.naming import AND, ENDS, TOKEN, is_known
from pdp.wording.telling import is_somebody
from pdp.wording.things import Thing, things_in, things_of
from pdp.wording.wishes import REACH

_LETTING_IN = word_set("bring get have hol lass let move nimm pull put setz steck take")
_TAKING_OUT = word_set("drop get nimm pull take throw wirf")
_THEM = word_set("her him them")
_IN = word_set("dazu herein hinzu rein")
_MAKING = word_set("create erstelle make mach new neuen neuer open set start")
_WITH = word_set("avec con mit w with")
_MADE_WORDS = 4
_BACK = word_set("again back wieder")
_OUT = word_set("aus from of off out raus")
_OUT_OF = word_set("from of off out")
_PLACE_WORDS = 3
"""Words of a place: "into the new channel"."""

CONDENSING = word_set("condense fass fasse recap résume resume resumir summarise summarize sum")
"""Verbs of what is only read …"""
FOR = word_set("for für pour para")
"""… and who is to have it."""

_IT = word_set("es it that this")
_THERE = word_set("da dort there")

_JOINED = int(Deed.ADMIN | Deed.UPDATE | Family.INVITE)
_LEFT = int(Deed.DELETE | Deed.ADMIN)


def joined(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Put Kit and Hanna into the design channel", "let her back into the group" give a right there, "take him off the channel"
    takes it, "make a channel with Ada" gives it her; neither "put it into the channel" nor "get the figures into the group"."""
    if words[at] in _MAKING:
        return _made_with(words, at, ends)
    if words[at] not in _LETTING_IN and words[at] not in _TAKING_OUT:
        return 0
    whom: list[str] = []
    for place in range(at + 1, min(len(words), at + 2 + REACH)):
        word = words[place]
        leads_in = word in ONTO and words[at] in _LETTING_IN
        if leads_in or (word in _OUT and words[at] in _TAKING_OUT):
            room = _is_room(words, place, ends) or (
                leads_in and _ends_in(words, place, ends) and _THEM.issuperset(whom)
            )
            return (_JOINED if leads_in else _LEFT) if room and _are_people(whom) else 0
        if word in _IN and words[at] in _LETTING_IN:
            return _JOINED if _are_people(whom) else 0
        if word not in _BACK and word not in COURTESIES and word not in ("and", "und"):
            whom.append(word)
        if place in ends and ends[place] != ",":
            return 0
    return 0


def _are_people(whom: Sequence[str]) -> bool:
    """Not "take Bob's word from the channel"."""
    return bool(whom) and not any(word.endswith("'s") for word in whom) and is_somebody(whom)


def _ends_in(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """ "Put him back in", "let her in again"."""
    return words[at] == "in" and (at in ends or words[at + 1 : at + 2] == [] or words[at + 1] in _BACK)


def _made_with(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Make a channel for the film with Ada and Bob": who is in a channel that is made is let in."""
    room = False
    for place in range(at + 1, min(len(words) - 1, at + 2 + REACH)):
        if room and words[place] in _WITH:
            last = next((step for step in range(place + 1, place + _PLACE_WORDS) if step in ends), place + _PLACE_WORDS)
            return _JOINED if is_somebody(words[place + 1 : last + 1]) else 0
        room = room or (place <= at + _MADE_WORDS and _is_channel(words[place]))
        if place in ends:
            return 0
    return 0


def told_in_short(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """Returns SEND for "summarise the thread for the launch channel", "… and summarise it there"; neither for "summarise it for
    the team", who may be anybody, nor for "summarise what was said there"."""
    if words[at] not in CONDENSING:
        return 0
    for place in range(at + 1, min(len(words), at + 2 + 2 * REACH)):
        if words[place] in FOR:
            return int(Deed.SEND) if _is_room(words, place, ends) else 0
        if words[place] in _THERE and place in ends and words[at + 1] in _IT and place <= at + _PLACE_WORDS:
            return int(Deed.SEND)
        if place in ends and ends[place] != ",":
            return 0
    return 0


def told_by_name(text: str) -> int:
    """Returns SEND for "summarise the thread for Ada" in a text as it stands; not for "summarise it for Friday" and "… for Ada's
    trip"."""
    condenses = False
    end = 0
    tokens = list(TOKEN.finditer(text))
    for at, token in enumerate(tokens[:-1]):
        condenses = condenses and not ENDS.search(text, end, token.start())
        end = token.end()
        word = token.group().lower()
        if condenses and word in FOR and _is_name(text, tokens, at + 1):
            return int(Deed.SEND)
        condenses = condenses or word in CONDENSING
    return 0


def _is_name(text: str, tokens: Sequence[re.Match[str]], at: int) -> bool:
    """Tells whether the word at a place is a name by its capital letter, with nothing of it behind."""
    name = tokens[at].group()
    if not name[0].isupper() or things_in(fold(name)) or is_known(fold(name)):
        return False
    behind = text[tokens[at].end() : tokens[at].end() + 1]
    follower = tokens[at + 1].group().lower() if at + 1 < len(tokens) else ""
    return behind in ("", *".,;:!?\n") or (behind == " " and (not follower or follower in AND))


def _is_room(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """Tells whether a channel stands behind a preposition."""
    for place in range(at + 1, min(len(words), at + 1 + _PLACE_WORDS)):
        if _is_channel(words[place]) or words[place].startswith("#"):
            behind = "".join(words[place + 1 : place + 2])
            return place in ends or not behind.endswith("ed")  # "have Kit in the channel explained to me"
        if place in ends:
            return False
    return False


def _is_channel(word: str) -> bool:
    """A room may as well be a hotel's."""
    things = things_of(word)
    return bool(things & Thing.CHANNEL) and not things & Thing.LODGING
