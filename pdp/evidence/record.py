"""The Recorder: appends drafts to the write-ahead log, their payloads to the vault, and brings both to stable storage.

Order of one append: payloads, then the log. `signed` is the state at return of `append` (page cache: survives a killed
process), `durable` the state at return of `sync`. Waiting syncs share one flush in a thread of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdp.evidence.segment import DEFAULT_SEGMENT_BYTES, Flush, SegmentStore, lock_folder
from pdp.evidence.vault import Vault
from pdp.evidence.wal import Wal
from pdp.keystore import Keystore
from pdp.model import Draft, Recorded
from writ.errors import EvidenceFailed, WritError

KEYSTORE_FILE = "keys.sqlite"


def _ignore(reason: str) -> None:
    """Counts nothing."""


class LogRecorder:
    """Implements `pdp.ports.Recorder` on files. One event loop, one thread.

    `failure` is called with the stable reason of every failed append and sync, for a metric.
    """

    def __init__(self, wal: Wal, vault: Vault, locks: Sequence[int], failure: Callable[[str], None] = _ignore) -> None:
        self.wal = wal
        self.vault = vault
        self._locks = locks
        self._failure = failure
        self._stores: tuple[SegmentStore, ...] = (vault.store, wal.store)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writ-sync")
        self._owner = os.getpid()
        self._appends = 0
        self._synced = 0
        self._flight: asyncio.Task[None] | None = None
        self._broken = ""

    @classmethod
    def open(
        cls,
        *,
        folder: Path,
        vault_folder: Path,
        issuer: str,
        key: Ed25519PrivateKey,
        master_key: bytes,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes] = os.urandom,
        segment_bytes: int = DEFAULT_SEGMENT_BYTES,
        failure: Callable[[str], None] = _ignore,
    ) -> Self:
        """Locks and recovers both folders and opens a new epoch, which is durable at return.

        Raises EvidenceFailed: `LOG_LOCKED`, `LOG_CORRUPT` (file and offset named), `SEGMENT_MISSING`,
        `SEGMENT_MISMATCH`, `LOG_WRITE_FAILED`, `KEYSTORE_FAILED`.
        """
        locks: list[int] = []
        keystore: Keystore | None = None
        vault: Vault | None = None
        try:
            locks.append(lock_folder(folder))
            locks.append(lock_folder(vault_folder))
            keystore = Keystore(vault_folder / KEYSTORE_FILE, master_key, random=random, now_ms=now_ms)
            vault = Vault(
                vault_folder, keystore, issuer=issuer, random=random, now_ms=now_ms, segment_bytes=segment_bytes
            )
            wal = Wal(folder, issuer=issuer, key=key, now_ms=now_ms, segment_bytes=segment_bytes)
        except (OSError, WritError) as e:
            if vault:
                vault.store.close()
            _release(locks, keystore)
            if isinstance(e, WritError):
                raise
            raise EvidenceFailed("LOG_WRITE_FAILED", f"opening the evidence log failed: {e.strerror}") from e
        return cls(wal, vault, locks, failure)

    def append(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Commits drafts in order under one head. At return a killed process loses nothing.

        Raises EvidenceFailed with nothing committed; a later call may succeed, but for `LOG_SYNC_FAILED`, which lasts
        until a restart has checked the log.
        """
        if not drafts:
            return []
        try:
            self._check()
            batch = self.wal.prepare([draft.body for draft in drafts], drafts[0].now_ms)
            self.vault.put(drafts, batch.leaves)
            self.wal.commit(batch)
        except EvidenceFailed as e:
            self._failure(e.reason)
            raise
        self._appends += 1
        return batch.recorded()

    async def sync(self) -> None:
        """At return everything appended before the call is on stable storage. Raises EvidenceFailed."""
        wanted = self._appends
        while self._synced < wanted:
            if self._flight is None:
                self._flight = asyncio.get_running_loop().create_task(self._fly())
            await asyncio.shield(self._flight)
        self._check()

    def _check(self) -> None:
        if os.getpid() != self._owner:  # two would write one sequence, and repeat the vault's nonces
            raise EvidenceFailed("LOG_LOCKED", "the evidence log belongs to the process that this one was forked from")
        if self._broken:
            raise EvidenceFailed("LOG_SYNC_FAILED", self._broken)

    async def _fly(self) -> None:
        """One flush for all who wait."""
        try:
            await self._flush()
        finally:
            self._flight = None

    async def _flush(self) -> None:
        self._check()
        covered = self._appends
        journal = self.vault.keystore.journal_fd()
        flushes = [(store, flush) for store in self._stores if (flush := store.flush())]
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, _run, journal, [f for _, f in flushes])
        except OSError as e:
            # The kernel may have dropped the dirty pages: nobody knows what is on the disk until it is read again.
            self._broken = f"syncing the evidence log failed: {e.strerror}"
            self._failure("LOG_SYNC_FAILED")
            raise EvidenceFailed("LOG_SYNC_FAILED", self._broken) from e
        for store, flush in flushes:
            store.flushed(flush)
        self._synced = covered

    def close(self) -> None:
        """Syncs what it can, closes the files and gives up the locks. No sync may be under way."""
        self._thread.shutdown(wait=True)
        try:
            if not self._broken:
                for store in self._stores:
                    if flush := store.flush():
                        flush.run()
                        store.flushed(flush)
        except OSError as e:
            raise EvidenceFailed("LOG_SYNC_FAILED", f"syncing the evidence log failed: {e.strerror}") from e
        finally:
            for store in self._stores:
                store.close()
            _release(self._locks, self.vault.keystore)


def _run(journal: int | None, flushes: Sequence[Flush]) -> None:
    """Brings keys, payloads and log to stable storage, in this order: nothing durable refers to what is not."""
    if journal is not None:
        try:
            os.fdatasync(journal)
        finally:
            os.close(journal)
    for flush in flushes:
        flush.run()


def _release(locks: Sequence[int], keystore: Keystore | None) -> None:
    for fd in locks:
        os.close(fd)
    if keystore:
        keystore.close()
