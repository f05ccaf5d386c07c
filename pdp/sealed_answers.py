"""Seals the answers that Redis keeps for repeats: who reads Redis reads no arguments and permits, who writes it forges no answer.

AES-256-GCM, with a key of its own for each process, derived from the key that all replicas share and a random salt; so its
nonces can count. An answer is bound to its organisation, caller, request_id, owner and call, and opens nowhere else.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pdp.model import StateAsk
from pdp.state_wire import claim_id

SALT_BYTES, NONCE_BYTES = 16, 12

_INFO = b"writ.answer/v1"


class SealedAnswers:
    """Seals and opens. `key`: 32 bytes, the same on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._salt = os.urandom(SALT_BYTES)
        self._own = _derived(key, self._salt)
        self._count = 0

    def seal(self, ask: StateAsk, answer: bytes) -> bytes:
        """Returns salt, nonce and the answer, sealed."""
        self._count += 1
        nonce = self._count.to_bytes(NONCE_BYTES, "big")
        return self._salt + nonce + self._own.encrypt(nonce, answer, _bound_to(ask))

    def open(self, ask: StateAsk, sealed: bytes) -> bytes:
        """Returns the answer to an ask; b"" for what was sealed with another key, for another ask, or changed since."""
        salt, nonce = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
        try:
            return _derived(self._key, salt).decrypt(nonce, sealed[SALT_BYTES + NONCE_BYTES :], _bound_to(ask))
        except (InvalidTag, ValueError):
            return b""


@lru_cache(maxsize=64)  # processes whose answers are met
def _derived(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _INFO + salt, "sha256"))


def _bound_to(ask: StateAsk) -> bytes:
    claim = f"{len(ask.organisation)}:{ask.organisation}{claim_id(ask.caller_id, ask.request_id)}"
    return f"{len(claim)}:{claim}{len(ask.owner)}:{ask.owner}{ask.execution_digest}".encode()
