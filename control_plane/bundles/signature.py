"""Signs and verifies `.signatures.json` of OPA bundles: one JWT (RFC 7519, ES256) over the digest of every file.

JSON files are digested by their meaning, as OPA does (keys sorted, no blanks), all others by their bytes. Signing is
deterministic (RFC 6979) and carries no time, so that the same files and key give the same archive.
Does not decide which key or scope is right; the caller passes both.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from control_plane.bundles.model import MANIFEST, SIGNATURES, BundleRefused, Files
from writ.errors import ConfigurationError
from writ.keys import pem_blocks

HASH = "SHA-256"
"""The one digest that is made and taken; OPA would also take MD5."""

MAX_JSON_DEPTH = 256
"""Nesting of data; deeper is no policy data and would exhaust the stack."""

_HALF_BYTES = 32
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_P256 = ec.SECP256R1


def parse_signing_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Parses an unencrypted ECDSA P-256 private key. Raises ConfigurationError `KEY_INVALID`."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            "KEY_INVALID", f"expected an unencrypted private key in PEM that can be read, got {pem_blocks(pem)}"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, _P256):
        raise ConfigurationError("KEY_INVALID", f"expected an ECDSA P-256 private key, got {type(key).__name__}")
    return key


def parse_verification_key(pem: bytes) -> ec.EllipticCurvePublicKey:
    """Parses an ECDSA P-256 public key. Raises ConfigurationError `KEY_INVALID`."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            "KEY_INVALID", f"expected a public key in PEM that can be read, got {pem_blocks(pem)}"
        ) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _P256):
        raise ConfigurationError("KEY_INVALID", f"expected an ECDSA P-256 public key, got {type(key).__name__}")
    return key


def sign(files: Files, key: ec.EllipticCurvePrivateKey, key_id: str, scope: str) -> bytes:
    """Returns the content of `.signatures.json` over all files given."""
    entries = [{"algorithm": HASH, "hash": file_hash(path, data), "name": path} for path, data in sorted(files.items())]
    head = _encode({"alg": "ES256", "kid": key_id, "typ": "JWT"})
    body = _encode({"files": entries, "scope": scope})
    r, s = decode_dss_signature(
        key.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    )
    signature = _base64(r.to_bytes(_HALF_BYTES, "big") + s.to_bytes(_HALF_BYTES, "big"))
    return json.dumps({"signatures": [f"{head}.{body}.{signature}"]}).encode()


def verify_signature(files: Files, key: ec.EllipticCurvePublicKey, key_id: str, scope: str) -> None:
    """Verifies that the signature covers exactly these files.

    1. There is one signature, by the key and under the scope that the caller names, not those it names itself.
    2. Every file is in it and has the digest that it says.
    3. It names no file that is not there.

    Raises BundleRefused: `SIGNATURE_MISSING`, `SIGNATURE_INVALID`, `FILE_NOT_SIGNED`, `FILE_CHANGED`, `FILE_MISSING`.
    """
    if SIGNATURES not in files:
        raise BundleRefused("SIGNATURE_MISSING", f"expected a signed bundle, `{SIGNATURES}` is missing")
    signed = _signed_files(_verified_claims(_one_token(files[SIGNATURES]), key, key_id, scope))  # (1)
    for path, data in files.items():  # (2)
        if path == SIGNATURES:
            continue
        if path not in signed:
            raise BundleRefused("FILE_NOT_SIGNED", f"`{path}` is not in the signature")
        if signed[path] != file_hash(path, data):
            raise BundleRefused("FILE_CHANGED", f"`{path}` has another digest than the signature says")
    for path in signed:  # (3)
        if path not in files:
            raise BundleRefused("FILE_MISSING", f"`{path}` is in the signature but not in the archive")


def file_hash(path: str, data: bytes) -> str:
    """Returns the digest of one file as OPA computes it, lower-case hex."""
    if path == MANIFEST or path.endswith(".json"):
        data = canonical_json(parse_json(path, data))
    return sha256(data).hexdigest()


class _Number(str):
    """A number as it is written; OPA keeps it so, and a float would not."""

    __slots__ = ()


