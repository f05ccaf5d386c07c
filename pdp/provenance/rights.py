"""Rights above the level that the user wrote: who says "view only" makes nobody an owner, whatever was read.

A right of one who manages or owns a thing needs its word; a milder one only waits where the request speaks of a still milder one
alone. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pdp.provenance.forms import IN_USER, Form
from pdp.provenance.lookups import Lookups, hashed
from pdp.provenance.model import RIGHT, Lookup, ProvenanceAsk, ProvenanceView, RightRef
from pdp.wording.levels import Level, level_given, may_be_anything
from pdp.wording.marks import words
from pdp.wording.request import ENTRUSTS


def level_mark(level: Level) -> str:
    """Returns the mark of a level of rights that a request speaks of."""
    return f"L:{level.value}"


def add_rights(key: bytes, tool: str, others: Sequence[tuple[str, str]], lookups: Lookups) -> tuple[RightRef, ...]:
    """Adds what tells whether the request speaks of the levels that a call gives, each once. `others`: pointer and text of its
    scalars."""
    found: dict[Level, RightRef] = {}
    for pointer, text in others:
        for level, called in _given(tool, pointer, text):
            if level in found or level == Level.READ:  # nothing is below it
                continue
            spoken_of, milder = _lookups(key, level, called)
            at = lookups.also(spoken_of)
            milder_at = -1 if level >= Level.ADMIN else lookups.also(milder)
            found[level] = RightRef(pointer=pointer, at=at, milder_at=milder_at)
    return tuple(found.values())


def beyond_rights(ask: ProvenanceAsk, view: ProvenanceView) -> list[dict[str, Any]]:
    """Levels that the request does not speak of. What it leaves to a source may be any but those that need their word."""
    if view.request is None:
        return []
    left = view.request.delegates or bool(view.request.named & ENTRUSTS)
    return [
        {"kind": RIGHT, "pointer": right.pointer, "origin": "NOWHERE", "threatened": False}
        | {"pointed": False, "left_open": False, "addressed": False}
        for right in ask.rights
        if not view.hits[right.at].user and (right.milder_at < 0 or (view.hits[right.milder_at].user and not left))
    ]


def _given(tool: str, pointer: str, text: str) -> list[tuple[Level, str]]:
    """Returns the levels by a value, and by the name of the list or object that it stands in: `{"owners": ["bob"]}`."""
    told = [text, *pointer.split("/")[2:]]
    return [(level, one) for one in told if (level := level_given(tool, pointer, one)) is not None]


@lru_cache(maxsize=1_024)
def _lookups(key: bytes, level: Level, called: str) -> tuple[Lookup, Lookup]:
    """Returns what finds this level or a higher one in the user's words, by itself or as the call spells it, and a milder one."""
    higher = [Form(where=IN_USER, marks=(level_mark(one),)) for one in Level if one >= level]
    if level >= Level.ADMIN and may_be_anything(called):
        higher.append(Form(where=IN_USER, marks=tuple(f"w:{word}" for word in words(called))))
    milder = [Form(where=IN_USER, marks=(level_mark(one),)) for one in Level if one < level]
    return Lookup(forms=hashed(key, higher)), Lookup(forms=hashed(key, milder))
