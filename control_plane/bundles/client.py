"""Asks the control plane's `BundleService`, for the command line and for tests."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import grpc

from control_plane.bundles.model import MAX_ARCHIVE_BYTES
from writ.errors import ConfigurationError, DependencyFailed, WritError
from writ.v1 import bundle_pb2, bundle_pb2_grpc

TIMEOUT_S = 60.0
"""Seconds; a push is compiled before it is answered."""


class ControlPlaneRefused(WritError):
    """The control plane said no. `reason` and message are its own."""


class BundleClient:
    """A blocking client on one channel. `token` is a secret, never in a message, and never sent over a network as it is: raises
    ConfigurationError `TARGET_INSECURE` for an address that is no unix socket, where no control plane listens."""

    def __init__(self, address: str, token: str) -> None:
        if not address.startswith("unix:"):
            raise ConfigurationError(
                "TARGET_INSECURE",
                f"expected the unix socket of a control plane, got `{address}`: others could read the token",
            )
        room = MAX_ARCHIVE_BYTES + 64 * 1024
        options = (("grpc.max_receive_message_length", room), ("grpc.max_send_message_length", room))
        self._address = address
        self._channel = grpc.insecure_channel(address, options=options)
        self._stub = bundle_pb2_grpc.BundleServiceStub(self._channel)
        self._metadata = (("authorization", f"Bearer {token}"),)

    def __enter__(self) -> BundleClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def push(self, archive: bytes, *, activate: bool, allow_rollback: bool = False) -> bundle_pb2.PushResponse:
        """Pushes a bundle. Raises ControlPlaneRefused, and DependencyFailed when nobody answers."""
        request = bundle_pb2.PushRequest(archive=archive, activate=activate, allow_rollback=allow_rollback)
        try:
            return self._stub.Push(request, metadata=self._metadata, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise self._ours(error) from error

    def list(self, limit: int = 0) -> list[bundle_pb2.BundleRevision]:
        """Lists revisions, newest first. Raises like `push`."""
        try:
            answer = self._stub.List(bundle_pb2.ListRequest(limit=limit), metadata=self._metadata, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise self._ours(error) from error
        return list(answer.bundles)

    def get(self, revision: str) -> bundle_pb2.GetResponse:
        """Returns one revision with its bytes. Raises like `push`."""
        try:
            return self._stub.Get(bundle_pb2.GetRequest(revision=revision), metadata=self._metadata, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise self._ours(error) from error

    def _ours(self, error: grpc.RpcError) -> WritError:
        reason, colon, message = str(error.details() or "").partition(": ")
        if colon and reason.replace("_", "").isupper():
            return ControlPlaneRefused(reason, message)
        came = error.code().name
        return DependencyFailed("CONTROL_PLANE_UNAVAILABLE", f"no control plane answers on `{self._address}`: {came}")


def bundle_fields(bundle: bundle_pb2.BundleRevision) -> dict[str, Any]:
    """Returns what is known about a revision, for printing; times in RFC 3339."""
    return {
        "revision": bundle.revision,
        "digest": bundle.digest,
        "size_bytes": bundle.size_bytes,
        "key_id": bundle.key_id,
        "pushed_by": bundle.pushed_by,
        "pushed_at": bundle.pushed_at.ToJsonString(),
        "active": bundle.active,
    }
