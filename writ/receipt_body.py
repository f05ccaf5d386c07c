"""Receipt bodies: in-toto Statements v1 with Writ's own predicate, one builder a kind of entry.

A builder returns the canonical bytes of a statement with a gap where its place in the log belongs; whoever commits it
fills the gap with `place_body`, and those bytes are the leaf. Strings, integers, booleans and null only. What may name a
person, and what an agent wrote freely, enters only as a salted commitment (see `writ.commitment`). The builders trust
their caller; `writ.body_schema` is the strict reader.

Format rule: fields are never added, dropped or given another meaning under one `PREDICATE_TYPE`; a change takes a new
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol

import orjson

from writ.commitment import PREFIXES, commitment

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://writ.dev/decision/v1"

_EXECUTION, _INPUT, _SALT = PREFIXES["execution_digest"], PREFIXES["input"], PREFIXES["salt"]

# No JSON text holds a NUL: it stands for the place while the statement is written, and cannot be met anywhere else.
_GAP: Final = orjson.Fragment(b"\x00")


class Body(NamedTuple):
    """A statement without its place: canonical JSON `before` and `after` the value of `predicate.log`."""

    before: bytes
    after: bytes


class Rule(Protocol):
    """A rule that applied."""

    @property
    def id(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def code(self) -> str: ...


class Duty(Protocol):
    """An obligation."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...


def decision_body(
    *,
    decision_id: str,
    time_ms: int,
    organisation: str,
    caller_id: str,
    caller_kind: str,
    agent_id: str,
    tool_server: str,
    tool_name: str,
    tool_known: bool,
    environment: str,
    action_digest: str,
    bundle_revision: str,
    bundle_digest: str,
    effect: str,
    tier: str,
    score: int,
    signals: Mapping[str, Mapping[str, Any]],
    rules: Sequence[Rule],
    obligations: Sequence[Duty],
    acknowledgement: str,
    salt: bytes,
    execution_digest: str,
    input_json: bytes,
    claims: bytes = b"",
    principal: str = "",
    session_id: str = "",
    user_request: str = "",
    delegation: bytes = b"",
    approval_reference: str = "",
    permit_id: str = "",
    trace_id: str = "",
    state_epoch: str = "",
    state_sequence: int = 0,
    ticket: str = "",
) -> Body:
    """Returns the body of one decision.

    `salt` is 32 random bytes for this receipt alone. From `execution_digest` on to `delegation`, values stand in the
    body only as commitments, and empty optional ones not at all: `claims` is canonical JSON of whatever else the caller
    wrote freely (request id, workspace, purpose, a presented approval reference). `signals` has the seven factors of
    `PolicySignals` as `{score, evidence, state}`; evidence is Writ's own wording. A tool that the catalog does not know
    is named only in the encrypted payload. `approval_reference` is one that Writ issued. `ticket` is opaque.
    """
    commitments = {
        "execution_digest": sha256(_EXECUTION + salt + execution_digest.encode()).hexdigest(),
        "input": sha256(_INPUT + salt + input_json).hexdigest(),
        "salt": sha256(_SALT + salt).hexdigest(),
    }
    if claims:
        commitments["claims"] = commitment("claims", salt, claims)
    if principal:
        commitments["principal"] = commitment("principal", salt, principal.encode())
    if session_id:
        commitments["session"] = commitment("session", salt, session_id.encode())
    if user_request:
        commitments["user_request"] = commitment("user_request", salt, user_request.encode())
    if delegation:
        commitments["delegation"] = commitment("delegation", salt, delegation)
    predicate = {
        "acknowledgement": acknowledgement,
        "action_digest": action_digest,
        "agent": {"id": agent_id},
        "approval_reference": approval_reference,
        "bundle": {"digest": bundle_digest, "revision": bundle_revision},
        "caller": {"id": caller_id, "kind": caller_kind},
        "commitments": commitments,
        "decision_id": decision_id,
        "effect": effect,
        "kind": "decision",
        "obligations": [{"id": duty.id, "type": duty.type} for duty in obligations],
        "organisation": organisation,
        "outcome_reference": None,
        "permit_id": permit_id,
        "risk": {"factors": signals, "score": score},
        "rules": [{"code": rule.code, "id": rule.id, "outcome": rule.outcome} for rule in rules],
        "state": {"epoch": state_epoch, "sequence": state_sequence},
        "ticket": ticket,
        "tier": tier,
        "time_ms": time_ms,
        "tool": {
            "environment": environment,
            "known": tool_known,
            "name": tool_name if tool_known else "",
            "server": tool_server if tool_known else "",
        },
        "trace_id": trace_id,
    }
    return _statement("decision/" + decision_id, action_digest, predicate)


