"""Remembers in Redis since when a request is deferred, and reads how those that it builds on stand: a companion of the state.

Costs nothing where nothing is deferred: it travels only for requests that wait, that name others in `depends_on`, or that
this decision point has deferred before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import orjson

from pdp.companions import companion_ask
from pdp.deferral import DeferralView, Dependency
from pdp.model import Settlement, StateAsk
from pdp.state.client import Call, load_script
from pdp.state.wire import claim_id, organisation_key
from writ.errors import StateFailed
from writ.frozen import frozen

MAX_REMEMBERED = 65_536
"""Deferred requests that one decision point recognises when they come again; beyond it the oldest begin their wait anew."""

FORGET_MS = 10 * 60 * 1000
"""How long the end of a wait is remembered after it: as long as the claim on the request."""

_LOOK = load_script("deferral_look")
_SETTLE = load_script("deferral_settle")


@frozen
class DeferralAsk:
    """Claim ids of a request and of those that it builds on."""

    claim: str
    depends_on: tuple[str, ...]


@frozen
class DeferralFinal:
    """What became of a request: deferred since then, `depth` deep, until `ttl_ms` from now; or decided (`ttl_ms` 0)."""

    claim: str
    since_ms: int = 0
    depth: int = 0
    ttl_ms: int = 0


class Deferrals:
    """See `pdp.companions.Companion`."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[tuple[str, str], None] = OrderedDict()

    def ask(
        self, organisation: str, caller_id: str, request_id: str, depends_on: Sequence[str], *, waits: bool
    ) -> DeferralAsk | None:
        """Returns what to look up; None for the ordinary request."""
        claim = claim_id(caller_id, request_id)
        if not depends_on and not waits and (organisation, claim) not in self._remembered:
            return None
        return DeferralAsk(claim=claim, depends_on=tuple(claim_id(caller_id, name) for name in depends_on))

    def final(self, organisation: str, final: DeferralFinal) -> DeferralFinal:
        """Remembers a deferral here as well, or forgets it."""
        key = (organisation, final.claim)
        if final.ttl_ms:
            self._remembered[key] = None
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)
        else:
            self._remembered.pop(key, None)
        return final

    def look(self, organisation: str, asks: Sequence[StateAsk]) -> Call | None:
        own = [companion_ask(ask.companions, DeferralAsk) for ask in asks]
        wanted = [[ask.claim, ask.depends_on] for ask in own if ask is not None]
        if not wanted:
            return None
        return Call(script=_LOOK, key=organisation_key(organisation), args=(orjson.dumps(wanted),))

    def read(self, asks: Sequence[StateAsk], reply: Any) -> Sequence[object]:
        rows = iter(reply)
        try:
            return [
                _view(next(rows)) if companion_ask(ask.companions, DeferralAsk) is not None else None for ask in asks
            ]
        except (TypeError, ValueError, StopIteration, RuntimeError) as error:
            raise StateFailed(
                "STATE_MALFORMED", "the answer of deferral_look.lua is not of the expected form"
            ) from error

    def settle(self, organisation: str, settlements: Sequence[Settlement]) -> Call | None:
        finals = [companion_ask(settlement.companions, DeferralFinal) for settlement in settlements]
        items = [[final.claim, final.since_ms, final.depth, final.ttl_ms] for final in finals if final is not None]
        if not items:
            return None
        return Call(script=_SETTLE, key=organisation_key(organisation), args=(orjson.dumps(items),))


def _view(row: Any) -> DeferralView:
    since_ms, dependency, depth = row
    return DeferralView(since_ms=int(since_ms), dependency=Dependency(dependency), depth=int(depth))
