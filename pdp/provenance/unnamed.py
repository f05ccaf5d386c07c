"""Rights, programs and deletions for what nobody named: "add Bob to the finance group", and `add_member(group="admins")`.

A plain name that nothing holds reaches only what its server knows by it. Of a message that is somebody of the house; of rights
it is whatever every server has: `admins`, `production`, `main`. Pure.
"""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.provenance.model import NO_HIT, ProvenanceAsk, ProvenanceView, SinkRef
from pdp.remembered import remembered
from pdp.suggest.words import word_set
from pdp.wording.lexicon import Deed
from pdp.wording.request import ENTRUSTS, MEANS_MANY
from pdp.wording.things import singular

_GRAVE = {"id": Deed.ADMIN | Deed.EXECUTE | Deed.DELETE, "recipient": Deed.ADMIN, "channel": Deed.ADMIN}
"""By kind of value, the deeds whose object somebody has to name."""

_WORD = re.compile(r"[^\W\d_]+|[^\w\s'\u2019]|[\d_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OURS = word_set("die meine my our the these those unsere your")
_STILL = word_set("open other others remaining rest")
_GOES_ON = word_set(
    "after again and are as be before being but but first for if is now or please so then too when while"
    " bitte jetzt sind und wenn"
) | set(".,;:!?)")
"""Behind a noun, these say no more of which it means."""
_OF_AN_ID = frozenset({"id", "ids", "name", "names"})


def all_spoken_of(folded: str) -> frozenset[str]:
    """Returns the nouns, in the singular, of which a folded request speaks as all that there are: "lock the doors"; not "the
    doors of the house", "the doors d-1 and d-2". In linear time."""
    words = [*_WORD.findall(folded), "."]
    found: set[str] = set()
    for at, word in enumerate(words[:-1]):
        if words[at + 1] in _GOES_ON and (noun := singular(word)) != word:
            before = [other for other in words[max(0, at - 3) : at] if other not in _STILL]
            if before and before[-1] in _OURS:
                found.add(noun)
    return frozenset(found)


@remembered(1_024)
def noun_of(pointer: str) -> str:
    """Returns what the argument that holds a value is called after, "door" for `/doorIds/0` (RFC 6901); "" for nothing."""
    fields = [part for part in pointer.split("/") if part and not part.isdecimal()]
    words = [word for word in _WORD.findall(fold(_CAMEL.sub(" ", fields[-1]))) if word.isalpha()] if fields else []
    return next((singular(word) for word in reversed(words) if word not in _OF_AN_ID), "")


def unnamed(ref: SinkRef, ask: ProvenanceAsk, view: ProvenanceView) -> dict[str, bool]:
    """A plain name that neither the request nor anything read holds, of what gets or gives rights, is run or is deleted: as an id
    it must come from somewhere. Not where the request speaks of many, or of all that the argument names, or leaves it to a
    source, nor before anything was read that could bid the agent choose it; nor for a step that the request does not speak of, as
    the locks of a car's doors before its engine is started: whether that is meant, its names do not tell."""
    request = view.request
    if request is None or ref.addressed or view.hits[ref.at] != NO_HIT:
        return {}
    if ask.unspoken or ref.of_all or not view.may_be_told:
        return {}
    if not ask.kind.by_verb & _GRAVE.get(ref.kind, 0) or request.delegates or request.named & (MEANS_MANY | ENTRUSTS):
        return {}
    return {"pointed": False, "left_open": False, "addressed": True}
