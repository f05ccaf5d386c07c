"""Keys of a decision point: each has one use, and one that cannot be used is named by its setting."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from control_plane.stack.config import write_settings
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import Layout, make_layout
from pdp.config import load_config
from pdp.keyring import Keyring, load_keyring
from writ.cli.files import MAX_PEM_BYTES
from writ.errors import ConfigurationError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = make_layout(tmp_path / "s")
    make_keys(made, os.urandom)
    write_settings(made, os.urandom)
    return made


def load(layout: Layout, **sections: dict[str, Any]) -> Keyring:
    document = yaml.safe_load(layout.settings.read_text())
    for section, values in sections.items():
        document[section] |= values
    layout.settings.write_text(yaml.safe_dump(document))
    return load_keyring(load_config(layout.settings))


def refused(layout: Layout, **sections: dict[str, Any]) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(layout, **sections)
    return caught.value


def private(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def certificate(path: Path, key: Ed25519PrivateKey) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pdp")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    path.write_bytes(builder.sign(key, None).public_bytes(Encoding.PEM))


def test_keys_of_a_new_stack_are_all_apart(layout: Layout) -> None:
    assert list(load(layout).callers) == ["demo"]


def test_receipts_and_permits_have_keys_of_their_own(layout: Layout) -> None:
    error = refused(layout, evidence={"permit_key": "keys/receipt.pem"})
    assert error.reason == "KEY_SHARED"
    assert (
        error.message == "`evidence.permit_key` must be a key of its own, got the one of `evidence.receipt_key` again"
    )


@pytest.mark.parametrize("use", ["receipt", "permit"])
def test_who_trusts_a_key_for_credentials_cannot_sign_with_it(layout: Layout, use: str) -> None:
    public = private(layout.key(f"{use}.pem")).public_key()
    (layout.root / "keys" / "jwt" / "other.pem").write_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    error = refused(layout)
    assert error.reason == "KEY_SHARED"
    assert f"`evidence.{use}_key`" in error.message
    assert "`other`" in error.message


def test_the_vault_key_is_not_the_seed_of_a_signing_key(layout: Layout) -> None:
    layout.key("vault.key").write_text(private(layout.key("receipt.pem")).private_bytes_raw().hex())
    error = refused(layout)
    assert (error.reason, "`evidence.vault_master_key`" in error.message) == ("KEY_SHARED", True)


@pytest.mark.parametrize("other", ["keys/vault.key", "keys/receipt.key"])
def test_the_key_that_decision_points_share_is_no_other_one(layout: Layout, other: str) -> None:
    seed = layout.key("receipt.key")
    seed.write_text(private(layout.key("receipt.pem")).private_bytes_raw().hex())
    seed.chmod(0o600)
    error = refused(layout, redis={"name_key": other})
    assert (error.reason, "`redis.name_key`" in error.message) == ("KEY_SHARED", True)


@pytest.mark.parametrize("change", [("2a8648ce3d0201", "2a8648ce3d0209"), ("2a8648ce3d030107", "2a8648ce3d030106")])
def test_a_credential_key_of_an_algorithm_that_nobody_knows_is_refused(layout: Layout, change: tuple[str, str]) -> None:
    der = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    known, unknown = map(bytes.fromhex, change)
    content = base64.encodebytes(der.replace(known, unknown)).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{content}-----END PUBLIC KEY-----\n"
    (layout.root / "keys" / "jwt" / "other.pem").write_text(pem)
    assert refused(layout).reason == "KEY_INVALID"


def test_the_server_does_not_show_its_callers_the_key_of_receipts(layout: Layout) -> None:
    certificate(layout.root / "server.crt", private(layout.key("receipt.pem")))
    tls = {"certificate": "server.crt", "key": "keys/receipt.pem", "client_authority": "server.crt"}
    error = refused(layout, pdp={"tls": tls})
    assert (error.reason, "`pdp.tls.key`" in error.message) == ("KEY_SHARED", True)


def test_a_certificate_of_another_key_is_refused(layout: Layout) -> None:
    certificate(layout.root / "server.crt", Ed25519PrivateKey.generate())
    own = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (layout.root / "server.pem").write_bytes(own)
    tls = {"certificate": "server.crt", "key": "server.pem", "client_authority": "server.crt"}
    assert refused(layout, pdp={"tls": tls}).reason == "KEY_INVALID"


@pytest.mark.parametrize("file", ["receipt.pem", "permit.pem"])
@pytest.mark.parametrize(
    "content", [b"", b"x", b"x" * (MAX_PEM_BYTES + 1), None], ids=["empty", "no key", "too long", "none"]
)
def test_a_key_that_cannot_be_read_is_named_by_its_setting(layout: Layout, file: str, content: bytes | None) -> None:
    layout.key(file).unlink() if content is None else layout.key(file).write_bytes(content)
    error = refused(layout)
    assert error.reason == ("KEY_UNREADABLE" if content is None else "KEY_INVALID")
    assert error.message.count(f"`evidence.{file.partition('.')[0]}_key`") == 1


def test_a_credential_key_of_another_curve_is_refused(layout: Layout) -> None:
    public = generate_private_key(SECP384R1()).public_key()
    (layout.root / "keys" / "jwt" / "other.pem").write_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert refused(layout).reason == "KEY_INVALID"


def test_a_credential_key_that_is_too_large_is_named(layout: Layout) -> None:
    file = layout.root / "keys" / "jwt" / "large.pem"
    file.write_bytes(b"x" * (MAX_PEM_BYTES + 1))
    error = refused(layout)
    assert (error.reason, f"at most {MAX_PEM_BYTES} bytes in `{file}`" in error.message) == ("KEY_INVALID", True)


def test_a_credential_key_that_cannot_be_read_is_named(layout: Layout) -> None:
    (layout.root / "keys" / "jwt" / "folder.pem").mkdir()
    error = refused(layout)
    assert (error.reason, "folder.pem`: Is a directory" in error.message) == ("KEY_UNREADABLE", True)