def parse_json(path: str, data: bytes) -> Any:
    """Parses the JSON of a bundle file strictly: UTF-8, no key twice, no NaN. Numbers stay as written.

    Raises BundleRefused `BUNDLE_DATA_INVALID`, which names the file.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise BundleRefused("BUNDLE_DATA_INVALID", f"`{path}` is no strict JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        repeated, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"key `{repeated}` twice")
    return result


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def canonical_json(value: Any) -> bytes:
    """Returns the text that OPA digests: keys sorted, no blanks, strings as Go's encoder writes them."""
    parts: list[str] = []
    _write(value, parts, 0)
    return "".join(parts).encode("utf-8", "surrogatepass")


def _write(value: Any, parts: list[str], depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise BundleRefused("BUNDLE_DATA_INVALID", f"data is nested deeper than {MAX_JSON_DEPTH}")
    if isinstance(value, _Number):
        parts.append(str(value))
    elif isinstance(value, dict):
        for index, key in enumerate(sorted(value)):
            parts.append("," if index else "{")
            parts.append(_string(key) + ":")
            _write(value[key], parts, depth + 1)
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            parts.append("," if index else "[")
            _write(item, parts, depth + 1)
        parts.append("]" if value else "[]")
    else:
        parts.append(_string(value) if isinstance(value, str) else json.dumps(value))


def _string(text: str) -> str:
    # Go escapes the two line separators of JavaScript; Python's encoder leaves them.
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _one_token(data: bytes) -> str:
    document = parse_json(SIGNATURES, data)
    tokens = document.get("signatures") if isinstance(document, dict) else None
    # Any other `plugin` would ask OPA for another verifier.
    known = isinstance(document, dict) and document.keys() <= {"signatures", "plugin"}
    if (
        not known
        or document.get("plugin", "_default") != "_default"
        or not isinstance(tokens, list)
        or len(tokens) != 1
    ):
        raise BundleRefused(
            "SIGNATURE_INVALID", f"expected exactly one signature in `{SIGNATURES}`, got another content"
        )
    token = tokens[0]
    if type(token) is not str or _JWT.fullmatch(token) is None:
        raise BundleRefused(
            "SIGNATURE_INVALID", "expected a compact JWT with a signature of 64 bytes, got another text"
        )
    return token


def _verified_claims(token: str, key: ec.EllipticCurvePublicKey, key_id: str, scope: str) -> dict[str, Any]:
    head, body, signature = token.split(".")
    header = _decode(head)
    if header.get("alg") != "ES256":
        raise BundleRefused("SIGNATURE_INVALID", f"expected algorithm ES256, got `{str(header.get('alg'))[:32]}`")
    if header.get("kid", key_id) != key_id:
        raise BundleRefused("SIGNATURE_INVALID", f"expected key `{key_id}`, got `{str(header['kid'])[:64]}`")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = int.from_bytes(raw[:_HALF_BYTES], "big"), int.from_bytes(raw[_HALF_BYTES:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise BundleRefused("SIGNATURE_INVALID", f"`{SIGNATURES}` does not hold for key `{key_id}`") from error
    claims = _decode(body)
    if claims.get("scope") != scope:
        raise BundleRefused("SIGNATURE_INVALID", f"expected scope `{scope}`, got `{str(claims.get('scope'))[:64]}`")
    return claims


def _signed_files(claims: dict[str, Any]) -> dict[str, str]:
    signed: dict[str, str] = {}
    entries = claims.get("files")
    for entry in entries if isinstance(entries, list) else ():
        name, digest = (entry.get("name"), entry.get("hash")) if isinstance(entry, dict) else (None, None)
        if type(name) is not str or type(digest) is not str or entry.get("algorithm") != HASH or name in signed:
            raise BundleRefused(
                "SIGNATURE_INVALID", f"expected name, hash and algorithm {HASH} for each file, once; got another entry"
            )
        signed[name] = digest
    return signed


def _encode(value: object) -> str:
    return _base64(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), object_pairs_hook=_object)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BundleRefused("SIGNATURE_INVALID", "expected JSON in each part of the JWT, got something else") from error
    if not isinstance(value, dict):
        raise BundleRefused("SIGNATURE_INVALID", "expected an object in each part of the JWT, got another value")
    return value
