"""Tells a secret from what only looks like one: placeholders, references, words, identifiers, checksums."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter

import orjson

_MIN_ENTROPY_BITS = 3.0
"""Least entropy per character of a random text of 16 or more; English words stay below, base64 reaches 4 to 6."""

_PLACEHOLDER = re.compile(
    r"^\W*$"
    r"|^[\s\"'`]*[<\[{(%$]+[^<>{}\[\]()]*[>\]})%]*[\s\"'`]*$"  # <token>, ${VAR}, {{ var }}, %VAR%, $(cmd), $VAR
    r"|^(.)\1{3,}$"
    r"|^[x*.•#_-]{3,}|[x*•]{6,}|\.{3,}|…"
    r"|your[\s_-]?|(?:^|[\W_])(?:my|the|some|any|insert|enter|replace|change|put|use|add)[\s_-]+"
    r"|example|sample|dummy|placeholder|changeme|change_me|redacted|masked|hidden|removed|todo|fixme|not[\s_-]?set"
    r"|^(?:none|null|nil|undefined|true|false|yes|no|empty|string|text|secret|password|passwd|token|key|value|required"
    r"|optional|default|unknown|n/a|test|testing|foo|bar|baz|process\.env\..*|os\.environ.*|env\..*|vault:.*|ref\+.*)$",
    re.IGNORECASE,
)
_SEQUENCES = ("0123456789", "1234567890", "abcdefghijklmnop", "qwertyuiop")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?:[0-9a-f]+|[0-9A-F]+)")


def is_placeholder(text: str) -> bool:
    """True when `text` stands for a secret without being one: `<token>`, `${VAR}`, `xxxx`, `your-api-key`."""
    return _PLACEHOLDER.search(text) is not None


def entropy_bits(text: str) -> float:
    """Returns the Shannon entropy of the characters of `text`, in bits per character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def is_secret(text: str) -> bool:
    """True unless `text` is a placeholder or shorter than four characters: for values that a name already betrays."""
    return len(text.strip()) >= 4 and not is_placeholder(text.strip())


def is_random(text: str) -> bool:
    """True when `text` was drawn at random as secrets are: mixed, no words, no UUID, no placeholder, no checksum."""
    text = text.strip()
    if len(text) < 16 or is_placeholder(text) or _UUID.fullmatch(text) or text.isdigit() or text.isalpha():
        return False
    lowered = text.lower()
    if any(run in lowered for run in _SEQUENCES) or (_HEX.fullmatch(text) and len(text) in (32, 40, 56, 64, 96, 128)):
        return False
    return entropy_bits(text) >= _MIN_ENTROPY_BITS + (0.5 if len(text) >= 32 else 0.0) * (not _HEX.fullmatch(text))


def is_jwt(text: str) -> bool:
    """True when `text` is a compact JWS or JWE (RFC 7515 7.1, RFC 7516 7.1): a JSON header that names its algorithm."""
    parts = text.split(".")
    if len(parts) not in (3, 5):
        return False
    try:
        header = orjson.loads(base64.b64decode(parts[0] + "=" * (-len(parts[0]) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg"), str)
