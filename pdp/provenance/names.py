"""What tells whom and what a user's request means by names: lookups of `pdp.provenance.meant` and `pdp.wording.whom`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from pdp.catalog_sinks import SinkValues
from pdp.fold import fold
from pdp.provenance.forms import BY_LINK, IN_ORDERS, IN_USER, hash_mark, strong_marks
from pdp.provenance.lookups import MAX_NAME_CHARS, Lookups, any_of
from pdp.provenance.meant import (
    MAX_NAMES,
    MEANT_KINDS,
    TARGET_KINDS,
    called_marks,
    file_marks,
    meant_marks,
    naming_marks,
    part_marks,
    pushed_marks,
    reach_of,
)
from pdp.provenance.model import BANK, HANDLE, MAIL, NAMES_RECORD, NUMBER, PAYEE, PLACE, ROOM, Lookup, SinkRef
from pdp.provenance.payees import has_a_name_of, reach_of_payee
from pdp.provenance.shapes import PATH_SHAPE, WRITTEN_ID, id_shape, is_written
from pdp.provenance.speech import MAX_REMEMBERED, Request
from pdp.provenance.told import deed_marks, link_mark
from pdp.provenance.unnamed import noun_of
from pdp.provenance.wide import is_everybody
from pdp.suggest.words import word_set
from pdp.wording.intent import ActionKind, is_asked, may_be_implied, outsiders_deeds
from pdp.wording.lexicon import Deed
from pdp.wording.marks import words
from pdp.wording.request import MEANS_MANY, RequestFacts
from pdp.wording.things import Thing

MAX_REFUSED = 128
"""Names that a request refuses; a lookup has 255 forms at most."""

MAX_TIED = 4
"""Records of one action of which it is looked up whether the request speaks of them."""

_TOLD_ELSEWHERE = re.compile(
    r"\b(?:e-?mail|mail|adresse?|address|contact|number|handle|details|kontakt|nummer) "
    r"(?:(?:is|are|stands|ist|steht|est|está)\b|(?:on|in|from|aus|auf|von) (?:the|that|this|her|his|their|der|dem)\b)"
)
"""Who says that somebody's address stands somewhere means what stands there: "her e-mail is on the page"."""

_OPENLY = word_set(
    "anybody anyone channel everyone everybody public publicly publish publicity open öffentlich veröffentliche"
)


def add_meant(
    key: bytes, request: Request, texts: Mapping[int, str], refs: list[SinkRef], lookups: Lookups, *, pays: bool
) -> None:
    """Adds what tells whom a request means by a name, once for each value. `texts`: those of `refs`, by their position, since a
    name and its value have one pointer. `pays`: the action makes a payment."""
    named: dict[str, tuple[int, int]] = {}
    known: dict[tuple[str, str], SinkRef] = {}
    for at, text in texts.items():
        ref = refs[at]
        if ref.kind not in TARGET_KINDS:
            continue
        if (ref.kind, text) not in known:
            known[ref.kind, text] = _meant_ref(key, request, ref, text, lookups, named, pays=pays)
        of_all = noun_of(ref.pointer) in request.all_of
        refs[at] = replace(known[ref.kind, text], pointer=ref.pointer, at=ref.at, of_all=of_all)


def _meant_ref(
    key: bytes,
    request: Request,
    ref: SinkRef,
    text: str,
    lookups: Lookups,
    named: dict[str, tuple[int, int]],
    *,
    pays: bool,
) -> SinkRef:
    """Returns a value with what tells whether the request means it, after adding the lookups for it. `named`: for each way to
    reach somebody the positions of `_add_named`."""
    ref = replace(
        ref,
        everybody=ref.kind in ("recipient", "channel") and _is_everybody(request, text),
        shape=_shape(request, ref.kind, text),
        written=ref.kind == "id" and WRITTEN_ID + fold(text).strip().lstrip("#") in request.written,
        refused=_is_left_out(request, ref.kind, text),
    )
    if lookups.is_full:
        return replace(ref, unasked=True)
    reach = _reach(request, ref.kind, text, pays=pays)
    meant, pushed = _about(key, request, ref.kind, text, reach)
    meant_at = anyhow_at = pushed_at = names_at = addressed_at = refused_at = -1
    if meant is not None:
        meant_at = lookups.also(meant)
        if reach not in named:
            named[reach] = _add_named(key, request, reach, text, lookups)
        names_at, addressed_at = named[reach]
        if reach in (MAIL, HANDLE) and request.whom.told is not None and not request.whom.certain:
            anyhow_at = lookups.also(_meant_by(key, None, request, text))
    if pushed is not None:
        pushed_at = lookups.also(pushed)
    if request.put_out and ref.kind in MEANT_KINDS:
        refused_at = lookups.also(Lookup(forms=any_of(key, meant_marks(request.put_out[:MAX_REFUSED], text))))
    return replace(
        ref,
        meant_at=meant_at,
        anyhow_at=anyhow_at,
        pushed_at=pushed_at,
        names_at=names_at,
        addressed_at=addressed_at,
        reach=reach,
        refused_at=refused_at,
        told=_is_told(request, reach, text),
        described=request.whom.otherwise and request.whom.told is None,
    )


