"""What stands beside the addresses of a value: `ada@example.org, eve@hostname` reaches more than its one known address.

Names of people before or behind an address, and separators, reach nobody. Pure; every pattern is linear (RE2).
"""

from __future__ import annotations

import re2  # type: ignore[import-untyped]

from pdp.provenance_marks import address_spans, spelt_out, words

_HOLE = "\0"
_SHOWN = re2.compile(
    r"""(?:"[^"@<>:/\\\r\n\x00]{0,64}"\s?|[^"@<>,;:/\\\r\n\x00]{0,64})<\s?\x00\s?>|\x00\s?\([^()@<>,;:/\\\r\n\x00]{0,64}\)"""
)
"""An address with a name before it in angle brackets, or behind it in round ones (RFC 5322 3.4, without routes)."""

_LABEL = re2.compile(r"(?i)\b(?:mailto|from|to|cc|bcc)\s?:")
_SEPARATORS = frozenset(" \t\r\n,;<>()[]{}\"'|&.:/-")


def beside(text: str) -> list[str] | None:
    """Returns the folded words of `text` that belong to no address of it; None when only signs are left that are no
    separators, so that nobody can have named them."""
    plain = spelt_out(text).replace(_HOLE, " ")
    kept, end = [], 0
    for start, stop in sorted((start, stop) for _, start, stop in address_spans(plain)):
        if start >= end:
            kept += [plain[end:start], _HOLE]
        end = max(end, stop)
    rest = _LABEL.sub(" ", _SHOWN.sub(_HOLE, "".join([*kept, plain[end:]]))).replace(_HOLE, " ")
    found = words(rest)
    return None if not found and not _SEPARATORS.issuperset(rest) else found
