"""What a setting must be besides its type: a range, a word, an address. Stands beside the field, in its `Annotated` type.

Looks at text alone: whether an address can be had, or a file is there, is found out by who uses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MAX_SOCKET_BYTES = 107
"""Longest path of a unix socket: `sun_path` of Linux without its closing zero."""

ODD_IN_SOCKET = re.compile(r"[%#?,\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What an address `unix://PATH` cannot hold in a path: gRPC and URLs end the path there, or read it as another. Nor can the
settings hold control characters, or bytes that are no UTF-8 (surrogates here)."""

MAX_PORT = 65_535

_HOST = re.compile(r"\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`expected` says in words what `holds` asks. A `secret` value stands in no error: it may hold a password."""

    expected: str
    holds: Callable[[Any], bool]
    secret: bool = False


def between(low: int, high: int) -> Rule:
    """A number from `low` to `high`, both included."""
    return Rule(expected=f"{low} to {high}", holds=lambda value: low <= value <= high)


def one_of(*names: str) -> Rule:
    """One of a few words."""
    return Rule(expected=f"{', '.join(names[:-1])} or {names[-1]}", holds=lambda value: value in names)


def text(pattern: str, expected: str) -> Rule:
    """Text that a regular expression matches whole."""
    compiled = re.compile(pattern)
    return Rule(expected=expected, holds=lambda value: compiled.fullmatch(value) is not None)


def url(*schemes: str, expected: str) -> Rule:
    """A URL of one of these schemes, with a host, or a path where it has none. Never shown."""
    return Rule(expected=expected, holds=lambda value: _is_url(value, schemes), secret=True)


def either(*rules: Rule) -> Rule:
    """What one of the rules asks; as secret as the most secret of them."""
    return Rule(
        expected=" or ".join(rule.expected for rule in rules),
        holds=lambda value: any(rule.holds(value) for rule in rules),
        secret=any(rule.secret for rule in rules),
    )


def is_host_port(value: str, least: int = 1) -> bool:
    """Whether it is `host:port`; an IPv6 address stands in brackets."""
    host, _, port = value.rpartition(":")
    digits = port.isascii() and port.isdigit() and len(port) <= 5
    return digits and least <= int(port) <= MAX_PORT and _HOST.fullmatch(host) is not None


def _is_socket(value: str) -> bool:
    path = value.removeprefix("unix:").removeprefix("//")
    plain = value.startswith("unix:") and ODD_IN_SOCKET.search(path) is None
    return plain and 0 < len(path.encode()) <= MAX_SOCKET_BYTES


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port  # raises for one that is no number, or too large
    except ValueError:
        return False
    host = not parts.netloc or _HOST.fullmatch(parts.netloc.rpartition("@")[2].removesuffix(f":{port}")) is not None
    return parts.scheme in schemes and host and port != 0 and bool(parts.netloc or parts.path.strip("/"))


EMPTY = Rule(expected="empty", holds=lambda value: value == "")
HOST_PORT = Rule(expected="host:port", holds=is_host_port)
SOCKET = Rule(
    expected=f"unix:///path of at most {MAX_SOCKET_BYTES} bytes without `%`, `#`, `?`, commas and control characters",
    holds=_is_socket,
)
NAME = text(r"[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits or `._-`")
WORD = text(r"[!-~]{1,256}", "1 to 256 printable ASCII characters without blanks")
