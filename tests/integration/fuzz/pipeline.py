"""The whole pipeline in this process, with a policy that allows everything: a refusal is the decision point's own.

Real are authentication, parsing, canonicalization, permits and answers; state, OPA and evidence log are the simplest
fakes that let everything pass.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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
    Draft,
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
from tests.integration.fuzz.malformed import KNOWN_SERVER, KNOWN_TOOL
from writ.action import Reversibility, Scope, Verb
from writ.permit import PermitSigner

ISSUER, AUDIENCE, SUBJECT = "https://issuer.example", "writ", "gateway/fuzz"
LIFE_S = 3600
DEADLINE_S = 30.0

DATA: dict[str, Any] = {
    "severity": [verb.value for verb in Verb],
    "action_severity": {
        "verbs": {verb.value: 10 for verb in Verb},
        "scopes": {scope.value: 10 for scope in Scope},
        "reversibility": {kind.value: 10 for kind in Reversibility},
    },
    "environments": {"production": 50},
    "finding_scores": {},
    "counters": {},
    "facts": {},
    "feeds": [],
    "callers": [{"match": {"name": SUBJECT}, "kind": "gateway", "agents": ["*"], "principals": ["*"]}],
    "catalog": {
        "billing": {
            "server": KNOWN_SERVER,
            "environment": "production",
            "tools": {
                KNOWN_TOOL: {
                    "verb": "READ",
                    "resource": "invoice",
                    "ids": "invoice",
                    "containers": {"customer": "customer"},
                }
            },
        }
    },
}


class AllowingJudge:
    """Allows whatever reaches it."""

    async def activation(self) -> Activation:
        return Activation(revision="r", etag="e", data=DATA)

    async def judge(
        self,
        revision: str,  # the Protocol's
        items: Sequence[bytes],
        digests: Sequence[str],  # the Protocol's
        deadline_s: float,  # the Protocol's
    ) -> list[Outcome | None] | None:
        rule = OutcomeRule(id="fuzz.allow", outcome="ALLOW", code="ALLOWED", message="", remediation="")
        outcome = Outcome(
            effect="ALLOW",
            tier="T0",
            score=0,
            rules=(rule,),
            obligations=(),
            transforms=(),
            advice=(),
            approval=None,
            contended=False,
            acknowledgement="SIGNED",
            permit_ttl_s=30,
        )
        return [outcome] * len(items)


class EmptyState:
    """Grants every claim and keeps nothing."""

    async def enrich(self, asks: Sequence[StateAsk]) -> list[StateView]:
        return [StateView(status=ClaimStatus.MINE, now_ms=int(time.time() * 1000)) for _ in asks]

    async def first_asked(self, asked: Sequence[ApprovalAsk]) -> list[int]:
        return [one.now_ms for one in asked]

    async def settle(self, settlements: Sequence[Settlement]) -> None:  # the Protocol's
        return None


class ForgetfulRecorder:
    """Takes every draft and keeps none, so that memory shows what the pipeline itself holds."""

    def append(self, drafts: Sequence[Draft]) -> list[Recorded]:
        return [Recorded(body=b"{}", head=b"{}", signature=b"", leaf_index=0, path=()) for _ in drafts]

    async def sync(self) -> None:
        return None


@dataclass
class Waiting:
    """Collects the answers of one round, by place in the round."""

    answers: dict[int, Answer] = field(default_factory=dict)
    wanted: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            place = answer.token
            assert isinstance(place, int)
            assert place not in self.answers, "a request was answered twice"
            self.answers[place] = answer
        if len(self.answers) == self.wanted:
            self.complete.set()


class Pipeline:
    """One engine on one event loop; `decide` may be called again and again."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._round = Waiting()
        key = Ed25519PrivateKey.generate()
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "org": "acme", "exp": int(time.time()) + LIFE_S}
        self._peer = Peer(bearer=jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "k"}))
        self._offloader = Offloader()
        judge = AllowingJudge()
        lanes = Lanes(judge)
        self._loop.run_until_complete(lanes.refresh())
        assert lanes.current is not None, "the test's bundle data is not readable"
        self._engine = Engine(
            limits=Limits(),
            timeouts=Timeouts(),
            authenticator=Authenticator(issuer=ISSUER, audience=AUDIENCE, keys={"k": key.public_key()}),
            lanes=lanes,
            state=EmptyState(),
            judge=judge,
            concluder=Concluder(
                recorder=ForgetfulRecorder(),
                permits=PermitSigner(Ed25519PrivateKey.generate()),
                random=os.urandom,
                evidence=lambda _: None,
            ),
            offloader=self._offloader,
            transformer=Transformer(bytes(32)),
            circumstances=Circumstances(bytes(32)),
            telemetry=Telemetry(),
            deliver=lambda answers: self._round.deliver(answers),
        )

    def decide(self, requests: Sequence[bytes]) -> list[Answer]:
        """Returns one answer a request, in order."""
        return self._loop.run_until_complete(self._decide(requests))

    async def _decide(self, requests: Sequence[bytes]) -> list[Answer]:
        self._round = Waiting(wanted=len(requests))
        deadline_s = self._loop.time() + DEADLINE_S
        for place, raw in enumerate(requests):
            self._engine.offer(Entry(asks=[Ask(token=place, request=raw, peer=self._peer, deadline_s=deadline_s)]))
        await asyncio.wait_for(self._round.complete.wait(), DEADLINE_S)
        await self._engine.drain()
        return [self._round.answers[place] for place in range(len(requests))]

    def close(self) -> None:
        """Ends the worker process and the loop."""
        self._loop.run_until_complete(self._offloader.aclose())
        self._loop.close()
