"""Parses what OPA says about one item, strictly: exactly the known keys, types, ranges and bounded lengths.

A value that is not exactly as the policy library promises gives None, and the caller denies: an outcome that is half
understood is none. Does not talk to OPA and does not look at the echo (`pdp.evaluate` does).
"""

from __future__ import annotations

from typing import Any

from pdp.model import Outcome, OutcomeApproval, OutcomeObligation, OutcomeRule

EFFECTS = frozenset({"ALLOW", "DENY", "REQUIRE_APPROVAL", "TRANSFORM", "DEFER"})
TIERS = frozenset({"T0", "T1", "T2", "T3"})
ACKNOWLEDGEMENTS = frozenset({"SIGNED", "DURABLE"})

MAX_ENTRIES = 64
"""Entries of each list: more rules than that on one action is a defect of the policy, and each goes into a receipt."""

MAX_NAME_CHARS = 256
"""Identifiers, codes, types and roles."""

MAX_TEXT_CHARS = 2048
"""Messages and remediations, written for people."""

MAX_SCORE = 100
MAX_PERMIT_TTL_S = 30
"""Seconds; the longest that a permit may live (design, section 5)."""

MAX_QUORUM = 16
"""Distinct people; a rule that asks for more can never be met."""

MAX_DEADLINE_S = 30 * 24 * 3600
"""Seconds, a month: a request older than that is no longer the same request."""

MAX_KNOWN_OUTCOMES = 1024
"""Outcomes kept so that equal ones are built once; bounded because a message may hold what the agent sent."""

_KEYS = frozenset(
    {
        "index",
        "execution_digest",
        "effect",
        "tier",
        "score",
        "rules",
        "obligations",
        "transforms",
        "advice",
        "approval",
        "contended",
        "acknowledgement",
        "permit_ttl_s",
    }
)
_RULE_KEYS = frozenset({"id", "outcome", "code", "message", "remediation"})
_known_outcomes: dict[tuple[Any, ...], Outcome] = {}


class _Malformed(Exception):
    """The value is not what was promised. Never leaves this module."""


def parse_outcome(value: object) -> Outcome | None:
    """Returns the outcome, or None when `value` (parsed JSON, untrusted) is anything but a well-formed one.

    REQUIRE_APPROVAL must say whose approval, TRANSFORM what to change, and every outcome at least one rule.
    """
    if type(value) is not dict or value.keys() != _KEYS:
        return None
    try:
        key = _plain_key(value)
        if key is None:
            return _outcome(value)
        known = _known_outcomes.get(key)
        return known if known is not None else _remembered(key, _outcome(value))
    except (_Malformed, KeyError, TypeError):  # TypeError: something else where a word or a list belongs
        return None


def _plain_key(value: dict[str, Any]) -> tuple[Any, ...] | None:
    """Returns everything that an outcome without parameters says, or None for one with them.

    Most outcomes of a batch are equal but for their echo, and comparing costs half of building. Types of numbers are
    checked here because Python takes True for 1.
    """
    if (
        value["obligations"] != []
        or value["transforms"] != []
        or value["advice"] != []
        or value["approval"] is not None
    ):
        return None
    score, permit_ttl_s, contended, rules = value["score"], value["permit_ttl_s"], value["contended"], value["rules"]
    if (
        type(score) is not int
        or type(permit_ttl_s) is not int
        or type(contended) is not bool
        or type(rules) is not list
    ):
        raise _Malformed
    said: tuple[Any, ...]
    if len(rules) == 1:
        rule = rules[0]
        said = (rule["id"], rule["outcome"], rule["code"], rule["message"], rule["remediation"], len(rule))
    else:
        said = tuple(
            [
                (rule["id"], rule["outcome"], rule["code"], rule["message"], rule["remediation"], len(rule))
                for rule in rules
            ]
        )
    return (value["effect"], value["tier"], score, said, contended, value["acknowledgement"], permit_ttl_s)


def _remembered(key: tuple[Any, ...], outcome: Outcome) -> Outcome:
    if len(_known_outcomes) >= MAX_KNOWN_OUTCOMES:
        _known_outcomes.clear()
    _known_outcomes[key] = outcome
    return outcome


def _outcome(value: dict[str, Any]) -> Outcome:
    effect, tier, acknowledgement = value["effect"], value["tier"], value["acknowledgement"]
    contended = value["contended"]
    if effect not in EFFECTS or tier not in TIERS or acknowledgement not in ACKNOWLEDGEMENTS:
        raise _Malformed
    if contended is not True and contended is not False:
        raise _Malformed
    rules = _list(value["rules"])
    transforms = value["transforms"]
    approval = _approval(value["approval"])
    if not rules or (effect == "TRANSFORM" and not transforms) or (effect == "REQUIRE_APPROVAL" and approval is None):
        raise _Malformed
    return Outcome(
        effect=effect,
        tier=tier,
        score=_integer(value["score"], 0, MAX_SCORE),
        rules=tuple([_rule(rule) for rule in rules]),
        obligations=_obligations(value["obligations"]),
        transforms=_obligations(transforms),
        advice=_advice(value["advice"]),
        approval=approval,
        contended=contended,
        acknowledgement=acknowledgement,
        permit_ttl_s=_integer(value["permit_ttl_s"], 0, MAX_PERMIT_TTL_S),
    )


def _rule(value: object) -> OutcomeRule:
    if type(value) is not dict or value.keys() != _RULE_KEYS:
        raise _Malformed
    return OutcomeRule(
        id=_name(value["id"]),
        outcome=_name(value["outcome"]),
        code=_name(value["code"]),
        message=_text(value["message"]),
        remediation=_text(value["remediation"]),
    )


def _obligations(value: object) -> tuple[OutcomeObligation, ...]:
    entries = _list(value)
    if not entries:
        return ()
    return tuple([_obligation(entry) for entry in entries])


def _obligation(value: object) -> OutcomeObligation:
    if type(value) is not dict or value.keys() != {"id", "type", "params"} or type(value["params"]) is not dict:
        raise _Malformed
    return OutcomeObligation(id=_name(value["id"]), type=_name(value["type"]), params=value["params"])


def _advice(value: object) -> tuple[tuple[str, str], ...]:
    entries = _list(value)
    if not entries:
        return ()
    if any(type(entry) is not dict or entry.keys() != {"id", "message"} for entry in entries):
        raise _Malformed
    return tuple([(_name(entry["id"]), _text(entry["message"])) for entry in entries])


def _approval(value: object) -> OutcomeApproval | None:
    if value is None:
        return None
    if type(value) is not dict or value.keys() != {"quorum", "roles", "deadline_s"}:
        raise _Malformed
    return OutcomeApproval(
        quorum=_integer(value["quorum"], 1, MAX_QUORUM),
        roles=tuple([_name(role) for role in _list(value["roles"])]),
        deadline_s=_integer(value["deadline_s"], 1, MAX_DEADLINE_S),
    )


def _list(value: object) -> list[Any]:
    if type(value) is not list or len(value) > MAX_ENTRIES:
        raise _Malformed
    return value


def _integer(value: object, low: int, high: int) -> int:
    # `type is int` keeps out True, which Python takes for 1.
    if type(value) is not int or not low <= value <= high:
        raise _Malformed
    return value


def _name(value: object) -> str:
    if type(value) is not str or not 0 < len(value) <= MAX_NAME_CHARS:
        raise _Malformed
    return value


def _text(value: object) -> str:
    if type(value) is not str or len(value) > MAX_TEXT_CHARS:
        raise _Malformed
    return value
