"""Seals the answers that Redis keeps for repeats: who reads Redis reads no arguments and permits, who writes it forges no answer.

AES-256-GCM. What encrypts is derived from the key that all replicas share and a random salt of the process, and nonces are
random: a process that was forked or copied repeats none. An answer is bound to its organisation, caller, request_id, owner and
call, and opens nowhere else; the time until which it holds is under the seal, so that nobody makes it hold longer.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pdp.model import StateAsk
from pdp.state.wire import claim_id

SALT_BYTES, NONCE_BYTES, TIME_BYTES = 16, 12, 8

MAX_SEALED = 1 << 24
"""Answers under one salt, far below the 2^32 random nonces that SP 800-38D allows a key."""

_INFO = b"writ.answer/v2"


class SealedAnswers:
    """Seals and opens. `key`: 32 bytes, the same on every replica. Times are Unix milliseconds of the state."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._left = 0
        self._salt = b""

    def seal(self, ask: StateAsk, answer: bytes, until_ms: int) -> bytes:
        """Returns salt, nonce, and the answer with its end, sealed."""
        if not self._left:
            self._salt, self._left = os.urandom(SALT_BYTES), MAX_SEALED
        self._left -= 1
        nonce = os.urandom(NONCE_BYTES)
        text = until_ms.to_bytes(TIME_BYTES) + answer
        return self._salt + nonce + _derived(self._key, self._salt).encrypt(nonce, text, _bound_to(ask))

    def open(self, ask: StateAsk, sealed: bytes, now_ms: int) -> bytes:
        """Returns the answer to an ask; b"" for what was sealed with another key, for another ask, changed since, or holds no
        more."""
        salt, nonce = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
        try:
            text = _derived(self._key, salt).decrypt(nonce, sealed[SALT_BYTES + NONCE_BYTES :], _bound_to(ask))
        except (InvalidTag, ValueError):
            return b""
        return text[TIME_BYTES:] if now_ms < int.from_bytes(text[:TIME_BYTES]) else b""


@lru_cache(maxsize=64)  # processes whose answers are met
def _derived(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _INFO + salt, "sha256"))


def _bound_to(ask: StateAsk) -> bytes:
    claim = f"{len(ask.organisation)}:{ask.organisation}{claim_id(ask.caller_id, ask.request_id)}"
    return f"{len(claim)}:{claim}{len(ask.owner)}:{ask.owner}{ask.execution_digest}".encode()
