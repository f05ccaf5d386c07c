"""Whatever several decision points do, in any order: counters never undercount and never pass the limit."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pdp.evidence.recover import recover
from pdp.model import ClaimStatus, Final, StateAsk, StateView
from pdp.state.redis_state import RedisState
from tests.redis_server import RedisServer
from tests.state_support import EPOCH, ask, enrich_one, open_state, reserve, settle, value_now, with_ticket

LIMIT = 20
_server: list[RedisServer] = []


def setup_module() -> None:
    _server.append(RedisServer().start())


def teardown_module() -> None:
    _server.pop().stop()


class Counting(RuleBasedStateMachine):
    """Two decision points, requests that repeat, leases that run out, crashes and recovery."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.states: list[RedisState] = []
        self.held: list[tuple[int, StateAsk, StateView]] = []
        self.orphaned: list[tuple[int, str]] = []
        self.log: set[str] = set()
        self.allowed: dict[str, int] = {}
        self.generation = 1_700_000_000_000

    def run(self, awaitable: Any) -> Any:
        return self.loop.run_until_complete(awaitable)

    @initialize()
    def begin(self) -> None:
        _server[0].flush()
        self.states = [self.open(0), self.open(1)]
        self.run(self.states[0].continuity.initialise(EPOCH))

    def open(self, index: int) -> RedisState:
        self.generation += 1
        return open_state(_server[0].url, writer=f"pdp-{index}", generation=self.generation)

    @rule(pdp=st.integers(0, 1), request=st.integers(0, 9), lease_ms=st.sampled_from([0, 60_000]))
    def propose(self, pdp: int, request: int, lease_ms: int) -> None:
        asked = ask(f"{request}", reserve(request + 1), lease_ms=lease_ms)
        view = self.run(enrich_one(self.states[pdp], asked))
        assert view.status in (ClaimStatus.MINE, ClaimStatus.IN_FLIGHT)
        if view.status is ClaimStatus.MINE:
            self.held.append((pdp, asked, view))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), lower=st.booleans(), crash=st.booleans(), refuse=st.booleans())
    def judge(self, data: st.DataObject, lower: bool, crash: bool, refuse: bool) -> None:
        pdp, asked, view = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        again = self.run(enrich_one(self.states[pdp], with_ticket(asked, view)))
        if again.status is not ClaimStatus.MINE:
            # Taken over: its caller's lease is gone, so nothing but DENY may be answered.
            self.run(self.states[pdp].settle([settle(asked, view, Final.DENIED)]))
            return
        amount = asked.reservations[0].amount
        if again.counters["calls"].value > LIMIT or refuse:
            self.run(self.states[pdp].settle([settle(asked, again, Final.DENIED)]))
            return
        final_amount = 1 if lower else amount
        self.log.add(again.ticket)
        self.allowed[asked.request_id] = max(self.allowed.get(asked.request_id, 0), final_amount)
        if crash:  # after the log: recovery knows only that it was allowed, and commits all of it
            self.allowed[asked.request_id] = amount
            return
        amounts = {"calls": final_amount}
        self.run(self.states[pdp].settle([settle(asked, again, Final.ALLOWED, amounts=amounts)]))

    @rule(pdp=st.integers(0, 1))
    def restart(self, pdp: int) -> None:
        self.run(self.states[pdp].close())
        self.states[pdp] = self.open(pdp)
        self.held = [entry for entry in self.held if entry[0] != pdp]
        self.run(enrich_one(self.states[pdp], ask("hello", dry_run=True)))
        self.run(recover(self.states[pdp], f"pdp-{pdp}", ["acme"], self.log.__contains__))

    @invariant()
    def never_under_and_never_over(self) -> None:
        if not self.states:
            return
        committed, pending = self.run(value_now(self.states[0], reserve(0)))
        total = sum(self.allowed.values())
        assert committed + pending >= total
        assert total <= LIMIT

    def teardown(self) -> None:
        for state in self.states:
            self.run(state.close())
        self.loop.close()


TestCounting = Counting.TestCase
TestCounting.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
