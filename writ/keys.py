"""Ed25519 keys: identifiers, and sets of public keys given from outside the evidence that they verify (RFC 8032).

A key id is the first 32 hex digits of SHA-256 over the DER SubjectPublicKeyInfo, so that it names the key and nothing
else. This module reads no files; receipts and permits have keys, and therefore key sets, of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NewType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from writ.errors import ConfigurationError, VerificationFailed

KeyId = NewType("KeyId", str)
KeySet = Mapping[KeyId, Ed25519PublicKey]

KEY_ID_DIGITS = 32
"""128 bits: nobody can make two keys with one id."""

SIGNATURE_BYTES = 64
"""Length of an Ed25519 signature."""

MAX_LABELS = 4
"""Kinds of PEM blocks that an error names; a file of certificates and keys has three."""

_PEM_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_PEM_BLOCK = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]{1,4096}-----END PUBLIC KEY-----")


def key_id(key: Ed25519PublicKey) -> KeyId:
    """Returns the identifier of a public key."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return KeyId(sha256(der).hexdigest()[:KEY_ID_DIGITS])


def key_set(keys: Iterable[Ed25519PublicKey]) -> KeySet:
    """Returns the keys by their identifiers."""
    return {key_id(key): key for key in keys}


def pem_blocks(text: bytes) -> str:
    """Says which blocks a text in PEM (RFC 7468) holds, by their labels, which tell nothing of a key: for error messages."""
    labels = sorted({label.decode("ascii") for label in _PEM_LABEL.findall(text)})
    shown = [f"`{label}`" for label in labels[:MAX_LABELS]] + ["others"] * (len(labels) > MAX_LABELS)
    return ", ".join(shown) or "no block"


def parse_public_keys(pem: bytes) -> KeySet:
    """Parses one or more PEM blocks `PUBLIC KEY` that hold Ed25519 keys.

    Raises ConfigurationError `KEY_INVALID` when there is none, or one is of another kind.
    """
    blocks = _PEM_BLOCK.findall(pem)
    if not blocks or len(blocks) != pem.count(b"-----BEGIN "):
        raise ConfigurationError(
            "KEY_INVALID", f"expected PEM blocks `PUBLIC KEY` and nothing else, got {pem_blocks(pem)}"
        )
    return key_set(_public_key(block) for block in blocks)


def _public_key(block: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm) as e:
        raise ConfigurationError("KEY_INVALID", "expected a PEM public key, got one that cannot be read") from e
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError("KEY_INVALID", f"expected an Ed25519 public key, got {type(key).__name__}")
    return key


def parse_private_key(pem: bytes) -> Ed25519PrivateKey:
    """Parses an unencrypted PKCS #8 PEM. Raises ConfigurationError `KEY_INVALID`; the message never holds the key."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise ConfigurationError(
            "KEY_INVALID", f"expected an unencrypted private key in PEM that can be read, got {pem_blocks(pem)}"
        ) from e
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("KEY_INVALID", f"expected an Ed25519 private key, got {type(key).__name__}")
    return key


def verify_signature(keys: KeySet, signer: str, signature: bytes, message: bytes) -> None:
    """Raises VerificationFailed `KEY_UNKNOWN` or `SIGNATURE_INVALID` unless the named key signed the message."""
    key = keys.get(KeyId(signer))
    if key is None:
        raise VerificationFailed("KEY_UNKNOWN", f"key `{signer}` is not among the {len(keys)} given")
    try:
        key.verify(signature, message)
    except InvalidSignature as e:
        raise VerificationFailed("SIGNATURE_INVALID", f"signature does not hold for key `{signer}`") from e
