"""Which trace a caller's request belongs to: the `traceparent` of W3C Trace Context (Level 1, 3.2), strictly read.

What is not exactly of version 00 is ignored and never an error: a trace helps to find things and decides nothing. It stands in
receipts, lines of the log and spans; its ids are the caller's own, unverified. `tracestate` is not read.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

KEY: Final = "traceparent"

CHARS: Final = 55
"""Length of the one form that version 00 has."""

_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


class TraceContext(NamedTuple):
    """The span of the caller from which a request came; lower-case hex."""

    trace_id: str
    span_id: str
    flags: str


def parse_traceparent(value: str) -> TraceContext | None:
    """Returns what a `traceparent` (untrusted) says, or None for anything but the one form."""
    match = _FORM.fullmatch(value)
    return TraceContext(*match.groups()) if match else None
