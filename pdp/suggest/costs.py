"""Whether a description says that a call costs somebody money: `The card on file is charged`, `at a fee of 30 euro`."""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.suggest.words import sentences

MAX_CHARS = 1024
"""How much of a description is read."""

MAX_SENTENCES = 8

_CHARGED = re.compile(
    r"\b(?:is|are|be|gets?|being)\s+(?:then\s+|also\s+|\w+ly\s+)?"
    r"(?:charged|billed|debited|invoiced|deducted|(?:taken|drawn|paid)\s+from)\b"
    r"|\byou (?:then |also )?pay (?:an?|the|[€$£]|\d)"
    r"|(?:^|,\s*|\band\s+|\bthen\s+)(?:charged|billed|debited|invoiced)\s+to\b"
    r"|(?:^|\band\s+|\bthen\s+|\balso\s+|\bit\s+)(?:charge|bill|debit)s?\s+(?:the|a|an|your|their|its|our)\s+(?:\w+\s+){0,3}?"
    r"(?:card|account|customer|client|user|guest|member|caller|tenant|room|wallet|owner|buyer)s?\b"
)
_ASKED = re.compile(r"\b(?:what|which|whether|who|whom|whose|much|that|why|if|fees?|charges|rates?|prices?)\b")
"""Words before it that make the charge a thing to look at: `what a guest is charged`, `Fees that are charged`."""

_FEE = re.compile(
    r"\bat (?!no\b)(?:an? |the )?(?:[a-z]+ )?(?:fee|charge|surcharge|cost|expense)\b|\bfor an? (?:[a-z]+ )?(?:fee|surcharge)\b"
    r"|\bat (?:an? |the |our )?[a-z]{1,30}'s? (?:own )?(?:cost|expense)\b"
    r"|\b(?:costs?|for|at)\s+(?:[€$£]\s?\d|\d+(?:[.,]\d+)?\s?(?:[€$£]|euros?\b|eur\b|usd\b|dollars?\b|gbp\b|pounds?\b|chf\b))"
)
"""A price of the thing itself; of things to look at it may be one of their fields."""

_LATER = re.compile(r"\b(?:if|unless|when|once)\b")
"""What costs only under a condition (`if the slot is not used`) is no price of the call."""


def is_charged(description: str) -> bool:
    """True when a call itself takes money from somebody."""
    for sentence in sentences(fold(description[:MAX_CHARS]), MAX_SENTENCES):
        text = sentence.strip()
        found = _CHARGED.search(text)
        if found and not _ASKED.search(text[: found.start()]):
            return True
    return False


def has_a_price(description: str) -> bool:
    """True when a call takes money, or when what is named has a price."""
    if is_charged(description):
        return True
    for sentence in sentences(fold(description[:MAX_CHARS]), MAX_SENTENCES):
        found = _FEE.search(sentence.strip())
        if found and not _LATER.search(sentence.strip()[found.end() :]):
            return True
    return False
