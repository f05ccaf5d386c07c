"""Facts of a service that no call brings about: `Messages are deleted after 30 days`, `Logs are purged every night`, `Old orders
are archived by the accounting department`.

Only what cannot be a deed of the tool counts: something is said of things in general (a bare plural, at most one word before
it) and a long time, a calendar or somebody who is known to be somebody else makes it happen. `The door is unlocked after 5
seconds`, `Messages are deleted after reading`, `… by Frob` and a mere `automatically` may well tell what a call does, and stay
deeds.
"""

from __future__ import annotations

import re

from pdp.suggest.words import singular, word_set

_HAPPENS = re.compile(
    r"\A\s*(?:([a-z]+)\s+)?([a-z]+)\s+(?:are|get|will be|will get)\s+(?:then\s+|also\s+|\w+ly\s+)?[a-z]+\s+(.*)",
    re.DOTALL,
)
_UNIT = r"(?:hour|day|night|week|month|quarter|year)"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekday|weekend)"
_COUNT = (
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|\d+)"
)
_TIMES = re.compile(
    rf"\b(?:after|within)\s+(?:about\s+|at most\s+)?{_COUNT}[\s-]+(?:\w+\s+)?{_UNIT}s?\b"
    rf"|\b(?:every|each)\s+(?:(?:\w+|{_COUNT})\s+)?(?:{_UNIT}|{_DAY}|minute|morning|afternoon|evening)s?\b|\bon\s+{_DAY}s\b"
    rf"|\bonce an?\s+{_UNIT}\b|\b(?:nightly|hourly|daily|weekly|monthly|quarterly|yearly|annually|overnight|at midnight)\b"
)
_OTHERS = (
    r"(?:server|service|system|platform|provider|vendor|backend|database|job|task|cron|cronjob|scheduler|schedule|timer|daemon|worker"
    r"|janitor|sweeper|robot|policy|policies|rule|department|division|office|team|staff|admin|administrator|operator|moderator|manager"
    r"|supervisor|officer|clerk|accountant|engineer|owner|author|publisher|landlord|host|authority|authorities|bank|carrier)"
)
_CALLING = (
    r"(?:this|your?|tool|caller|(?:call|read|list|load|fetch|view|open|get|show|download|retriev|quer|request|poll|access|search|look)"
    r"(?:e?s|e|ed|ing|ings|y|ies|ied|ying|ting|al|als)?)"
)
_BY_ITSELF = (
    r"(?=\s*\Z|\s+(?:of|for|every|each|hourly|nightly|daily|weekly|monthly|quarterly|yearly|annually|overnight|at midnight)\b)"
    rf"(?![^.;]*\b{_CALLING}\b)"
)
"""Ends what somebody else does: `by the server thereby` or `once seen` may still be an answer to the call."""
BY_OTHERS = (
    rf"(?:by\s+(?:(?:an?|the|our|its|their|some)\s+)?(?:[a-z]+\s+){{0,2}}?{_OTHERS}s?{_BY_ITSELF}"
    r"|(?:with|using|via|through)\s+`?[a-z0-9]+_)"
)
"""Somebody else does it: `by the server`, `with close_ticket`; not `by this call`, and not `by the server for each read`."""
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
