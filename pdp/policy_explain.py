"""Asks OPA which scope gave which setting to one action: `data.writ.explain`, by a running sidecar or by `opa eval`.

Rego decides here as it does in a decision, so the two cannot differ. An action that is not in the decision point's own
form (`writ.v1.PolicyInput`) is read as the running bundle's catalog reads it; of the state nothing is known then, and the
signals that need it have no data. Does not decide, count or record anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson
from google.protobuf.json_format import ParseDict, ParseError

from pdp.authenticate import Speaker
from pdp.inspection.model import CLEAN
from pdp.lane import Lane
from pdp.model import Activation, CallerIdentity, ClaimStatus, StateView
from pdp.opa_command import run_opa
from pdp.opa_http import OpaClient
from pdp.policy_input import policy_input, policy_payload
from pdp.signals import signals
from writ.errors import EvaluationFailed, InvalidInput
from writ.v1 import decision_pb2

TIMEOUT_S = 30.0
"""Seconds for one question; somebody waits at a terminal."""

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""The activation holds the catalog of a bundle, which is at most 16 MiB packed."""

MAX_ACTION_BYTES = 4 * 1024 * 1024
"""Larger actions are not admitted either."""

_PROBLEMS = '{"problems": data.writ.scopes.problems}'

_STANDING_ALONE = (
    'data.writ.activation with data.system.bundles as {"writ": {"manifest": {"revision": "-"}, "etag": ""}}'
)


class Policy(Protocol):
    """Something that evaluates the policy library."""

    def activation(self) -> Mapping[str, Any]:
        """What the decision point reads of the bundle. Raises EvaluationFailed."""

    def explain(self, item: bytes) -> Mapping[str, Any]:
        """`data.writ.explain` of one PolicyInput, JSON. Raises EvaluationFailed."""


class RunningPolicy:
    """The bundle that a sidecar runs, asked on its unix socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def activation(self) -> Mapping[str, Any]:
        """See `Policy.activation`."""
        return self._ask("activation", b"{}")

    def explain(self, item: bytes) -> Mapping[str, Any]:
        """See `Policy.explain`."""
        return self._ask("explain", b'{"input":' + item + b"}")

    def _ask(self, name: str, body: bytes) -> Mapping[str, Any]:
        head = (
            f"POST /v1/data/writ/{name}?strict-builtin-errors=true HTTP/1.1\r\nHost: opa\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )

        async def ask() -> bytes:
            client = OpaClient(self._socket)
            try:
                until_s = asyncio.get_running_loop().time() + TIMEOUT_S
                return (await client.call(head.encode() + body, until_s, MAX_ANSWER_BYTES)).body
            finally:
                client.close()

        return _document(asyncio.run(ask()), "result")


class BundlePolicy:
    """A bundle, or its sources, evaluated by `opa eval`."""

    def __init__(self, bundle: Path, opa: Path) -> None:
        self._bundle = bundle
        self._opa = opa

    def activation(self) -> Mapping[str, Any]:
        """See `Policy.activation`. Sources have no revision; `-` stands for it. Raises EvaluationFailed `SCOPES_INVALID` for what
        no bundle is built with."""
        problems = self._eval(_PROBLEMS, b"{}")["problems"]
        if problems:
            raise EvaluationFailed("SCOPES_INVALID", "; ".join(problems))
        return self._eval(_STANDING_ALONE, b"{}")

    def explain(self, item: bytes) -> Mapping[str, Any]:
        """See `Policy.explain`."""
        return self._eval("data.writ.explain", item)

    def _eval(self, query: str, item: bytes) -> Mapping[str, Any]:
        arguments = ["eval", "--bundle", str(self._bundle), "--ignore", "*_test.rego", "--stdin-input"]
        arguments += ["--strict-builtin-errors", "--format", "json", query]
        return _document(run_opa(self._opa, arguments, item), "result", 0, "expressions", 0, "value")


def explain(policy: Policy, text: bytes, claimant: str, organisation: str, now_ms: int) -> Mapping[str, Any]:
    """Returns scopes, settings, conflicts and outcome of the action in `text`.

    `text` is a PolicyInput, or the fields of a DecideRequest with `args`, as for `writ decide`; `claimant`, gateway or
    agent, is then who vouches for role, unit and session, and `now_ms` (Unix) the time of the decision. The answer names the
    organisation that was taken, which an action does not say.

    Raises:
        InvalidInput: neither of the two.
        EvaluationFailed: OPA did not answer, or the bundle has no `data.writ.explain`.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("ACTION_UNREADABLE", f"expected a JSON object, got something else: {error}") from error
    if type(document) is not dict:
        raise InvalidInput("ACTION_UNREADABLE", f"expected a JSON object, got {type(document).__name__}")
    if "signals" in document:
        return policy.explain(text)
    item = _item(_request(document), Lane.build(_activated(policy)), claimant, organisation, now_ms)
    return {**policy.explain(item), "organisation": organisation}


def _activated(policy: Policy) -> Activation:
    data = policy.activation()
    return Activation(revision=str(data.get("revision", "")), etag=str(data.get("etag", "")), data=data)


def _request(document: dict[str, Any]) -> decision_pb2.DecideRequest:
    if "args" not in document:
        raise InvalidInput("ACTION_UNREADABLE", "expected `args`, or `signals` of a whole policy input, got neither")
    arguments = orjson.dumps(document.pop("args"))
    try:
        request = ParseDict(document, decision_pb2.DecideRequest())
    except ParseError as error:
        raise InvalidInput("ACTION_UNREADABLE", f"not a writ.v1.DecideRequest: {error}") from error
    request.args_json = arguments
    return request


def _item(request: decision_pb2.DecideRequest, lane: Lane, claimant: str, organisation: str, now_ms: int) -> bytes:
    tool = request.tool
    call = lane.canonicalizer.canonicalize(tool.server, tool.name, tool.definition_digest, request.args_json)
    payload = lane.inspector.scan(request.args_json)
    return policy_input(
        index=0,
        request=request,
        caller=CallerIdentity(organisation=organisation, id="", names=(), claims={}, expires_at_s=0.0),
        speaker=Speaker(kind=claimant, role="", unit=""),
        call=call,
        view=StateView(status=ClaimStatus.MINE, now_ms=now_ms),
        signals=signals(call.action, call.environment, request.environment, payload, lane.signals),
        circumstances={} if payload is CLEAN else {"payload": policy_payload(payload)},
    )


def _document(answer: bytes, *way: str | int) -> Mapping[str, Any]:
    try:
        value = orjson.loads(answer)
        for step in way:
            value = value[step]
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        said = " ".join(answer.decode("utf-8", "replace").split())[:300]
        raise EvaluationFailed(
            "EVALUATION_FAILED", f"expected a document of the policy library, got `{said}`"
        ) from error
    if type(value) is not dict:
        raise EvaluationFailed("EVALUATION_FAILED", f"expected an object, got {type(value).__name__}")
    return value
