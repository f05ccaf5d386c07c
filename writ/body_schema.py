"""Reads a receipt body strictly: exact fields of exact types, canonical bytes, nothing unknown.

The counterpart of `writ.receipt_body`. A body that comes out of here is well formed and not verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from writ.canonical import canonical_bytes
from writ.commitment import LABELS
from writ.errors import VerificationFailed
from writ.head import MAX_INTEGER
from writ.receipt_body import PREDICATE_TYPE, STATEMENT_TYPE

MAX_BODY_BYTES: Final = 256 * 1024
"""A body holds identifiers, digests and the rules that applied; the payload lies elsewhere."""

_HEX = re.compile(r"[0-9a-f]{64}")


class _Hex:
    """64 lower-case hex digits."""


class _Commitments:
    """A map from labels of `writ.commitment` to hashes, with at least `salt`."""


@dataclass(frozen=True, slots=True)
class _Maybe:
    """The inner type, or null."""

    inner: Any


_FACTOR: Final = {"evidence": str, "score": int, "state": str}
_FACTORS: Final = (
    "action_severity",
    "baseline_deviation",
    "cross_request_correlation",
    "environmental_context",
    "payload_sensitivity",
    "temporal_deviation",
    "threat_signals",
)
_LOG: Final = {"issuer": str, "epoch": int, "sequence": int, "previous_leaf": _Hex}
_BUNDLE: Final = {"revision": str, "digest": str}
_CALLER: Final = {"id": str, "kind": str}
_COMMON: Final = {
    "kind": str,
    "log": _LOG,
    "time_ms": int,
    "decision_id": str,
    "organisation": str,
    "commitments": _Commitments,
}
_OUTCOME: Final = {
    "decision_id": str,
    "status": str,
    "binding": str,
    "finished_at_ms": _Maybe(int),
    "rows": _Maybe(int),
    "error_code": str,
    "classes": [str],
    "threats": [str],
}
_PREDICATES: Final[Mapping[str, Mapping[str, Any]]] = {
    "decision": {
        **_COMMON,
        "caller": _CALLER,
        "agent": {"id": str},
        "tool": {"server": str, "name": str, "known": bool, "environment": str},
        "action_digest": _Hex,
        "bundle": _BUNDLE,
        "effect": str,
        "tier": str,
        "risk": {"score": int, "factors": dict.fromkeys(_FACTORS, _FACTOR)},
        "rules": [{"id": str, "outcome": str, "code": str}],
        "obligations": [{"id": str, "type": str}],
        "acknowledgement": str,
        "approval_reference": str,
        "permit_id": str,
        "outcome_reference": _Maybe(_OUTCOME),
        "trace_id": str,
        "state": {"epoch": str, "sequence": int},
        "ticket": str,
    },
    "refusal": {**_COMMON, "caller": _CALLER, "reason": str, "bundle": _BUNDLE, "trace_id": str},
    "outcome": {**_COMMON, "caller": _CALLER, "outcome_reference": _OUTCOME, "trace_id": str},
    "undelivered": {**_COMMON, "cause": str},
    "epoch": {
        "kind": str,
        "log": _LOG,
        "time_ms": int,
        "cut": _Maybe({"segment": int, "offset": int, "bytes": int, "sha256": _Hex}),
    },
}
_STATEMENT: Final = {
    "_type": str,
    "predicateType": str,
    "subject": [{"name": str, "digest": {"sha256": _Hex}}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBody:
    """A well-formed body. `decision_id` and `effect` are "" where the kind has none; `statement` is the whole JSON."""

    kind: str
    decision_id: str
    effect: str
    issuer: str
    epoch: int
    sequence: int
    previous_leaf: str
    time_ms: int
    commitments: Mapping[str, str]
    statement: Mapping[str, Any]


def parse_body(raw: bytes) -> ParsedBody:
    """Parses a body strictly. Raises VerificationFailed `BODY_MALFORMED`, naming the field and never its value."""
    if len(raw) > MAX_BODY_BYTES:
        raise _malformed(f"expected at most {MAX_BODY_BYTES} bytes, got {len(raw)}")
    try:
        statement = orjson.loads(raw)
    except orjson.JSONDecodeError as e:
        raise _malformed("expected JSON, got something else") from e
    if not isinstance(statement, dict) or not isinstance(statement.get("predicate"), dict):
        raise _malformed("expected an in-toto statement with a predicate, got another value")
    predicate = statement["predicate"]
    kind = predicate.get("kind")
    if not isinstance(kind, str) or kind not in _PREDICATES:
        raise _malformed(f"`predicate.kind` must be one of {', '.join(_PREDICATES)}, got another")
    _check(statement, {**_STATEMENT, "predicate": _PREDICATES[kind]}, "")
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE_TYPE:
        raise _malformed(f"expected types `{STATEMENT_TYPE}` and `{PREDICATE_TYPE}`, got others")
    if len(statement["subject"]) != 1:
        raise _malformed(f"expected one subject, got {len(statement['subject'])}")
    _check_canonical(statement, raw)
    log = predicate["log"]
    return ParsedBody(
        kind=kind,
        decision_id=predicate.get("decision_id", ""),
        effect=predicate.get("effect", ""),
        issuer=log["issuer"],
        epoch=log["epoch"],
        sequence=log["sequence"],
        previous_leaf=log["previous_leaf"],
        time_ms=predicate["time_ms"],
        commitments=predicate.get("commitments", {}),
        statement=statement,
    )


def _check_canonical(statement: Mapping[str, Any], raw: bytes) -> None:
    try:
        again = canonical_bytes(statement)
    except (TypeError, ValueError) as e:
        raise _malformed("expected values that canonical JSON can hold, got others") from e
    if again != raw:
        raise _malformed("expected canonical JSON, got another form")


def _check(value: Any, shape: Any, at: str) -> None:
    """Compares a JSON value with a shape: a type, a map of fields, a list of one inner shape, or one of the above."""
    if isinstance(shape, _Maybe):
        if value is not None:
            _check(value, shape.inner, at)
    elif isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            raise _malformed(
                f"`{at or 'statement'}` must have exactly the fields {', '.join(sorted(shape))}, got others"
            )
        for name, inner in shape.items():
            _check(value[name], inner, f"{at}.{name}" if at else name)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise _malformed(f"`{at}` must be a list, got {type(value).__name__}")
        for position, item in enumerate(value):
            _check(item, shape[0], f"{at}[{position}]")
    elif shape is _Commitments:
        _check_commitments(value, at)
    elif shape is _Hex:
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise _malformed(f"`{at}` must be 64 lower-case hex digits, got something else")
    elif type(value) is not shape:  # bool is no int here
        raise _malformed(f"`{at}` must be of type {shape.__name__}, got {type(value).__name__}")
    elif shape is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise _malformed(f"`{at}` must lie within 2^53, got a larger one")


def _check_commitments(value: Any, at: str) -> None:
    if not isinstance(value, dict) or "salt" not in value or not value.keys() <= set(LABELS):
        raise _malformed(f"`{at}` must hold commitments by known labels, `salt` among them, got others")
    for label, digest in value.items():
        _check(digest, _Hex, f"{at}.{label}")


def _malformed(message: str) -> VerificationFailed:
    return VerificationFailed("BODY_MALFORMED", f"receipt body: {message}")
