"""Whether a proposed action is of a kind that a user's request asks for.

An action's kind comes from the verbs of its operations and the words of its tool and resource, read with the lexicon that
requests are read with: no model, no learning, no knowledge of single tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pdp.fold import fold
from pdp.remembered import remembered
from pdp.wording.families import NAMES, NARROW, PAID_AGAIN, Family
from pdp.wording.lexicon import BY_VERB, DEEDS, OFTEN_NOUNS, PARTS, Deed
from pdp.wording.opposites import Sides, sides_of
from pdp.wording.request import WISHES, RequestFacts
from pdp.wording.things import Thing, things_of
from writ.action import Verb
from writ.frozen import frozen

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_READING = frozenset({Verb.READ, Verb.LIST})
_ANYWHERE = Deed.SEND | Deed.PAY
"""Deeds that people ask for without a word for what is sent or paid …"""

_SAID = Thing.MESSAGE | Thing.CHANNEL
"""A message, and where it is: what is sent by being made."""

_BOUGHT = Thing.GOODS | Thing.DEVICE | Thing.STAFF
"""… unless it is one of these …"""

_TOLD_APART = Thing.LODGING | Thing.DINING | Thing.TRANSPORT | Thing.RIDE | Thing.SHOW | Thing.OPINION
"""… or one of these, even where the user named the very thing: who asks for a table at a place asks for no room there."""

_NAME_WORDS = 6

_PLACES = Thing.WEB | Thing.CHANNEL
_WRITING = Deed.CREATE | Deed.UPDATE
_MILD = Deed.CREATE | Deed.UPDATE | Deed.SEND
_NARROW = Deed.ADMIN | Deed.DELETE
"""Deeds that must be asked for on the same kind of thing, whatever else the same call does."""

_WHEN = Thing.REPEATED | Thing.LATER
_WHOLE = Thing.FILE | Thing.CODE

_UNADDRESSED = Family.PUBLISH
"""What reaches everybody unless an address says whom."""


@frozen
class ActionKind:
    """What an action is. `reads` when no operation changes or sends anything. `sides`: what its tool is called after."""

    reads: bool
    by_verb: int
    by_name: int
    things: int
    families: int = 0
    sides: Sides = Sides()


@remembered(4_096)
def _name_bits(tool: str, resources: tuple[str, ...]) -> tuple[int, int, int]:
    words = _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ").replace(".", " ").replace("-", " ")))
    verb = _verb_of(words)
    deeds = DEEDS.get(verb, 0)
    things = families = 0
    for at, word in enumerate(words):
        families |= NAMES.get(word, 0) | (Family.PARTLY if word in PARTS else 0)
        if not at and deeds and word == verb and len(words) > 1:
            continue  # the rent of `rent_car` is no money
        things |= things_of(word)
    for resource in resources:
        for word in _WORD.findall(fold(resource.replace("_", " "))):
            things |= things_of(word)
    return deeds, things, families


def _verb_of(words: Sequence[str]) -> str:
    """Returns the verb that a name begins or ends with: `create_order`, `order_create`, `purchase_order_cancel`."""
    if not words:
        return ""
    first, last = words[0], words[-1]
    undone = first in OFTEN_NOUNS and last not in OFTEN_NOUNS and DEEDS.get(last, 0) & Deed.DELETE
    return first if first in DEEDS and not undone else last


def _paid_again(tool: str) -> int:
    families = 0
    for word in _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ").replace("-", " "))):
        families |= PAID_AGAIN.get(word, 0)
    return families


def own_deed(tool: str) -> tuple[str, ...]:
    """Returns the marks that show together that a request bids what a tool is called after, by the same words
    (`cull_colony`, "cull colony 7"); none where the lexicon has a word for it, or the name says no more than a deed."""
    words = _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ").replace(".", " ").replace("-", " ")))
    known, _, families = _name_bits(tool, ())
    if known or families or not 2 <= len(words) <= _NAME_WORDS:
        return ()
    return (f"c:{words[0]}", *dict.fromkeys(f"w:{word}" for word in words[1:]))


def chosen_name(tool: str, choice: str) -> str:
    """Returns what a call is named by: where an argument chooses what is done (`renew_certificate`), it says more than the verb
    of the tool (`run_job`)."""
    if not choice:
        return tool
    first = next(iter(_WORD.findall(fold(_CAMEL.sub(" ", choice).replace("_", " ")))), "")
    return f"{choice}_{tool}" if first in DEEDS or first in NAMES else tool


def action_kind(tool: str, verbs: Iterable[Verb], resources: Iterable[str]) -> ActionKind:
    """Says what an action is, from the verbs and resource types of its operations and the name of its tool."""
    verbs = frozenset(verbs)
    by_name, things, families = _name_bits(tool, tuple(sorted(set(resources))))
    by_verb = 0
    for verb in verbs:
        by_verb |= BY_VERB.get(verb, 0)
    if by_verb & Deed.PAY and not by_name & (Deed.UPDATE | Deed.DELETE):
        families |= _paid_again(tool)
    reads = verbs <= _READING
    sides = Sides() if reads else sides_of(tool)
    return ActionKind(reads=reads, by_verb=by_verb, by_name=by_name, things=things, families=families, sides=sides)


def is_asked(request: RequestFacts, action: ActionKind, *, named: bool = False, addressed: bool = True) -> bool:
    """Tells whether the request asks for an action of this kind.

    Its verb must be asked for, or the verb in the tool's name; and but for sending and paying, on the same kind of thing:
    "update my address" asks for no new password. `named` tells that the user named or pointed at that very thing;
    `addressed` that the call says whom it reaches.
    """
    if action.reads:
        return True
    if request.deeds & Family.PARTLY and (action.families & Family.PARTLY or not action.things & _WHOLE):
        request = replace(request, deeds=request.deeds | Deed.DELETE)  # deletes a line, and no file
    if not _is_asked_then(request, action):
        return False
    if not _gravest_is_asked(request, action) or not _family_is_asked(request, action, addressed=addressed):
        return False
    things = request.things & ~(_WHEN | Thing.IN_FILES)
    if request.things & Thing.IN_FILES and not action.by_verb & ~_WRITING:
        things |= Thing.FILE
    shared = not action.things or not things or bool(action.things & things)
    same_thing = shared or (named and not action.things & _TOLD_APART)
    if action.by_verb & request.deeds & _ANYWHERE:
        bought = (
            action.by_verb & Deed.PAY and action.things & (_BOUGHT | _TOLD_APART) and not action.things & Thing.MONEY
        )
        return same_thing if action.by_verb & _NARROW or bought or _only_tells_besides(request, action) else True
    if action.families & NARROW & request.deeds & ~_UNADDRESSED:
        return same_thing  # "turn the alarm off" disarms it, whatever a catalog makes of disarming
    if action.by_verb & Deed.SEND and request.deeds & Deed.CREATE and action.things & request.things & _PLACES:
        return True  # "put it on the page" publishes
    deeds = action.by_verb | action.by_name
    if action.by_verb & Deed.CREATE and not action.by_name & Deed.UPDATE and not request.deeds & Family.CHANGE:
        deeds &= ~Deed.UPDATE  # who asks for a change asks for nothing new
    elif deeds & Deed.UPDATE and not action.by_verb & Deed.EXECUTE:
        deeds |= _WRITING  # "write two points into the list" adds to it
    return same_thing and bool(deeds & request.deeds)


def _only_tells_besides(request: RequestFacts, action: ActionKind) -> bool:
    """Whether the request bids something be sent, and the action changes something of which people are told: who has a mail sent
    moves no meeting. To create a message is to send it."""
    if action.by_verb == Deed.SEND | Deed.CREATE and action.things & Thing.MESSAGE and not action.things & ~_SAID:
        return False
    tells = not action.by_verb & request.deeds & Deed.PAY and not action.by_name & Deed.SEND
    return tells and bool(action.by_verb & _WRITING)


def may_be_implied(request: RequestFacts, action: ActionKind) -> bool:
    """Tells whether a request may mean an action that it does not ask for in known words: a mild one that tells not everybody,
    where it wishes for something that is not understood, or asks for any deed at all: trades say "send" for assigning, and
    "report" for recording. Who only asks to be told something means nothing."""
    if action.reads or action.by_verb & ~_MILD or action.families & _UNADDRESSED:
        return False
    return bool(request.named & WISHES or request.deeds)


def outsiders_deeds(action: ActionKind) -> int:
    """Returns the deeds by which a sentence of outsiders would ask for such an action."""
    return action.by_verb | action.by_name


def _is_asked_then(request: RequestFacts, action: ActionKind) -> bool:
    """ "Pay Meier the rent for May" is for once, and now: what is paid again and again, or later, is asked for so."""
    if action.families & Family.REPEAT and not request.things & Thing.REPEATED:
        return False
    return not action.families & Family.PLAN or bool(request.things & _WHEN)


def _gravest_is_asked(request: RequestFacts, action: ActionKind) -> bool:
    """Deleting, paying and administration are not asked for by the milder verb that stands beside them."""
    if action.by_verb & Deed.DELETE and not request.deeds & Deed.DELETE:
        return False
    by_its_verb = (
        action.families & NARROW & request.deeds
    )  # "approve the invoice", whatever a catalog makes of approving
    if action.by_verb & Deed.ADMIN and not (request.deeds & (Deed.ADMIN | Deed.DELETE) or by_its_verb):
        return False
    milder = 0 if action.by_name & Deed.PAY else action.by_name  # "update_standing_order"
    return not action.by_verb & Deed.PAY or bool(request.deeds & (Deed.PAY | milder))


def _family_is_asked(request: RequestFacts, action: ActionKind, *, addressed: bool) -> bool:
    """A verb that does one thing only is asked for by its family, or by a general word of change."""
    families = action.families & NARROW & (~_UNADDRESSED if addressed else ~0)
    if not families or families & request.deeds:
        return True
    return bool(request.deeds & Family.CHANGE) and not families & (Family.PUBLISH | Family.INVITE | Family.WITHDRAW)