def _reach(request: Request, kind: str, value: str, *, pays: bool) -> str:
    return reach_of_payee(kind, reach_of(kind, value), pays=pays, told=request.whom.paid is not None)


def _shape(request: Request, kind: str, value: str) -> str:
    folded = fold(value).strip()
    if kind == "path":
        return PATH_SHAPE if PATH_SHAPE in request.written and not is_written(folded, request.written) else ""
    shape = id_shape(folded) if kind == "id" else ""
    return shape if shape in request.written else ""


def _is_left_out(request: Request, kind: str, value: str) -> bool:
    """Tells whether the request writes a value out as one that it refuses; a file also by its name alone."""
    if not request.left_out:
        return False
    folded = fold(value).strip()
    return (
        folded in request.left_out
        or (kind == "path" and folded.rpartition("/")[2] in request.left_out)
        or not request.left_out.isdisjoint(strong_marks(value, kind))
    )


def _is_everybody(request: Request, value: str) -> bool:
    return is_everybody(value) and _OPENLY.isdisjoint(words(request.folded))


def _add_named(key: bytes, request: Request, reach: str, value: str, lookups: Lookups) -> tuple[int, int]:
    """Returns the positions of the lookups for the names in a request at all and for those that are addressed."""
    names_at = lookups.also(Lookup(forms=any_of(key, naming_marks(request.names, value))))
    addressed = _known_as(request, reach)
    if addressed is None:
        return names_at, -1
    if reach in (PLACE, HANDLE):
        known = called_marks("c" if reach == PLACE else "u", addressed)
        known += called_marks("v", addressed) if reach == HANDLE or request.whom.channels is not None else ()
    else:
        known = naming_marks(addressed, value)
    return names_at, lookups.also(Lookup(forms=any_of(key, known)))


def _known_as(request: Request, reach: str) -> tuple[str, ...] | None:
    """Returns the words of which it is asked whether records know somebody by them. Where a request addresses nobody, neither by
    a name nor in other words, any of its names: "get Bob the budget by mail"."""
    whom = request.whom
    if reach == BANK and whom.paid is None:
        return whom.billed or None
    addressed = _addressed(request, reach)
    if addressed is not None or reach not in (MAIL, HANDLE, NUMBER):
        return addressed
    if whom.otherwise or whom.converses or request.facts.named & MEANS_MANY:
        return None
    return request.names or None


def _is_told(request: Request, reach: str, value: str) -> bool:
    """Tells whether a request says by name, for certain, whom it means where a value stands that reaches so."""
    whom = request.whom
    if reach in (PLACE, ROOM):
        return whom.channels is not None
    if reach == BANK:
        return whom.paid is not None
    if reach == PAYEE:
        return whom.paid is not None and not has_a_name_of(value, whom.paid)
    return whom.certain and _addressed(request, reach) is not None and _TOLD_ELSEWHERE.search(request.folded) is None


def _addressed(request: Request, reach: str) -> tuple[str, ...] | None:
    """Returns the words by which a request says whom it means where a value stands that reaches so; None where others of its
    words may say it. Not where it speaks of a thread or the like: "tell Ada in the Lisbon thread" names that as well."""
    whom = request.whom
    if reach in (BANK, PAYEE):
        return whom.paid
    if reach == PLACE:
        return whom.channels or whom.perhaps or None
    if reach == ROOM:  # "from the launch channel in random as well"
        return (*(whom.channels or ()), *whom.perhaps) or None
    if reach not in (MAIL, HANDLE, NUMBER) or (reach != MAIL and whom.converses):
        return None
    return whom.told


