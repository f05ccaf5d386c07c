"""What one action means for the behaviour state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.behaviour.observe import (
    UNBOUNDED_AMOUNT,
    UNBOUNDED_ROWS,
    Observation,
    hour_of_week,
    nearly_same,
    similar_words,
)
from pdp.behaviour.tracks import NEAR, denied_since, distances, entry_line, parse_entry, recent
from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.windows import load_zone
from tests.behaviour_support import NOON_MONDAY_MS, observed, operation, settings
from writ.action import Verb

HOUR_MS = 3_600_000


def line_of(seen: Observation) -> bytes:
    return entry_line("0" * 16, "p", 1000, "^^^^", seen.body)


def entry_of(**changes: object) -> object:
    return parse_entry(line_of(observed(**changes)))  # type: ignore[arg-type]


@given(
    st.text(max_size=80),
    st.lists(st.text(max_size=50), max_size=60),
    st.lists(st.text(max_size=50), max_size=60),
)
def test_whatever_an_action_is_called_its_entry_is_read_back(
    resource: str, payload: list[str], result: list[str]
) -> None:
    seen = observed(operation(resource=resource), payload=payload, result=ResultSpec(classes=frozenset(result)))
    assert "\n" not in seen.body
    assert len(seen.body) < 1_100
    entry, shown = parse_entry(line_of(seen)), recent(line_of(seen), 1500)
    assert (entry.at_ms, shown["age_ms"], shown["effect"]) == (1000, 500, "PENDING")
    assert shown["verb"] == "READ"
    assert set(shown["classes"]) == entry.classes
    assert distances([line_of(seen)], seen.similarity) == b"\0"
    assert entry.read == seen.reads
    assert entry.resource_types == seen.resource_types
    assert seen.classes <= entry.classes


def test_several_operations_show_all_their_verbs_the_gravest_first() -> None:
    line = line_of(observed(operation(Verb.SEND, "host", to=["x"]), operation(resource="file")))
    entry, shown = parse_entry(line), recent(line, 1000)
    assert (shown["verb"], shown["resource_type"]) == ("SEND", "host")
    assert entry.verbs == {"SEND", "READ"}
    assert entry.resource_types == {"host", "file"}
    assert entry.external


def test_what_nobody_bounded_counts_as_a_lot() -> None:
    assert observed(operation(rows=None)).rows == UNBOUNDED_ROWS
    assert observed(operation(Verb.PAY)).amount == UNBOUNDED_AMOUNT
    assert observed(operation(Verb.PAY, amount=-5)).amount == UNBOUNDED_AMOUNT
    assert observed(operation(Verb.READ)).amount == -1
    assert observed(operation(Verb.UNKNOWN)).external
    assert observed(operation(Verb.SEND)).external
    assert not observed(operation(Verb.SEND, to=["x"], external=False)).external


@pytest.mark.parametrize(
    ("result", "rows", "counted"),
    [
        (ResultSpec(max_rows=500), None, 500),
        (ResultSpec(max_rows=500), 20, 20),
        (ResultSpec(max_rows=2 * UNBOUNDED_ROWS), None, UNBOUNDED_ROWS),
        (ResultSpec(max_bytes=1001), None, 501),
        (ResultSpec(max_bytes=1001), 20, 20),
        (ResultSpec(max_rows=500, max_bytes=100), None, 50),
        (ResultSpec(max_rows=0), None, 0),
    ],
)
def test_what_only_reads_counts_as_no_more_than_its_result_holds(
    result: ResultSpec, rows: int | None, counted: int
) -> None:
    assert observed(operation(Verb.LIST, rows=rows), result=result).rows == counted


@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.READ, Verb.LIST}))
def test_what_does_more_than_read_is_not_bounded_by_what_it_returns(verb: Verb) -> None:
    small = ResultSpec(max_rows=1, max_bytes=2)
    assert observed(operation(verb, rows=None), result=small).rows == UNBOUNDED_ROWS
    # What it read it may have sent or written.
    assert observed(operation(rows=40), operation(verb, "file", rows=2), result=small).rows == 42


def test_amounts_are_folded_into_the_declared_currency() -> None:
    declared = settings(rates_bp={"USD": 9_300})
    pays = [operation(Verb.PAY, amount=1_000), operation(Verb.PAY, amount=1_000, currency="USD")]
    assert observed(*pays, declared=declared).amount == 1_930
    assert observed(operation(Verb.PAY, amount=1_000, currency="GBP"), declared=declared).amount == 1_000


def test_only_what_leaves_is_sent() -> None:
    assert observed(args=b'{"a":1}').sent == 0
    assert observed(operation(Verb.SEND, to=["x"]), args=b'{"a":1}').sent == 7


def test_a_result_is_as_trusted_as_its_worst_part() -> None:
    assert observed(result=ResultSpec()).untrusted
    assert not observed().untrusted
    mixed = ResultSpec(content=ContentTrust.TRUSTED, records=("x",), record_trust=ContentTrust.UNTRUSTED)  # type: ignore[arg-type]
    assert observed(result=mixed).untrusted


def test_names_depend_on_the_key_and_on_everybody_who_owns_them() -> None:
    one = observed()
    assert one.session != observed(key=b"x" * 32).session
    assert len({one.session, observed(agent="a2").session, observed(principal="p2").session}) == 3
    assert one.agent == observed(session="s2", principal="p2").agent
    assert observed(principal="").principal == ""
    assert observed(role="").role == ""


CALL = b'{"to":"DE02 1234","amount":1000,"reference":"invoice seven"}'


@pytest.mark.parametrize(
    "other",
    [
        CALL,
        b'{"amount": 1000, "reference": "Invoice SEVEN", "to": "DE02 1234"}',
        CALL.replace(b"1000", b"999"),
        CALL.replace(b"seven", b"eight"),
        CALL.replace(b"DE02", b"FR76"),
    ],
)
def test_one_word_changed_is_nearly_the_same(other: bytes) -> None:
    assert nearly_same(similar_words("pay", CALL), similar_words("pay", other))


@pytest.mark.parametrize(
    "other",
    [
        b'{"to":"FR76 9999","amount":5,"reference":"books for the school"}',
        b'{"path":"/etc/hosts","mode":"r","encoding":"utf8","limit":10}',
    ],
)
def test_other_calls_are_not(other: bytes) -> None:
    assert not nearly_same(similar_words("pay", CALL), similar_words("pay", other))


def test_another_tool_is_another_call() -> None:
    assert not nearly_same(similar_words("pay", CALL), similar_words("mail", CALL))


def test_long_arguments_are_alike_when_a_word_changes() -> None:
    words = [f"word{i}" for i in range(500)]
    text = " ".join(words).encode()
    near = " ".join([*words[:7], "other", *words[8:]]).encode()
    late = " ".join([*words[:400], "other", *words[401:]]).encode()
    assert nearly_same(similar_words("t", text), similar_words("t", near))
    assert nearly_same(similar_words("t", text), similar_words("t", late))


def test_the_hour_of_the_week_follows_the_zone_and_its_changes() -> None:
    berlin, nepal = load_zone("Europe/Berlin"), load_zone("Asia/Kathmandu")
    assert hour_of_week(NOON_MONDAY_MS, load_zone("UTC")) == 12
    assert hour_of_week(NOON_MONDAY_MS, berlin) == 13
    assert hour_of_week(NOON_MONDAY_MS, nepal) == 17
    assert hour_of_week(NOON_MONDAY_MS + 15 * 60_000, nepal) == 18
    assert hour_of_week(NOON_MONDAY_MS - 13 * HOUR_MS, load_zone("UTC")) == 167
    summer_ms = NOON_MONDAY_MS + 182 * 24 * HOUR_MS
    assert hour_of_week(summer_ms, berlin) == hour_of_week(summer_ms, load_zone("UTC")) + 2


@given(st.lists(st.integers(0, 2**64 - 1), max_size=48), st.integers(0, 2**64 - 1), st.integers(0, 7))
def test_entries_are_compared_lane_by_lane(theirs: list[int], mine: int, lane: int) -> None:
    theirs += [mine, mine ^ (1 << 8 * lane)]
    lines = [entry_line("0" * 16, "d", 1000, "^^^^", f"{one:016x}|kind|R|0||1|x||") for one in theirs]
    lanes = [8 - (one ^ mine).to_bytes(8, "big").count(0) for one in theirs]
    assert list(distances(lines, mine)) == lanes
    assert [nearly_same(one, mine) for one in theirs] == [number <= NEAR for number in lanes]
    assert denied_since(lines, 1000) == len(lines)
    assert denied_since(lines, 1001) == 0
