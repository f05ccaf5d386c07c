"""Permits: single-use permission to run one exact call, minted by the decision point and checked offline by the tool.

A permit is canonical JSON. Permits of one batch are the leaves of an RFC 6962 tree and share one Ed25519 signature, by
a key of their own (never the receipt key) over a domain prefix of their own. The token is ASCII, fit for a header:

    w1.<base64url of the permit>.<base64url of: key id 16 | count 4 | index 4 | signature 64 | path 32 each>

Format rule: fields and layout never change under one prefix `w1`. This module keeps no clock; remembering used ids is
the caller's step, for which `UsedPermits` is enough in one process.
"""

from __future__ import annotations

import binascii
import re
import struct
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from hashlib import sha256
from heapq import heappop, heappush
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from writ.canonical import canonical_bytes
from writ.errors import VerificationFailed
from writ.frozen import frozen
from writ.head import MAX_INTEGER
from writ.keys import SIGNATURE_BYTES, KeySet, key_id, verify_signature
from writ.merkle import HASH_BYTES, MAX_PATH_NODES, leaf_hash, root_and_paths, root_from_path

MAX_PERMIT_TTL_MS: Final = 30_000
"""Longest life of a permit (design, section 5): what was true at the decision is soon no longer true."""

REMEMBERED_MS: Final = 11 * 60_000
"""How long a used permit is remembered after its expiry. For ten minutes after an ALLOW the decision point may judge a repeat
of the request anew, counts nothing again, and gives a permit of the same id; the last minute is for clocks that differ."""

MAX_TOKEN_CHARACTERS: Final = 4096
"""Fits the usual limit of 8 KiB for all headers."""

_PREFIX: Final = "w1"
_HEAD_DOMAIN: Final = b"writ.dev/permit/v1\n"
_ID_DOMAIN: Final = b"writ.dev/permit-id/v1\n"
_PROOF: Final = struct.Struct(f">16sII{SIGNATURE_BYTES}s")
_FIELDS: Final = frozenset(
    ("id", "audience", "execution_digest", "decision_id", "not_before_ms", "expires_ms", "organisation")
)
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_TEXT = re.compile(r"[A-Za-z0-9_-]+")


@frozen
class PermitBody:
    """What a permit says: the tool server `audience` may run the call with this digest once, from `not_before_ms` on
    and before `expires_ms` (Unix milliseconds)."""

    id: str
    audience: str
    execution_digest: str
    decision_id: str
    not_before_ms: int
    expires_ms: int
    organisation: str


def permit_id(organisation: str, caller: str, request_id: str) -> str:
    """Returns the permit id of an idempotency key, 32 hex digits: judging again gives no second use."""
    return sha256(_ID_DOMAIN + orjson.dumps((organisation, caller, request_id))).hexdigest()[:32]


