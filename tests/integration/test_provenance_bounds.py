"""What the store of provenance keeps in a real Redis: bounded, forgotten in time, and never better for being lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
import redis

from pdp.catalog_model import ResultSpec
from pdp.catalog_sinks import SinkValue, SinkValues
from pdp.companions import companion_ask
from pdp.model import Final, Settlement
from pdp.provenance.ask import ProvenanceAsk, ProvenanceView, Speech, policy_provenance, provenance_ask
from pdp.provenance.result import MAX_RESULT_MARKS, Sighting, sight
from pdp.provenance.speech import Requests
from pdp.provenance.store import Provenance, learn
from pdp.session_key import session_name, state_name
from pdp.state.client import Client, NodeClient
from pdp.state.continuity import Continuity
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers
from pdp.wording.intent import action_kind
from tests.redis_server import RedisServer
from tests.state_support import EPOCH, ask
from writ.action import Verb

KEY = b"0123456789abcdef"
TOOL = ("mail", "read")


@pytest_asyncio.fixture
async def state(server: RedisServer) -> AsyncIterator[RedisState]:
    server.flush()
    client: Client = NodeClient(server.url, deadline_s=5.0)
    opened = RedisState(
        client=client,
        writer="pdp-1",
        generation=1_700_000_000_000,
        continuity=Continuity(client=client),
        answers=SealedAnswers(KEY),
        companions=(Provenance(),),
    )
    assert await opened.continuity.initialise(EPOCH)
    yield opened
    await opened.close()


@pytest.fixture
def raw(server: RedisServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=server.socket)


def asking(claim: str, recipient: str = "", *, session: str = "s1") -> ProvenanceAsk:
    reads = not recipient
    made = provenance_ask(
        KEY,
        Requests(KEY),
        session=session_name(KEY, "gateway", "a1", "p1", session),
        agent=state_name(KEY, "agent", "a1"),
        claim=claim,
        tool=TOOL,
        speech=Speech(text="read my mail and write to ada@example.org", by_gateway=True),
        kind=action_kind("read" if reads else "send", [Verb.READ if reads else Verb.SEND], ["mail"]),
        sinks=SinkValues([] if reads else [SinkValue("recipient", "/to", recipient)], True),
        naming=[],
        result=ResultSpec(),
    )
    assert made is not None
    return made


async def looked(state: RedisState, *asks: ProvenanceAsk) -> list[ProvenanceView | None]:
    """Views of asks that travel through the state in one batch, with its claims."""
    carried = [replace(ask(own.claim.hex(), agent="a1", caller="gateway"), companions=(own,)) for own in asks]
    views = await state.enrich(carried)
    await state.settle(
        [
            Settlement(
                ask=replace(each, ticket=view.ticket),
                final=Final.ALLOWED,
                answer=b"a",
                answer_until_ms=view.now_ms + 60_000,
            )
            for each, view in zip(carried, views, strict=True)
        ]
    )
    return [companion_ask(view.companions, ProvenanceView) for view in views]


async def told(
    state: RedisState, own: ProvenanceAsk, claim: str, sighting: Sighting, result: bytes = b"", *, trusted: bool = True
) -> bool:
    return await learn(
        state.client,
        KEY,
        "acme",
        session=own.session,
        agent=own.agent,
        claim=claim,
        tool=TOOL,
        sighting=sighting,
        result=result or claim.encode(),
        known=trusted,
    )


async def test_it_travels_in_the_trip_that_enriches_a_batch(state: RedisState) -> None:
    (view,) = await looked(state, asking("1", "ada@example.org"))
    assert view is not None
    assert view.hits[0].user


async def test_an_action_sees_those_before_it_in_its_batch_as_unreported(state: RedisState) -> None:
    first, second = await looked(state, asking("1"), asking("2", "eve@evil.example"))
    assert first is not None
    assert second is not None
    assert (first.unreported, second.unreported) == (0, 1)


async def test_asking_again_after_a_failure_counts_nothing_twice(state: RedisState) -> None:
    await looked(state, asking("1"))
    (again,) = await looked(state, asking("1"))
    assert again is not None
    assert again.unreported == 0


async def test_a_session_that_vanished_is_no_data_and_not_a_new_one(state: RedisState, raw: redis.Redis) -> None:
    own = asking("1")
    await looked(state, own)
    assert raw.delete(f"{{acme}}:V:{own.session}") == 1
    second = asking("2", "ada@example.org")
    (view,) = await looked(state, second)
    assert view is None
    facts = policy_provenance(second, view)
    assert (facts["state"], facts["sinks"][0]["origin"]) == ("NO_DATA", "UNTRUSTED_TEXT")
    assert facts["untrusted_read"] is True
    assert facts["threat_read"] is True, "it may have held anything"
    assert facts["sinks"][0]["threatened"] is True


async def test_after_a_rebuild_nobody_can_tell_what_was_read_before(state: RedisState, raw: redis.Redis) -> None:
    raw.hset("{acme}:m", "b", "1")
    (view,) = await looked(state, asking("1", session="old"))
    assert view is not None, "what was lost long ago no longer matters"
    now_s, _ = raw.time()
    raw.hset("{acme}:m", "b", str(now_s * 1000))
    (view,) = await looked(state, asking("2", session="other"))
    assert view is None


async def test_a_session_keeps_at_most_some_64_kib(state: RedisState, raw: redis.Redis) -> None:
    for number in range(40):
        own = asking(str(number))
        await looked(state, own)
        body = " ".join(f"word{number}x{at}" for at in range(900))
        assert await told(state, own, str(number), sight({"body": body}, ResultSpec(), trusted_reporter=True))
    last = asking("last", "eve@evil.example")
    (view,) = await looked(state, last)
    assert view is not None
    assert view.overflow
    assert policy_provenance(last, view)["sinks"][0]["origin"] == "UNTRUSTED_TEXT"
    used = raw.memory_usage(f"{{acme}}:V:{last.session}")
    assert used is not None
    assert used < 96 * 1024, "the server rounds up"


async def test_an_agent_keeps_at_most_some_kib_of_what_it_read_elsewhere(state: RedisState, raw: redis.Redis) -> None:
    for number in range(30):
        own = asking(str(number))
        await looked(state, own)
        marks = frozenset(f"e:u{number}.{at}@example.org" for at in range(300))
        assert await told(state, own, str(number), Sighting(texts=marks, threats=marks, untrusted=True))
    used = raw.memory_usage(f"{{acme}}:W:{own.agent}")
    assert used is not None
    assert used < 16 * 1024


async def test_everything_is_forgotten_in_time(state: RedisState, raw: redis.Redis) -> None:
    own = asking("1")
    await looked(state, own)
    await told(state, own, "1", sight({"body": "hello"}, ResultSpec(), trusted_reporter=True))
    assert 0 < raw.pttl(f"{{acme}}:V:{own.session}") <= 9 * 3600 * 1000
    assert raw.pttl(f"{{acme}}:W:{own.agent}") >= raw.pttl(f"{{acme}}:V:{own.session}")


async def test_an_agent_is_remembered_as_long_as_its_last_session(state: RedisState, raw: redis.Redis) -> None:
    await looked(state, asking("1"))
    second = asking("2")
    agent = f"{{acme}}:W:{second.agent}"
    raw.pexpire(agent, 1000)
    hour, _ = raw.time()
    raw.hset(agent, "n", bytes.fromhex(second.session[:8]) + (hour // 3600 - 1).to_bytes(4, "big"))  # an hour later
    await looked(state, second)
    assert raw.pttl(f"{{acme}}:W:{second.agent}") > 23 * 3600 * 1000


async def test_a_session_that_was_forgotten_in_time_is_a_new_one(state: RedisState, raw: redis.Redis) -> None:
    own = asking("1")
    await looked(state, own)
    agent = f"{{acme}}:W:{own.agent}"
    seconds, _ = raw.time()
    tag = bytes.fromhex(own.session[:8])
    for hours, known in ((8, False), (10, True)):
        raw.delete(f"{{acme}}:V:{own.session}")
        raw.hset(agent, "n", tag + (seconds // 3600 - hours).to_bytes(4, "big"))
        (view,) = await looked(state, asking(f"after {hours}"))
        assert (view is not None) is known


async def test_an_answered_request_that_is_repeated_waits_for_no_other_report(state: RedisState) -> None:
    own = asking("1")
    await looked(state, own)
    assert await told(state, own, "1", sight({"body": "hello"}, ResultSpec(), trusted_reporter=True))
    await looked(state, own)
    (view,) = await looked(state, asking("2", "eve@evil.example"))
    assert view is not None
    assert view.unreported == 0


async def test_reports_that_nobody_waits_for_take_no_room(state: RedisState, raw: redis.Redis) -> None:
    own = asking("1")
    words = " ".join(f"w{at}" for at in range(900))
    sighting = sight({"body": words}, ResultSpec(), trusted_reporter=False)
    assert not await told(state, own, "1", sighting, trusted=False)
    assert raw.keys("{acme}:[VW]:*") == []
    await looked(state, own)
    before = raw.memory_usage(f"{{acme}}:V:{own.session}")
    assert not await told(state, own, "never asked", sighting, trusted=False)
    assert raw.memory_usage(f"{{acme}}:V:{own.session}") == before


async def test_the_same_result_again_takes_no_room(state: RedisState, raw: redis.Redis) -> None:
    sighting = sight({"body": "one two three four"}, ResultSpec(), trusted_reporter=True)
    sizes = []
    for number in ("1", "2", "3"):
        own = asking(number)
        await looked(state, own)
        await told(state, own, number, sighting, b"the same")
        sizes.append(raw.hstrlen(f"{{acme}}:V:{own.session}", "t"))
    assert sizes[0] == sizes[1] == sizes[2] > 0


async def test_nothing_stands_in_clear(state: RedisState, raw: redis.Redis) -> None:
    own = asking("1", "ada@example.org")
    await looked(state, own)
    await told(state, own, "1", sight({"body": "call eve at eve@evil.example"}, ResultSpec(), trusted_reporter=True))
    for key in raw.keys("{acme}:[VW]:*"):
        stored = repr([key, *raw.hvals(key)])
        for word in ("ada", "eve", "example", "mail", "gateway"):
            assert word not in stored


async def test_more_actions_in_flight_than_are_kept_count_as_unknown(state: RedisState) -> None:
    for number in range(70):
        (view,) = await looked(state, asking(str(number)))
    assert view is not None
    assert view.overflow


def test_a_result_of_too_many_marks_is_not_complete() -> None:
    body = " ".join(f"w{at}" for at in range(MAX_RESULT_MARKS + 10))
    parts = [body[at : at + 4000] for at in range(0, len(body), 4000)]
    assert not sight(parts, ResultSpec(), trusted_reporter=True).complete
