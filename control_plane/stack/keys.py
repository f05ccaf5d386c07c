"""Makes the keys of one stack, each once and for one use only.

`bundle` signs bundles (ECDSA P-256: OPA's configuration refuses EdDSA), `issuer` signs demo credentials, `receipt` and
`permit` are Ed25519, `vault` is a 32-byte master key as hex. All files have mode 0600; the public halves lie in
`keys/public`, and the issuer's also in `keys/jwt`, which the servers trust for credentials.
Does not replace a key that is there. A production deployment brings its own; where no server takes credentials of the demo
issuer any more, that one is neither made nor trusted anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from control_plane.stack.layout import Layout
from writ.cli.files import MAX_PEM_BYTES, OTHERS, read_file
from writ.cli.settings_file import read_settings
from writ.errors import ConfigurationError, InvalidInput
from writ.keys import pem_blocks

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey

ISSUER = "https://demo.writ.example"
"""`iss` of demo credentials, and the value of `jwt.issuer` that takes them."""

ISSUER_KEY_ID = "demo"
"""`kid` of the demo issuer: the name of its file in `keys/jwt`."""

VAULT_KEY_BYTES = 32

KINDS: dict[str, type[PrivateKey]] = {
    "bundle": EllipticCurvePrivateKey,
    "issuer": Ed25519PrivateKey,
    "receipt": Ed25519PrivateKey,
    "permit": Ed25519PrivateKey,
}
"""By the name of the file without its suffix."""


def make_keys(layout: Layout, random: Callable[[int], bytes]) -> list[str]:
    """Makes what is missing and returns the names of the new keys; `random(n)` gives n secret bytes.

    Raises:
        ConfigurationError: a key that is there cannot be read, or others may read it; or the vault's is gone although payloads
            lie there that only it opens.
    """
    made = []
    for name in wanted(layout):
        path, kind = layout.key(f"{name}.pem"), KINDS[name]
        if not path.exists():
            key = Ed25519PrivateKey.generate() if kind is Ed25519PrivateKey else generate_private_key(SECP256R1())
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            _write(path, pem)
            made.append(name)
        public = public_pem(read_private_key(path))
        _write(layout.public_keys / f"{name}.pem", public)
        if name == "issuer":
            _write(layout.root / "keys" / "jwt" / f"{ISSUER_KEY_ID}.pem", public)
    vault = layout.key("vault.key")
    if vault.exists():
        check_vault_key(vault)
    elif _vault_key_is_here(layout):
        if any((layout.root / "vault").iterdir()):
            raise ConfigurationError(
                "KEY_MISSING", f"expected the key of the payloads in `{layout.root / 'vault'}` at `{vault}`, found none"
            )
        _write(vault, random(VAULT_KEY_BYTES).hex().encode())
        made.append("vault")
    return made


def wanted(layout: Layout) -> list[str]:
    """Returns those of `KINDS` that a start needs, by the settings once there are any."""
    settings = _settings(layout)
    stack, *jwts = (settings.get(name) for name in ("stack", "pdp", "control_plane"))
    if isinstance(stack, dict) and stack.get("start_control_plane") is False:
        jwts = jwts[:1]
    issuers = [jwt.get("issuer") for own in jwts if isinstance(own, dict) and isinstance(jwt := own.get("jwt"), dict)]
    taken = ISSUER in issuers or not layout.settings.exists()
    return [name for name in KINDS if name != "issuer" or taken]


def read_private_key(path: Path) -> PrivateKey:
    """Reads an unencrypted PEM of mode 0600 and of the kind of its name.

    Raises:
        ConfigurationError: it cannot be read, is of another kind, or others than its owner may read it.
    """
    kind = KINDS[path.stem]
    pem = _private(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            "KEY_INVALID",
            f"expected an unencrypted private key in PEM that can be read in `{path}`, got {pem_blocks(pem)}",
        ) from error
    if not isinstance(key, kind) or (isinstance(key, EllipticCurvePrivateKey) and not isinstance(key.curve, SECP256R1)):
        name = "Ed25519" if kind is Ed25519PrivateKey else "P-256"
        raise ConfigurationError("KEY_INVALID", f"expected an {name} key in `{path}`, got another kind")
    return key


def check_vault_key(path: Path) -> None:
    """Raises ConfigurationError unless a file holds 32 bytes, raw or as hex, and its owner alone may read it."""
    raw = _private(path)
    try:
        right = len(raw) == VAULT_KEY_BYTES or len(bytes.fromhex(raw.decode("ascii"))) == VAULT_KEY_BYTES
    except ValueError:
        right = False
    if not right:
        raise ConfigurationError(
            "KEY_INVALID", f"expected {VAULT_KEY_BYTES} bytes, raw or as hex, in `{path}`, got {len(raw)} of neither"
        )


def _private(path: Path) -> bytes:
    """Returns the content of a file that its owner alone may read. Raises ConfigurationError."""
    try:
        mode = path.stat().st_mode & 0o777
        if mode & OTHERS:
            raise ConfigurationError("KEY_EXPOSED", f"expected mode 0600 on `{path}`, got {mode:04o}")
        return read_file(path, MAX_PEM_BYTES)
    except OSError as error:
        raise ConfigurationError("KEY_INVALID", f"cannot read key `{path}`: {error.strerror}") from error
    except InvalidInput as error:
        raise ConfigurationError("KEY_INVALID", error.message) from error


def _vault_key_is_here(layout: Layout) -> bool:
    """Whether the settings, once there are any, name the vault key of the state folder."""
    try:
        named = Path(layout.root, _settings(layout)["evidence"]["vault_master_key"])
    except (KeyError, TypeError):
        return True
    return named.resolve() == layout.key("vault.key").resolve()


def _settings(layout: Layout) -> dict[str, Any]:
    """Returns what `writ.yaml` holds, unverified; nothing while it is not written yet, or about to be refused by who reads it."""
    try:
        document = read_settings(layout.settings)
    except ConfigurationError:
        return {}
    return document if isinstance(document, dict) else {}


def public_pem(key: PrivateKey) -> bytes:
    """Returns the public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, content: bytes) -> None:
    with contextlib.suppress(OSError, InvalidInput):  # what is none of ours is replaced
        if read_file(path, MAX_PEM_BYTES) == content:
            return
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    # A crash before this line leaves no key, never half of one.
    partial.replace(path)
