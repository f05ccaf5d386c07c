"""The three signals that rest on behaviour."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.behaviour.sessions import NO_TOTALS
from pdp.signals_behaviour import (
    NOVELTY,
    TRACKS,
    baseline_deviation,
    behaviour_signals,
    cross_request_correlation,
    temporal_deviation,
)

COUNTS = st.integers(0, 2**32 - 1)
CENTI = st.integers(0, 100_000)


@st.composite
def deviations(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        {"of": of, "measure": measure, "value": draw(COUNTS), "mean": draw(COUNTS), "deviation_centi": draw(CENTI)}
        for of in ("agent", "agent_tool", "role")
        for measure in ("amount", "rows", "bytes")
        if draw(st.booleans())
    ]


@st.composite
def baselines(draw: st.DrawFn) -> dict[str, Any]:
    facts: dict[str, Any] = {name: draw(st.booleans()) for name, _, _, _ in NOVELTY}
    return facts | {
        "state": draw(st.sampled_from(["OK", "NO_DATA"])),
        "observations": draw(COUNTS),
        "new_agent": draw(st.booleans()),
        "hour_share_bp": draw(st.integers(0, 10_000)),
        "deviations": draw(deviations()),
    }


@st.composite
def totals(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "state": draw(st.sampled_from(["OK", "NO_DATA"])),
        "actions": draw(COUNTS),
        "denials": draw(COUNTS),
        "rows": 0,
        "amount_minor": 0,
        "bytes_sent": 0,
        "classes": draw(st.lists(st.sampled_from(["pii", "secret", "unclassified"]), unique=True)),
        "untrusted": draw(st.booleans()),
        "threatened": draw(st.booleans()),
    }


@st.composite
def sessions(draw: st.DrawFn) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "state": draw(st.sampled_from(["OK", "NO_DATA"])),
        "recent": [],
        "sequences": draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True)),
        "repeats": draw(st.integers(0, 100)),
        "denied_repeats": draw(st.integers(0, 100)),
        "burst": draw(COUNTS),
        "other_agents": draw(st.integers(0, 100)),
    }
    return facts | {name: draw(totals()) for name in TRACKS}


CALM: dict[str, Any] = {
    "state": "OK",
    "recent": [],
    "sequences": [],
    "repeats": 0,
    "denied_repeats": 0,
    "burst": 1,
    "other_agents": 0,
} | {
    name: {"state": "OK", "actions": 1, "denials": 0, "classes": [], "untrusted": False, "threatened": False}
    for name in TRACKS
}
USUAL: dict[str, Any] = {
    "state": "OK",
    "observations": 1000,
    "new_agent": False,
    "new_version": False,
    "new_definition": False,
    "tool_known": True,
    "resource_known": True,
    "destination_known": True,
    "transition_known": True,
    "hour_share_bp": 300,
    "deviations": [],
}


@given(baselines(), sessions(), st.booleans())
def test_scores_stay_within_0_and_100_and_say_why(
    baseline: dict[str, Any], session: dict[str, Any], external: bool
) -> None:
    for signal in behaviour_signals(baseline, session, external=external, currency="EUR").values():
        assert type(signal["score"]) is int
        assert 0 <= signal["score"] <= 100
        assert signal["evidence"]
        assert signal["state"] in ("OK", "NO_DATA")


@given(sessions(), st.sampled_from(["repeats", "denied_repeats", "other_agents", "burst"]), st.integers(1, 1000))
def test_more_of_anything_counted_never_lowers(session: dict[str, Any], name: str, more: int) -> None:
    worse = session | {name: session[name] + more}
    for external in (False, True):
        before = cross_request_correlation(session, external=external)["score"]
        assert cross_request_correlation(worse, external=external)["score"] >= before
    assert temporal_deviation(USUAL, worse)["score"] >= temporal_deviation(USUAL, session)["score"]


@given(sessions(), st.sampled_from(TRACKS), st.integers(1, 1000))
def test_more_denials_anywhere_never_lower(session: dict[str, Any], track: str, more: int) -> None:
    worse = session | {track: session[track] | {"denials": session[track]["denials"] + more}}
    before = cross_request_correlation(session, external=True)["score"]
    assert cross_request_correlation(worse, external=True)["score"] >= before


@given(sessions(), st.sampled_from(TRACKS), st.sampled_from(["untrusted", "threatened", "classes"]))
def test_more_taint_never_lowers(session: dict[str, Any], track: str, name: str) -> None:
    value: Any = ["pii", "secret", "unclassified", "zzz"] if name == "classes" else True
    worse = session | {track: session[track] | {name: value}}
    for external in (False, True):
        before = cross_request_correlation(session, external=external)["score"]
        assert cross_request_correlation(worse, external=external)["score"] >= before
        assert cross_request_correlation(worse, external=True)["score"] >= before


@given(sessions(), st.sampled_from(["x", "y"]))
def test_another_completed_sequence_never_lowers(session: dict[str, Any], name: str) -> None:
    worse = session | {"sequences": sorted([*session["sequences"], name])}
    before = cross_request_correlation(session, external=False)["score"]
    assert cross_request_correlation(worse, external=False)["score"] >= before


@given(sessions(), st.sampled_from(TRACKS))
def test_a_track_with_a_clean_history_scores_no_lower_when_it_is_lost(session: dict[str, Any], track: str) -> None:
    clean = session | {track: session[track] | {"denials": 0}}
    lost = clean | {track: dict(NO_TOTALS)}
    before = cross_request_correlation(clean, external=True)["score"]
    signal = cross_request_correlation(lost, external=True)
    assert signal["score"] >= before
    assert signal["state"] == "NO_DATA"


@given(baselines(), st.sampled_from(NOVELTY))
def test_more_novelty_never_lowers(baseline: dict[str, Any], novelty: tuple[str, bool, int, str]) -> None:
    name, odd, _, _ = novelty
    before = baseline_deviation(baseline | {name: not odd}, currency="")["score"]
    assert baseline_deviation(baseline | {name: odd}, currency="")["score"] >= before
    assert (
        baseline_deviation(baseline | {"new_agent": True}, currency="")["score"]
        >= baseline_deviation(baseline | {"new_agent": False}, currency="")["score"]
    )


@given(baselines(), st.integers(0, 8), st.integers(1, 100_000))
@settings(max_examples=200)
def test_a_larger_deviation_never_lowers(baseline: dict[str, Any], index: int, more: int) -> None:
    entries = baseline["deviations"]
    if not entries:
        entries = [{"of": "agent", "measure": "rows", "value": 1, "mean": 1, "deviation_centi": 0}]
    at = index % len(entries)
    worse = [dict(entry) for entry in entries]
    worse[at]["deviation_centi"] = min(100_000, worse[at]["deviation_centi"] + more)
    before = baseline_deviation(baseline | {"deviations": entries}, currency="EUR")["score"]
    assert baseline_deviation(baseline | {"deviations": worse}, currency="EUR")["score"] >= before


@given(baselines(), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_rarer_hour_never_lowers(baseline: dict[str, Any], one: int, other: int) -> None:
    rare, common = sorted((one, other))
    before = temporal_deviation(baseline | {"hour_share_bp": common}, CALM)["score"]
    assert temporal_deviation(baseline | {"hour_share_bp": rare}, CALM)["score"] >= before


def test_the_usual_is_zero() -> None:
    signals = behaviour_signals(USUAL, CALM, external=True, currency="EUR")
    assert [(s["score"], s["state"]) for s in signals.values()] == [(0, "OK")] * 3


def test_a_large_payment_is_explained_in_a_sentence() -> None:
    far = [
        {"of": "agent", "measure": "amount", "value": 4_800_000, "mean": 31_000, "deviation_centi": 614},
        {"of": "role", "measure": "amount", "value": 4_800_000, "mean": 90_050, "deviation_centi": 700},
    ]
    signal = baseline_deviation(USUAL | {"deviations": far}, currency="EUR")
    assert signal["evidence"] == "amount 48,000 EUR is 6.1 standard deviations above this agent's mean of 310 EUR"
    assert signal["score"] == 41
    assert (
        "48,000.50 EUR"
        in baseline_deviation(USUAL | {"deviations": [far[0] | {"value": 4_800_050}]}, currency="EUR")["evidence"]
    )


def test_what_one_yardstick_explains_is_explained() -> None:
    far = [
        {"of": "agent", "measure": "bytes", "value": 9000, "mean": 100, "deviation_centi": 9000},
        {"of": "agent_tool", "measure": "bytes", "value": 9000, "mean": 9000, "deviation_centi": 0},
    ]
    assert baseline_deviation(USUAL | {"deviations": far}, currency="")["score"] == 0


def test_an_hour_never_seen_counts_more_with_experience() -> None:
    scores = [
        temporal_deviation(USUAL | {"hour_share_bp": 0, "observations": n}, CALM)["score"] for n in (50, 250, 500, 9000)
    ]
    assert scores == [7, 35, 70, 70]


def test_attempts_with_small_changes_weigh_most_after_sequences() -> None:
    tried = CALM | {"denied_repeats": 4, "repeats": 4, "session": CALM["session"] | {"denials": 4}}
    assert cross_request_correlation(tried, external=False)["score"] == 83
    assert cross_request_correlation(CALM | {"sequences": ["leak"]}, external=False)["score"] == 60


def test_an_honest_batch_of_alike_calls_stays_low() -> None:
    assert cross_request_correlation(CALM | {"repeats": 32}, external=False)["score"] == 24
