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
from typing import Any

from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.catalog_sinks import MAX_SINK_VALUES, SinkValues
from pdp.provenance_forms import (
    CONTENT,
    IN_USER,
    QUERY,
    Form,
    content_names,
    hash_mark,
    hash_marks,
    is_addressed,
    is_weak,
    mark_forms,
    request_marks,
    value_forms,
)
from pdp.provenance_intent import (
    NAMED_ACCOUNT,
    NAMED_EMAIL,
    NAMED_URL,
    ActionKind,
    RequestFacts,
    Thing,
    is_asked,
    request_facts,
)
from writ.frozen import frozen

MAX_NAMING = 8
"""Arguments of a reading call by which it may be told that the user pointed at what it reads."""

MAX_NAME_CHARS = 256
"""Longer arguments are texts; nobody points at anything by them."""

MAX_CONTENT_NAMES = 8
"""Addresses and links inside one composed text that are followed."""

LINK = "link"
_SENT = frozenset({CONTENT, LINK, "recipient", "account", "channel", "code"})
_COMPOSED = frozenset({CONTENT, LINK})
_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[ T:0-9.Z+-]*")
_NAMED_BY_KIND = {"recipient": NAMED_EMAIL, "account": NAMED_ACCOUNT, "url": NAMED_URL, "link": NAMED_URL | NAMED_EMAIL}
_ORIGINS = ("USER", "TRUSTED_RECORD", "UNTRUSTED_RECORD", "NOWHERE", "UNTRUSTED_TEXT")


@frozen
class Hit:
    """Where a value was found. `agent_*`: in other sessions of the agent."""

    user: bool = False
    trusted: bool = False
    record: bool = False
    record_pointed: bool = False
    text: bool = False
    text_pointed: bool = False
    threat: bool = False
    agent_text: bool = False
    agent_threat: bool = False
    order_pointed: bool = False


NAMES_SOURCE, NAMES_THING = 1, 2


@frozen
class Lookup:
    """One value to look up: pairs of (where, hashes). `naming`: a hit in the user's words means that the user pointed at
    what this call reads (NAMES_SOURCE), or at what it changes (NAMES_THING); else 0."""

    forms: tuple[tuple[int, bytes], ...]
    naming: int = 0


@frozen
class SinkRef:
    """A value of a sink; `at` is the position of its lookup, `addressed` tells that it is an address by itself."""

    kind: str
    pointer: str
    at: int
    addressed: bool


@frozen
class ProvenanceAsk:
    """What one action asks of the store. Names are keyed hashes (`pdp.session_key`), `claim` and `tool` 8 and 4 bytes.

    `request_*` are those of a user's request that a gateway asserts with this call, else empty. `reads_untrusted`: what
    the call returns may hold text of outsiders.
    """

    session: str
    agent: str
    claim: bytes
    tool: bytes
    request_digest: bytes
    request_facts: RequestFacts
    request_hashes: bytes
    claimed: bool
    kind: ActionKind
    sinks: tuple[SinkRef, ...]
    lookups: tuple[Lookup, ...]
    complete: bool
    reads_untrusted: bool
    dry_run: bool = False


@frozen
class ProvenanceView:
    """What the store knows. `request` is None when no gateway asserted one. `unreported` counts earlier actions of the
    session whose results may hold text of outsiders and are not known. `overflow`: a bound was passed."""

    request: RequestFacts | None
    hits: tuple[Hit, ...]
    unreported: int
    overflow: bool
    untrusted_read: bool
    threat_read: bool
    agent_untrusted: bool
    agent_threat: bool


@frozen
class Speech:
    """What was said with a call: `text` is the user's request as the caller gives it; `by_gateway` tells by whose word."""

    text: str
    by_gateway: bool


_NO_FACTS = RequestFacts()


