"""Whether a destination lies inside the trust boundary. Exact: a value that could be read in two ways is outside."""

from __future__ import annotations

import re
from collections.abc import Set

from pdp.programs.http import parse_http
from pdp.programs.model import HttpEffect

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}(@[A-Za-z0-9.-]{1,255})")


def is_inside(kind: str, value: str, inside: Set[str]) -> bool:
    """True when the catalog lists the value as it stands, an email's `@domain`, or the `.domain` of a host or URL."""
    if not inside:
        return False
    if kind == "email":
        match = _EMAIL.fullmatch(value)
        return match is not None and (value in inside or match[1] in inside)
    if kind == "host":
        return is_host_inside(value, inside)
    if kind == "url":
        effects = parse_http("GET", value).effects
        return (
            len(effects) == 1 and isinstance(effects[0], HttpEffect) and is_host_inside(effects[0].host, inside)
        ) or value in inside
    return value in inside


def is_host_inside(host: str, inside: Set[str]) -> bool:
    """True when the lower-case host, or a parent domain written `.domain`, is listed."""
    if host in inside:
        return True
    parts = host.split(".")
    return any(f".{'.'.join(parts[index:])}" in inside for index in range(1, len(parts)))
