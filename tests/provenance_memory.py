"""The provenance store in memory: what `pdp/lua/provenance_*.lua` do, written the plain way, for tests of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pdp.provenance import Hit, Lookup, ProvenanceAsk, ProvenanceView, is_naming
from pdp.provenance_forms import HASH_BYTES, IN_RECORDS, IN_TEXT, IN_USER, hash_mark
from pdp.provenance_request import RequestFacts
from pdp.provenance_result import Sighting


@dataclass(slots=True, kw_only=True)
class Session:
    requests: dict[bytes, RequestFacts] = field(default_factory=dict)
    user: set[bytes] = field(default_factory=set)
    trusted: set[bytes] = field(default_factory=set)
    records: dict[bool, set[bytes]] = field(default_factory=lambda: {False: set(), True: set()})
    texts: dict[bool, set[bytes]] = field(default_factory=lambda: {False: set(), True: set()})
    orders: set[bytes] = field(default_factory=set)
    threats: set[bytes] = field(default_factory=set)
    pending: dict[bytes, tuple[bytes, bool, bool]] = field(default_factory=dict)
    overflow: bool = False
    untrusted_read: bool = False
    threat_read: bool = False


@dataclass(slots=True, kw_only=True)
class Agent:
    texts: set[bytes] = field(default_factory=set)
    threats: set[bytes] = field(default_factory=set)
    untrusted: bool = False
    threat: bool = False


def split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


class MemoryProvenance:
    def __init__(self, key: bytes) -> None:
        self.key = key
        self.sessions: dict[str, Session] = {}
        self.agents: dict[str, Agent] = {}

    def look(self, ask: ProvenanceAsk) -> ProvenanceView:
        session = self.sessions.setdefault(ask.session, Session())
        agent = self.agents.setdefault(ask.agent, Agent())
        if ask.request_digest and not ask.dry_run:
            session.requests[ask.request_digest] = ask.request_facts
            session.user.update(split(ask.request_hashes))
        user = session.user | (set(split(ask.request_hashes)) if ask.request_digest else set())
        hits = tuple(self._hit(lookup, session, agent, user) for lookup in ask.lookups)
        unreported = sum(untrusted for claim, (_, _, untrusted) in session.pending.items() if claim != ask.claim)
        if not ask.dry_run:
            session.pending[ask.claim] = (ask.tool, is_naming(ask, hits), ask.reads_untrusted)
        requests = list(session.requests.values()) or ([ask.request_facts] if ask.request_digest else [])
        return ProvenanceView(
            request=united(requests) if requests else None,
            hits=hits,
            unreported=unreported,
            overflow=session.overflow,
            untrusted_read=session.untrusted_read,
            threat_read=session.threat_read,
            agent_untrusted=agent.untrusted,
            agent_threat=agent.threat,
        )

    def denied(self, ask: ProvenanceAsk) -> None:
        self.sessions[ask.session].pending.pop(ask.claim, None)

    def learn(self, session_name: str, agent_name: str, claim: bytes, tool: bytes, sighting: Sighting) -> None:
        session = self.sessions.setdefault(session_name, Session())
        agent = self.agents.setdefault(agent_name, Agent())
        known_tool, pointed, _ = session.pending.pop(claim, (b"", False, True))
        matched = known_tool == tool
        pointed = pointed and matched
        trusted, records = self._hashes(sighting.trusted), self._hashes(sighting.records)
        if matched:
            session.trusted |= trusted
        else:
            records |= trusted
        session.records[pointed] |= records
        session.texts[pointed] |= self._hashes(sighting.texts - sighting.ordered)
        (session.orders if pointed else session.texts[False]).update(self._hashes(sighting.ordered))
        session.threats |= self._hashes(sighting.threats)
        session.overflow |= not sighting.complete
        untrusted = sighting.untrusted or not matched
        session.untrusted_read |= untrusted
        session.threat_read |= bool(sighting.threats)
        agent.untrusted |= untrusted
        agent.threat |= bool(sighting.threats)
        agent.texts |= self._hashes(mark for mark in sighting.texts if mark[0] in "eua")
        agent.threats |= self._hashes(mark for mark in sighting.threats if mark[0] in "eua")

    def _hashes(self, marks: Iterable[str]) -> set[bytes]:
        return {hash_mark(self.key, mark) for mark in marks}

    @staticmethod
    def _hit(lookup: Lookup, session: Session, agent: Agent, user: set[bytes]) -> Hit:
        def found(where: int, store: set[bytes]) -> bool:
            return any(mask & where and store.issuperset(split(hashes)) for mask, hashes in lookup.forms)

        return Hit(
            user=found(IN_USER, user),
            trusted=found(IN_RECORDS, session.trusted),
            record=found(IN_RECORDS, session.records[False]),
            record_pointed=found(IN_RECORDS, session.records[True]),
            text=found(IN_TEXT, session.texts[False]),
            text_pointed=found(IN_TEXT, session.texts[True]),
            threat=found(IN_RECORDS | IN_TEXT, session.threats),
            agent_text=found(IN_TEXT, agent.texts),
            agent_threat=found(IN_TEXT, agent.threats),
            order_pointed=found(IN_TEXT, session.orders),
        )


def united(requests: list[RequestFacts]) -> RequestFacts:
    deeds = things = named = 0
    delegates = False
    for facts in requests:
        deeds, things, named = deeds | facts.deeds, things | facts.things, named | facts.named
        delegates = delegates or facts.delegates
    return RequestFacts(deeds=deeds, things=things, named=named, delegates=delegates)