def add_implied(
    key: bytes, request: Request, kind: ActionKind, sinks: SinkValues, lookups: Lookups
) -> tuple[int, tuple[int, ...]]:
    """Adds what tells whether a request implies an action that it does not ask for; returns the positions of whether outsiders
    ask for one, -1 where the request can imply none, and of what the request calls the records. Nothing where it asks for it
    anyway."""
    if not _implies(request.facts, kind):
        return -1, _called_by_name(key, request, sinks, lookups) if _hangs_on_its_name(request.facts, kind) else ()
    tied: list[int] = []
    for value in sinks.values:
        if value.kind not in TARGET_KINDS or len(value.text) > MAX_NAME_CHARS:
            continue
        if len(tied) >= MAX_TIED:
            break
        _, called = called_lookups(key, request, value.text)
        if called is not None:
            tied.append(lookups.also(called))
    deeds = outsiders_deeds(kind)
    return (lookups.also(_deeds_lookup(key, deeds)), tuple(tied)) if deeds else (-1, ())


def _called_by_name(key: bytes, request: Request, sinks: SinkValues, lookups: Lookups) -> tuple[int, ...]:
    """Returns the positions of whether records call what an action is done to by a likely name of the request: "cancel the
    reading club", and `ev-8`."""
    if not request.names:
        return ()
    done_to = [value for value in sinks.values if value.kind in ("id", "path") and len(value.text) <= MAX_NAME_CHARS]
    return tuple(lookups.also(_meant_by(key, request.names, request, value.text)) for value in done_to[:MAX_TIED])


@lru_cache(maxsize=4096)
def _implies(facts: RequestFacts, kind: ActionKind) -> bool:
    return not is_asked(facts, kind) and may_be_implied(facts, kind)


@lru_cache(maxsize=4096)
def _hangs_on_its_name(facts: RequestFacts, kind: ActionKind) -> bool:
    """Tells whether a request asks for a deletion if it names what is deleted; rights and payments need their own word, and who
    takes somebody off a list names him as well."""
    if not kind.by_verb & Deed.DELETE or kind.by_verb & (Deed.ADMIN | Deed.PAY) or kind.things & Thing.PERSON:
        return False
    return not is_asked(facts, kind) and is_asked(facts, kind, named=True)


@lru_cache(maxsize=256)
def _deeds_lookup(key: bytes, deeds: int) -> Lookup:
    return Lookup(forms=tuple((IN_ORDERS, hash_mark(key, mark)) for mark in deed_marks(deeds)))


def called_lookups(key: bytes, request: Request, value: str) -> tuple[Lookup | None, Lookup | None]:
    """Returns the lookup of whether the request calls a value by another field of its record, "what Ada wrote" and `U7`, or
    by a part of its name: for what is read, and for what is acted on."""
    known = request.remembered.get(("", value))
    if known is None:
        forms = () if fold(value) in request.folded else any_of(key, meant_marks(_words_of(request), value))
        read = forms + tuple((IN_USER, hash_mark(key, mark)) for mark in part_marks(value))
        known = (Lookup(forms=read, naming=NAMES_RECORD) if read else None, Lookup(forms=forms) if forms else None)
        if len(request.remembered) < MAX_REMEMBERED:
            request.remembered["", value] = known
    return known


def _about(key: bytes, request: Request, kind: str, value: str, reach: str) -> tuple[Lookup | None, Lookup | None]:
    """Returns the lookups of whether the request means a value, and of whether outsiders bid the reader act on it."""
    if len(value) > MAX_NAME_CHARS:
        return None, None
    by = f"{kind} {reach}"  # the same name is a person's in one tool and a payee's in another
    found = request.remembered.get((by, value))
    if found is None:
        found = _made_about(key, request, kind, value, reach)
        if len(request.remembered) < MAX_REMEMBERED:
            request.remembered[by, value] = found
    return found


def _made_about(key: bytes, request: Request, kind: str, value: str, reach: str) -> tuple[Lookup | None, Lookup | None]:
    if fold(value) in request.folded:
        return None, None
    open_place = reach in (PLACE, ROOM) and request.whom.channels is None
    addressed = None if open_place or reach == NUMBER else _addressed(request, reach)
    meant = _meant_by(key, addressed, request, value) if kind in MEANT_KINDS else None
    marks = pushed_marks(value) if kind in TARGET_KINDS else ()
    if not marks:
        return meant, None
    called = [marks, *file_marks(value)] if kind == "path" else [marks]
    forms = [(IN_ORDERS, b"".join(hash_mark(key, mark) for mark in each)) for each in called]
    return meant, Lookup(forms=(*forms, (BY_LINK, hash_mark(key, link_mark(value)))))


def _meant_by(key: bytes, addressed: tuple[str, ...] | None, request: Request, value: str) -> Lookup:
    return Lookup(forms=any_of(key, meant_marks(_words_of(request) if addressed is None else addressed, value)))


def _words_of(request: Request) -> tuple[str, ...]:
    """Returns the words of a request that may be names, likely ones first."""
    return (*request.names, *request.others)[:MAX_NAMES]
