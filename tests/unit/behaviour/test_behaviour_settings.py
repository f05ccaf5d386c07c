"""What a bundle may declare about behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from pdp.behaviour.sequences import Scope
from pdp.behaviour.settings import BehaviourSettings
from writ.errors import ConfigurationError


def test_nothing_declared_is_off() -> None:
    assert BehaviourSettings.parse(None, {}) is None
    assert BehaviourSettings.parse(None, None) is None


def test_only_the_zone_is_needed() -> None:
    found = BehaviourSettings.parse({"zone": "Europe/Berlin"}, {})
    assert found is not None
    assert (found.half_life_days, found.min_observations, found.recent, found.currency) == (14, 50, 4, "")


@pytest.mark.parametrize(
    ("behaviour", "named"),
    [
        ([], "behaviour: expected a mapping"),
        ({}, "behaviour: expected `zone`"),
        ({"zone": 1}, "behaviour.zone: expected an IANA time zone name, got `1`"),
        ({"zone": "Mars/Base"}, "time zone: expected an IANA name"),
        ({"zone": "UTC", "half_live_days": 1}, "got `half_live_days`"),
        ({"zone": "UTC", "half_life_days": 0}, "behaviour.half_life_days: expected an integer from 1 to 365, got `0`"),
        ({"zone": "UTC", "half_life_days": True}, "behaviour.half_life_days"),
        ({"zone": "UTC", "half_life_days": 1.5}, "behaviour.half_life_days"),
        ({"zone": "UTC", "half_life_days": float("nan")}, "behaviour.half_life_days"),
        ({"zone": "UTC", "recent": 9}, "behaviour.recent: expected an integer from 1 to 8, got `9`"),
        ({"zone": "UTC", "daily_drift_bp": 10_001}, "behaviour.daily_drift_bp"),
        ({"zone": "UTC", "currency": "eur"}, "behaviour.currency: expected an ISO 4217 code, got `eur`"),
        ({"zone": "UTC", "rates_bp": {"USD": 1}}, "behaviour.rates_bp: expected `currency` beside it"),
        ({"zone": "UTC", "currency": "EUR", "rates_bp": {"USD": 0}}, "behaviour.rates_bp.USD"),
        ({"zone": "UTC", "currency": "EUR", "rates_bp": {"dollar": 1}}, "behaviour.rates_bp"),
        ({"zone": "UTC", "session_ttl_s": 600, "taint_ttl_s": 60}, "behaviour.taint_ttl_s: expected at least"),
    ],
)
def test_a_wrong_declaration_is_named_with_what_was_expected(behaviour: Any, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        BehaviourSettings.parse(behaviour, {})
    assert named in str(caught.value)


ASKED: dict[str, Any] = {"quorum": 1, "roles": ["dpo"], "deadline_s": 3600}
BEYOND: dict[str, dict[str, Any]] = {
    "quorum": {"quorum": 17},
    "deadline_s": {"deadline_s": 30 * 86_400 + 1},
    "roles": {"roles": ["r" * 257]},
    "roles: expected 1 to 64 names": {"roles": [f"role-{number}" for number in range(65)]},
}
"""More than an outcome may ask for: with it every action that completes the sequence would be denied as not judged."""
LEAK: dict[str, Any] = {"after": [{"verb": "READ"}], "then": {"verb": "SEND"}, "within_s": 60}


@pytest.mark.parametrize(
    ("sequences", "named"),
    [
        ([], "sequences: expected a mapping"),
        ({"Leak": LEAK}, "sequences: expected a name"),
        ({"leak": LEAK | {"within": 1}}, "got `within`"),
        ({"leak": {"then": {"verb": "SEND"}, "within_s": 1}}, "sequences.leak: expected `after`"),
        ({"leak": LEAK | {"after": []}}, "sequences.leak.after: expected a list of 1 to 6 steps"),
        ({"leak": LEAK | {"after": [{}]}}, "sequences.leak.after[0]: expected at least one condition"),
        ({"leak": LEAK | {"after": [{"verb": "read"}]}}, "sequences.leak.after[0].verb: expected one of"),
        ({"leak": LEAK | {"then": {"verb": []}}}, "sequences.leak.then.verb: expected a list of one or more strings"),
        ({"leak": LEAK | {"then": {"external": False}}}, "sequences.leak.then.external: expected true"),
        ({"leak": LEAK | {"then": {"times": 2, "verb": "SEND"}}}, "got `times`"),
        ({"leak": LEAK | {"after": [{"verb": "READ", "times": 33}]}}, "sequences.leak.after[0].times"),
        ({"leak": LEAK | {"scope": "world"}}, "sequences.leak.scope: expected one of"),
        ({"leak": LEAK | {"outcome": "ALLOW"}}, "sequences.leak.outcome: expected one of"),
        ({"leak": LEAK | {"outcome": "APPROVAL"}}, "sequences.leak.approval: expected"),
        ({"leak": LEAK | {"approval": ASKED}}, "sequences.leak.approval: expected `outcome: APPROVAL` beside it"),
        ({"leak": LEAK | {"outcome": "APPROVAL", "approval": ASKED | {"quorum": 0}}}, "sequences.leak.approval.quorum"),
        ({"leak": LEAK | {"outcome": "APPROVAL", "approval": ASKED | {"roles": []}}}, "sequences.leak.approval.roles"),
        *(
            ({"leak": LEAK | {"outcome": "APPROVAL", "approval": ASKED | more}}, f"sequences.leak.approval.{name}")
            for name, more in BEYOND.items()
        ),
        (
            {"leak": LEAK | {"outcome": "APPROVAL", "approval": ASKED | {"roles": "dpo"}}},
            "sequences.leak.approval.roles",
        ),
        (
            {"leak": LEAK | {"outcome": "APPROVAL", "approval": ASKED | {"deadline_s": "1h"}}},
            "sequences.leak.approval.deadline_s",
        ),
        ({"leak": LEAK | {"within_s": 3601}}, "sequences.leak.within_s: expected an integer from 1 to 3600"),
    ],
)
def test_a_wrong_sequence_is_named_with_what_was_expected(sequences: Any, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        BehaviourSettings.parse({"zone": "UTC"}, sequences)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "more",
    [
        {"outcome": "SEQUENCE"},
        {"outcome": "SIGNAL"},
        {"outcome": "APPROVAL", "approval": ASKED},
        {"outcome": "APPROVAL", "approval": {"quorum": 16, "roles": ["r" * 256], "deadline_s": 30 * 86_400}},
    ],
)
def test_a_sequence_says_what_comes_of_it(more: dict[str, Any]) -> None:
    assert BehaviourSettings.parse({"zone": "UTC"}, {"leak": LEAK | more}) is not None


def test_sequences_without_behaviour_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="expected `behaviour`"):
        BehaviourSettings.parse(None, {"leak": LEAK})


def test_one_string_and_a_list_of_it_mean_the_same() -> None:
    one = BehaviourSettings.parse({"zone": "UTC"}, {"leak": LEAK | {"scope": "agent", "within_s": 86_400}})
    other = BehaviourSettings.parse(
        {"zone": "UTC"},
        {"leak": {"after": [{"verb": ["READ"]}], "then": {"verb": ["SEND"]}, "scope": "agent", "within_s": 86_400}},
    )
    assert one is not None
    assert other is not None
    assert one.sequences == other.sequences
    assert one.sequences[0].scope is Scope.AGENT
