"""Facts of a service that no call brings about: `Messages are deleted after 30 days`, `Logs are purged every night`, `Old orders
are archived by the accounting department`.

Only what cannot be a deed of the tool counts: something is said of things in general (a bare plural, at most one word before
it) and a long time, a calendar or somebody else makes it happen. `The door is unlocked after 5 seconds`, `Messages are deleted
after reading` and a mere `automatically` may well tell what a call does, and stay deeds.
"""

from __future__ import annotations

import re

from pdp.suggest.words import singular, word_set

_HAPPENS = re.compile(
    r"\A\s*(?:([a-z]+)\s+)?([a-z]+)\s+(?:are|get|will be|will get)\s+(?:then\s+|also\s+|\w+ly\s+)?[a-z]+\s+(.*)",
    re.DOTALL,
)
_UNIT = r"(?:hour|day|night|week|month|quarter|year)"
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety|\d+)"
_TIMES = re.compile(
    rf"\b(?:after|within)\s+(?:about\s+|at most\s+)?{_COUNT}[\s-]+(?:\w+\s+)?{_UNIT}s?\b"
    rf"|\b(?:every|each)\s+(?:(?:\w+|{_COUNT})\s+)?(?:{_UNIT}|minute|morning|evening|monday|sunday|weekend)s?\b"
    rf"|\bonce an?\s+{_UNIT}\b|\b(?:nightly|hourly|daily|weekly|monthly|quarterly|yearly|annually|overnight|at midnight)\b"
)
BY_OTHERS = (
    r"(?:by\s+(?!(?:this|it|calling|using|running|invoking|viewing|reading|listing|opening|fetching)\b"
    r"|(?:the|a|each|every|any)\s+(?:tool|call|function|command|request|operation|query|read|listing)\b)"
    r"|(?:with|using|via|through)\s+`?[a-z0-9]+_)"
)
"""Somebody else does it: `by the server`, `with close_ticket`; not `by this call`."""
_BY_OTHERS = re.compile(rf"\b{BY_OTHERS}")
_CERTAIN = word_set("the this that these those all any each every its their your our both")


def is_a_fact(clause: str) -> bool:
    """Tells whether a clause, folded, says what happens to things in general, whoever calls. Strict: when in doubt, False."""
    found = _HAPPENS.match(clause)
    if found is None:
        return False
    before, subject, rest = found.groups()
    is_general = singular(subject) != subject and before not in _CERTAIN and subject not in _CERTAIN
    return is_general and bool(_TIMES.search(rest) or _BY_OTHERS.search(rest))
