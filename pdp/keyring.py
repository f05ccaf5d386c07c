"""Reads every key of one decision point at its start, and refuses a key that has two uses.

Whoever verifies permits must not be able to take one for a receipt, a caller's credential or the server for another
(design, section 5). Does not read keys that others hold: those of the bundle and of the demo issuer's private half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_certificates

from pdp.config import Config, Tls
from pdp.keystore import load_master_key
from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.cli.token_keys import TokenKey, load_token_keys
from writ.errors import ConfigurationError, InvalidInput
from writ.keys import parse_private_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """What the decision point signs with, and whose credentials it takes, by `kid`; none without `pdp.jwt`."""

    receipt: Ed25519PrivateKey
    permit: Ed25519PrivateKey
    callers: Mapping[str, TokenKey]


def load_keyring(config: Config) -> Keyring:
    """Reads all keys that the settings name.

    Raises:
        ConfigurationError: `KEY_UNREADABLE`, `KEY_INVALID` or `MASTER_KEY_INVALID` for one that cannot be used,
            `KEY_SHARED` for one that has two uses.
    """
    evidence, tls, jwt = config.evidence, config.pdp.tls, config.pdp.jwt
    receipt = _signing_key("evidence.receipt_key", evidence.receipt_key)
    permit = _signing_key("evidence.permit_key", evidence.permit_key)
    callers = load_token_keys(jwt.public_keys) if jwt is not None else {}
    uses: list[tuple[str, PublicKeyTypes]] = [
        ("evidence.receipt_key", receipt.public_key()),
        ("evidence.permit_key", permit.public_key()),
        ("evidence.vault_master_key", _as_seed(evidence.vault_master_key)),
    ]
    if config.redis.name_key is not None:
        uses.append(("redis.name_key", _as_seed(config.redis.name_key)))
    if tls is not None:
        uses.append(("pdp.tls.key", _server_key(tls)))
    _verify_apart(uses, callers)
    return Keyring(receipt=receipt, permit=permit, callers=callers)


def _verify_apart(uses: list[tuple[str, PublicKeyTypes]], callers: Mapping[str, TokenKey]) -> None:
    """Two callers' issuers may have one key, for as long as its `kid` changes; nothing else shares one."""
    own: dict[bytes, str] = {}
    for setting, key in uses:
        other = own.setdefault(_identity(key), setting)
        if other != setting:
            raise ConfigurationError(
                "KEY_SHARED", f"`{setting}` must be a key of its own, got the one of `{other}` again"
            )
    for kid, caller in callers.items():
        if setting := own.get(_identity(caller), ""):
            raise ConfigurationError(
                "KEY_SHARED", f"`{setting}` must be a key of its own, got the one of `{kid}` in `pdp.jwt.public_keys`"
            )


def _as_seed(path: Path) -> Ed25519PublicKey:
    """32 secret bytes are an Ed25519 private key (RFC 8032 5.1.5) as well as any other: its public half tells whose they are."""
    return Ed25519PrivateKey.from_private_bytes(load_master_key(path)).public_key()


def _identity(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _signing_key(setting: str, path: Path) -> Ed25519PrivateKey:
    pem = _read(setting, path)
    try:
        return parse_private_key(pem)
    except ConfigurationError as error:
        raise ConfigurationError(error.reason, f"`{setting}`: {error.message}") from error


def _server_key(tls: Tls) -> PublicKeyTypes:
    """The public half of the server's key, once certificate and authority were read too: a server that starts with others
    refuses every caller, and says so to nobody."""
    pem = _read("pdp.tls.key", tls.key)
    certificate = _read("pdp.tls.certificate", tls.certificate)
    authority = _read("pdp.tls.client_authority", tls.client_authority)
    try:
        key = load_pem_private_key(pem, password=None).public_key()
        matches = _identity(load_pem_x509_certificate(certificate).public_key()) == _identity(key)
        load_pem_x509_certificates(authority)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            "KEY_INVALID", "expected certificates and an unencrypted private key, all PEM, in `pdp.tls`"
        ) from error
    if not matches:
        raise ConfigurationError(
            "KEY_INVALID", "expected `pdp.tls.certificate` of `pdp.tls.key`, got one of another key"
        )
    return key


def _read(setting: str, path: Path) -> bytes:
    try:
        return read_file(path, MAX_PEM_BYTES)
    except InvalidInput as error:
        raise ConfigurationError("KEY_INVALID", f"`{setting}`: {error.message}") from error
    except OSError as error:
        raise ConfigurationError("KEY_UNREADABLE", f"`{setting}` cannot be read: {error.strerror} `{path}`") from error