class PermitSigner:
    """Signs permits with the permit key. Not for concurrent use of one call; holds no state between calls."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._key_id = bytes.fromhex(key_id(key.public_key()))

    def sign(self, permits: Sequence[PermitBody]) -> list[str]:
        """Returns one token a permit, in order, under one signature.

        Raises ValueError when a permit lives longer than `MAX_PERMIT_TTL_MS`, or not at all.
        """
        if not permits:
            return []
        bodies = [_format(permit) for permit in permits]
        root, paths = root_and_paths([sha256(b"\x00" + body).digest() for body in bodies])
        count = len(bodies)
        signature = self._key.sign(_signed(self._key_id, count, root))
        return [
            f"{_PREFIX}.{_encode(body)}.{_encode(_PROOF.pack(self._key_id, count, index, signature) + b''.join(path))}"
            for index, (body, path) in enumerate(zip(bodies, paths, strict=True))
        ]


def verify_permit(token: str, *, keys: KeySet, audience: str, execution_digest: str, now_ms: int) -> PermitBody:
    """Verifies a permit for the call that is about to run.

    1. The token has the length, the characters and the layout of a permit.
    2. One of the given keys signed the root that the path leads to.
    3. The permit has exact fields in canonical bytes and a life of at most `MAX_PERMIT_TTL_MS`.
    4. It is meant for this audience.
    5. It binds exactly this call.
    6. Its time has come and not passed.

    Left to the caller: 7. remember `PermitBody.id` until `PermitBody.expires_ms` and refuse it the second time, before
    the call runs (see `UsedPermits`); and take `execution_digest` from the call as received. Raises VerificationFailed.
    """
    body, proof = _parts(token)  # (1)
    signer, count, index, signature = _PROOF.unpack(proof[: _PROOF.size])
    path = [proof[at : at + HASH_BYTES] for at in range(_PROOF.size, len(proof), HASH_BYTES)]
    root = root_from_path(leaf_hash(body), index, count, path)
    verify_signature(keys, signer.hex(), signature, _signed(signer, count, root))  # (2)
    permit = _parse(body)  # (3)
    if permit.audience != audience:  # (4)
        raise VerificationFailed("PERMIT_AUDIENCE", "permit is meant for another audience")
    if permit.execution_digest != execution_digest:  # (5)
        raise VerificationFailed("PERMIT_DIGEST", "permit binds another call than the one presented")
    if now_ms < permit.not_before_ms:  # (6)
        raise VerificationFailed("PERMIT_EARLY", f"permit holds from {permit.not_before_ms}, it is {now_ms}")
    if now_ms >= permit.expires_ms:
        raise VerificationFailed("PERMIT_EXPIRED", f"permit expired at {permit.expires_ms}, it is {now_ms}")
    return permit


class UsedPermits:
    """Remembers used permits until `REMEMBERED_MS` after their expiry, in this process only and for one thread.

    Several processes behind one audience need a store that they share. `capacity` bounds memory (about 200 bytes each);
    when that many are remembered, further ones are refused, since forgetting one would allow a second use.
    """

    def __init__(self, capacity: int = 1_000_000) -> None:
        self._capacity = capacity
        self._ids: set[tuple[str, str]] = set()
        self._by_end: list[tuple[int, tuple[str, str]]] = []

    def use(self, permit: PermitBody, now_ms: int) -> None:
        """Marks a verified permit as used.

        Raises VerificationFailed `PERMIT_USED`, `PERMIT_EXPIRED` or `PERMITS_FULL`.
        """
        while self._by_end and self._by_end[0][0] <= now_ms:
            self._ids.discard(heappop(self._by_end)[1])
        if now_ms >= permit.expires_ms:
            raise VerificationFailed("PERMIT_EXPIRED", f"permit expired at {permit.expires_ms}, it is {now_ms}")
        key = (permit.organisation, permit.id)
        if key in self._ids:
            raise VerificationFailed("PERMIT_USED", "permit has been used before")
        if len(self._ids) >= self._capacity:
            raise VerificationFailed(
                "PERMITS_FULL", f"expected at most {self._capacity} permits to remember, got one more"
            )
        self._ids.add(key)
        heappush(self._by_end, (permit.expires_ms + REMEMBERED_MS, key))


def _format(permit: PermitBody) -> bytes:
    if not 0 < permit.expires_ms - permit.not_before_ms <= MAX_PERMIT_TTL_MS:
        raise ValueError(
            f"a permit must live 1 to {MAX_PERMIT_TTL_MS} ms, got {permit.expires_ms - permit.not_before_ms}"
        )
    return orjson.dumps(
        {
            "audience": permit.audience,
            "decision_id": permit.decision_id,
            "execution_digest": permit.execution_digest,
            "expires_ms": permit.expires_ms,
            "id": permit.id,
            "not_before_ms": permit.not_before_ms,
            "organisation": permit.organisation,
        }
    )


def _signed(signer: bytes, count: int, root: bytes) -> bytes:
    return _HEAD_DOMAIN + signer + count.to_bytes(4) + root


def _parts(token: str) -> tuple[bytes, bytes]:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise _malformed(f"expected at most {MAX_TOKEN_CHARACTERS} characters, got {len(token)}")
    parts = token.split(".")
    if len(parts) != 3 or parts[0] != _PREFIX:
        raise _malformed(f"expected `{_PREFIX}.` and two parts, got another text")
    body, proof = _decode(parts[1]), _decode(parts[2])
    nodes, rest = divmod(len(proof) - _PROOF.size, HASH_BYTES)
    if rest or not 0 <= nodes <= MAX_PATH_NODES:
        raise _malformed(
            f"expected a proof of 88 bytes and up to {MAX_PATH_NODES} nodes of {HASH_BYTES} bytes, got {len(proof)} bytes"
        )
    return body, proof


def _parse(body: bytes) -> PermitBody:
    try:
        document: Any = orjson.loads(body)
    except ValueError as e:
        raise _malformed("expected canonical JSON, got something else") from e
    if not isinstance(document, dict) or document.keys() != _FIELDS:
        raise _malformed(f"expected exactly the fields {', '.join(sorted(_FIELDS))}, got others")
    for name, value in document.items():
        expected, wanted = (int, f"0 to {MAX_INTEGER}") if name.endswith("_ms") else (str, "text")
        if type(value) is not expected or (isinstance(value, int) and not 0 <= value <= MAX_INTEGER):
            raise _malformed(f"`{name}` must be {wanted}, got another value")
    if canonical_bytes(document) != body:  # flat by now: what is nested deeply would exhaust the stack
        raise _malformed("expected canonical JSON, got another form")
    permit = PermitBody(**document)
    if not 0 < permit.expires_ms - permit.not_before_ms <= MAX_PERMIT_TTL_MS:
        raise _malformed(
            f"expected a life of 1 to {MAX_PERMIT_TTL_MS} ms, got {permit.expires_ms - permit.not_before_ms}"
        )
    return permit


def _encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def _decode(text: str) -> bytes:
    """Decodes unpadded base64url strictly: encoding again gives the same text."""
    if not _TEXT.fullmatch(text):
        raise _malformed("expected base64url without padding, got something else")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as e:
        raise _malformed("expected base64url without padding, got something else") from e
    if _encode(raw) != text:
        raise _malformed("expected base64url without stray bits, got some")
    return raw


def _malformed(message: str) -> VerificationFailed:
    return VerificationFailed("PERMIT_MALFORMED", f"permit: {message}")
