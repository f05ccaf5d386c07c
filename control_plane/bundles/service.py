"""`writ.v1.BundleService` over gRPC: push, list, get. A push is verified, stored, and only then served.

Pushing needs the scope `bundle:push`, reading `bundle:read` or `bundle:push`. Whatever goes wrong, the revision that is
served stays served, and the caller is told which file is to blame.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from control_plane.auth import Authenticator, Identity
from control_plane.bundles.model import BundleNotFound, BundleRefused, StoredBundle
from control_plane.bundles.publish import Publication
from control_plane.bundles.store import BundleStore
from control_plane.bundles.verify import VerificationPolicy, verify_bundle
from writ.errors import DependencyFailed, InvalidInput, NotAuthenticated, NotPermitted, WritError
from writ.v1 import bundle_pb2, bundle_pb2_grpc

PUSH = "bundle:push"
READ = "bundle:read"

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

_CODES: tuple[tuple[type[WritError], grpc.StatusCode], ...] = (
    (NotAuthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (NotPermitted, grpc.StatusCode.PERMISSION_DENIED),
    (BundleNotFound, grpc.StatusCode.NOT_FOUND),
    (BundleRefused, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
    (DependencyFailed, grpc.StatusCode.UNAVAILABLE),
)

Context = grpc.aio.ServicerContext[Any, Any]
T = TypeVar("T")


class BundleService(bundle_pb2_grpc.BundleServiceServicer):
    """Pushes are taken one after another: each may hold 64 MiB and a processor for a second."""

    def __init__(
        self,
        *,
        store: BundleStore,
        publication: Publication,
        policy: VerificationPolicy,
        authenticator: Authenticator,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._store = store
        self._publication = publication
        self._policy = policy
        self._authenticator = authenticator
        self._now_ms = now_ms
        self._pushing = asyncio.Lock()

    async def Push(self, request: bundle_pb2.PushRequest, context: Context) -> bundle_pb2.PushResponse:  # noqa: N802
        """Verifies, stores and, when asked to, serves a bundle."""
        return await _answered(context, self._push(request, context))

    async def List(self, request: bundle_pb2.ListRequest, context: Context) -> bundle_pb2.ListResponse:  # noqa: N802
        """Lists revisions, newest first."""
        return await _answered(context, self._list(request, context))

    async def Get(self, request: bundle_pb2.GetRequest, context: Context) -> bundle_pb2.GetResponse:  # noqa: N802
        """Returns one revision with its bytes."""
        return await _answered(context, self._get(request, context))

    async def _push(self, request: bundle_pb2.PushRequest, context: Context) -> bundle_pb2.PushResponse:
        who = self._identify(context)
        who.require(PUSH)
        async with self._pushing:
            verified = await asyncio.to_thread(verify_bundle, request.archive, self._policy)
            stored, created = await asyncio.to_thread(
                self._store.put, verified, pushed_by=who.subject, now_ms=self._now_ms()
            )
            # A crash here leaves a stored revision that is not served; the same push again goes on from it.
            if request.activate:
                await asyncio.to_thread(
                    self._store.activate,
                    verified.revision,
                    by=who.subject,
                    now_ms=self._now_ms(),
                    allow_rollback=request.allow_rollback,
                )
                await self._publication.refresh()
                stored = await asyncio.to_thread(self._store.about, verified.revision)
        return bundle_pb2.PushResponse(bundle=_message(stored), created=created)

    async def _list(self, request: bundle_pb2.ListRequest, context: Context) -> bundle_pb2.ListResponse:
        self._identify(context).require(READ, PUSH)
        limit = request.limit or DEFAULT_LIMIT
        if limit > MAX_LIMIT:
            raise InvalidInput("LIMIT_INVALID", f"`limit` must be at most {MAX_LIMIT}, got {limit}")
        stored = await asyncio.to_thread(self._store.newest, limit)
        return bundle_pb2.ListResponse(bundles=[_message(bundle) for bundle in stored])

    async def _get(self, request: bundle_pb2.GetRequest, context: Context) -> bundle_pb2.GetResponse:
        self._identify(context).require(READ, PUSH)
        stored = await asyncio.to_thread(self._store.about, request.revision)
        archive = await asyncio.to_thread(self._store.archive, request.revision)
        return bundle_pb2.GetResponse(bundle=_message(stored), archive=archive)

    def _identify(self, context: Context) -> Identity:
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        return self._authenticator.identify(metadata.get("authorization", ""))


async def _answered(context: Context, work: Awaitable[T]) -> T:
    """Turns our errors into gRPC status codes; `details` is `REASON: message`."""
    try:
        return await work
    except WritError as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), grpc.StatusCode.INTERNAL)
        await context.abort(code, str(error))
    raise RuntimeError("context.abort returned")


def _message(bundle: StoredBundle) -> bundle_pb2.BundleRevision:
    pushed_at = Timestamp()
    pushed_at.FromMilliseconds(bundle.pushed_at_ms)
    return bundle_pb2.BundleRevision(
        revision=bundle.revision,
        digest=bundle.digest,
        size_bytes=bundle.size_bytes,
        key_id=bundle.key_id,
        pushed_by=bundle.pushed_by,
        pushed_at=pushed_at,
        active=bundle.active,
    )
