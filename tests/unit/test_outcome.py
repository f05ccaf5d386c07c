"""`pdp.outcome`: what is not exactly an outcome is none."""

from __future__ import annotations

from typing import Any

import pytest

from pdp import outcome as outcomes
from pdp.model import OutcomeApproval, OutcomeObligation
from pdp.outcome import parse_outcome

RULE = {"id": "pack.rule", "outcome": "ALLOW", "code": "CODE", "message": "said", "remediation": ""}


def said(**changes: Any) -> dict[str, Any]:
    return {
        "index": 0,
        "execution_digest": "d",
        "effect": "ALLOW",
        "tier": "T1",
        "score": 42,
        "rules": [RULE],
        "obligations": [],
        "transforms": [],
        "advice": [],
        "approval": None,
        "contended": False,
        "acknowledgement": "SIGNED",
        "permit_ttl_s": 30,
        **changes,
    }


def test_a_well_formed_outcome_is_taken_as_it_is() -> None:
    outcome = parse_outcome(
        said(
            effect="REQUIRE_APPROVAL",
            obligations=[{"id": "o", "type": "log_access", "params": {"level": 1}}],
            transforms=[{"id": "t", "type": "redact", "params": {}}],
            advice=[{"id": "a", "message": "be kind"}],
            approval={"quorum": 2, "roles": ["finance"], "deadline_s": 86_400},
        )
    )
    assert outcome is not None
    assert (outcome.effect, outcome.tier, outcome.score, outcome.permit_ttl_s) == ("REQUIRE_APPROVAL", "T1", 42, 30)
    assert outcome.rules[0].id == "pack.rule"
    assert outcome.obligations == (OutcomeObligation(id="o", type="log_access", params={"level": 1}),)
    assert outcome.transforms[0].type == "redact"
    assert outcome.advice == (("a", "be kind"),)
    assert outcome.approval == OutcomeApproval(quorum=2, roles=("finance",), deadline_s=86_400)


def test_equal_outcomes_of_different_items_are_built_once() -> None:
    assert parse_outcome(said(index=1)) is parse_outcome(said(index=2))


def test_outcomes_that_differ_only_in_a_message_are_told_apart() -> None:
    other = parse_outcome(said(rules=[{**RULE, "message": "another"}]))
    assert other is not None
    assert other.rules[0].message == "another"


def test_two_rules_keep_their_order() -> None:
    outcome = parse_outcome(said(rules=[RULE, {**RULE, "id": "pack.other"}]))
    assert outcome is not None
    assert [rule.id for rule in outcome.rules] == ["pack.rule", "pack.other"]


def test_what_is_remembered_is_bounded() -> None:
    for number in range(outcomes.MAX_KNOWN_OUTCOMES + 10):
        assert parse_outcome(said(rules=[{**RULE, "message": str(number)}])) is not None
    assert len(outcomes._known_outcomes) <= outcomes.MAX_KNOWN_OUTCOMES


@pytest.mark.parametrize(
    "changes",
    [
        {"effect": "PERMIT"},
        {"effect": "allow"},
        {"effect": ["ALLOW"]},
        {"effect": None},
        {"tier": "T4"},
        {"score": 101},
        {"score": -1},
        {"score": 1.0},
        {"score": True},
        {"score": "1"},
        {"permit_ttl_s": 31},
        {"permit_ttl_s": False},
        {"contended": 0},
        {"contended": None},
        {"acknowledgement": "NONE"},
        {"rules": []},
        {"rules": {}},
        {"rules": "rules"},
        {"rules": ["rule"]},
        {"rules": [{**RULE, "more": 1}]},
        {"rules": [{**RULE, "id": ""}]},
        {"rules": [{**RULE, "id": 7}]},
        {"rules": [{**RULE, "message": "x" * 2049}]},
        {"rules": [{**RULE, "code": None}]},
        {"rules": [{key: value for key, value in RULE.items() if key != "code"}]},
        {"rules": [RULE] * 65},
        {"obligations": None},
        {"obligations": 0},
        {"obligations": [{"id": "o", "type": "t"}]},
        {"obligations": [{"id": "o", "type": "t", "params": []}]},
        {"obligations": [{"id": "o", "type": "t", "params": {}}] * 65},
        {"transforms": {}},
        {"advice": [["a", "b"]]},
        {"advice": [{"id": "a", "message": None}]},
        {"approval": {}},
        {"approval": []},
        {"approval": {"quorum": 0, "roles": [], "deadline_s": 1}},
        {"approval": {"quorum": True, "roles": [], "deadline_s": 1}},
        {"approval": {"quorum": 1, "roles": [""], "deadline_s": 1}},
        {"approval": {"quorum": 1, "roles": [], "deadline_s": 0}},
        {"effect": "REQUIRE_APPROVAL"},
        {"effect": "TRANSFORM"},
        {"unexpected": 1},
    ],
    ids=str,
)
def test_anything_else_is_no_outcome(changes: dict[str, Any]) -> None:
    parse_outcome(said())
    parse_outcome(said(score=1))  # so that an equal but wrongly typed value could be mistaken for it
    assert parse_outcome(said(**changes)) is None


@pytest.mark.parametrize("key", sorted(said()))
def test_a_missing_key_is_no_outcome(key: str) -> None:
    value = said()
    del value[key]
    assert parse_outcome(value) is None


@pytest.mark.parametrize("value", [None, [], "ALLOW", 1, {}], ids=str)
def test_another_kind_of_value_is_no_outcome(value: object) -> None:
    assert parse_outcome(value) is None
