"""Holds the archive that is being served, and wakes who waits for another one (OPA's long polling).

One loop owns it. A change made by another process on the same database is seen at the next `refresh`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from control_plane.bundles.model import archive_digest
from control_plane.bundles.store import BundleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served. `digest` is the SHA-256 of `archive`."""

    revision: str
    digest: str
    archive: bytes


class Publication:
    """The served archive, in memory: OPA is answered also while the database is not."""

    def __init__(self, store: BundleStore) -> None:
        self._store = store
        self._changed = asyncio.Event()
        self._closed = False
        self.served: Served | None = None

    async def refresh(self) -> None:
        """Reads what the store says. On DependencyFailed what was served stays served."""
        revision = await asyncio.to_thread(self._store.active_revision)
        if revision is None or (self.served is not None and self.served.revision == revision):
            return
        archive = await asyncio.to_thread(self._store.archive, revision)
        self.served = Served(revision=revision, digest=archive_digest(archive), archive=archive)
        self._wake()

    async def other_than(self, digest: str, wait_s: float) -> Served | None:
        """Returns what is served as soon as its digest is another, at the latest after `wait_s` seconds."""
        if not self._closed and wait_s > 0 and (self.served is None or self.served.digest == digest):
            try:
                await asyncio.wait_for(self._changed.wait(), wait_s)
            except TimeoutError:
                return self.served
        return self.served

    def close(self) -> None:
        """Lets go of everybody who waits."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
