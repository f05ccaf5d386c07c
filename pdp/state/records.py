"""What stands in Redis beside claims and counters: facts, suspensions, outcomes; and the checks at start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from pdp.model import ApprovalAsk
from pdp.state.client import Client, load_script, run_one, verify_server
from pdp.state.continuity import Continuity
from pdp.state.wire import FINALS, claim_id, fact_id, organisation_key

MAX_FACT_BYTES = 4096
"""Longest fact (writ.v1.Fact)."""

DIGEST_CHARACTERS = 64
"""SHA-256 in hex; behind it a claim says for whom it was asked."""

_LOOK = load_script("look", allow_oom=True)
_PUT = load_script("put")
_FIRST = load_script("first")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A fact to put: `value_json` is JSON, at most 4 KiB; `ttl_ms` more than 0, or `retract` to remove it."""

    name: str
    parts: tuple[str, ...]
    value_json: bytes = b""
    ttl_ms: int = 0
    retract: bool = False


@dataclass(slots=True, kw_only=True)
class StateRecords:
    """`writer` names this PDP for good (its evidence log has the same name); no two run at once under one name.
    `generation` is the Unix time in ms at which this process started: it fences off calls of an earlier one."""

    client: Client
    writer: str
    generation: int
    continuity: Continuity

    async def check_server(self) -> None:
        """Refuses servers that evict, replicas and old versions (ConfigurationError); StateFailed when none answers."""
        for info in await self.client.infos():
            verify_server(info)

    async def initialise(self, epoch: str) -> bool:
        """Declares an empty deployment as the beginning; see `Continuity.initialise`."""
        return await self.continuity.initialise(epoch)

    async def _meet(self, organisation: str) -> None:
        await self.continuity.meet(organisation)
        fence = await self.client.command("HGET", organisation_key(organisation), f"g{self.writer}")
        if fence is not None:  # a clock that was set back must not fence off this process itself
            self.generation = max(self.generation, int(fence))

    async def find_outcome(self, organisation: str, caller_id: str, request_id: str) -> tuple[str, str, str] | None:
        """(decision_id, execution_digest, `allowed` or `denied`) of an answered request, up to 10 minutes after its
        answer; None when there is none."""
        claim = claim_id(caller_id, request_id)
        reply = await run_one(self.client, _LOOK, organisation_key(organisation), claim)
        if not reply or reply[2] not in FINALS:
            return None
        return reply[0].decode(), reply[1].decode()[:DIGEST_CHARACTERS], FINALS[reply[2]]

    async def put_facts(self, organisation: str, facts: Sequence[StoredFact]) -> int:
        """Stores or removes all facts, or none; returns how many. Raises StateFailed."""
        items: list[Sequence[str | int]] = []
        for fact in facts:
            if len(fact.value_json) > MAX_FACT_BYTES or (not fact.retract and fact.ttl_ms < 1):
                raise ValueError(f"fact `{fact.name}`: expected at most {MAX_FACT_BYTES} bytes and a ttl above 0 ms")
            value = orjson.dumps(orjson.loads(fact.value_json)).decode() if not fact.retract else ""
            items.append([f"f:{fact_id(fact.name, fact.parts)}", value, 0 if fact.retract else fact.ttl_ms])
        return await self._put(organisation, items)

    async def suspend(self, organisation: str, agent_id: str) -> None:
        """From the next enrichment on the agent shows as suspended, until `resume`. It stands in two places, of which each is
        enough: who is suspended must not act again because a key was lost. An enrichment writes a lost one again."""
        await self._put(organisation, [[f"s:{agent_id}", "1", -1, f"S:{agent_id}"]])

    async def resume(self, organisation: str, agent_id: str) -> None:
        """Takes back `suspend`, in both places at once: an enrichment between them would write the first again."""
        await self._put(organisation, [[f"s:{agent_id}", "", 0, f"S:{agent_id}"]])

    async def first_asked(self, asked: Sequence[ApprovalAsk]) -> list[int]:
        """See `pdp.ports.State`."""
        groups: dict[str, list[int]] = {}
        for index, one in enumerate(asked):
            groups.setdefault(one.organisation, []).append(index)
        first_ms: dict[int, int] = {}
        for organisation, indexes in groups.items():
            items = [[a.reference, a.now_ms, a.ttl_ms, 1 if a.keep else 0] for a in (asked[i] for i in indexes)]
            reply = await run_one(self.client, _FIRST, organisation_key(organisation), orjson.dumps(items))
            first_ms.update(zip(indexes, map(int, reply), strict=True))
        return [first_ms[index] for index in range(len(asked))]

    async def _put(self, organisation: str, items: Sequence[Sequence[str | int]]) -> int:
        if not self.continuity.knows(organisation):
            await self._meet(organisation)
        count = await run_one(self.client, _PUT, organisation_key(organisation), orjson.dumps(items))
        return int(count)

    async def close(self) -> None:
        await self.client.close()
