"""Every error of contract, callers and control plane says what was expected and what came."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat

from writ.errors import ConfigurationError
from writ.keys import parse_private_key, parse_public_keys

ROOT = Path(__file__).resolve().parents[2]

WANTED = re.compile(r"\bexpected\b|\bmust\b")
CAME = re.compile(r"\bgot\b|\bfound\b|\bis none\b|\bmissing\b|\bcannot\b|byte \S+ is not")

ELSEWHERE = {
    "writ/cli/failure.py": "what came is said by click",
    "writ/strict_yaml.py": "what came is said by the parser",
    "control_plane/stack/cli.py": "what came is said by the kernel, or by `tie_to`; and an option's help",
    "pep/demo/transcript.py": "a mark behind what came",
}
"""Modules with one such text whose second half is another's."""


def messages() -> Iterator[tuple[str, str]]:
    """Yields file and text of every literal that is handed to a call: errors, and what helpers make errors of."""
    for package in ("writ", "pep", "control_plane"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                        yield path.relative_to(ROOT).as_posix(), _text(argument)
                elif isinstance(node, ast.Assign):
                    yield path.relative_to(ROOT).as_posix(), _text(node.value)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return ""


def test_a_message_that_says_what_was_expected_says_what_came() -> None:
    found = [(where, text) for where, text in messages() if WANTED.search(text)]
    assert len(found) > 100
    assert [(where, text) for where, text in found if not CAME.search(text) and where not in ELSEWHERE] == []


def test_a_key_of_another_kind_is_told_by_its_label_and_never_shown() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ConfigurationError) as refused:
        parse_private_key(locked)
    assert refused.value.message == (
        "expected an unencrypted private key in PEM that can be read, got `ENCRYPTED PRIVATE KEY`"
    )
    with pytest.raises(ConfigurationError) as refused:
        parse_public_keys(public + locked)
    assert refused.value.message.endswith("nothing else, got `ENCRYPTED PRIVATE KEY`, `PUBLIC KEY`")
    many = b"".join(b"-----BEGIN %d-----" % number for number in range(9))
    with pytest.raises(ConfigurationError, match=r"got `0`, `1`, `2`, `3`, others$"):
        parse_public_keys(many)
    with pytest.raises(ConfigurationError, match="got no block"):
        parse_public_keys(b"ssh-ed25519 AAAA")
