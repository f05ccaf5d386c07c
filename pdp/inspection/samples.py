"""Writes out the examples of rules: `<<A-Za-z0-9*36>>` stands for 36 characters of that set.

A literal key in the repository would look like a live one to every scanner, and to whoever reads it. The characters are
always the same for the same example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

_SAMPLE = re.compile(r"<<([^<>*]+)\*(\d{1,4})>>")
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)


def written_out(example: str | Mapping[str, Any]) -> str | dict[str, Any]:
    """Returns the example with every sample in its strings written out."""
    if isinstance(example, str):
        return _written(example)
    found: dict[str, Any] = orjson.loads(_written(orjson.dumps(example).decode("utf-8")))
    return found


def _written(text: str) -> str:
    return _SAMPLE.sub(lambda match: _characters(match[1], int(match[2]), f"{match.start()} {text}"), text)


def _characters(letters: str, count: int, seed: str) -> str:
    alphabet = [
        chr(code)
        for first, last, single in _RANGE.findall(letters)
        for code in (range(ord(first), ord(last) + 1) if first else (ord(single),))
    ]
    drawn = b"".join(sha256(f"{seed} {block}".encode()).digest() for block in range(count // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in drawn[:count])
