"""Argument provenance: for each value that decides whom an action reaches, who named it (design, section 3).

The strongest defence against indirect prompt injection that needs no model: an address that stands nowhere but in a web
page that the agent has just read is not the user's. The facts go to `input.provenance`; rules judge (pack `agent_safety`).

    ask     what one action wants to know: keyed hashes of its values, of the user's request, of what it is about to read
    view    what the store answers (`pdp.provenance.store`)
    facts   `writ.v1.PolicyProvenance` as JSON, made of both

Only a gateway's word makes text the user's; only a gateway's report of the decided call makes a record trusted; lost state
makes every origin the worst. Pure; nothing leaves this module in clear.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b

from pdp.catalog_model import ContentTrust, ResultSpec, Sum
from pdp.catalog_sinks import CONTENT, LINK, MAX_SINK_VALUES, SinkValues
from pdp.provenance.bindings import elsewhere, holds, is_mentioned, is_replaced, pays_from
from pdp.provenance.facts import policy_provenance
from pdp.provenance.forms import (
    BY_LINK,
    CODE,
    IN_ORDERS,
    IN_USER,
    QUERY,
    Form,
    address_forms,
    hash_mark,
    installed_forms,
    is_addressed,
    is_crowded,
    is_weak,
)
from pdp.provenance.lookups import MAX_NAME_CHARS, Lookups, hashed, hashed_forms
from pdp.provenance.meant import TARGET_KINDS
from pdp.provenance.model import (
    NAMES_DEED,
    NAMES_ITSELF,
    NAMES_PAGE,
    NAMES_SOURCE,
    NAMES_THING,
    DetailRef,
    Hit,
    Lookup,
    ProvenanceAsk,
    ProvenanceView,
    RightRef,
    SinkRef,
    Speech,
    only_fetches,
)
from pdp.provenance.names import add_implied, add_meant, called_lookups
from pdp.provenance.rights import add_rights
from pdp.provenance.speech import Request, Requests
from pdp.provenance.told import MAX_DETAILS, RECORD, Detail, details, states
from pdp.provenance.wide import wide_forms, width
from pdp.wording.intent import ActionKind, is_asked, own_deed
from pdp.wording.lexicon import Deed
from pdp.wording.opposites import is_opposed, is_unspoken
from pdp.wording.request import RequestFacts
from pdp.wording.retractions import takes_back
from pdp.wording.sums import sum_marks
from pdp.wording.things import Thing

__all__ = [
    "MAX_NAMING",
    "Hit",
    "Lookup",
    "ProvenanceAsk",
    "ProvenanceView",
    "SinkRef",
    "Speech",
    "claim_hash",
    "policy_provenance",
    "provenance_ask",
    "tool_hash",
]

MAX_NAMING = 8
"""Arguments of a reading call by which it may be told that the user pointed at what it reads."""

MAX_CONTENT_NAMES = 24
"""Addresses and links inside one composed text that are followed; what is more is one that text of outsiders names."""

_OWN_NAMES = {
    "path": re.compile(r".*[^/\\.]\.[A-Za-z0-9]{1,5}", re.DOTALL),
    "id": re.compile(r"(?=.*[0-9])[^@]{4,}", re.DOTALL),
    "url": re.compile(r".+", re.DOTALL),
}
"""Names that stand for one thing: a file with its ending, a numbered record, a page; not a folder, mailbox or room in which many
write."""

_NAMED_FOR = TARGET_KINDS | {"url"}

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
    turned: bool = False,
) -> ProvenanceAsk | None:
    """Returns what to ask; None when there is neither a sink, nor a request, nor text of outsiders to come, so that the
    action pays for nothing.

    `key`: 16 to 64 bytes, the same on every replica. `naming`: the string arguments of the call, in order. `others`: pointer
    and text of all scalars of the arguments, of which those that are no sinks are looked at. `paid`: the one sum that the action
    pays. `turned`: an argument turns round what the tool is called after.
    """
    asserted = speech.by_gateway and bool(speech.text.strip())
    untrusted = result.content is ContentTrust.UNTRUSTED
    if not asserted and not sinks.values and not untrusted:
        return None
    said = requests.read(speech.text) if asserted else None
    refs: list[SinkRef] = []
    texts: dict[int, str] = {}
    lookups = Lookups()
    composed = {value.pointer for value in sinks.values if value.kind == CONTENT}
    unfollowed = min(sinks.cut & composed, default=None)
    overlooked = None if kind.reads else min(sinks.cut - composed, default=None)
    sum_at = -1
    if paid is not None and not kind.reads:
        codes = [value.text for value in sinks.values if value.kind == "id"]
        states_one, same = _sum_lookups(key, *sum_marks(paid, codes))
        sum_at = lookups.also(states_one)
        lookups.also(same)
    other = elsewhere(said.bound, said.facts, kind, paid=_pays_by_name(said)) if said is not None else frozenset()
    for value in sinks.values:
        if value.kind == LINK:
            if not kind.reads and not _add_links(key, value.pointer, value.text, refs, lookups):
                overlooked = value.pointer
        elif value.kind != CONTENT:
            texts[len(refs)] = value.text
            beyond = 0 if kind.reads else width(value.kind, value.text, kind.by_verb, said)
            _add_sink(key, value.kind, value.pointer, value.text, refs, lookups, beyond)
            if (
                said is not None
                and not kind.reads
                and value.kind in _NAMED_FOR
                and (
                    (
                        holds(other, value.kind, value.text)
                        and not pays_from(value.kind, value.pointer)
                        and not is_mentioned(said.bound, value.kind, value.pointer, value.text)
                    )
                    or (said.taken_back.corrects and is_replaced(said.bound, value.kind, value.text))
                )
            ):
                refs[-1] = replace(refs[-1], elsewhere=True)
            if value.kind == CODE and not _add_fetched(key, value.pointer, value.text, refs, lookups):
                overlooked = value.pointer
        elif not _add_content(key, value.pointer, value.text, refs, lookups):
            unfollowed = value.pointer
    outsiders_at = -1
    tied_at: tuple[int, ...] = ()
    told: tuple[DetailRef, ...] = ()
    rights: tuple[RightRef, ...] = ()
    if not kind.reads:
        if said is not None:
            add_meant(key, said, texts, refs, lookups, pays=bool(kind.by_verb & Deed.PAY))
            outsiders_at, tied_at = add_implied(key, said, kind, sinks, lookups)
        told = _add_details(key, said, sinks, composed, others, lookups)
        if said is not None:
            rights = add_rights(key, tool[1], others, lookups)
        deed = own_deed(tool[1]) if said is not None else ()
        if deed:
            lookups.also(Lookup(forms=hashed(key, (Form(where=IN_USER, marks=deed),)), naming=NAMES_DEED))
    if said is not None and said.facts.things & Thing.WEB and only_fetches(refs, kind) and lookups.complete:
        lookups.mark([ref.at for ref in refs if ref.kind == "url"], NAMES_PAGE)
    complete = sinks.complete and lookups.complete and len(refs) <= MAX_SINK_VALUES
    own_name = _own_name(sinks)
    points = NAMES_SOURCE if kind.reads or only_fetches(refs, kind) else NAMES_THING
    for text in list(naming)[:MAX_NAMING]:
        if len(text) > MAX_NAME_CHARS or _DATE.fullmatch(text):
            continue
        if not is_weak(text):
            itself = points == NAMES_SOURCE and text == own_name
            forms = hashed_forms(key, QUERY if points == NAMES_SOURCE else "", text)
            lookups.offer(forms, naming=NAMES_ITSELF if itself else points)
        if said is not None and points == NAMES_SOURCE:
            called, _ = called_lookups(key, said, text)
            if called is not None:
                lookups.also(called)
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
        rights=rights,
        outsiders_at=outsiders_at,
        tied_at=tied_at,
        sum_at=sum_at,
        sum_pointer=paid.pointer if paid is not None else "",
        unfollowed=unfollowed,
        overlooked=overlooked,
        opposed=said is not None and not turned and is_opposed(said.stands, kind.sides),
        unspoken=said is not None and is_unspoken(said.stands, kind.sides),
        taken_back=said is not None and _is_taken_back(said, tool[1], kind),
    )


def claim_hash(key: bytes, claim: str) -> bytes:
    """Names a claim in 8 bytes."""
    return blake2b(claim.encode(), key=key, digest_size=8, person=b"claim").digest()


def tool_hash(key: bytes, server: str, tool: str) -> bytes:
    """Names a tool in 4 bytes: enough to tell that a report is about the tool that was decided on."""
    return blake2b(f"{len(server)}:{server}{tool}".encode(), key=key, digest_size=4, person=b"tool").digest()


def _is_taken_back(said: Request, tool: str, kind: ActionKind) -> bool:
    """Tells whether a request takes back such an action, and bids none like it."""
    if kind.reads or not takes_back(said.taken_back, tool, kind.by_verb | kind.by_name):
        return False
    if said.taken_back.heads:
        return True
    only_part = said.left_out or said.put_out  # "don't pay Tegel yet", and Meier is paid
    return not only_part and not is_asked(said.facts, kind, named=True)


def _pays_by_name(said: Request) -> bool:
    """Tells whether a request says by name who is to have money."""
    return any(not any(map(str.isdigit, name)) for name in said.whom.paid or ())


def _own_name(sinks: SinkValues) -> str | None:
    """Returns the name by which a reading call names the one thing that it reads, None where it reads several, or a place that
    many write in."""
    found = [value for value in sinks.values if value.kind in _OWN_NAMES]
    if len(found) != 1 or _OWN_NAMES[found[0].kind].fullmatch(found[0].text) is None:
        return None
    return found[0].text


def _add_sink(
    key: bytes, kind: str, pointer: str, text: str, refs: list[SinkRef], lookups: Lookups, beyond: int
) -> None:
    crowded = is_crowded(text)
    addressed = crowded or is_addressed(text, kind)
    refs.append(SinkRef(kind=kind, pointer=pointer, at=len(lookups.found), addressed=addressed, beyond=beyond))
    if crowded:
        lookups.complete = False
        return
    lookups.add(hashed(key, wide_forms(kind, text, beyond)) if beyond else hashed_forms(key, kind, text))


def _add_content(key: bytes, pointer: str, text: str, refs: list[SinkRef], lookups: Lookups) -> bool:
    """Adds a composed text and the addresses in it; returns whether all of them are followed."""
    if is_crowded(text) or len(refs) >= MAX_SINK_VALUES:
        return False
    ref = SinkRef(kind=CONTENT, pointer=pointer, at=len(lookups.found), addressed=is_addressed(text, CONTENT))
    if not lookups.offer(hashed_forms(key, CONTENT, text)):
        return False
    refs.append(ref)
    return _add_links(key, pointer, text, refs, lookups)


def _add_fetched(key: bytes, pointer: str, text: str, refs: list[SinkRef], lookups: Lookups) -> bool:
    """Adds the addresses in a program and the packages that it installs; returns whether all of them are followed."""
    if is_crowded(text):
        return True  # of such a value nothing is known, which is told of it already
    installed, followed = installed_forms(text)
    for forms in installed:
        at = len(lookups.found)
        if len(refs) >= MAX_SINK_VALUES or not lookups.offer(hashed(key, forms)):
            return False
        refs.append(SinkRef(kind=LINK, pointer=pointer, at=at, addressed=True))
    return _add_links(key, pointer, text, refs, lookups) and followed


def _add_links(key: bytes, pointer: str, text: str, refs: list[SinkRef], lookups: Lookups) -> bool:
    """Adds the addresses in a text; returns whether all of them are followed."""
    if is_crowded(text):
        return False
    names = address_forms(text)
    sites: dict[tuple[Form, ...], int] = {(): -1}
    for forms, site in names[:MAX_CONTENT_NAMES]:
        at = len(lookups.found)
        if len(refs) >= MAX_SINK_VALUES or not lookups.offer(hashed(key, forms)):
            return False
        if site not in sites:
            sites[site] = len(lookups.found)
            if not lookups.offer(hashed(key, site)):
                return False
        refs.append(SinkRef(kind=LINK, pointer=pointer, at=at, addressed=True, site_at=sites[site]))
    return len(names) <= MAX_CONTENT_NAMES


def _add_details(
    key: bytes,
    request: Request | None,
    sinks: SinkValues,
    composed: Collection[str],
    others: Sequence[tuple[str, str]],
    lookups: Lookups,
) -> tuple[DetailRef, ...]:
    """Adds what tells whether orders of outsiders name values that decide no destination. Beyond bounds they are not known."""
    judged = {(value.pointer, value.text) for value in sinks.values if value.kind in TARGET_KINDS}
    said = request.said if request is not None else frozenset()
    found: list[DetailRef] = []
    for pointer, text in others:
        if (pointer, text) in judged:
            continue
        for detail in details(text, pointer in composed):
            if len(found) >= MAX_DETAILS:
                return tuple(found)
            if not said.issuperset(detail.marks):
                stated = states(said, detail.sort)
                at = lookups.also(_told_lookup(key, detail))
                found.append(DetailRef(sort=detail.sort, pointer=pointer, at=at, stated=stated))
    return tuple(found)


@lru_cache(maxsize=4096)
def _told_lookup(key: bytes, detail: Detail) -> Lookup:
    where = BY_LINK if detail.sort == RECORD else IN_ORDERS
    return Lookup(forms=((where, b"".join(hash_mark(key, mark) for mark in detail.marks)),))


@lru_cache(maxsize=4096)  # marks of numbers and codes, which are short
def _sum_lookups(key: bytes, states: tuple[str, ...], same: tuple[str, ...]) -> tuple[Lookup, Lookup]:
    def any_said(marks: tuple[str, ...]) -> Lookup:
        return Lookup(forms=tuple((IN_USER, hash_mark(key, mark)) for mark in marks))

    return any_said(states), any_said(same)
