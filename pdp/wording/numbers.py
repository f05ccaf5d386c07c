"""Numbers as people write them, in one spelling. Pure."""

from __future__ import annotations

import re

MAX_DIGITS = 12
"""Longer numbers are accounts."""

_GROUPED = re.compile(r"(\d{1,3}(?:[,.'\u2019]\d{3})+)(?:[.,](\d{1,2}))?")
_PLAIN = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")


def plain_number(text: str) -> str:
    """Returns a number with at most two decimals as digits without separators, leading zeros and empty decimals, "" for anything
    else: `9,000.00` is `9000`, `0.50` is `.5`."""
    match = _GROUPED.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None:
        return ""
    whole, rest = re.sub(r"\D", "", match[1]).lstrip("0"), (match[2] or "").rstrip("0")
    if len(whole) > MAX_DIGITS:
        return ""
    return f"{whole}.{rest}" if rest else whole