def refusal_body(
    *,
    decision_id: str,
    time_ms: int,
    organisation: str,
    caller_id: str,
    reason: str,
    bundle_revision: str,
    bundle_digest: str,
    salt: bytes,
    request: bytes,
    agent_id: str = "",
    principal: str = "",
    trace_id: str = "",
) -> Body:
    """Returns the body of a refusal (PERMISSION_DENIED): the credential held but did not cover the request.

    `reason` is the stable reason. The request's bytes, the claimed agent and principal stand only as commitments.
    """
    commitments = {"request": commitment("request", salt, request), "salt": commitment("salt", salt, b"")}
    if agent_id:
        commitments["agent"] = commitment("agent", salt, agent_id.encode())
    if principal:
        commitments["principal"] = commitment("principal", salt, principal.encode())
    predicate = {
        "kind": "refusal",
        "decision_id": decision_id,
        "time_ms": time_ms,
        "organisation": organisation,
        "caller": {"id": caller_id, "kind": ""},
        "reason": reason,
        "commitments": commitments,
        "bundle": {"revision": bundle_revision, "digest": bundle_digest},
        "trace_id": trace_id,
    }
    return _statement("refusal/" + decision_id, commitments["request"], predicate)


def outcome_body(
    *,
    decision_id: str,
    time_ms: int,
    organisation: str,
    caller_id: str,
    status: str,
    binding: str,
    finished_at_ms: int | None,
    rows: int | None,
    error_code: str,
    salt: bytes,
    execution_digest: str,
    result: bytes = b"",
    classes: Sequence[str] = (),
    threats: Sequence[str] = (),
    trace_id: str = "",
) -> Body:
    """Returns the body of a reported outcome. `status` and `binding` are enum names without prefix, the rest claims of
    the caller; `execution_digest` is what was executed and stands only as a commitment, as does `result`, what the tool
    returned (empty: not reported). `classes` and `threats` are what inspection found in it."""
    commitments = {
        "execution_digest": commitment("execution_digest", salt, execution_digest.encode()),
        "salt": commitment("salt", salt, b""),
    }
    if result:
        commitments["result"] = commitment("result", salt, result)
    predicate = {
        "kind": "outcome",
        "decision_id": decision_id,
        "time_ms": time_ms,
        "organisation": organisation,
        "caller": {"id": caller_id, "kind": ""},
        "outcome_reference": {
            "decision_id": decision_id,
            "status": status,
            "binding": binding,
            "finished_at_ms": finished_at_ms,
            "rows": rows,
            "error_code": error_code,
            "classes": list(classes),
            "threats": list(threats),
        },
        "commitments": commitments,
        "trace_id": trace_id,
    }
    return _statement("outcome/" + decision_id, commitments["execution_digest"], predicate)


def undelivered_body(*, decision_id: str, time_ms: int, organisation: str, cause: str, salt: bytes) -> Body:
    """Returns the body that says that a decision's answer did not reach its caller. `cause` is a stable code."""
    commitments = {"salt": commitment("salt", salt, b"")}
    predicate = {
        "kind": "undelivered",
        "decision_id": decision_id,
        "time_ms": time_ms,
        "organisation": organisation,
        "cause": cause,
        "commitments": commitments,
    }
    return _statement("undelivered/" + decision_id, commitments["salt"], predicate)


def epoch_body(*, time_ms: int, epoch: int, previous_leaf: str, cut: Mapping[str, Any] | None) -> Body:
    """Returns the body that opens an epoch of the log: its subject is the last good leaf.

    `cut` is `{segment, offset, bytes, sha256}` when a torn tail was cut and kept aside, else None.
    """
    predicate = {"kind": "epoch", "time_ms": time_ms, "cut": dict(cut) if cut else None}
    return _statement(f"epoch/{epoch}", previous_leaf, predicate)


def place_body(body: Body, issuer: str, epoch: int, sequence: int, previous_leaf: str) -> bytes:
    """Returns the canonical bytes of a body at its place: the leaf is their RFC 6962 hash.

    `previous_leaf` is the hash of the entry before it, lower-case hex.
    """
    return b'%b{"epoch":%d,"issuer":%b,"previous_leaf":"%b","sequence":%d}%b' % (
        body.before,
        epoch,
        orjson.dumps(issuer),
        previous_leaf.encode(),
        sequence,
        body.after,
    )


def _statement(name: str, digest: str, predicate: dict[str, Any]) -> Body:
    """Keys are ASCII and numbers are integers below 2^53, so sorting by bytes gives the order of RFC 8785."""
    predicate["log"] = _GAP
    statement = {
        "_type": STATEMENT_TYPE,
        "predicate": predicate,
        "predicateType": PREDICATE_TYPE,
        "subject": [{"digest": {"sha256": digest}, "name": name}],
    }
    before, _, after = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS).partition(b"\x00")
    return Body(before, after)
