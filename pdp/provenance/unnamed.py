"""Rights, programs and deletions for what nobody named: "add Bob to the finance group", and `add_member(group="admins")`.

A plain name that nothing holds reaches only what its server knows by it. Of a message that is somebody of the house; of rights
it is whatever every server has: `admins`, `production`, `main`. Pure.
"""

from __future__ import annotations

from pdp.provenance.model import NO_HIT, ProvenanceAsk, ProvenanceView, SinkRef
from pdp.wording.lexicon import Deed
from pdp.wording.request import ENTRUSTS, MEANS_MANY

_GRAVE = {"id": Deed.ADMIN | Deed.EXECUTE | Deed.DELETE, "recipient": Deed.ADMIN, "channel": Deed.ADMIN}
"""By kind of value, the deeds whose object somebody has to name."""


def unnamed(ref: SinkRef, ask: ProvenanceAsk, view: ProvenanceView) -> dict[str, bool]:
    """A plain name that neither the request nor anything read holds, of what gets or gives rights, is run or is deleted: as an id
    it must come from somewhere. Not where the request speaks of many, or leaves it to a source, nor before anything was read
    that could bid the agent choose it; nor for a step that the request does not speak of, as the locks of a car's doors before
    its engine is started: whether that is meant, its names do not tell."""
    request = view.request
    if request is None or ref.addressed or view.hits[ref.at] != NO_HIT:
        return {}
    if ask.unspoken or not view.may_be_told:
        return {}
    if not ask.kind.by_verb & _GRAVE.get(ref.kind, 0) or request.delegates or request.named & (MEANS_MANY | ENTRUSTS):
        return {}
    return {"pointed": False, "left_open": False, "addressed": True}
