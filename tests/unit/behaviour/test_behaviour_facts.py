"""The facts have exactly the fields of the contract, whatever was stored, and never look better when something is lost."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st

from pdp.behaviour.baseline import parse_baseline
from pdp.behaviour.sessions import policy_baseline, policy_session
from pdp.behaviour.tracks import entry_line, parse_track
from pdp.behaviour.view import NOTHING_AHEAD, BehaviourView, Lazy
from tests.behaviour_support import observed, settings
from writ.v1 import policy_pb2

DECLARED = settings({"leak": {"after": [{"class": "secret"}], "then": {"verb": "READ"}, "within_s": 60}})
SEEN = observed(declared=DECLARED)
NOW_MS = 1_763_985_600_000
HEADER = "<2s16sHBBBBdddIIdddIIdddIHHHHHHHII4s"
LINE = b"||||"
RING = b"\n" + entry_line("ab" * 8, "a", NOW_MS - 5, "^^^^", SEEN.body)


def header(**changes: Any) -> bytes:
    values: dict[str, Any] = {f"f{i}": 0 for i in range(31)}
    fixed = {"f0": b"T3", "f1": b"0" * 16, "f2": 1, "f8": float(NOW_MS), "f29": len(RING), "f30": b"^^^^"}
    values |= fixed | changes
    return struct.pack(HEADER, *values.values())


def view(
    session: bytes | None,
    baseline: bytes | None = None,
    tool: bytes | None = None,
    lost_ms: int = 0,
    ring: bytes | None = RING,
) -> BehaviourView:
    lazy = Lazy(session, ring, lost_ms, NOW_MS, 0, 60, 3600)
    return BehaviourView(
        id="f" * 16,
        now_ms=NOW_MS,
        session=lazy,
        agent=lazy,
        principal=lazy,
        ahead_session=NOTHING_AHEAD,
        ahead_agent=NOTHING_AHEAD,
        ahead_principal=NOTHING_AHEAD,
        baseline_agent=baseline,
        baseline_tool=tool,
        baseline_role=None,
        standing=None,
        suspect=False,
        ahead_peers=frozenset(),
        workspace=None,
    )


def fields_of(descriptor: Descriptor | None, document: Any) -> None:
    assert descriptor is not None
    assert isinstance(document, dict)
    assert set(document) == {field.name for field in descriptor.fields}
    for field in descriptor.fields:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            value = document[field.name]
            for inner in value if isinstance(value, list) else [value]:
                fields_of(field.message_type, inner)


def fits(document: dict[str, Any], message: policy_pb2.PolicySession | policy_pb2.PolicyBaseline) -> None:
    fields_of(message.DESCRIPTOR, document)
    spelled = dict(document, state=f"DATA_STATE_{document['state']}")
    for name in ("session", "agent", "principal"):
        if name in spelled:
            spelled[name] = dict(spelled[name], state=f"DATA_STATE_{spelled[name]['state']}")
    ParseDict(spelled, message)


@pytest.mark.parametrize("shown", [None, view(None), view(header() + LINE), view(b"garbage")])
def test_every_field_of_the_contract_is_there_and_no_other(shown: BehaviourView | None) -> None:
    fits(policy_session(shown, SEEN, DECLARED), policy_pb2.PolicySession())
    fits(policy_baseline(shown, SEEN, DECLARED), policy_pb2.PolicyBaseline())


@given(st.binary(max_size=400), st.binary(max_size=900), st.booleans())
def test_no_bytes_raise(track: bytes, baseline: bytes, with_magic: bool) -> None:
    if with_magic:
        track = header() + track
        baseline = b"B1" + baseline
    shown = view(track, baseline, b"M1" + baseline)
    fits(policy_session(shown, SEEN, DECLARED), policy_pb2.PolicySession())
    fits(policy_baseline(shown, SEEN, DECLARED), policy_pb2.PolicyBaseline())


@given(st.sampled_from([f"f{i}" for i in (7, 8, 9, 12, 13, 14, 17, 18, 19)]), st.floats(allow_nan=True))
def test_no_number_in_a_track_raises_or_shows_less_than_nothing(name: str, value: float) -> None:
    facts = policy_session(view(header(**{name: value}) + LINE), SEEN, DECLARED)
    fits(facts, policy_pb2.PolicySession())
    if facts["state"] == "OK":
        assert facts["session"]["rows"] >= 0
        assert facts["session"]["amount_minor"] >= 0


@given(st.lists(st.floats(allow_nan=True), min_size=18, max_size=18))
def test_no_numbers_in_a_baseline_raise(numbers: list[float]) -> None:
    raw = struct.pack("<2sdddI15d", b"M1", *numbers[:3], 5, *numbers[3:]) + b"\x00"
    found = parse_baseline(raw)
    if found is not None:
        assert all(0 <= mean.mean <= 2**53 for mean in found.means)
    fits(policy_baseline(view(None, None, raw), SEEN, DECLARED), policy_pb2.PolicyBaseline())


def test_what_was_lost_is_worse_than_what_is_new() -> None:
    new, lost = (
        policy_session(view(None), SEEN, DECLARED),
        policy_session(view(None, lost_ms=NOW_MS + 1), SEEN, DECLARED),
    )
    assert (new["session"]["state"], new["session"]["classes"], new["sequences"]) == ("OK", [], [])
    assert (lost["session"]["state"], lost["session"]["classes"], lost["sequences"]) == (
        "NO_DATA",
        ["unclassified"],
        ["leak"],
    )
    assert policy_session(None, SEEN, DECLARED)["sequences"] == ["leak"]


def test_a_track_of_a_later_format_is_lost() -> None:
    later = b"T4" + header()[2:] + LINE
    assert parse_track(header() + LINE, None, 0, NOW_MS, 0, 60, 3600).known
    assert not parse_track(later, None, 0, NOW_MS, 0, 60, 3600).known


@pytest.mark.parametrize("ring", [b"", RING[:-1], RING + RING], ids=["none", "cut", "more"])
def test_entries_that_are_not_those_of_the_head_are_lost_and_not_few(ring: bytes) -> None:
    facts = policy_session(view(header() + LINE, ring=ring), SEEN, DECLARED)
    assert (facts["state"], facts["sequences"]) == ("NO_DATA", ["leak"])


@given(st.binary(min_size=len(RING) - 1, max_size=len(RING) - 1).filter(lambda rest: b"\n" not in rest))
def test_entries_of_another_form_are_no_data(rest: bytes) -> None:
    facts = policy_session(view(header() + LINE, ring=b"\n" + rest), SEEN, DECLARED)
    fits(facts, policy_pb2.PolicySession())
    assert facts["state"] == "NO_DATA"
