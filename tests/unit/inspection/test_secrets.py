"""What only looks like a secret is none: placeholders, references, code, words, checksums, identifiers."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from pdp.inspection.samples import written_out
from pdp.inspection.validators_secrets import (
    entropy_bits,
    is_assigned,
    is_jwt,
    is_password,
    is_placeholder,
    is_random,
    is_secret,
)
from pdp.scan import Inspector

STAND_INS = [
    "<token>",
    "${DB_PASSWORD}",
    "$PASSWORD",
    "{{ secret }}",
    "%PASSWORD%",
    "[redacted]",
    "xxxxxxxxxxxx",
    "********",
    "your-api-key",
    "YOUR_API_KEY_HERE",
    "changeme",
    "example-token-123",
    "process.env.API_KEY",
    "os.environ['KEY']",
    "None",
    "...",
]


@pytest.mark.parametrize("text", STAND_INS)
def test_what_stands_for_a_secret_is_none(text: str) -> None:
    assert is_placeholder(text)
    assert not is_secret(text)
    assert not is_assigned(text)
    assert not is_password(text)


@pytest.mark.parametrize("text", ["tr0ub4dor&3", "correct-horse", "LbRXHnssebfXwN", "Winter2031", "p@ss"])
def test_passwords_are_told_from_words(text: str) -> None:
    assert is_password(text)


@pytest.mark.parametrize("text", ["required", "wrong", "getpass.getpass()", "follow", "https://x.test/reset", "abc"])
def test_words_and_calls_are_no_passwords(text: str) -> None:
    assert not is_password(text)


@pytest.mark.parametrize("sample", ["<<0-9a-f*32>>", "<<A-Za-z0-9*24>>", "Bearer <<A-Za-z0-9*40>>", "<<A-Z2-7*16>>7"])
def test_a_key_that_a_name_announces_holds(sample: str) -> None:
    assert is_assigned(str(written_out(sample)))


@pytest.mark.parametrize(
    "text", ["created_at_timestamp", "getAccessToken", "/etc/keys", "2024-01-02T03:04:05", "aaaaaaaa1111", "short1"]
)
def test_names_paths_and_dates_are_no_keys(text: str) -> None:
    assert not is_assigned(text)


@pytest.mark.parametrize("sample", ["<<A-Za-z0-9*40>>", "<<A-Za-z0-9+/*64>>", "<<0-9a-f*30>>"])
def test_random_text_is_random(sample: str) -> None:
    assert is_random(str(written_out(sample)))


@pytest.mark.parametrize(
    "text",
    [
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "internationalization2",
        "customer-identifier-list-42",
        "12345678901234567890",
        "abcdefghijklmnopqrst1",
        "short",
    ],
)
def test_checksums_identifiers_and_words_are_not_random(text: str) -> None:
    assert not is_random(text)


def test_a_jwt_has_a_header_that_names_its_algorithm() -> None:
    assert is_jwt("eyJhbGciOiJIUzI1NiJ9.e30.x")
    for text in ("eyJub3QiOjF9.e30.x", "eyJhbGciOiJIUzI1NiJ9.e30", "!!!.e30.x", "bm90IGpzb24.e30.x"):
        assert not is_jwt(text)


def test_entropy_counts_bits_for_each_character() -> None:
    assert entropy_bits("") == 0
    assert entropy_bits("aaaa") == 0
    assert entropy_bits("abcd") == 2


def test_a_sample_is_always_the_same_and_of_its_set() -> None:
    text = str(written_out("x <<A-C*40>> <<0-9*5>>"))
    assert text == written_out("x <<A-C*40>> <<0-9*5>>")
    assert set(text[2:42]) <= set("ABC")
    assert text[43:].isdigit()
    assert written_out({"a": ["<<z*3>>"]}) == {"a": ["zzz"]}


CURVES = (
    ec.SECP224R1,
    ec.SECP256R1,
    ec.SECP384R1,
    ec.SECP521R1,
    ec.SECP256K1,
    ec.BrainpoolP256R1,
    ec.BrainpoolP384R1,
    ec.BrainpoolP512R1,
)
KEYS = [
    *(ec.generate_private_key(curve()) for curve in CURVES),
    *(kind.generate() for kind in (x25519.X25519PrivateKey, x448.X448PrivateKey)),
    *(kind.generate() for kind in (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)),
]


def _rules(inspector: Inspector, der: bytes) -> set[str]:
    text = base64.b64encode(der).decode()
    return {finding.rule for finding in inspector.scan(f'{{"a": "see {text} there"}}'.encode()).findings}


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_a_private_key_without_its_armour_is_found_and_its_public_key_is_none(
    inspector: Inspector, number: int
) -> None:
    key = KEYS[number]
    forms = [PrivateFormat.PKCS8]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        forms.append(PrivateFormat.TraditionalOpenSSL)
    for form in forms:
        assert "private_key" in _rules(inspector, key.private_bytes(Encoding.DER, form, NoEncryption())), form
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert "private_key" not in _rules(inspector, public)
