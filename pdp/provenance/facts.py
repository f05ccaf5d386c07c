"""The facts: from what an action asked and what the store answered to `writ.v1.PolicyProvenance` as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pdp.catalog_sinks import CONTENT, LINK
from pdp.provenance.forms import CODE
from pdp.provenance.meaning import (
    another_of_its_shape,
    beside_others,
    beyond_bounds,
    is_account,
    is_called,
    is_recorded,
    meaning,
    named_elsewhere,
    pushed,
    refused,
    too_wide,
)
from pdp.provenance.meant import TARGET_KINDS
from pdp.provenance.model import (
    AMOUNT,
    COMPOSED,
    DETAIL,
    NAMES_DEED,
    NAMES_THING,
    NO_HIT,
    RIGHT,
    Hit,
    ProvenanceAsk,
    ProvenanceView,
    SinkRef,
    only_fetches,
)
from pdp.provenance.rights import beyond_rights
from pdp.provenance.told import DAY, NAME, NUMBER
from pdp.provenance.unnamed import unnamed
from pdp.wording.families import NARROW
from pdp.wording.intent import is_asked
from pdp.wording.lexicon import Deed
from pdp.wording.request import (
    ENTRUSTS,
    FORBIDS,
    NAMED_ACCOUNT,
    NAMED_EMAIL,
    NAMED_URL,
    REFUSES,
    WISHES,
    RequestFacts,
)
from pdp.wording.things import Thing

_NAMED_BY_KIND = {"recipient": NAMED_EMAIL, "account": NAMED_ACCOUNT, "url": NAMED_URL, LINK: NAMED_URL | NAMED_EMAIL}
_WHOM = frozenset({"recipient", "account", "channel"})
_ENTRUSTED = frozenset({DAY, NUMBER, NAME})
"""Details that "as she says" leaves to somebody: no other record, which a code may be."""

_ORIGINS = ("USER", "TRUSTED_RECORD", "UNTRUSTED_RECORD", "NOWHERE", "UNTRUSTED_TEXT")


def policy_provenance(ask: ProvenanceAsk, view: ProvenanceView | None) -> dict[str, Any]:
    """Returns the JSON of PolicyProvenance. `view` None: the store lost the session, which may have held anything."""
    if view is None or not ask.complete:
        return _no_data(ask, view)
    view = _as_named(ask, view)
    blind = view.overflow or view.unreported > 0
    hidden = view.overflow and view.threat_read
    trusting = _entrusts(ask, view.request)
    delegated = view.request is not None and view.request.delegates
    follows = only_fetches(ask.sinks, ask.kind) and view.request is not None and bool(view.request.things & Thing.WEB)
    sinks = [
        _sink(
            ref,
            view.hits[ref.at],
            view.request,
            blind=blind,
            hidden=hidden,
            delegated=(delegated or (trusting and ref.kind in _WHOM)) and not is_account(ref),
            follows=follows,
        )
        | meaning(ref, view)
        | pushed(ref, view)
        | beside_others(ref, view)
        | another_of_its_shape(ref, ask, view)
        | unnamed(ref, ask, view)
        | refused(ref, view)
        | too_wide(ref, view)
        | beyond_bounds(ref, view)
        | named_elsewhere(ref, view)
        for ref in ask.sinks
    ]
    return _facts(
        ask,
        view,
        "OK",
        [
            *sinks,
            *_unfollowed(ask, view),
            *_amount(ask, view),
            *_details(ask, view, trusting=trusting),
            *beyond_rights(ask, view),
        ],
    )


def _as_named(ask: ProvenanceAsk, view: ProvenanceView) -> ProvenanceView:
    """Returns what the store knows without the user's word for values that he names for another deed."""
    other = {ref.at for ref in ask.sinks if ref.elsewhere}
    if not other:
        return view
    return replace(
        view, hits=tuple(replace(hit, user=False) if at in other else hit for at, hit in enumerate(view.hits))
    )


def _entrusts(ask: ProvenanceAsk, request: RequestFacts | None) -> bool:
    """Tells whether the request asks for the action itself and leaves its details to a source: "update it as he says"."""
    if request is None or not request.named & ENTRUSTS:
        return False
    special = request.deeds & NARROW
    if special and not special & ask.kind.families:
        return False  # who leaves the details of an invitation to somebody leaves no other message to him
    return not ask.opposed and is_asked(request, ask.kind, addressed=_addressed(ask.sinks))


