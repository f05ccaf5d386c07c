"""Hosts in one spelling, and which names can be hosts: the same machine whatever notation of its address is used. Pure.

Browsers and C libraries read `3405803781`, `0xcb007105` and `0313.0.0161.5` as 203.0.113.5 (WHATWG URL, 3.5 "IPv4 parser").
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList(accept_unknown=False)
_RESERVED = frozenset(
    {
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localhost",
        "onion",
        "private",
        "corp",
        "test",
    }
)
"""Endings that no registry gives out and that are used all the same (RFC 2606, RFC 6761, RFC 6762, and in offices)."""

_NUMBER = re.compile(r"(?i)0x[0-9a-f]{0,16}|[0-9]{1,20}")
_PARTS, _BITS = 4, 32


@lru_cache(maxsize=4096)
def is_given_out(ending: str) -> bool:
    """Tells whether hosts can have such a last label: `self.value` is a field of a program, and `evil.example` a host."""
    return ending in _RESERVED or ending.isdecimal() or _SUFFIXES.publicsuffix(ending) is not None


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """Returns what one owner holds of a folded host, without its port: `a.shop.co.uk` is of `shop.co.uk` (Public Suffix List). An
    address stands for itself, and of a name whose ending no registry gives out the last two labels."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    name = host.partition(":")[0]
    labels = name.split(".")
    if labels[-1].isdecimal():
        return name
    return _SUFFIXES.privatesuffix(name) or ".".join(labels[-2:])


def one_spelling(host: str) -> str:
    """Returns a folded host, with its port if it had one: addresses of IPv4 with dots, of IPv6 in brackets and as short as
    they get, IPv4 in IPv6 as IPv4; names as they are."""
    if host.startswith("["):
        inner, bracket, port = host[1:].partition("]")
        try:
            address = ipaddress.IPv6Address(inner.partition("%")[0])
        except ValueError:
            return host
        plain = str(address.ipv4_mapped) if address.ipv4_mapped else f"[{address.compressed}]"
        return plain + port if bracket else host
    name, colon, port = host.partition(":")
    if not name.rpartition(".")[2][:1].isdigit():
        return host
    number = _ipv4(name)
    return host if number is None else f"{ipaddress.IPv4Address(number)}{colon}{port}"


def _ipv4(name: str) -> int | None:
    parts = name.split(".")
    if len(parts) > _PARTS or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_read(part) for part in parts]
    except ValueError:
        return None
    *heads, last = numbers
    if any(head > 255 for head in heads) or last >= 1 << (_BITS - 8 * len(heads)):
        return None
    return sum(head << (_BITS - 8 * (place + 1)) for place, head in enumerate(heads)) + last


def _read(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)
