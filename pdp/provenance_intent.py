"""Whether a proposed action is of a kind that a user's request asks for.

An action's kind comes from the verbs of its operations and the words of its tool and resource, read with the lexicon that
requests are read with: no model, no learning, no knowledge of single tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pdp.fold import fold
from pdp.provenance_lexicon import DEEDS, THINGS, Deed, Thing
from pdp.provenance_request import RequestFacts, singular
from writ.action import Verb
from writ.frozen import frozen

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
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
class ActionKind:
    """What an action is. `reads` when no operation changes or sends anything."""

    reads: bool
    by_verb: int
    by_name: int
    things: int


@lru_cache(maxsize=4096)
def _name_bits(tool: str, resources: tuple[str, ...]) -> tuple[int, int]:
    words = _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ").replace(".", " ").replace("-", " ")))
    deeds = DEEDS.get(words[0], 0) if words else 0
    things = 0
    for word in words:
        things |= THINGS.get(singular(word), 0)
    for resource in resources:
        for word in _WORD.findall(fold(resource.replace("_", " "))):
            things |= THINGS.get(singular(word), 0)
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
