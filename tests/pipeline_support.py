"""The pipeline without gRPC, Redis, OPA or disk: fakes with hooks behind the Protocols of `pdp.ports`, real stages else."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import orjson
import yaml
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from pdp.authenticate import Authenticator
from pdp.circumstances import Circumstances
from pdp.conclude import Concluder
from pdp.config import Limits, Timeouts
from pdp.decide import Engine
from pdp.item import Answer
from pdp.lanes import Lanes
from pdp.model import (
    Activation,
    ApprovalAsk,
    Ask,
    ClaimStatus,
    CounterView,
    Draft,
    FactView,
    Final,
    Outcome,
    OutcomeRule,
    Peer,
    Recorded,
    Settlement,
    StateAsk,
    StateView,
)
from pdp.offload import Offloader
from pdp.queue import Entry
from pdp.telemetry import Telemetry
from pdp.transform.apply import Transformer
from writ.permit import PermitSigner
from writ.receipt_body import place_body
from writ.v1 import decision_pb2

REGO = Path(__file__).resolve().parents[1] / "rego"
KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "https://id.example", "writ"
EPOCH = "0123456789abcdef"
PATIENCE_S = 30.0


def bundle_data() -> dict[str, Any]:
    """Returns what the activation of the checked-in bundle holds, merged as `rego/writ/activation.rego` does."""
    settings = yaml.safe_load((REGO / "settings" / "data.yaml").read_text())
    packs = [yaml.safe_load(path.read_text()) for path in sorted((REGO / "packs").glob("*/data.yaml"))]
    catalog = {
        path.parent.name: yaml.safe_load(path.read_text()) for path in sorted((REGO / "catalog").glob("*/data.yaml"))
    }
    data = {**settings, "catalog": catalog}
    for pack in packs:
        for name in ("counters", "facts"):
            data[name] = {**data[name], **pack.get(name, {})}
        data["feeds"] = data["feeds"] + pack.get("feeds", [])
    return data


async def until(condition: Callable[[], object]) -> None:
    """Waits until the condition holds. Raises TimeoutError when it does not on the busiest machine."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.001)


