"""Reads the public keys by which a server verifies bearer tokens (RFC 7519): a folder of PEM files, each named by its `kid`.

Does not verify tokens; see `writ.token_fault` for what is said of one that does not hold.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.errors import ConfigurationError, InvalidInput
from writ.keys import pem_blocks

TokenKey = EllipticCurvePublicKey | Ed25519PublicKey
"""A key of ES256 (RFC 7518 3.4) or EdDSA (RFC 8037); which of both follows from the key, never from the token."""


def load_token_keys(folder: Path) -> dict[str, TokenKey]:
    """Returns the keys of `<kid>.pem` files by their `kid`.

    Raises:
        ConfigurationError: `KEY_UNREADABLE` a file cannot be read; `KEY_INVALID` it holds no public key of these two kinds, it is
            too large, or there is none.
    """
    keys: dict[str, TokenKey] = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            pem = read_file(path, MAX_PEM_BYTES)
            key = load_pem_public_key(pem)
        except OSError as error:
            raise ConfigurationError("KEY_UNREADABLE", f"cannot read key `{path}`: {error.strerror}") from error
        except InvalidInput as error:
            raise ConfigurationError("KEY_INVALID", error.message) from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(
                "KEY_INVALID", f"expected a public key in PEM that can be read in `{path}`, got {pem_blocks(pem)}"
            ) from error
        is_p256 = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
        if not isinstance(key, TokenKey) or not (is_p256 or isinstance(key, Ed25519PublicKey)):
            raise ConfigurationError("KEY_INVALID", f"expected an Ed25519 or P-256 key in `{path}`, got another kind")
        keys[path.stem] = key
    if not keys:
        raise ConfigurationError("KEY_INVALID", f"expected public keys `<kid>.pem` in `{folder}`, found none")
    return keys
