"""Plays runs through a running decision point as a gateway would: asks before each call, reports what came back.

The decision point sees the user's request, tool, arguments and results; nothing tells it which call belongs to an
injection. A call that is not permitted does not run, so its result is not reported.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pep.client import Client, DecisionRefused, permits, permitted_digest
from writ.v1 import decision_pb2

THREADS = 8
"""Runs at a time; the calls of one run follow one another."""

RUNS_OF_ONE_AGENT = 20
"""Runs that share an agent: what it has read in one session counts in the others, and no agent works faster than one
that is driven by a loop."""

TRIES, PAUSE_S = 5, 0.5
PASSING = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"})
"""gRPC statuses of a machine that is busy."""

HELD = frozenset({decision_pb2.EFFECT_REQUIRE_APPROVAL, decision_pb2.EFFECT_DEFER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is played in one session. `attack` is "" for an honest one; each call has side, tool, args, result, failed."""

    name: str
    prompt: str
    calls: tuple[dict[str, Any], ...]
    attack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The decision on one call. `effect` is untouched, held or stopped; `rules` are those that did not allow it."""

    side: str
    tool: str
    effect: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A run with its answers in order."""

    run: Run
    answers: tuple[Answered, ...]

    def of(self, side: str) -> tuple[Answered, ...]:
        """Returns the answers to the calls of `user` or of `injection`."""
        return tuple(answer for answer in self.answers if answer.side == side)


@dataclass(slots=True, kw_only=True)
class Gateway:
    """One gateway in front of one tool server. `name` makes sessions and requests unique."""

    client: Client
    server: str
    name: str
    _count: int = field(default=0)

    def play(self, runs: Sequence[Run]) -> list[Played]:
        """Plays runs, some at a time; answers keep their order. Raises DecisionRefused."""
        numbered = [(self._count + index, run) for index, run in enumerate(runs)]
        self._count += len(runs)
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(lambda pair: self._play(*pair), numbered))

    def _play(self, number: int, run: Run) -> Played:
        names = decision_pb2.DecideRequest(
            agent=decision_pb2.Agent(id=f"{self.name}.{number // RUNS_OF_ONE_AGENT}", role="assistant"),
            principal=decision_pb2.Principal(id=f"user-{self.name}.{number // RUNS_OF_ONE_AGENT}", type="human"),
            session_id=f"{self.name}.{number}",
        )
        return Played(run=run, answers=tuple(self._answers(number, run, names)))

    def _answers(self, number: int, run: Run, names: decision_pb2.DecideRequest) -> Iterable[Answered]:
        for index, call in enumerate(run.calls):
            request = decision_pb2.DecideRequest(
                user_request=call.get("prompt", run.prompt),
                tool=decision_pb2.Tool(server=self.server, name=call["tool"]),
                args_json=_json(call["args"]),
            )
            request.MergeFrom(names)
            decision = self._decide(request, f"{self.name}.{number}.{index}")
            if permits(decision):
                self._report(request, decision, call)
            yield Answered(side=call["side"], tool=call["tool"], effect=_effect(decision), rules=_rules(decision))

    def _decide(self, request: decision_pb2.DecideRequest, name: str) -> decision_pb2.Decision:
        """Asks until rules have judged: a DENY because something was too slow says nothing of them."""
        for attempt in range(TRIES):
            request.request_id = f"{name}.{attempt}"
            decision = _patiently(lambda: self.client.decide(request))
            if not any(reason.outcome == "FAILURE" for reason in decision.reasons):
                return decision
            time.sleep(PAUSE_S)  # a failure of a busy machine passes; it is no judgement that could be counted
        raise RuntimeError(f"no judgement in {TRIES} tries: {', '.join(reason.code for reason in decision.reasons)}")

    def _report(
        self, request: decision_pb2.DecideRequest, decision: decision_pb2.Decision, call: dict[str, Any]
    ) -> None:
        succeeded = decision_pb2.OUTCOME_STATUS_FAILED if call["failed"] else decision_pb2.OUTCOME_STATUS_SUCCEEDED
        report = decision_pb2.ReportOutcomeRequest(
            request_id=request.request_id,
            decision_id=decision.decision_id,
            execution_digest=permitted_digest(decision),
            status=succeeded,
            result_json=_json(call["result"]),
            tool=request.tool,
            agent=request.agent,
            principal=request.principal,
            session_id=request.session_id,
        )
        _patiently(lambda: self.client.report_outcome(report))


Reply = TypeVar("Reply")


def _patiently(ask: Callable[[], Reply]) -> Reply:
    """Asks again after a refusal that only says "not now". Raises DecisionRefused after the last try."""
    for _ in range(TRIES - 1):
        try:
            return ask()
        except DecisionRefused as error:
            if error.code not in PASSING:
                raise
            time.sleep(PAUSE_S)  # overload is answered at once: asking again without a pause would make it worse
    return ask()


def _effect(decision: decision_pb2.Decision) -> str:
    if decision.effect == decision_pb2.EFFECT_ALLOW:
        return "untouched"
    if decision.effect in HELD:
        return "held"
    # A call that runs in another form than proposed is not untouched, and what an injection wants still happens.
    return "changed" if decision.effect == decision_pb2.EFFECT_TRANSFORM else "stopped"


def _rules(decision: decision_pb2.Decision) -> tuple[str, ...]:
    return tuple(reason.rule_id for reason in decision.reasons if reason.outcome != "ALLOW")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
