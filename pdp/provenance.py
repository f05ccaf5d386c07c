"""Argument provenance: for each value that decides whom an action reaches, who named it (design, section 3).

The strongest defence against indirect prompt injection that needs no model: an address that stands nowhere but in a web
page that the agent has just read is not the user's. The facts go to `input.provenance`; rules judge (pack `agent_safety`).

    ask     what one action wants to know: keyed hashes of its values, of the user's request, of what it is about to read
    view    what the store answers (`pdp.provenance_store`)
    facts   `writ.v1.PolicyProvenance` as JSON, made of both

Only a gateway's word makes text the user's; only a gateway's report of the decided call makes a record trusted; lost state
makes every origin the worst. Pure; nothing leaves this module in clear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.catalog_sinks import MAX_SINK_VALUES, SinkValues
from pdp.fold import fold
from pdp.provenance_facts import is_naming, policy_provenance
from pdp.provenance_forms import (
    BY_LINK,
    CONTENT,
    HASH_BYTES,
    IN_ORDERS,
    IN_RECORDS,
    IN_TEXT,
    IN_USER,
    NUMBERED,
    QUERY,
    STEERED,
    Form,
    address_forms,
    hash_mark,
    is_addressed,
    is_crowded,
    is_weak,
    value_forms,
)
from pdp.provenance_intent import ActionKind, is_asked, may_be_implied, outsiders_deeds, own_deed
from pdp.provenance_lexicon import Thing
from pdp.provenance_meant import (
    MEANT_KINDS,
    TARGET_KINDS,
    called_marks,
    meant_marks,
    naming_marks,
    part_marks,
    pushed_marks,
    reach_of,
)
from pdp.provenance_model import (
    BANK,
    HANDLE,
    LINK,
    MAIL,
    NAMES_DEED,
    NAMES_PAGE,
    NAMES_RECORD,
    NAMES_SOURCE,
    NAMES_THING,
    PLACE,
    DetailRef,
    Hit,
    Lookup,
    ProvenanceAsk,
    ProvenanceView,
    SinkRef,
    Speech,
    only_fetches,
)
from pdp.provenance_request import MEANS_MANY, RequestFacts
from pdp.provenance_speech import MAX_REMEMBERED, Request, Requests
from pdp.provenance_sums import Sum, sum_marks
from pdp.provenance_told import MAX_DETAILS, RECORD, Detail, deed_marks, details, link_mark, states

__all__ = [
    "MAX_NAMING",
    "Hit",
    "Lookup",
    "ProvenanceAsk",
    "ProvenanceView",
    "SinkRef",
    "Speech",
    "Sum",
    "claim_hash",
    "is_naming",
    "policy_provenance",
    "provenance_ask",
    "tool_hash",
]

MAX_NAMING = 8
"""Arguments of a reading call by which it may be told that the user pointed at what it reads."""

MAX_NAME_CHARS = 256
"""Longer arguments are texts; nobody points at anything by them."""

MAX_CONTENT_NAMES = 24
"""Addresses and links inside one composed text that are followed; of a text with more, nothing is known."""

MAX_LOOKUPS, MAX_HASHES, MAX_FORM_MARKS = 64, 512, 255
"""Values of one action, hashes of all of them, and hashes of one form: what a mailing to 64 people by name needs. Beyond
them nothing is known of any value, or one action could keep the server busy that others wait for."""

MAX_TIED = 4
"""Records of one action of which it is looked up whether the request speaks of them."""

_LOOKED_INTO = MEANT_KINDS | TARGET_KINDS

_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[ T:0-9.Z+-]*")
_NO_FACTS = RequestFacts()


def provenance_ask(
    key: bytes,
    requests: Requests,
    *,
    session: str,
    agent: str,
    claim: str,
    tool: tuple[str, str],
    speech: Speech,
    kind: ActionKind,
    sinks: SinkValues,
    naming: Sequence[str],
    result: ResultSpec,
    dry_run: bool = False,
    others: Sequence[tuple[str, str]] = (),
    paid: Sum | None = None,
) -> ProvenanceAsk | None:
    """Returns what to ask; None when there is neither a sink, nor a request, nor text of outsiders to come, so that the
    action pays for nothing.

    `key`: 16 to 64 bytes, the same on every replica. `naming`: the string arguments of the call, in order. `others`: pointer
    and text of all scalars of the arguments, of which those that are no sinks are looked at. `paid`: the one sum that the action
    pays.
    """
    asserted = speech.by_gateway and bool(speech.text.strip())
    untrusted = result.content is ContentTrust.UNTRUSTED
    if not asserted and not sinks.values and not untrusted:
        return None
    said = requests.read(speech.text) if asserted else None
    refs: list[SinkRef] = []
    lookups = _Lookups()
    for value in sinks.values:
        _add_sink(key, value.kind, value.pointer, value.text, refs, lookups)
    outsiders_at = sum_at = -1
    tied_at: tuple[int, ...] = ()
    told: tuple[DetailRef, ...] = ()
    if not kind.reads:
        if said is not None:
            _add_meant(key, said, sinks, refs, lookups)
            outsiders_at, tied_at = _add_implied(key, said, kind, sinks, lookups)
        if paid is not None and len(lookups.found) < MAX_LOOKUPS - 1:
            sum_at = len(lookups.found)
            lookups.found += _sum_lookups(key, paid)
        told = _add_details(key, said, sinks, others, lookups)
        deed = own_deed(tool[1]) if said is not None else ()
        if deed and len(lookups.found) < MAX_LOOKUPS:
            form = Form(where=IN_USER, marks=deed)
            lookups.found.append(Lookup(forms=_hashed(key, (form,)), naming=NAMES_DEED))
    if said is not None and said.facts.things & Thing.WEB and only_fetches(refs, kind) and lookups.complete:
        lookups.mark([ref.at for ref in refs if ref.kind == "url"], NAMES_PAGE)
    complete = sinks.complete and lookups.complete and len(refs) <= MAX_SINK_VALUES
    points = NAMES_SOURCE if kind.reads or only_fetches(refs, kind) else NAMES_THING
    for text in list(naming)[:MAX_NAMING]:
        if len(text) > MAX_NAME_CHARS or _DATE.fullmatch(text):
            continue
        if not is_weak(text):
            lookups.add(_hashed_forms(key, QUERY if points == NAMES_SOURCE else "", text), naming=points)
        if said is not None and points == NAMES_SOURCE:
            called, _ = _called(key, said, text)
            if called is not None and len(lookups.found) < MAX_LOOKUPS:
                lookups.found.append(called)
    return ProvenanceAsk(
        session=session,
        agent=agent,
        claim=claim_hash(key, claim),
        tool=tool_hash(key, *tool),
        request_digest=said.digest if said is not None else b"",
        request_facts=said.facts if said is not None else _NO_FACTS,
        request_hashes=said.hashes if said is not None else b"",
        claimed=not speech.by_gateway and bool(speech.text.strip()),
        kind=kind,
        sinks=tuple(refs[:MAX_SINK_VALUES]),
        lookups=tuple(lookups.found),
        complete=complete,
        reads_untrusted=untrusted,
        dry_run=dry_run,
        details=told,
        outsiders_at=outsiders_at,
        tied_at=tied_at,
        sum_at=sum_at,
        sum_pointer=paid.pointer if paid is not None else "",
    )


class _Lookups:
    """Lookups of one action, within bounds. What does not fit is left out; `complete` tells that nothing was."""

    __slots__ = ("complete", "found", "room")

    def __init__(self) -> None:
        self.found: list[Lookup] = []
        self.room = MAX_HASHES
        self.complete = True

    def add(self, forms: tuple[tuple[int, bytes], ...], naming: int = 0) -> None:
        sizes = [len(hashes) // HASH_BYTES for _, hashes in forms]
        if len(self.found) >= MAX_LOOKUPS or sum(sizes) > self.room or max(sizes, default=0) > MAX_FORM_MARKS:
            self.complete = False
            return
        self.room -= sum(sizes)
        self.found.append(Lookup(forms=forms, naming=naming))

    def mark(self, places: Sequence[int], naming: int) -> None:
        """Says what hits of the lookups at these places name; only while all fit, since another stands in the place of one
        that did not."""
        for at in places:
            self.found[at] = Lookup(forms=self.found[at].forms, naming=naming)


def claim_hash(key: bytes, claim: str) -> bytes:
    """Names a claim in 8 bytes."""
    return blake2b(claim.encode(), key=key, digest_size=8, person=b"claim").digest()


def tool_hash(key: bytes, server: str, tool: str) -> bytes:
    """Names a tool in 4 bytes: enough to tell that a report is about the tool that was decided on."""
    return blake2b(f"{len(server)}:{server}{tool}".encode(), key=key, digest_size=4, person=b"tool").digest()


def _hashed(key: bytes, forms: Sequence[Form]) -> tuple[tuple[int, bytes], ...]:
    return tuple((form.where, b"".join(hash_mark(key, mark) for mark in form.marks)) for form in forms if form.marks)


def _hashed_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    # Forms differ for few kinds; agents use few values again and again.
    kind = "account" if kind in NUMBERED else kind if kind in (QUERY, CONTENT) or kind in STEERED else ""
    if len(text) > MAX_NAME_CHARS:
        return _hashed(key, value_forms(kind, text))
    return _remembered_forms(key, kind, text)


@lru_cache(maxsize=8_192)  # some 600 bytes each; texts that never come again, such as SQL, take their share
def _remembered_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    return _hashed(key, value_forms(kind, text))


def _add_sink(key: bytes, kind: str, pointer: str, text: str, refs: list[SinkRef], lookups: _Lookups) -> None:
    if is_crowded(text):
        refs.append(SinkRef(kind=kind, pointer=pointer, at=len(lookups.found), addressed=True))
        lookups.complete = False
        return
    refs.append(SinkRef(kind=kind, pointer=pointer, at=len(lookups.found), addressed=is_addressed(text, kind)))
    lookups.add(_hashed_forms(key, kind, text))
    if kind == CONTENT:
        names = address_forms(text)
        lookups.complete = lookups.complete and len(names) <= MAX_CONTENT_NAMES
        for forms in names[:MAX_CONTENT_NAMES]:
            refs.append(SinkRef(kind=LINK, pointer=pointer, at=len(lookups.found), addressed=True))
            lookups.add(_hashed(key, forms))


def _add_meant(key: bytes, request: Request, sinks: SinkValues, refs: list[SinkRef], lookups: _Lookups) -> None:
    """Adds what tells whom a request means by a name. What does not fit is left out: then nobody is meant, and the request names
    nobody."""
    texts = {(value.kind, value.pointer): value.text for value in sinks.values if value.kind in _LOOKED_INTO}
    named: dict[str, tuple[int, int]] = {}
    for at, ref in enumerate(refs[:MAX_SINK_VALUES]):
        text = texts.get((ref.kind, ref.pointer))
        if text is None or len(lookups.found) >= MAX_LOOKUPS - 4:
            continue
        meant, pushed = _about(key, request, ref.kind, text)
        meant_at = pushed_at = names_at = addressed_at = -1
        reach = reach_of(ref.kind, text)
        if meant is not None:
            meant_at = len(lookups.found)
            lookups.found.append(meant)
            if reach not in named:
                named[reach] = _add_named(key, request, reach, text, lookups)
            names_at, addressed_at = named[reach]
        if pushed is not None:
            pushed_at = len(lookups.found)
            lookups.found.append(pushed)
        if meant_at >= 0 or pushed_at >= 0:
            refs[at] = SinkRef(
                kind=ref.kind,
                pointer=ref.pointer,
                at=ref.at,
                addressed=ref.addressed,
                meant_at=meant_at,
                pushed_at=pushed_at,
                names_at=names_at,
                addressed_at=addressed_at,
                reach=reach,
                told=(reach == PLACE and request.whom.channels is not None)
                or (reach == BANK and request.whom.paid is not None),
            )


def _add_named(key: bytes, request: Request, reach: str, value: str, lookups: _Lookups) -> tuple[int, int]:
    """Returns the positions of the lookups for the names in a request at all and for those that are addressed."""
    names_at = len(lookups.found)
    lookups.found.append(Lookup(forms=_any_of(key, naming_marks(request.names, value))))
    addressed = _addressed(request, reach)
    if addressed is None and reach == BANK and not request.facts.named & MEANS_MANY:
        addressed = request.names  # "the invoice of Tegel": whose account is known as his own has no other
    if addressed is None:
        return names_at, -1
    known = called_marks(reach, addressed) if reach in (PLACE, HANDLE) else naming_marks(addressed, value)
    lookups.found.append(Lookup(forms=_any_of(key, known)))
    return names_at, names_at + 1


def _addressed(request: Request, reach: str) -> tuple[str, ...] | None:
    """Returns the words by which a request says whom it means where a value stands that reaches so; None where others of its
    words may say it. Ids are reached in other words: "tell Ada in the Lisbon thread" names the thread as well."""
    whom = request.whom
    if reach == BANK:
        return whom.paid
    if reach == PLACE:
        return whom.channels or whom.perhaps or None
    if request.facts.named & MEANS_MANY or (reach == HANDLE and whom.converses):
        return None
    return whom.told if reach in (MAIL, HANDLE) else None


def _add_implied(
    key: bytes, request: Request, kind: ActionKind, sinks: SinkValues, lookups: _Lookups
) -> tuple[int, tuple[int, ...]]:
    """Adds what tells whether a request implies an action that it does not ask for; returns the positions of whether outsiders
    ask for one, and of what the request calls the records. Nothing where it asks for it anyway."""
    if not _implies(request.facts, kind):
        return -1, ()
    tied: list[int] = []
    for value in sinks.values:
        if value.kind not in TARGET_KINDS or len(value.text) > MAX_NAME_CHARS:
            continue
        if len(lookups.found) >= MAX_LOOKUPS - 1 or len(tied) >= MAX_TIED:
            break
        _, called = _called(key, request, value.text)
        if called is not None:
            tied.append(len(lookups.found))
            lookups.found.append(called)
    deeds = outsiders_deeds(kind)
    if not deeds or len(lookups.found) >= MAX_LOOKUPS:
        return -1, ()
    lookups.found.append(_deeds_lookup(key, deeds))
    return len(lookups.found) - 1, tuple(tied)


@lru_cache(maxsize=4096)
def _implies(facts: RequestFacts, kind: ActionKind) -> bool:
    return not is_asked(facts, kind) and may_be_implied(facts, kind)


@lru_cache(maxsize=256)
def _deeds_lookup(key: bytes, deeds: int) -> Lookup:
    return Lookup(forms=tuple((IN_ORDERS, hash_mark(key, mark)) for mark in deed_marks(deeds)))


def _called(key: bytes, request: Request, value: str) -> tuple[Lookup | None, Lookup | None]:
    """Returns the lookup of whether the request calls a value by another field of its record, "what Ada wrote" and `U7`, or
    by a part of its name: for what is read, and for what is acted on."""
    known = request.remembered.get(("", value))
    if known is None:
        forms = (
            () if fold(value) in request.folded else _any_of(key, meant_marks((*request.names, *request.others), value))
        )
        read = forms + tuple((IN_USER, hash_mark(key, mark)) for mark in part_marks(value))
        known = (Lookup(forms=read, naming=NAMES_RECORD) if read else None, Lookup(forms=forms) if forms else None)
        if len(request.remembered) < MAX_REMEMBERED:
            request.remembered["", value] = known
    return known


def _about(key: bytes, request: Request, kind: str, value: str) -> tuple[Lookup | None, Lookup | None]:
    """Returns the lookups of whether the request means a value, and of whether outsiders bid the reader act on it."""
    if len(value) > MAX_NAME_CHARS:
        return None, None
    found = request.remembered.get((kind, value))
    if found is None:
        found = _made_about(key, request, kind, value)
        if len(request.remembered) < MAX_REMEMBERED:
            request.remembered[kind, value] = found
    return found


def _made_about(key: bytes, request: Request, kind: str, value: str) -> tuple[Lookup | None, Lookup | None]:
    if fold(value) in request.folded:
        return None, None
    reach = reach_of(kind, value)
    addressed = None if reach == PLACE and request.whom.channels is None else _addressed(request, reach)
    names = (*request.names, *request.others) if addressed is None else addressed
    meant = Lookup(forms=_any_of(key, meant_marks(names, value))) if kind in MEANT_KINDS else None
    marks = pushed_marks(value) if kind in TARGET_KINDS else ()
    together = b"".join(hash_mark(key, mark) for mark in marks)
    link = (BY_LINK, hash_mark(key, link_mark(value)))
    return meant, Lookup(forms=((IN_ORDERS, together), link)) if together else None


def _add_details(
    key: bytes, request: Request | None, sinks: SinkValues, others: Sequence[tuple[str, str]], lookups: _Lookups
) -> tuple[DetailRef, ...]:
    """Adds what tells whether orders of outsiders name values that decide no destination. Beyond bounds they are not known."""
    judged = {value.pointer for value in sinks.values if value.kind in TARGET_KINDS}
    composed = {value.pointer for value in sinks.values if value.kind == CONTENT}
    said = request.said if request is not None else frozenset()
    found: list[DetailRef] = []
    for pointer, text in others:
        if pointer in judged:
            continue
        for detail in details(text, pointer in composed):
            if len(found) >= MAX_DETAILS or len(lookups.found) >= MAX_LOOKUPS:
                return tuple(found)
            if not said.issuperset(detail.marks):
                stated = states(said, detail.sort)
                found.append(DetailRef(sort=detail.sort, pointer=pointer, at=len(lookups.found), stated=stated))
                lookups.found.append(_told_lookup(key, detail))
    return tuple(found)


@lru_cache(maxsize=4096)
def _told_lookup(key: bytes, detail: Detail) -> Lookup:
    where = BY_LINK if detail.sort == RECORD else IN_ORDERS
    return Lookup(forms=((where, b"".join(hash_mark(key, mark) for mark in detail.marks)),))


@lru_cache(maxsize=4096)
def _sum_lookups(key: bytes, paid: Sum) -> tuple[Lookup, Lookup]:
    states, same = sum_marks(paid)
    return (
        Lookup(forms=((IN_USER, hash_mark(key, states)),)),
        Lookup(forms=tuple((IN_USER, hash_mark(key, mark)) for mark in same)),
    )


def _any_of(key: bytes, marks: Sequence[str]) -> tuple[tuple[int, bytes], ...]:
    return tuple((IN_RECORDS | IN_TEXT, hash_mark(key, mark)) for mark in marks)
