"""Deferrals: how long, on whom else, and never milder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.deferral import DeferralSettings, DeferralView, Dependency, defer
from pdp.model import Deferral
from pdp.verdict import Verdict
from writ.errors import ConfigurationError

SETTINGS = DeferralSettings(max_wait_s=60, max_depth=3)
NOW = 1_800_000_000_000
ORDER = ["ALLOW", "TRANSFORM", "REQUIRE_APPROVAL", "DEFER", "DENY"]


def verdict(effect: str) -> Verdict:
    return Verdict(effect=effect, tier="T1", score=7, rules=())


def test_the_wait_counts_from_the_first_time() -> None:
    first = defer(verdict("DEFER"), DeferralView(), SETTINGS, NOW)
    assert first.deferral == Deferral(since_ms=NOW, deadline_ms=NOW + 60_000, depth=0)
    again = defer(verdict("DEFER"), DeferralView(since_ms=NOW), SETTINGS, NOW + 59_999)
    assert again.deferral == first.deferral
    late = defer(verdict("DEFER"), DeferralView(since_ms=NOW), SETTINGS, NOW + 60_000)
    assert (late.effect, late.code, late.deferral) == ("DENY", "DEFER_TIMED_OUT", None)


def test_a_deferral_is_not_kept_as_the_answer_of_a_repeat() -> None:
    assert not defer(verdict("DEFER"), DeferralView(), SETTINGS, NOW).keep


@pytest.mark.parametrize(
    ("dependency", "effect", "code"),
    [
        (Dependency.NONE, "ALLOW", ""),
        (Dependency.PERMITTED, "ALLOW", ""),
        (Dependency.UNKNOWN, "DEFER", "DEPENDENCY_DEFERRED"),
        (Dependency.DEFERRED, "DEFER", "DEPENDENCY_DEFERRED"),
        (Dependency.DENIED, "DENY", "DEPENDENCY_DENIED"),
    ],
)
def test_an_action_shares_the_fate_of_what_it_builds_on(dependency: Dependency, effect: str, code: str) -> None:
    out = defer(verdict("ALLOW"), DeferralView(dependency=dependency, depth=1), SETTINGS, NOW)
    assert (out.effect, out.code) == (effect, code)


def test_a_cascade_ends_in_deny() -> None:
    deep = DeferralView(dependency=Dependency.DEFERRED, depth=3)
    assert defer(verdict("ALLOW"), deep, SETTINGS, NOW).deferral == Deferral(
        since_ms=NOW, deadline_ms=NOW + 60_000, depth=3
    )
    deeper = DeferralView(dependency=Dependency.DEFERRED, depth=4)
    assert defer(verdict("ALLOW"), deeper, SETTINGS, NOW).code == "DEFER_CASCADE"


@given(
    st.sampled_from(ORDER),
    st.builds(
        DeferralView,
        since_ms=st.integers(0, NOW + 100_000),
        dependency=st.sampled_from(Dependency),
        depth=st.integers(0, 9),
    ),
    st.integers(NOW - 100_000, NOW + 100_000),
)
def test_no_verdict_ever_gets_milder(effect: str, view: DeferralView, now_ms: int) -> None:
    out = defer(verdict(effect), view, SETTINGS, now_ms)
    assert ORDER.index(out.effect) >= ORDER.index(effect)
    assert (out.deferral is not None) == (out.effect == "DEFER")


@given(
    st.sampled_from(ORDER),
    st.sampled_from(ORDER),
    st.builds(DeferralView, dependency=st.sampled_from(Dependency), depth=st.integers(0, 9)),
)
def test_what_is_judged_more_strictly_does_not_end_milder(one: str, other: str, view: DeferralView) -> None:
    mild, strict = sorted((one, other), key=ORDER.index)
    ends = [ORDER.index(defer(verdict(effect), view, SETTINGS, NOW).effect) for effect in (mild, strict)]
    assert ends[0] <= ends[1]


@pytest.mark.parametrize("data", [5, {"max_wait_s": 0}, {"max_wait_s": True}, {"max_depth": 99}, {"other": 1}, []])
def test_settings_that_make_no_sense_are_refused(data: object) -> None:
    with pytest.raises(ConfigurationError) as refused:
        DeferralSettings.parse(data)
    assert refused.value.reason == "DEFER_INVALID"


def test_settings_have_defaults() -> None:
    assert DeferralSettings.parse(None) == DeferralSettings.parse({}) == DeferralSettings()
