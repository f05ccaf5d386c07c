"""Stage 6: asks OPA, one trip a batch, and believes only an answer that says which item each outcome belongs to.

1. All items go in one call of `data.writ.decisions` with `strict-builtin-errors`: without it an error inside a `forbid`
   reads as if nothing forbade.
2. Every outcome echoes its index and execution digest; an undefined item vanishes from an OPA array, so nothing is
   taken by position alone.
3. No outcomes at all means another revision, when OPA says so in its activation; the caller makes the batch again.
4. A batch that OPA cannot evaluate, or that came back with items missing, is judged item by item, once.
5. Whatever else came is malformed, and the caller denies.

Uses `pdp.opa_http` for the wire and `pdp.outcome` for the shape of one outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson

from pdp.model import Activation, Outcome
from pdp.opa_http import Answer, OpaClient
from pdp.outcome import parse_outcome
from writ.errors import EvaluationFailed, NotReady

DECISIONS = "/v1/data/writ/decisions?strict-builtin-errors=true"
ACTIVATION = "/v1/data/writ/activation?strict-builtin-errors=true"

ACTIVATION_TIMEOUT_S = 5.0
"""Seconds; it is read at start and after a change, not within a caller's deadline."""

MAX_ACTIVATION_BYTES = 32 * 1024 * 1024
"""The catalog and declarations of one bundle, which is at most 16 MiB packed."""

MAX_REVISION_CHARS = 256
"""A revision is 64 hex digits and a bundle digest that in quotes."""

_CANNOT_EVALUATE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR})
"""400: the body is not what OPA reads; 500: evaluation failed. Either may be the doing of one item."""


class OpaJudge:
    """The `Judge` of `pdp.ports` over a running OPA on a unix socket."""

    def __init__(self, socket: Path) -> None:
        self._client = OpaClient(socket)

    def close(self) -> None:
        """Drops idle connections."""
        self._client.close()

    async def activation(self) -> Activation:
        """See `Judge.activation`. `NotReady` `BUNDLE_NOT_ACTIVE` when OPA runs no bundle of the policy library."""
        until_s = asyncio.get_running_loop().time() + ACTIVATION_TIMEOUT_S
        answer = await self._client.call(_request(ACTIVATION, b"{}"), until_s, MAX_ACTIVATION_BYTES)
        return _activation(_document(answer))

    async def judge(
        self, revision: str, items: Sequence[bytes], digests: Sequence[str], deadline_s: float
    ) -> list[Outcome | None] | None:
        """See `Judge.judge`. The deadline spans everything, item by item judgement included."""
        until_s = asyncio.get_running_loop().time() + deadline_s
        answer = await self._client.call(_decisions(revision, items), until_s)
        if answer.status not in _CANNOT_EVALUATE:
            result = _document(answer).get("result")
            if not result:
                return await self._nothing(revision, items, digests, until_s)
            found = _matched(result, range(len(digests)), digests)
            if len(found) == len(digests):
                return [parse_outcome(found[index]) for index in range(len(digests))]
        elif len(items) == 1:
            return [None]
        return await self._singly(revision, items, digests, until_s)

    async def _nothing(
        self, revision: str, items: Sequence[bytes], digests: Sequence[str], until_s: float
    ) -> list[Outcome | None] | None:
        """OPA returned no outcome: another revision is active, or no item could be judged."""
        if await self._moved_on(revision):
            return None
        if len(items) == 1:
            return [None]
        return await self._singly(revision, items, digests, until_s)

    async def _singly(
        self, revision: str, items: Sequence[bytes], digests: Sequence[str], until_s: float
    ) -> list[Outcome | None] | None:
        """Judges each item by a call of its own, so that one poisonous item costs only itself."""
        outcomes: list[Outcome | None] = []
        for index, item in enumerate(items):
            answer = await self._client.call(_decisions(revision, (item,)), until_s)
            found = {}
            if answer.status not in _CANNOT_EVALUATE:
                found = _matched(_document(answer).get("result") or [], (index,), digests)
            outcomes.append(parse_outcome(found.get(index)))
        if any(outcome is None for outcome in outcomes) and await self._moved_on(revision):
            return None
        return outcomes

    async def _moved_on(self, revision: str) -> bool:
        try:
            return (await self.activation()).revision != revision
        except NotReady as error:
            raise EvaluationFailed("EVALUATION_UNAVAILABLE", "opa runs no bundle") from error


def _decisions(revision: str, items: Sequence[bytes]) -> bytes:
    """Items are joined as they are: the receipt commits to exactly these bytes."""
    return _request(
        DECISIONS, b'{"input":{"revision":' + orjson.dumps(revision) + b',"items":[' + b",".join(items) + b"]}}"
    )


def _request(target: str, body: bytes) -> bytes:
    head = (
        f"POST {target} HTTP/1.1\r\nHost: opa\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _document(answer: Answer) -> dict[str, Any]:
    if answer.status != HTTPStatus.OK:
        raise _malformed(f"expected HTTP status 200, got {answer.status}")
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise _malformed("expected JSON, got something else") from error
    if type(document) is not dict:
        raise _malformed(f"expected an object, got {type(document).__name__}")
    return document


def _matched(result: object, expected: Sequence[int], digests: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Returns outcomes by index; items that vanished are not in it.

    Raises EvaluationFailed `EVALUATION_MALFORMED` for an echo of no expected item, a repeated one or another digest.
    """
    if type(result) is not list:
        raise _malformed(f"expected an array of outcomes, got {type(result).__name__}")
    found: dict[int, dict[str, Any]] = {}
    for outcome in result:
        if type(outcome) is not dict:
            raise _malformed(f"expected an outcome, got {type(outcome).__name__}")
        index = outcome.get("index")
        if type(index) is not int or index not in expected or index in found:
            raise _malformed("outcome echoes an index that was not asked for, or twice")
        if outcome.get("execution_digest") != digests[index]:
            raise _malformed("outcome echoes another execution digest than its item has")
        found[index] = outcome
    return found


def _activation(document: dict[str, Any]) -> Activation:
    result = document.get("result")
    if result is None:
        raise NotReady("BUNDLE_NOT_ACTIVE", "opa runs no bundle that defines `data.writ.activation`")
    if type(result) is not dict:
        raise _malformed(f"expected an activation object, got {type(result).__name__}")
    revision, etag = result.get("revision"), result.get("etag")
    if type(revision) is not str or not 0 < len(revision) <= MAX_REVISION_CHARS:
        raise _malformed("activation names no revision")
    if type(etag) is not str or len(etag) > MAX_REVISION_CHARS:
        raise _malformed("activation has no bundle digest")
    # The header's quotes are none of the digest; empty after OPA restarted from its own disk, until it is online again.
    return Activation(revision=revision, etag=etag.strip('"'), data=result)


def _malformed(message: str) -> EvaluationFailed:
    return EvaluationFailed("EVALUATION_MALFORMED", message)