def provenance_ask(
    key: bytes,
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
) -> ProvenanceAsk | None:
    """Returns what to ask; None when there is neither a sink nor a request, so that the action pays for nothing.

    `key`: 16 to 64 bytes, the same on every replica. `naming`: the string arguments of the call, in order.
    """
    asserted = speech.by_gateway and bool(speech.text.strip())
    if not asserted and not sinks.values:
        return None
    digest, facts, hashes = _request(key, speech.text) if asserted else (b"", _NO_FACTS, b"")
    refs: list[SinkRef] = []
    lookups: list[Lookup] = []
    for value in sinks.values:
        _add_sink(key, value.kind, value.pointer, value.text, refs, lookups)
    points = NAMES_SOURCE if kind.reads or _only_fetches(refs) else NAMES_THING
    lookups += [
        Lookup(forms=_hashed_forms(key, QUERY if points == NAMES_SOURCE else "", text), naming=points)
        for text in list(naming)[:MAX_NAMING]
        if len(text) <= MAX_NAME_CHARS and not is_weak(text) and not _DATE.fullmatch(text)
    ]
    return ProvenanceAsk(
        session=session,
        agent=agent,
        claim=claim_hash(key, claim),
        tool=tool_hash(key, *tool),
        request_digest=digest,
        request_facts=facts,
        request_hashes=hashes,
        claimed=not speech.by_gateway and bool(speech.text.strip()),
        kind=kind,
        sinks=tuple(refs[:MAX_SINK_VALUES]),
        lookups=tuple(lookups),
        complete=sinks.complete and len(refs) <= MAX_SINK_VALUES,
        reads_untrusted=result.content is ContentTrust.UNTRUSTED,
        dry_run=dry_run,
    )


def claim_hash(key: bytes, claim: str) -> bytes:
    """Names a claim in 8 bytes."""
    return blake2b(claim.encode(), key=key, digest_size=8, person=b"claim").digest()


def tool_hash(key: bytes, server: str, tool: str) -> bytes:
    """Names a tool in 4 bytes: enough to tell that a report is about the tool that was decided on."""
    return blake2b(f"{len(server)}:{server}{tool}".encode(), key=key, digest_size=4, person=b"tool").digest()


@lru_cache(maxsize=1024)
def _request(key: bytes, text: str) -> tuple[bytes, RequestFacts, bytes]:
    # A gateway sends the same request with every call of a session.
    digest = blake2b(text.encode(), key=key, digest_size=8, person=b"request").digest()
    return digest, request_facts(text), hash_marks(key, request_marks(text))


def _hashed(key: bytes, forms: Sequence[Form]) -> tuple[tuple[int, bytes], ...]:
    return tuple((form.where, b"".join(hash_mark(key, mark) for mark in form.marks)) for form in forms if form.marks)


def _hashed_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    # Forms differ for a query alone; agents use few values again and again.
    kind = QUERY if kind == QUERY else ""
    if len(text) > MAX_NAME_CHARS:
        return _hashed(key, value_forms(kind, text))
    return _remembered_forms(key, kind, text)


@lru_cache(maxsize=4096)
def _remembered_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    return _hashed(key, value_forms(kind, text))


def _add_sink(key: bytes, kind: str, pointer: str, text: str, refs: list[SinkRef], lookups: list[Lookup]) -> None:
    addressed = is_addressed(text)
    refs.append(SinkRef(kind=kind, pointer=pointer, at=len(lookups), addressed=addressed))
    lookups.append(Lookup(forms=_hashed_forms(key, kind, text)))
    if kind == CONTENT:
        for name in content_names(text)[:MAX_CONTENT_NAMES]:
            refs.append(SinkRef(kind=LINK, pointer=pointer, at=len(lookups), addressed=True))
            lookups.append(Lookup(forms=_hashed(key, mark_forms(name))))


def _only_fetches(refs: Sequence[SinkRef]) -> bool:
    """A URL with nothing to send along: what comes back is read."""
    return any(ref.kind == "url" for ref in refs) and not any(ref.kind in _SENT for ref in refs)


def is_naming(ask: ProvenanceAsk, hits: Sequence[Hit]) -> bool:
    """Tells whether the user's words name what a reading call is about to read."""
    return any(lookup.naming == NAMES_SOURCE and hit.user for lookup, hit in zip(ask.lookups, hits, strict=True))


def policy_provenance(ask: ProvenanceAsk, view: ProvenanceView | None) -> dict[str, Any]:
    """Returns the JSON of PolicyProvenance. `view` None: the store lost the session."""
    if view is None or not ask.complete:
        return _no_data(ask, view)
    blind = view.overflow or view.unreported > 0
    delegated = view.request is not None and view.request.delegates
    sinks = [_sink(ref, view.hits[ref.at], view.request, blind=blind, delegated=delegated) for ref in ask.sinks]
    return _facts(ask, view, "OK", sinks)


