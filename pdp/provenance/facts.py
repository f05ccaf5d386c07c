"""The facts: from what an action asked and what the store answered to `writ.v1.PolicyProvenance` as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdp.catalog_sinks import CONTENT, LINK
from pdp.provenance.forms import CODE
from pdp.provenance.meant import MEANT_KINDS, TARGET_KINDS
from pdp.provenance.model import (
    ALL,
    AMOUNT,
    BANK,
    COMPOSED,
    DETAIL,
    HANDLE,
    MAIL,
    NAMES_DEED,
    NAMES_THING,
    PLACE,
    Hit,
    ProvenanceAsk,
    ProvenanceView,
    SinkRef,
    only_fetches,
)
from pdp.provenance.model import (
    NUMBER as BY_NUMBER,
)
from pdp.provenance.shapes import PATH_SHAPE
from pdp.provenance.told import DAY, NAME, NUMBER
from pdp.wording.families import NARROW
from pdp.wording.intent import is_asked
from pdp.wording.lexicon import Deed
from pdp.wording.request import (
    ENTRUSTS,
    FORBIDS,
    MEANS_MANY,
    NAMED_ACCOUNT,
    NAMED_EMAIL,
    NAMED_URL,
    WISHES,
    RequestFacts,
)
from pdp.wording.things import Thing

_NAMED_BY_KIND = {"recipient": NAMED_EMAIL, "account": NAMED_ACCOUNT, "url": NAMED_URL, LINK: NAMED_URL | NAMED_EMAIL}
_WHOM = frozenset({"recipient", "account", "channel"})
_GONE = Deed.DELETE | Deed.SEND
_ENTRUSTED = frozenset({DAY, NUMBER, NAME})
"""Details that "as she says" leaves to somebody: no other record, which a code may be."""

_NOWHERE = Hit()
_ORIGINS = ("USER", "TRUSTED_RECORD", "UNTRUSTED_RECORD", "NOWHERE", "UNTRUSTED_TEXT")


def policy_provenance(ask: ProvenanceAsk, view: ProvenanceView | None) -> dict[str, Any]:
    """Returns the JSON of PolicyProvenance. `view` None: the store lost the session, which may have held anything."""
    if view is None or not ask.complete:
        return _no_data(ask, view)
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
            delegated=(delegated or (trusting and ref.kind in _WHOM)) and not _is_account(ref),
            follows=follows,
        )
        | _meaning(ref, view)
        | _pushed(ref, view)
        | _beside_others(ref, view)
        | _another_of_its_shape(ref, ask, view)
        | _refused(ref, view)
        | _too_wide(ref, view)
        for ref in ask.sinks
    ]
    return _facts(
        ask, view, "OK", [*sinks, *_unfollowed(ask, view), *_amount(ask, view), *_details(ask, view, trusting=trusting)]
    )


def _entrusts(ask: ProvenanceAsk, request: RequestFacts | None) -> bool:
    """Tells whether the request asks for the action itself and leaves its details to a source: "update it as he says"."""
    if request is None or not request.named & ENTRUSTS:
        return False
    special = request.deeds & NARROW
    if special and not special & ask.kind.families:
        return False  # who leaves the details of an invitation to somebody leaves no other message to him
    return is_asked(request, ask.kind, addressed=_addressed(ask.sinks))


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
    told = [*_unfollowed(ask, view), *_amount(ask, view), *_details(ask, view, trusting=False)]
    return _facts(ask, view, "NO_DATA", [*sinks, *told])


def _facts(ask: ProvenanceAsk, view: ProvenanceView | None, state: str, sinks: list[dict[str, Any]]) -> dict[str, Any]:
    request = view.request if view is not None else None
    said_by = "GATEWAY" if request is not None else "AGENT" if ask.claimed else "UNSPECIFIED"
    decisive = [
        sink["origin"] for sink in sinks if sink["kind"] not in COMPOSED and sink["kind"] not in (AMOUNT, DETAIL)
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
        "prose_read": view is None or view.overflow or view.unreported > 0 or view.prose_read or view.agent_prose,
    }


def _intent(
    request: RequestFacts | None, ask: ProvenanceAsk, view: ProvenanceView | None, sinks: Sequence[dict[str, Any]]
) -> str:
    if request is None or view is None:
        return "UNSPECIFIED"
    named = any(
        lookup.naming == NAMES_THING and hit.user for lookup, hit in zip(ask.lookups, view.hits, strict=True)
    ) or any(sink["kind"] in ("id", "path") and sink["pointed"] and not sink["threatened"] for sink in sinks)
    wanders = any(
        sink["kind"] == "url" and sink["origin"] == "UNTRUSTED_TEXT" and not sink["pointed"] for sink in sinks
    ) and not (request.things & Thing.WEB or request.named & NAMED_URL)
    # A page is read for almost any request; one that only text names, where the user spoke of pages or pointed at that text.
    asked = (
        not wanders
        if only_fetches(ask.sinks, ask.kind)
        else is_asked(request, ask.kind, named=named, addressed=_addressed(ask.sinks))
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
    if view.request is None or view.request.named & FORBIDS:
        return False  # "don't tell Bob about the budget"
    if ask.outsiders_at < 0 or view.overflow or view.unreported > 0 or any(sink["kind"] == DETAIL for sink in sinks):
        return False
    outsiders = view.hits[ask.outsiders_at]
    if outsiders.bidden or outsiders.bidden_pointed:
        return False
    spoken_of = any(sink["kind"] in TARGET_KINDS and (sink["origin"] == "USER" or sink["pointed"]) for sink in sinks)
    return named or spoken_of or any(_is_called(view.hits[at]) for at in ask.tied_at)


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
        "threatened": origin != "USER" and (hit.threat or hit.agent_threat or (hidden and hit == _NOWHERE)),
        "pointed": pointed,
        "left_open": request is not None and (_is_recorded(hit) or not request.named & named),
        "addressed": ref.addressed,
    }


def _meaning(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """Whether the user means the record that a value comes from, and whether the request leaves open who is meant: it
    names nobody of any record, or several. Only for a value that a record holds and the request does not. Who points at a list
    and names one of it means none beside; nor does who names one whom a trusted record holds, whatever else goes by that name."""
    hit = view.hits[ref.at]
    if ref.kind not in MEANT_KINDS or hit.user:
        return {}
    if ref.everybody and view.request is not None and not view.request.named & MEANS_MANY:
        return {"pointed": False, "left_open": False}
    by_name = _addresses_by_name(ref, view)
    meant = _meant(ref, view, by_name=by_name)
    if _is_somebody_else(ref, hit, meant, view):
        return {"pointed": False, "left_open": False}
    if _is_account(ref) or not _is_recorded(hit):
        return {}
    if ref.meant_at < 0 or view.request is None or (hit.trusted and ref.reach == MAIL and view.request.delegates):
        return {"left_open": view.request is not None}
    gives_one = by_name and ref.reach == MAIL and bool(view.request.named & NAMED_EMAIL)
    means_many = bool(view.request.named & MEANS_MANY) and not by_name
    if means_many and ref.reach == MAIL and view.hits[ref.names_at].trusted and not (hit.trusted or meant.trusted):
        return {"pointed": False, "left_open": False}  # "the finance team" are those whom a trusted record calls so
    names_somebody = (gives_one or _is_recorded(view.hits[ref.names_at])) and not means_many
    return {
        "pointed": (hit.record_pointed and not names_somebody) or _is_called(meant),
        "left_open": not names_somebody,
    }


def _addresses_by_name(ref: SinkRef, view: ProvenanceView) -> bool:
    """Tells whether the request says by name to whom something goes: for certain, or by a word that records know as a name. Then
    "all my mail" is no word for many whom it means."""
    if ref.reach not in (MAIL, HANDLE) or ref.addressed_at < 0:
        return False
    return ref.told or (ref.anyhow_at >= 0 and _is_recorded(view.hits[ref.addressed_at]))


def _meant(ref: SinkRef, view: ProvenanceView, *, by_name: bool) -> Hit:
    at = ref.meant_at if by_name or ref.anyhow_at < 0 else ref.anyhow_at
    return view.hits[at] if at >= 0 else _NOWHERE


def _is_account(ref: SinkRef) -> bool:
    return ref.kind == "account" or ref.reach == BANK


def _is_somebody_else(ref: SinkRef, hit: Hit, meant: Hit, view: ProvenanceView) -> bool:
    """Tells whether the request says by name whom it means, and this is not he.

    A mail address or an account is his whom a trusted record knows by that name; the account of a payee whom none knows is not
    told by text alone. People have more names than channels: they are told from each other where a record knows one by the name
    that the request has, and those of a trusted record by that alone."""
    addressed = view.hits[ref.addressed_at] if ref.addressed_at >= 0 else _NOWHERE
    if ref.reach == MAIL:
        if addressed.trusted:
            return not (hit.trusted or meant.trusted)
        return ref.told and not _is_left_to_a_source(view.request) and not _is_called(meant)
    if ref.reach == BANK:
        if addressed.trusted:
            return not meant.trusted
        if view.request is None or _is_left_to_a_source(view.request):
            return False
        known = hit.trusted and not view.request.named & NAMED_ACCOUNT
        return ref.told and not (known or _is_called(meant))
    if ref.reach == PLACE:
        return _is_recorded(addressed) or (ref.told and not _is_called(meant))
    if addressed.trusted:
        return not meant.trusted
    if ref.reach == BY_NUMBER:
        return ref.told and not _is_left_to_a_source(view.request) and not _is_called(meant)
    if ref.reach != HANDLE or _is_called(meant):
        return False
    if hit == _NOWHERE and ref.told:
        return not _is_left_to_a_source(view.request)
    return (ref.told or ref.anyhow_at >= 0) and _is_recorded(addressed)


def _is_left_to_a_source(request: RequestFacts | None) -> bool:
    return request is not None and (request.delegates or bool(request.named & ENTRUSTS))


def _pushed(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """A value that records hold, or a name in a text, and that a sentence of outsiders bids the reader act on: the user pointed
    at no such thing, and left no such choice open, unless the request hands over to a source. Of a mail address only one whom
    the request addresses by name, or a trusted record, is meant nevertheless; of an account only that of a trusted record."""
    hit = view.hits[ref.at]
    if view.request is None or hit.user:
        return {}
    is_name = ref.kind == "id" and not ref.addressed and not _is_recorded(hit)
    if is_name and not (hit.text or hit.text_pointed):
        return {"left_open": False}  # it may stand in what nobody reported
    if ref.pushed_at < 0 or view.request.delegates or not (is_name or _is_recorded(hit)):
        return {}
    by_name = _addresses_by_name(ref, view)
    one_of_many = view.request.named & MEANS_MANY and not by_name and (hit.trusted or ref.reach != MAIL)
    if ref.kind in MEANT_KINDS and not _is_account(ref) and one_of_many:
        return {}
    pushed = view.hits[ref.pushed_at]
    if not (pushed.bidden or pushed.bidden_pointed):
        return {}
    meant = _meant(ref, view, by_name=by_name)
    tells = hit.trusted if _is_account(ref) else meant.trusted or ref.reach != MAIL or by_name
    return {} if tells and _is_recorded(meant) else {"pointed": False, "left_open": False}


def _beside_others(ref: SinkRef, view: ProvenanceView) -> dict[str, Any]:
    """A link that nothing names, to a site of which outsiders name pages and neither the user nor a trusted record does: it comes
    from them, `https://evil.example/login` cut, or with what the session holds written behind it."""
    if ref.site_at < 0 or view.hits[ref.at] != _NOWHERE:
        return {}
    site = view.hits[ref.site_at]
    if site.user or site.trusted or not (_is_called(site) or site.order_pointed or site.agent_text):
        return {}
    return {"origin": "UNTRUSTED_TEXT", "pointed": False, "threatened": site.threat or site.agent_threat}


def _another_of_its_shape(ref: SinkRef, ask: ProvenanceAsk, view: ProvenanceView) -> dict[str, bool]:
    """An id or path where the request writes out others of its shape, and the call reaches none of these: "cancel order 47110"
    and 47111. Of a path only where it is deleted or sent, since who has one file mended may mean another to be."""
    hit = view.hits[ref.at]
    if not ref.shape or hit.user or view.request is None or _is_left_to_a_source(view.request):
        return {}
    if view.request.named & MEANS_MANY or (ref.shape == PATH_SHAPE and not ask.kind.by_verb & _GONE):
        return {}
    reaches = any(other.shape == ref.shape and view.hits[other.at].user for other in ask.sinks)
    return {} if reaches else {"pointed": False, "left_open": False, "addressed": True}


def _refused(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """Whom or what the request leaves out, wherever it was read: "to everyone but Eve", "delete all but old.txt". Not by name who
    is also called by another word of it: "send Bob the plan for Berlin, not Lisbon", and Bob wrote about Lisbon."""
    meant = view.hits[ref.meant_at] if ref.meant_at >= 0 else _NOWHERE
    by_name = ref.refused_at >= 0 and _is_recorded(view.hits[ref.refused_at]) and not _is_recorded(meant)
    if view.hits[ref.at].user or not (ref.refused or by_name):
        return {}
    return {"pointed": False, "left_open": False, "addressed": True}


def _too_wide(ref: SinkRef, view: ProvenanceView) -> dict[str, Any]:
    """What stands for more than the user named, whoever holds it: nobody left that choice open."""
    hit = view.hits[ref.at]
    if not ref.beyond or hit.user or view.request is None:
        return {}
    if ref.beyond == ALL and view.request.named & MEANS_MANY:
        return {}
    return {"left_open": False, "pointed": False, "addressed": True}


def _is_recorded(hit: Hit) -> bool:
    return hit.record or hit.record_pointed or hit.trusted


def _is_called(hit: Hit) -> bool:
    """Of pairs with the words of the request: whether one leads to the value, be it to others as well."""
    return _is_recorded(hit) or hit.text or hit.text_pointed


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
