"""Whether a value is whom or what the user means: the part of the facts that takes his words for names.

Each function returns what it changes of a sink's facts; the later ones in `pdp.provenance.facts` have the last word. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from pdp.provenance.meant import MEANT_KINDS
from pdp.provenance.model import (
    ALL,
    BANK,
    HANDLE,
    MAIL,
    NO_HIT,
    NUMBER,
    PAYEE,
    PLACE,
    ROOM,
    Hit,
    ProvenanceAsk,
    ProvenanceView,
    SinkRef,
)
from pdp.provenance.shapes import PATH_SHAPE
from pdp.wording.lexicon import Deed
from pdp.wording.request import ENTRUSTS, MEANS_MANY, NAMED_ACCOUNT, NAMED_EMAIL, RequestFacts

_NUMBER = re.compile(r"/[0-9]+(?=/|$)")
_GONE = Deed.DELETE | Deed.SEND
"""Of a file there is no way back from these."""


def meaning(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
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
        # A payee's name leads to an account, as its number does.
        return {"pointed": False, "left_open": False} | ({"addressed": True} if ref.reach == PAYEE else {})
    if is_account(ref) or not is_recorded(hit):
        return {}
    if ref.meant_at < 0 or view.request is None or (hit.trusted and ref.reach == MAIL and view.request.delegates):
        return {"left_open": view.request is not None}
    gives_one = by_name and ref.reach == MAIL and bool(view.request.named & NAMED_EMAIL)
    means_many = bool(view.request.named & MEANS_MANY) and not by_name
    if means_many and ref.reach == MAIL and view.hits[ref.names_at].trusted and not (hit.trusted or meant.trusted):
        return {"pointed": False, "left_open": False}  # "the finance team" are those whom a trusted record calls so
    # Who says for certain whom he means names nobody by his other words: "tell Michael that GOOG was bought".
    names_at = ref.addressed_at if ref.told and ref.reach == NUMBER and ref.addressed_at >= 0 else ref.names_at
    names_somebody = (gives_one or is_recorded(view.hits[names_at])) and not means_many
    return {
        "pointed": (hit.record_pointed and not names_somebody) or is_called(meant),
        "left_open": not names_somebody,
    }


def _addresses_by_name(ref: SinkRef, view: ProvenanceView) -> bool:
    """Tells whether the request says by name to whom something goes: for certain, or by a word that records know as a name. Then
    "all my mail" is no word for many whom it means."""
    if ref.reach not in (MAIL, HANDLE) or ref.addressed_at < 0:
        return False
    return ref.told or (ref.anyhow_at >= 0 and is_recorded(view.hits[ref.addressed_at]))


def _meant(ref: SinkRef, view: ProvenanceView, *, by_name: bool) -> Hit:
    at = ref.meant_at if by_name or ref.anyhow_at < 0 else ref.anyhow_at
    return view.hits[at] if at >= 0 else NO_HIT


def is_account(ref: SinkRef) -> bool:
    return ref.kind == "account" or ref.reach in (BANK, PAYEE)


def _is_somebody_else(ref: SinkRef, hit: Hit, meant: Hit, view: ProvenanceView) -> bool:
    """Tells whether the request says by name whom it means, and this is not he.

    A mail address or an account is his whom a trusted record knows by that name; the account of a payee whom none knows is not
    told by text alone. People have more names than channels: they are told from each other where a record knows one by the name
    that the request has, and those of a trusted record by that alone."""
    addressed = view.hits[ref.addressed_at] if ref.addressed_at >= 0 else NO_HIT
    if ref.reach == MAIL:
        if addressed.trusted:
            return not (hit.trusted or meant.trusted)
        return ref.told and not _is_left_to_a_source(view.request) and not is_called(meant)
    if ref.reach == BANK:
        if addressed.trusted:
            return not meant.trusted
        if view.request is None or _is_left_to_a_source(view.request):
            return False
        known = hit.trusted and not view.request.named & NAMED_ACCOUNT
        return ref.told and not (known or is_called(meant))
    if ref.reach == PAYEE:
        return ref.told and not (is_called(meant) or _is_left_to_a_source(view.request))
    if ref.reach == PLACE:
        return is_recorded(addressed) or (ref.told and not is_called(meant))
    if addressed.trusted:
        return not meant.trusted
    if ref.reach in (NUMBER, ROOM):
        pointed = hit.trusted or hit.record_pointed  # `find_user("Ada")` that answers `U7`
        return ref.told and not (pointed or is_called(meant) or _is_left_to_a_source(view.request))
    if ref.reach != HANDLE or is_called(meant):
        return False
    if ref.told and (hit == NO_HIT or not is_recorded(addressed)):
        # No record knows him: another one that a list holds is not he, but for what a search by his name brought up.
        pointed = hit.trusted or hit.record_pointed or hit.text_pointed
        return not (pointed or _is_left_to_a_source(view.request))
    return (ref.told or ref.anyhow_at >= 0) and is_recorded(addressed)


def _is_left_to_a_source(request: RequestFacts | None) -> bool:
    return request is not None and (request.delegates or bool(request.named & ENTRUSTS))


def pushed(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """A value that records hold, or a name in a text, and that a sentence of outsiders bids the reader act on: the user pointed
    at no such thing, and left no such choice open, unless the request hands over to a source. Of a mail address only one whom
    the request addresses by name, or a trusted record, is meant nevertheless; of an account only that of a trusted record."""
    hit = view.hits[ref.at]
    if view.request is None or hit.user:
        return {}
    is_name = not ref.addressed and not is_recorded(hit) and (ref.kind == "id" or ref.reach == HANDLE)
    if is_name and ref.kind != "id" and (hit == NO_HIT or _is_left_to_a_source(view.request)):
        unseen = view.overflow or view.unreported > 0 or (hit != NO_HIT and not (hit.text_pointed or hit.order_pointed))
        return {"left_open": False} if unseen else {}  # whom nothing names, only the tool's server knows
    if is_name and not (hit.text_pointed or (hit.text and (ref.kind == "id" or ref.described))):
        return {"left_open": False}  # it may stand in what nobody reported
    if ref.pushed_at < 0 or view.request.delegates or not (is_name or is_recorded(hit)):
        return {}
    by_name = _addresses_by_name(ref, view)
    one_of_many = view.request.named & MEANS_MANY and not by_name and (hit.trusted or ref.reach != MAIL)
    if ref.kind in MEANT_KINDS and not is_account(ref) and one_of_many and not is_name:
        return {}
    pushed = view.hits[ref.pushed_at]
    if not (pushed.bidden or pushed.bidden_pointed):
        return {}
    meant = _meant(ref, view, by_name=by_name)
    tells = hit.trusted if is_account(ref) else meant.trusted or ref.reach != MAIL or by_name
    return {} if tells and is_recorded(meant) else {"pointed": False, "left_open": False}


def beside_others(ref: SinkRef, view: ProvenanceView) -> dict[str, Any]:
    """A link that nothing names, to a site of which outsiders name pages and neither the user nor a trusted record does: it comes
    from them, `https://evil.example/login` cut, or with what the session holds written behind it."""
    if ref.site_at < 0 or view.hits[ref.at] != NO_HIT:
        return {}
    site = view.hits[ref.site_at]
    if site.user or site.trusted or not (is_called(site) or site.order_pointed or site.agent_text):
        return {}
    threatened = {"threatened": True} if site.threat or site.agent_threat else {}
    return {"origin": "UNTRUSTED_TEXT", "pointed": False} | threatened


def another_of_its_shape(ref: SinkRef, ask: ProvenanceAsk, view: ProvenanceView) -> dict[str, bool]:
    """An id or path where the request writes out others of its shape, and the call reaches none of these: "cancel order 47110"
    and 47111; one that stands in a list with 47110 is another all the same. Of a path only where it is deleted or sent, since
    who has one file mended may mean another to be."""
    hit = view.hits[ref.at]
    if not ref.shape or ref.written or hit.user or view.request is None or _is_left_to_a_source(view.request):
        return {}
    if view.request.named & MEANS_MANY or (ref.shape == PATH_SHAPE and not ask.kind.by_verb & _GONE):
        return {}
    place = _place(ref)
    reaches = any(
        other.shape == ref.shape and (other.written or view.hits[other.at].user) and _place(other) != place
        for other in ask.sinks
    )
    return {} if reaches else {"pointed": False, "left_open": False, "addressed": True}


def _place(ref: SinkRef) -> tuple[str, str]:
    """Returns where a value stands, the same for all of one list."""
    return ref.kind, _NUMBER.sub("/-", ref.pointer)


def refused(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """Whom or what the request leaves out, wherever it was read: "to everyone but Eve", "delete all but old.txt". Not by name who
    is also called by another word of it: "send Bob the plan for Berlin, not Lisbon", and Bob wrote about Lisbon."""
    meant = view.hits[ref.meant_at] if ref.meant_at >= 0 else NO_HIT
    by_name = ref.refused_at >= 0 and is_recorded(view.hits[ref.refused_at]) and not is_recorded(meant)
    if view.hits[ref.at].user or not (ref.refused or by_name):
        return {}
    return {"pointed": False, "left_open": False, "addressed": True}


def too_wide(ref: SinkRef, view: ProvenanceView) -> dict[str, Any]:
    """What stands for more than the user named, whoever holds it: nobody left that choice open."""
    hit = view.hits[ref.at]
    if not ref.beyond or hit.user or view.request is None:
        return {}
    if ref.beyond == ALL and view.request.named & MEANS_MANY:
        return {}
    return {"left_open": False, "pointed": False, "addressed": True}


def beyond_bounds(ref: SinkRef, view: ProvenanceView) -> dict[str, bool]:
    """A value after so many others that its names are not looked up: nobody says that the user means it."""
    if not ref.unasked or view.request is None or view.hits[ref.at].user:
        return {}
    return {"pointed": False, "left_open": False}


def named_elsewhere(ref: SinkRef, view: ProvenanceView) -> dict[str, Any]:
    """A value that the request writes out for another deed: no record makes it the one for this."""
    if not ref.elsewhere or view.request is None:
        return {}
    hit = view.hits[ref.at]
    origin = "UNTRUSTED_TEXT" if hit.text or hit.text_pointed or hit.order_pointed else "NOWHERE"
    return {"origin": origin, "left_open": False, "pointed": False, "addressed": True}


def is_recorded(hit: Hit) -> bool:
    return hit.record or hit.record_pointed or hit.trusted


def is_called(hit: Hit) -> bool:
    """Of pairs with the words of the request: whether one leads to the value, be it to others as well."""
    return is_recorded(hit) or hit.text or hit.text_pointed