def _no_data(ask: ProvenanceAsk, view: ProvenanceView | None) -> dict[str, Any]:
    sinks = [
        {"kind": ref.kind, "pointer": ref.pointer, "origin": "UNTRUSTED_TEXT", "threatened": False}
        | {"pointed": False, "left_open": False, "addressed": True}
        for ref in ask.sinks
    ]
    return _facts(ask, view, "NO_DATA", sinks)


def _facts(ask: ProvenanceAsk, view: ProvenanceView | None, state: str, sinks: list[dict[str, Any]]) -> dict[str, Any]:
    request = view.request if view is not None else None
    said_by = "GATEWAY" if request is not None else "AGENT" if ask.claimed else "UNSPECIFIED"
    decisive = [sink["origin"] for sink in sinks if sink["kind"] not in _COMPOSED]
    return {
        "state": state,
        "user_request": said_by,
        "sinks": sinks,
        "worst": max(decisive, key=_ORIGINS.index, default="USER"),
        "unreported": view.unreported if view is not None else 0,
        "intent": _intent(request, ask, view, sinks),
        "untrusted_read": view is None
        or view.overflow
        or view.unreported > 0
        or view.untrusted_read
        or view.agent_untrusted,
        # A gateway keeps sessions apart; an agent that opens its own could leave what it read behind.
        "threat_read": view is not None and (view.threat_read or (request is None and view.agent_threat)),
    }


def _intent(
    request: RequestFacts | None, ask: ProvenanceAsk, view: ProvenanceView | None, sinks: Sequence[dict[str, Any]]
) -> str:
    if request is None or view is None:
        return "UNSPECIFIED"
    named = any(
        lookup.naming == NAMES_THING and hit.user for lookup, hit in zip(ask.lookups, view.hits, strict=True)
    ) or any(sink["kind"] in ("id", "path") and sink["pointed"] and not sink["threatened"] for sink in sinks)
    wanders = any(sink["kind"] == "url" and sink["origin"] == "UNTRUSTED_TEXT" for sink in sinks) and not (
        request.things & Thing.WEB or request.named & NAMED_URL
    )
    # A page is read for almost any request; one that only text names, where the user spoke of pages.
    asked = not wanders if _only_fetches(ask.sinks) else is_asked(request, ask.kind, named=named)
    if asked:
        return "ASKED"
    return "DELEGATED" if request.delegates else "NOT_ASKED"


def _sink(ref: SinkRef, hit: Hit, request: RequestFacts | None, *, blind: bool, delegated: bool) -> dict[str, Any]:
    origin, pointed = _origin(hit, blind=blind, delegated=delegated)
    named = _NAMED_BY_KIND.get(ref.kind, 0)
    return {
        "kind": ref.kind,
        "pointer": ref.pointer,
        "origin": origin,
        "threatened": origin != "USER" and (hit.threat or hit.agent_threat),
        "pointed": pointed,
        "left_open": request is not None and not request.named & named,
        "addressed": ref.addressed,
    }


def _origin(hit: Hit, *, blind: bool, delegated: bool) -> tuple[str, bool]:
    """Returns the best origin of a value, and whether the user pointed at that source. `blind`: a result is not known,
    so what nothing holds may stand there. `delegated`: the user bade the agent do what a source says."""
    if hit.user:
        return "USER", False
    if hit.trusted:
        return "TRUSTED_RECORD", False
    if hit.record or hit.record_pointed:
        return "UNTRUSTED_RECORD", hit.record_pointed
    if hit.text or hit.text_pointed or hit.order_pointed:
        return "UNTRUSTED_TEXT", hit.text_pointed or (delegated and hit.order_pointed)
    if hit.agent_text or blind:
        return "UNTRUSTED_TEXT", False
    return "NOWHERE", False


__all__ = [
    "IN_USER",
    "Hit",
    "Lookup",
    "ProvenanceAsk",
    "ProvenanceView",
    "SinkRef",
    "Speech",
    "claim_hash",
    "is_naming",
    "policy_provenance",
    "provenance_ask",
    "tool_hash",
]