def token(subject: str, *, organisation: str = "acme", lifetime_s: float = 300.0) -> str:
    """Returns a JWT that the test authenticator believes."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "org": organisation,
        "sub": f"spiffe://writ.example/{subject}",
        "exp": time.time() + lifetime_s,
    }
    return jwt.encode(claims, KEY, algorithm="ES256", headers={"kid": "test"})


def action(request_id: str, agent: str = "billing-1", **changes: Any) -> decision_pb2.DecideRequest:
    """Returns a request that reads one invoice of customer 7; `changes` replace top-level fields."""
    request = decision_pb2.DecideRequest(
        request_id=request_id, args_json=changes.pop("args_json", b'{"customer":"7","invoice":"INV-1"}')
    )
    request.agent.id, request.agent.role = agent, "billing-assistant"
    request.tool.server, request.tool.name = "billing-mcp", changes.pop("tool", "invoices.get")
    for name, value in changes.items():
        setattr(request, name, value)
    return request


class FakeState:
    """Claims and tickets in memory. `before_enrich` and `before_settle` may raise StateFailed or await something."""

    def __init__(self) -> None:
        self.claims: dict[tuple[str, str, str], tuple[str, bytes]] = {}
        self.settled: list[Settlement] = []
        self.trips: list[int] = []
        self.before_enrich: Callable[[], None] = lambda: None
        self.before_settle: Callable[[], None] = lambda: None
        self.before_first_asked: Callable[[], None] = lambda: None
        self.approvals: dict[tuple[str, str], int] = {}
        self.pending: dict[str, int] = {}
        self._tickets = itertools.count(1)

    async def enrich(self, asks: Sequence[StateAsk]) -> list[StateView]:
        await asyncio.sleep(0)
        self.before_enrich()
        self.trips.append(len(asks))
        return [self._view(ask) for ask in asks]

    async def first_asked(self, asked: Sequence[ApprovalAsk]) -> list[int]:
        await asyncio.sleep(0)
        self.before_first_asked()
        return [
            self.approvals.setdefault((one.organisation, one.reference), one.now_ms)
            if one.keep
            else self.approvals.get((one.organisation, one.reference), one.now_ms)
            for one in asked
        ]

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await asyncio.sleep(0)
        self.before_settle()
        self.settled += settlements
        for settlement in settlements:
            key = (settlement.ask.organisation, settlement.ask.caller_id, settlement.ask.request_id)
            if settlement.final is Final.WITHDRAWN:
                self.claims.pop(key, None)
            else:
                self.claims[key] = (settlement.ask.execution_digest + settlement.ask.owner, settlement.answer)

    def _view(self, ask: StateAsk) -> StateView:
        key = (ask.organisation, ask.caller_id, ask.request_id)
        now_ms = int(time.time() * 1000)
        held = self.claims.get(key)
        if held is not None and held[0] != ask.execution_digest + ask.owner:
            return StateView(status=ClaimStatus.REUSED, now_ms=now_ms)
        if held is not None and held[1] == b"in flight" and not ask.ticket:
            return StateView(status=ClaimStatus.IN_FLIGHT, now_ms=now_ms)
        if held is not None and held[1] not in (b"", b"in flight"):
            return StateView(status=ClaimStatus.ANSWERED, now_ms=now_ms, answer=held[1])
        if not ask.dry_run:
            self.claims[key] = (ask.execution_digest + ask.owner, b"in flight")
        counters = {
            reservation.counter: CounterView(
                known=True,
                value=reservation.amount + self.pending.get(reservation.counter, 0),
                pending=self.pending.get(reservation.counter, 0),
                amount=reservation.amount,
            )
            for reservation in ask.reservations
        }
        return StateView(
            status=ClaimStatus.MINE,
            now_ms=now_ms,
            counters=counters,
            facts=tuple(FactView(name=fact.name, parts=fact.parts, known=True, value=True) for fact in ask.facts),
            ticket=ask.ticket or ("" if ask.dry_run else f"t{next(self._tickets)}"),
            state_epoch=EPOCH,
            state_sequence=1,
        )


def outcome(effect: str = "ALLOW", **changes: Any) -> Outcome:
    """Returns a plain outcome of OPA."""
    rule = OutcomeRule(id="test.rule", outcome=effect, code="TEST", message="a test rule", remediation="")
    plain = Outcome(
        effect=effect,
        tier="T0",
        score=10,
        rules=(rule,),
        obligations=(),
        transforms=(),
        advice=(),
        approval=None,
        contended=False,
        acknowledgement="SIGNED",
        permit_ttl_s=30,
    )
    return replace(plain, **changes)


class FakeJudge:
    """Allows everything unless `verdict` says otherwise; `revision` is what it runs. Remembers the batches it judged."""

    def __init__(self) -> None:
        self.revision = "a" * 64
        self.data = bundle_data()
        self.batches: list[list[bytes]] = []
        self.verdict: Callable[[bytes], Outcome | None] = lambda item: outcome()
        self.before_judge: Callable[[], None] = lambda: None

    async def activation(self) -> Activation:
        return Activation(revision=self.revision, etag=f"etag-{self.revision[:4]}", data=self.data)

    async def judge(
        self, revision: str, items: Sequence[bytes], digests: Sequence[str], deadline_s: float
    ) -> list[Outcome | None] | None:
        await asyncio.sleep(0)
        self.before_judge()
        if revision != self.revision:
            return None
        self.batches.append(list(items))
        return [self.verdict(item) for item in items]


class FakeRecorder:
    """Keeps drafts in memory; hooks may raise EvidenceFailed."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.syncs = 0
        self.before_append: Callable[[], None] = lambda: None
        self.before_sync: Callable[[], None] = lambda: None

    def append(self, drafts: Sequence[Draft]) -> list[Recorded]:
        self.before_append()
        self.drafts += drafts
        return [Recorded(body=b"{}", head=b"{}", signature=b"s", leaf_index=i, path=()) for i, _ in enumerate(drafts)]

    async def sync(self) -> None:
        self.before_sync()
        self.syncs += 1

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Returns the predicates of one kind."""
        predicates = [orjson.loads(place_body(draft.body, "", 1, 0, ""))["predicate"] for draft in self.drafts]
        return [predicate for predicate in predicates if predicate["kind"] == kind]


class Pipeline:
    """One engine over fakes. `ask` and `ask_all` offer requests and wait for the answers."""

    def __init__(self, *, limits: Limits | None = None, timeouts: Timeouts | None = None) -> None:
        self.state, self.judge, self.recorder = FakeState(), FakeJudge(), FakeRecorder()
        self.lanes = Lanes(self.judge)
        self.telemetry = Telemetry()
        self.evidence: list[bool] = []
        self.waiting: dict[int, asyncio.Future[Answer]] = {}
        self._tokens = itertools.count()
        self.bearer = token("agent/billing-1")
        circumstances = Circumstances(bytes(32))
        self.engine = Engine(
            limits=limits or Limits(),
            timeouts=timeouts or Timeouts(),
            authenticator=Authenticator(issuer=ISSUER, audience=AUDIENCE, keys={"test": KEY.public_key()}),
            lanes=self.lanes,
            state=self.state,
            judge=self.judge,
            concluder=Concluder(
                recorder=self.recorder,
                permits=PermitSigner(ed25519.Ed25519PrivateKey.generate()),
                random=os.urandom,
                evidence=self.evidence.append,
                finals=circumstances.finals,
            ),
            offloader=Offloader(limit_s=0.5),
            transformer=Transformer(bytes(32)),
            circumstances=circumstances,
            telemetry=self.telemetry,
            deliver=self._deliver,
        )

    async def start(self) -> Pipeline:
        """Activates the bundle."""
        await self.lanes.refresh()
        assert self.lanes.current is not None
        return self

    def offer(
        self,
        *requests: decision_pb2.DecideRequest | bytes,
        bearer: str = "",
        deadline_s: float = 5.0,
        waits_s: float = 0.0,
        semantic: decision_pb2.BatchSemantic.ValueType = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL,
    ) -> list[tuple[Ask, asyncio.Future[Answer]]]:
        """Offers requests as one entry."""
        loop = asyncio.get_running_loop()
        offered = []
        for request in requests:
            number = next(self._tokens)
            raw = request if isinstance(request, bytes) else request.SerializeToString()
            future = self.waiting[number] = loop.create_future()
            peer = Peer(bearer=bearer or self.bearer)
            now_s = loop.time()
            ask = Ask(token=number, request=raw, peer=peer, deadline_s=now_s + deadline_s + waits_s)
            ask.waits_until_s = now_s + waits_s if waits_s else 0.0
            offered.append((ask, future))
        self.engine.offer(Entry(asks=[ask for ask, _ in offered], semantic=semantic))
        return offered

    async def ask(self, request: decision_pb2.DecideRequest | bytes, **how: Any) -> decision_pb2.DecideResponse:
        """Offers one request and returns its answer."""
        ((_, future),) = self.offer(request, **how)
        return decision_pb2.DecideResponse.FromString((await asyncio.wait_for(future, 10)).response)

    async def ask_all(self, *requests: decision_pb2.DecideRequest, **how: Any) -> list[decision_pb2.DecideResponse]:
        """Offers requests as one DecideBatch and returns the answers in order."""
        offered = self.offer(*requests, **how)
        answers = await asyncio.wait_for(asyncio.gather(*(future for _, future in offered)), 10)
        return [decision_pb2.DecideResponse.FromString(answer.response) for answer in answers]

    def _deliver(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            future = self.waiting[answer.token]  # type: ignore[index]  # the token is the number that `offer` gave
            if not future.done():
                future.set_result(answer)