def _details(ask: ProvenanceAsk, view: ProvenanceView, *, trusting: bool) -> list[dict[str, Any]]:
    """Values that are no sinks and that an order of outsiders names while the request does not. Not where the request hands
    over to a source; of a source that the user pointed at only what the request states otherwise, and nothing where the
    request leaves the details to it."""
    if view.request is None or view.request.delegates:
        return []
    return [
        {"kind": DETAIL, "pointer": detail.pointer, "origin": "UNTRUSTED_TEXT", "threatened": False}
        | {"pointed": False, "left_open": False, "addressed": False}
        for detail in ask.details
        if view.hits[detail.at].bidden
        or (view.hits[detail.at].bidden_pointed and detail.stated and not (trusting and detail.sort in _ENTRUSTED))
    ]


def _unfollowed(ask: ProvenanceAsk, view: ProvenanceView) -> list[dict[str, Any]]:
    """Addresses in composed texts and other arguments that are not looked up: any text may name them, and stand beside a threat.
    A text of which nothing was looked up is told of as well."""
    told = [(LINK, pointer) for pointer in (ask.unfollowed, ask.overlooked) if pointer is not None]
    if ask.unfollowed is not None and not any(
        (ref.kind, ref.pointer) == (CONTENT, ask.unfollowed) for ref in ask.sinks
    ):
        told.append((CONTENT, ask.unfollowed))
    return [
        {"kind": kind, "pointer": pointer, "origin": "UNTRUSTED_TEXT", "threatened": view.threat_read}
        | {"pointed": False, "left_open": False, "addressed": True}
        for kind, pointer in told
    ]


def _amount(ask: ProvenanceAsk, view: ProvenanceView) -> list[dict[str, Any]]:
    """A sum of money where the request states another one."""
    if ask.sum_at < 0 or not view.hits[ask.sum_at].user or view.hits[ask.sum_at + 1].user:
        return []
    return [
        {"kind": AMOUNT, "pointer": ask.sum_pointer, "origin": "NOWHERE", "threatened": False}
        | {"pointed": False, "left_open": False, "addressed": False}
    ]


def _no_data(ask: ProvenanceAsk, view: ProvenanceView | None) -> dict[str, Any]:
    threatened = view is None or view.threat_read or view.agent_threat
    sinks = [
        {"kind": ref.kind, "pointer": ref.pointer, "origin": "UNTRUSTED_TEXT", "threatened": threatened}
        | {"pointed": False, "left_open": False, "addressed": True}
        for ref in ask.sinks
    ]
    if view is None:
        return _facts(ask, view, "NO_DATA", sinks)
    # An agent that gives more values than are looked up must not lose with them what outsiders bid, and what the user named.
    told = [
        *_unfollowed(ask, view),
        *_amount(ask, view),
        *_details(ask, view, trusting=False),
        *beyond_rights(ask, view),
    ]
    return _facts(ask, view, "NO_DATA", [*sinks, *told])


def _facts(ask: ProvenanceAsk, view: ProvenanceView | None, state: str, sinks: list[dict[str, Any]]) -> dict[str, Any]:
    request = view.request if view is not None else None
    said_by = "GATEWAY" if request is not None else "AGENT" if ask.claimed else "UNSPECIFIED"
    decisive = [
        sink["origin"] for sink in sinks if sink["kind"] not in COMPOSED and sink["kind"] not in (AMOUNT, DETAIL, RIGHT)
    ]
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
        "threat_read": view is None or view.threat_read or (request is None and view.agent_threat),
        "prose_read": view is None or view.may_be_told,
    }


