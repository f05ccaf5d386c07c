"""The provenance store in memory: what `pdp/lua/provenance_*.lua` do, written the plain way, for tests of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pdp.provenance.ask import Hit, Lookup, ProvenanceAsk, ProvenanceView
from pdp.provenance.forms import BY_LINK, HASH_BYTES, IN_ORDERS, IN_RECORDS, IN_TEXT, IN_USER, hash_mark
from pdp.provenance.model import NAMES_ITSELF, NAMES_PAGE, NAMES_RECORD, NAMES_SOURCE
from pdp.provenance.result import Sighting
from pdp.wording.marks import is_bank_account
from pdp.wording.request import RequestFacts


@dataclass(slots=True, kw_only=True)
class Pending:
    tool: bytes
    pointed: bool
    itself: bool
    untrusted: bool
    allowed: bool = False


@dataclass(slots=True, kw_only=True)
class Session:
    requests: dict[bytes, RequestFacts] = field(default_factory=dict)
    user: set[bytes] = field(default_factory=set)
    trusted: set[bytes] = field(default_factory=set)
    records: dict[bool, set[bytes]] = field(default_factory=lambda: {False: set(), True: set()})
    texts: dict[bool, set[bytes]] = field(default_factory=lambda: {False: set(), True: set()})
    orders: set[bytes] = field(default_factory=set)
    bidden: dict[bool, set[bytes]] = field(default_factory=lambda: {False: set(), True: set()})
    links: set[tuple[bytes, bytes]] = field(default_factory=set)
    threats: set[bytes] = field(default_factory=set)
    pending: dict[bytes, Pending] = field(default_factory=dict)
    overflow: bool = False
    untrusted_read: bool = False
    threat_read: bool = False
    prose_read: bool = False


@dataclass(slots=True, kw_only=True)
class Agent:
    texts: set[bytes] = field(default_factory=set)
    threats: set[bytes] = field(default_factory=set)
    untrusted: bool = False
    threat: bool = False
    prose: bool = False


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
        unreported = sum(one.untrusted for claim, one in session.pending.items() if claim != ask.claim)
        waits_elsewhere = self._waits_elsewhere(ask)
        if not ask.dry_run:
            made = Pending(
                tool=ask.tool,
                pointed=is_naming(ask, hits),
                itself=is_naming_itself(ask, hits),
                untrusted=ask.reads_untrusted,
            )
            held = session.pending.setdefault(ask.claim, made)
            held.untrusted |= made.untrusted
            held.pointed &= made.pointed and held.tool == made.tool
            held.itself &= made.itself and held.tool == made.tool
        requests = list(session.requests.values()) or ([ask.request_facts] if ask.request_digest else [])
        return ProvenanceView(
            request=united(requests) if requests else None,
            hits=hits,
            unreported=unreported,
            overflow=session.overflow,
            untrusted_read=session.untrusted_read,
            threat_read=session.threat_read,
            agent_untrusted=agent.untrusted or waits_elsewhere,
            agent_threat=agent.threat,
            prose_read=session.prose_read,
            agent_prose=agent.prose or waits_elsewhere,
        )

    def _waits_elsewhere(self, ask: ProvenanceAsk) -> bool:
        """Tells whether another session waits for a report; of one agent, which is all that these tests have."""
        others = (session for name, session in self.sessions.items() if name != ask.session)
        return any(one.untrusted for session in others for one in session.pending.values())

    def denied(self, ask: ProvenanceAsk) -> None:
        pending = self.sessions[ask.session].pending
        held = pending.get(ask.claim)
        if held is not None and held.tool == ask.tool and not held.allowed:
            del pending[ask.claim]

    def allowed(self, ask: ProvenanceAsk) -> None:
        held = self.sessions[ask.session].pending[ask.claim]
        held.allowed = True
        self.agents[ask.agent].untrusted |= held.untrusted

    def learn(
        self, session_name: str, agent_name: str, claim: bytes, tool: bytes, sighting: Sighting, *, trusted: bool = True
    ) -> None:
        if session_name not in self.sessions:
            return
        session, agent = self.sessions[session_name], self.agents[agent_name]
        held = session.pending.get(claim)
        threatened = sighting.threatened or bool(sighting.threats)
        session.threat_read |= threatened
        agent.threat |= threatened
        session.overflow |= not sighting.complete
        if held is None or held.tool != tool:
            untrusted = sighting.untrusted or held is not None or not trusted
            session.untrusted_read |= untrusted
            agent.untrusted |= untrusted
            session.overflow |= untrusted
            session.prose_read |= untrusted or sighting.prose
            agent.prose |= untrusted or sighting.prose
            return
        pointed = held.pointed and trusted
        ours, records = self._hashes(sighting.trusted), self._hashes(sighting.records)
        if trusted:
            del session.pending[claim]
            session.trusted |= ours
        else:
            records |= ours
        session.records[pointed] |= records
        stated = sighting.stated
        accounts = {mark for mark in stated if is_bank_account(mark)}
        session.texts[pointed] |= self._hashes(stated - accounts)
        (session.orders if pointed else session.texts[False]).update(self._hashes(sighting.ordered))
        told = session.texts[pointed] if held.itself or not pointed else session.orders
        told |= self._hashes(accounts)
        session.bidden[pointed] |= self._hashes(sighting.bidden)
        session.links |= {(hash_mark(self.key, one), hash_mark(self.key, two)) for one, two in sighting.links}
        session.threats |= self._hashes(sighting.threats)
        untrusted = sighting.untrusted or not trusted
        session.untrusted_read |= untrusted
        agent.untrusted |= untrusted
        session.prose_read |= sighting.prose or not trusted
        agent.prose |= sighting.prose or not trusted
        agent.texts |= self._hashes(mark for mark in sighting.texts if mark[0] in "eua")
        agent.threats |= self._hashes(mark for mark in sighting.threats if mark[0] in "eua")

    def _hashes(self, marks: Iterable[str]) -> set[bytes]:
        return {hash_mark(self.key, mark) for mark in marks}

    @staticmethod
    def _hit(lookup: Lookup, session: Session, agent: Agent, user: set[bytes]) -> Hit:
        def bidden(store: set[bytes]) -> bool:
            for where, hashes in lookup.forms:
                marks = set(split(hashes))
                if where & IN_ORDERS and marks <= store and not marks <= user:
                    return True
                if where & BY_LINK:
                    names = {name for value, name in session.links if value in marks}
                    if names & store and not names & user:
                        return True
            return False

        if any(where & (IN_ORDERS | BY_LINK) for where, _ in lookup.forms):
            return Hit(bidden=bidden(session.bidden[False]), bidden_pointed=bidden(session.bidden[True]))

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


def is_naming(ask: ProvenanceAsk, hits: Sequence[Hit]) -> bool:
    """Tells whether the user's words name what a reading call is about to read, itself or by a field of its record."""
    return any(
        (lookup.naming in (NAMES_SOURCE, NAMES_ITSELF) and hit.user)
        or (lookup.naming == NAMES_RECORD and (hit.user or _stands_in_text_or_record(hit)))
        or (lookup.naming == NAMES_PAGE and _names_page(hit))
        for lookup, hit in zip(ask.lookups, hits, strict=True)
    )


def is_naming_itself(ask: ProvenanceAsk, hits: Sequence[Hit]) -> bool:
    """Tells whether the user's words name what a reading call is about to read by its own path, id or URL."""
    return any(lookup.naming == NAMES_ITSELF and hit.user for lookup, hit in zip(ask.lookups, hits, strict=True))


def _stands_in_text_or_record(hit: Hit) -> bool:
    return hit.record or hit.record_pointed or hit.trusted or hit.text or hit.text_pointed


def _names_page(hit: Hit) -> bool:
    """Not for a record that the user did not point at: a page of outsiders may stand among what was searched or read besides."""
    named = hit.user or hit.text_pointed or hit.record_pointed or hit.trusted
    return named and not (hit.threat or hit.agent_threat)
