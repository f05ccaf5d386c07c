"""Plays the scenario against a running stack and keeps the receipts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from google.protobuf.duration_pb2 import Duration

from pep.client import Client, DecisionRefused, permitted_digest
from pep.demo.scenario import CUSTOMER, DELETE_ALL, MONTHLY_UPDATES, Step, request, steps, update
from pep.demo.tool import ExampleTool
from pep.demo.transcript import Transcript
from pep.receipts import keep_receipt
from writ.keys import KeySet
from writ.v1 import decision_pb2, fact_pb2

ASSIGNMENT_TTL_S = 3600


class Play:
    """One run. `token(subject)` mints a short-lived JWT for a demo identity."""

    def __init__(
        self,
        *,
        target: str,
        token: Callable[[str], str],
        permit_keys: KeySet,
        receipts: Path,
        transcript: Transcript,
        agent: str,
    ) -> None:
        self._target = target
        self._token = token
        self._permit_keys = permit_keys
        self._receipts = receipts
        self._transcript = transcript
        self._agent = agent
        self._client = Client(target, token=token(f"agent/{agent}"))
        self._count = 0
        self._spellings: dict[str, set[str]] = {"action": set(), "execution": set(), "rules": set()}

    def run(self) -> None:
        """Plays everything, in order."""
        try:
            self._assign()
            for step in steps():
                self._play(step)
            self._compare_spellings()
            self._permits()
            self._thousand()
        finally:
            self._client.close()

    def _assign(self) -> None:
        self._transcript.headline(f"A fact feed says: agent {self._agent} serves customer {CUSTOMER}")
        with Client(self._target, token=self._token("feed/crm")) as feed:
            fact = fact_pb2.Fact(
                name="assignment",
                key=[self._agent, CUSTOMER],
                value_json=b"true",
                ttl=Duration(seconds=ASSIGNMENT_TTL_S),
            )
            self._transcript.note(f"{feed.put_facts([fact])} fact stored, for {ASSIGNMENT_TTL_S} s")

    def _play(self, step: Step) -> decision_pb2.Decision | None:
        started = time.perf_counter()
        try:
            decision = self._client.decide(self._request(step))
        except DecisionRefused as error:
            self._transcript.refused(step, error, (time.perf_counter() - started) * 1000)
            return None
        self._transcript.decided(step, decision, (time.perf_counter() - started) * 1000)
        keep_receipt(self._receipts, decision)
        if any(step.title.endswith(spelling) for spelling, *_ in DELETE_ALL):
            self._spellings["action"].add(decision.action_digest)
            self._spellings["execution"].add(decision.execution_digest)
            self._spellings["rules"].add(",".join(reason.rule_id for reason in decision.reasons))
        return decision

    def _compare_spellings(self) -> None:
        actions, executions, rules = (len(self._spellings[name]) for name in ("action", "execution", "rules"))
        self._transcript.headline("The four spellings of one deletion")
        self._transcript.checked(
            f"{actions} action digest, {executions} execution digests, {rules} set of rules",
            holds=(actions, executions, rules) == (1, len(DELETE_ALL), 1),
        )

    def _permits(self) -> None:
        self._transcript.headline("A permit is for one call, once")
        decision = self._play(update(0))
        if decision is None:
            return
        tool = ExampleTool("billing-mcp", self._permit_keys, lambda: int(time.time() * 1000))
        token, digest = decision.permit.token, permitted_digest(decision)
        changed = tool.try_call(token, "0" * 64)
        self._transcript.checked(f"with changed arguments: {changed}", holds=changed == "PERMIT_DIGEST")
        first = tool.try_call(token, digest)
        self._transcript.checked(f"as permitted: {first}", holds=first.startswith("done"))
        again = tool.try_call(token, digest)
        self._transcript.checked(f"a second time: {again}", holds=again == "PERMIT_USED")

    def _thousand(self) -> None:
        self._transcript.headline(f"{MONTHLY_UPDATES} payment status updates a calendar month")
        started = time.perf_counter()
        allowed = 0
        others: Counter[str] = Counter()
        numbers = range(1, MONTHLY_UPDATES)
        for response in self._client.decide_stream(self._request(update(number)) for number in numbers):
            if response.decision.effect == decision_pb2.EFFECT_ALLOW:
                allowed += 1
            else:
                others[_why(response)] += 1
            if response.decision.HasField("receipt"):
                keep_receipt(self._receipts, response.decision)
        seconds = time.perf_counter() - started
        self._transcript.checked(
            f"{allowed} of {len(numbers)} more updates allowed through one stream in {seconds:.1f} s",
            holds=allowed == len(numbers),
        )
        for why, count in others.most_common():
            self._transcript.note(f"  {count} {why}")
        over = update(MONTHLY_UPDATES)
        self._play(
            Step(title=over.title, server=over.server, tool=over.tool, args=over.args, expect="REQUIRE_APPROVAL")
        )

    def _request(self, step: Step) -> decision_pb2.DecideRequest:
        self._count += 1
        return request(step, self._agent, f"{self._agent}-{self._count}")


def _why(response: decision_pb2.DecideResponse) -> str:
    """What came instead of an ALLOW, and by which rules."""
    if response.HasField("error"):
        return f"{response.error.reason}: {response.error.message}"
    decision = response.decision
    effect = decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")
    return f"{effect} by {', '.join(reason.rule_id for reason in decision.reasons) or 'no rule'}"