def _intent(
    request: RequestFacts | None, ask: ProvenanceAsk, view: ProvenanceView | None, sinks: Sequence[dict[str, Any]]
) -> str:
    if request is None or view is None:
        return "UNSPECIFIED"
    if ask.taken_back:
        return "NOT_ASKED"
    named = any(
        lookup.naming == NAMES_THING and hit.user for lookup, hit in zip(ask.lookups, view.hits, strict=True)
    ) or any(sink["kind"] in ("id", "path") and sink["pointed"] and not sink["threatened"] for sink in sinks)
    named = named or (ask.outsiders_at < 0 and any(is_recorded(view.hits[at]) for at in ask.tied_at))
    wanders = any(
        sink["kind"] == "url" and sink["origin"] == "UNTRUSTED_TEXT" and not sink["pointed"] for sink in sinks
    ) and not (request.things & Thing.WEB or request.named & NAMED_URL)
    # A page is read for almost any request; one that only text names, where the user spoke of pages or pointed at that text.
    asked = (
        not wanders
        if only_fetches(ask.sinks, ask.kind)
        else not ask.opposed and is_asked(request, ask.kind, named=named, addressed=_addressed(ask.sinks))
    )
    if asked or _is_said_so(ask, view) or _is_dictated(request, ask, sinks):
        return "ASKED"
    if request.delegates:
        return "DELEGATED"
    return "IMPLIED" if _is_implied(ask, view, sinks, named=named) else "NOT_ASKED"


def _is_said_so(ask: ProvenanceAsk, view: ProvenanceView) -> bool:
    """Tells whether the user bids what the tool is called after, by its very words, which no lexicon has, in a request that
    denies nothing: "cull nothing, read about colony c-5" has them as well."""
    if view.request is None or view.request.named & FORBIDS:
        return False
    return any(lookup.naming == NAMES_DEED and hit.user for lookup, hit in zip(ask.lookups, view.hits, strict=True))


def _is_dictated(request: RequestFacts, ask: ProvenanceAsk, sinks: Sequence[dict[str, Any]]) -> bool:
    """Tells whether the user wrote the very program that is to run, in a request that wishes for something and denies nothing:
    "never run `x`" writes it as well."""
    if request.named & FORBIDS:
        return False
    programs = [sink["origin"] for sink in sinks if sink["kind"] == CODE]
    only_runs = not ask.kind.by_verb & ~Deed.EXECUTE
    return only_runs and bool(programs) and set(programs) == {"USER"} and bool(request.deeds or request.named & WISHES)


def _is_implied(ask: ProvenanceAsk, view: ProvenanceView, sinks: Sequence[dict[str, Any]], *, named: bool) -> bool:
    """Somebody must have asked for an action. Where the request wishes for what is not understood, and no sentence of outsiders
    asks for such a deed, it is the user, if it concerns what the request speaks of."""
    if ask.opposed or view.request is None or view.request.named & REFUSES:
        return False  # "don't tell Bob about the budget"
    if ask.outsiders_at < 0 or view.overflow or view.unreported > 0 or any(sink["kind"] == DETAIL for sink in sinks):
        return False
    outsiders = view.hits[ask.outsiders_at]
    if outsiders.bidden or outsiders.bidden_pointed:
        return False
    spoken_of = any(sink["kind"] in TARGET_KINDS and (sink["origin"] == "USER" or sink["pointed"]) for sink in sinks)
    return named or spoken_of or any(is_called(view.hits[at]) for at in ask.tied_at)


def _addressed(sinks: Sequence[SinkRef]) -> bool:
    """Tells whether the call says whom it reaches."""
    return any(ref.kind in _WHOM for ref in sinks)


def _sink(
    ref: SinkRef,
    hit: Hit,
    request: RequestFacts | None,
    *,
    blind: bool,
    hidden: bool,
    delegated: bool,
    follows: bool,
) -> dict[str, Any]:
    """`follows`: a page is fetched, and the user speaks of links or pages: what a text names letter by letter carries
    nothing out. `hidden`: a threat was read and not all that stands beside it is known, so what nothing holds may stand
    there."""
    origin, pointed = _origin(hit, blind=blind, delegated=delegated)
    pointed = pointed or (follows and ref.kind == "url" and (hit.text or hit.order_pointed))
    named = _NAMED_BY_KIND.get(ref.kind, 0)
    if follows and ref.kind == "url" and hit.text_pointed:
        named = 0  # the URL in the request may be where something goes
    return {
        "kind": ref.kind,
        "pointer": ref.pointer,
        "origin": origin,
        "threatened": origin != "USER" and (hit.threat or hit.agent_threat or (hidden and hit == NO_HIT)),
        "pointed": pointed,
        "left_open": request is not None and (is_recorded(hit) or not request.named & named),
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
