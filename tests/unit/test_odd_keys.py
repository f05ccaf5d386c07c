"""A key of an algorithm that the library does not know is refused as any other wrong key is, by every reader of ours."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from control_plane.bundles.signature import parse_signing_key, parse_verification_key
from control_plane.stack.keys import read_private_key
from writ.cli.token_keys import load_token_keys
from writ.errors import ConfigurationError
from writ.keys import parse_private_key, parse_public_keys

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PRIVATE = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

NEVER_HEARD_OF = (bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d0209"))
ANOTHER_CURVE = (bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030106"))


def pem(kind: str, der: bytes, change: tuple[bytes, bytes]) -> bytes:
    old, new = change
    assert old in der
    return (
        f"-----BEGIN {kind} KEY-----\n".encode()
        + base64.encodebytes(der.replace(old, new))
        + (f"-----END {kind} KEY-----\n".encode())
    )


def from_folder(content: bytes, folder: Path) -> object:
    (folder / "ours.pem").write_bytes(content)
    return load_token_keys(folder)


def from_state(content: bytes, folder: Path) -> object:
    path = folder / "receipt.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    return read_private_key(path)


@pytest.mark.parametrize("change", [NEVER_HEARD_OF, ANOTHER_CURVE])
@pytest.mark.parametrize(
    "read",
    [from_folder, lambda content, _: parse_public_keys(content), lambda content, _: parse_verification_key(content)],
)
def test_a_public_key_of_an_unknown_algorithm_is_refused(
    read: Callable[[bytes, Path], object], change: tuple[bytes, bytes], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        read(pem("PUBLIC", PUBLIC, change), tmp_path)


@pytest.mark.parametrize("change", [NEVER_HEARD_OF, ANOTHER_CURVE])
@pytest.mark.parametrize(
    "read", [from_state, lambda content, _: parse_private_key(content), lambda content, _: parse_signing_key(content)]
)
def test_a_private_key_of_an_unknown_algorithm_is_refused(
    read: Callable[[bytes, Path], object], change: tuple[bytes, bytes], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        read(pem("PRIVATE", PRIVATE, change), tmp_path)
