"""An example tool server that runs a call only with a permit for exactly that call, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from writ.errors import VerificationFailed
from writ.keys import KeySet
from writ.permit import UsedPermits, verify_permit


class ExampleTool:
    """Stands for `billing-mcp`. It knows the public permit keys and its own audience; `now_ms` is its clock.

    A real tool computes the execution digest of the call that it received with `writ.canonical.execution_digest`.
    """

    def __init__(self, audience: str, keys: KeySet, now_ms: Callable[[], int]) -> None:
        self._audience = audience
        self._keys = keys
        self._now_ms = now_ms
        self._used = UsedPermits()
        self.calls: list[str] = []

    def call(self, permit: str, execution_digest: str) -> str:
        """Runs the call.

        Raises:
            VerificationFailed: the permit is for another call or tool, has expired, is forged, or was used before.
        """
        now_ms = self._now_ms()
        body = verify_permit(
            permit, keys=self._keys, audience=self._audience, execution_digest=execution_digest, now_ms=now_ms
        )
        self._used.use(body, now_ms)
        self.calls.append(execution_digest)
        return "done " + hashlib.sha256(execution_digest.encode()).hexdigest()[:8]

    def try_call(self, permit: str, execution_digest: str) -> str:
        """Returns the result, or the reason for which the call was refused."""
        try:
            return self.call(permit, execution_digest)
        except VerificationFailed as error:
            return error.reason
