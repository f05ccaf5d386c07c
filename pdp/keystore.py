"""Keys that wrap the keys of stored payloads: one a data subject and one an organisation and month, destroyed to erase.

SQLite in one file (mode 0600), each key encrypted under a master key that lies elsewhere. Owners stand as HMACs, so the
file names nobody. Destroying a key overwrites it in place and leaves its row as a tombstone; copies of the file made
before (backups, snapshots) still hold it and have to be destroyed by whoever made them.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.errors import ConfigurationError, EvidenceFailed, InvalidInput

KEY_BYTES = 32
"""AES-256."""

MAX_CACHED_KEYS = 100_000
"""About 20 MB; a decision point that meets more subjects reads the rest from disk."""

_NONCE_BYTES = 12
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner BLOB NOT NULL,
    wrapped BLOB,
    created_ms INTEGER NOT NULL,
    destroyed_ms INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS living ON keys (owner) WHERE wrapped IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """A living key and its identifier, which stays when the key is gone."""

    id: int
    key: bytes


def load_master_key(path: Path) -> bytes:
    """Reads 32 bytes, raw or as 64 hex digits.

    Raises ConfigurationError `MASTER_KEY_INVALID`, also when others than the owner may read the file.
    """
    try:
        raw, mode = read_file(path, MAX_PEM_BYTES), path.stat().st_mode
    except InvalidInput as e:
        raise ConfigurationError("MASTER_KEY_INVALID", e.message) from e
    except OSError as e:
        raise ConfigurationError("MASTER_KEY_INVALID", f"master key `{path}` cannot be read: {e.strerror}") from e
    if mode & 0o077:
        raise ConfigurationError("MASTER_KEY_INVALID", f"expected a master key of mode 0600, got {mode & 0o777:04o}")
    if len(raw) == KEY_BYTES:
        return raw
    try:
        key = bytes.fromhex(raw.decode())
    except ValueError as e:
        raise ConfigurationError(
            "MASTER_KEY_INVALID", f"expected 32 bytes or 64 hex digits in `{path}`, got {len(raw)} bytes"
        ) from e
    if len(key) != KEY_BYTES:
        raise ConfigurationError("MASTER_KEY_INVALID", f"expected {KEY_BYTES} bytes, got {len(key)}")
    return key


class Keystore:
    """One file of wrapping keys; several processes may share it. `random(n)` returns n random bytes.

    Raises EvidenceFailed `KEYSTORE_FAILED` for whatever SQLite or the disk does not do.
    """

    def __init__(self, path: Path, master: bytes, *, random: Callable[[int], bytes], now_ms: Callable[[], int]) -> None:
        self._path = path
        self._master = AESGCM(master)
        self._owner_key = hmac.digest(master, b"writ.dev/keystore/owner/v1", "sha256")
        self._random = random
        self._now_ms = now_ms
        self._living: dict[bytes, WrappingKey] = {}
        self._dirty = False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
            self._db.execute("PRAGMA journal_mode=WAL")
            # A commit reaches the page cache; `sync` brings it to stable storage together with the log.
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(_SCHEMA)
            self._version = self._read_version()
        except (sqlite3.Error, OSError) as e:
            _failed("opening", e)

    def owner(self, *parts: str) -> bytes:
        """Returns the pseudonym of an owner, for example ("subject", organisation, "customer:7")."""
        text = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
        return hmac.digest(self._owner_key, text, "sha256")

    def living(self, owners: Sequence[bytes]) -> dict[bytes, WrappingKey]:
        """Returns the living key of each owner, made where there is none. After a destruction it is a new one."""
        try:
            self._notice_others()
            missing = {owner for owner in owners if owner not in self._living}
            if missing:
                self._load_or_make(missing)
        except sqlite3.Error as e:
            _failed("reading", e)
        return self._living

    def key(self, identifier: int) -> bytes | None:
        """Returns a key by its identifier, None when it was destroyed or never was."""
        try:
            row = self._db.execute("SELECT owner, wrapped FROM keys WHERE id = ?", (identifier,)).fetchone()
        except sqlite3.Error as e:
            _failed("reading", e)
        return None if row is None or row[1] is None else self._unwrap(row[0], row[1])

    def destroy(self, owner: bytes) -> int:
        """Destroys the living key of an owner and returns how many there were (0 or 1).

        At return the key stands neither in the file nor in SQLite's journal. Killed before, it may be there still:
        destroy again.
        """
        try:
            cursor = self._db.execute(
                "UPDATE keys SET wrapped = NULL, destroyed_ms = ? WHERE owner = ? AND wrapped IS NOT NULL",
                (self._now_ms(), owner),
            )
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as e:
            _failed("destroying a key in", e)
        self._living.pop(owner, None)
        return cursor.rowcount

    def journal_fd(self) -> int | None:
        """Returns a descriptor whose sync makes all keys durable, or None when they are. The caller closes it."""
        if not self._dirty:
            return None
        self._dirty = False
        try:
            return os.open(self._path.with_name(self._path.name + "-wal"), os.O_RDWR)
        except OSError as e:
            _failed("syncing", e)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _read_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def _notice_others(self) -> None:
        """Forgets what is remembered once another process changed the file: it may have destroyed a key."""
        version = self._read_version()
        if version != self._version or len(self._living) > MAX_CACHED_KEYS:
            self._version = version
            self._living = {}

    def _load_or_make(self, owners: set[bytes]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for owner in owners:
                self._living[owner] = self._load(owner) or self._make(owner)
            self._db.execute("COMMIT")
        except BaseException:
            self._living = {}
            self._db.execute("ROLLBACK")
            raise
        self._dirty = True

    def _load(self, owner: bytes) -> WrappingKey | None:
        row = self._db.execute("SELECT id, wrapped FROM keys WHERE owner = ? AND wrapped NOT NULL", (owner,)).fetchone()
        return WrappingKey(row[0], self._unwrap(owner, row[1])) if row else None

    def _make(self, owner: bytes) -> WrappingKey:
        key, nonce = self._random(KEY_BYTES), self._random(_NONCE_BYTES)
        wrapped = nonce + self._master.encrypt(nonce, key, owner)
        cursor = self._db.execute(
            "INSERT INTO keys (owner, wrapped, created_ms) VALUES (?, ?, ?)", (owner, wrapped, self._now_ms())
        )
        if cursor.lastrowid is None:
            raise RuntimeError("an inserted key has no id")
        return WrappingKey(cursor.lastrowid, key)

    def _unwrap(self, owner: bytes, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner)
        except InvalidTag as e:
            raise EvidenceFailed("KEYSTORE_FAILED", "a key does not open with this master key") from e


def _failed(what: str, error: Exception) -> NoReturn:
    raise EvidenceFailed("KEYSTORE_FAILED", f"{what} the keystore failed: {type(error).__name__}") from error
