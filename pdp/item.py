"""The working holder of one action on its way through the pipeline. Each stage fills its own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pdp.authenticate import Speaker
from pdp.inspection.model import ScanResult
from pdp.lane import Lane
from pdp.model import Ask, CallerIdentity, CanonicalCall, Outcome, StateAsk, StateView
from pdp.verdict import Verdict
from writ.errors import WritError
from writ.frozen import frozen
from writ.v1 import decision_pb2


@dataclass(slots=True, kw_only=True, eq=False)
class Item:
    """One action in one lane."""

    ask: Ask
    lane: Lane
    request: decision_pb2.DecideRequest
    caller: CallerIdentity
    speaker: Speaker
    call: CanonicalCall
    state_ask: StateAsk
    payload: ScanResult
    signals: dict[str, dict[str, Any]]
    circumstances: dict[str, Any]
    view: StateView = field(init=False)
    input_json: bytes = b""
    outcome: Outcome | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)  # what a TRANSFORM leaves to be counted, by counter
    verdict: Verdict = field(init=False)
    decision_id: str = ""  # given when it is recorded
    approval_since_ms: int = 0  # when the approval that the verdict asks for was asked for first


@frozen
class Answer:
    """What goes back to the front: the bytes of a DecideResponse, and the error when it holds one instead of a decision."""

    token: object
    response: bytes
    error: WritError | None = None
