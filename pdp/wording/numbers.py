"""Numbers as people write them, in figures and in words, in one spelling. Pure, in linear time."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_DIGITS = 12
"""Longer numbers are accounts."""

_GROUPED = re.compile(r"(\d{1,3}(?:[,.'\u2019]\d{3})+)(?:[.,](\d{1,2}))?")
_PLAIN = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")

_VALUES = {
    word: value
    for spelt in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen",
        "null ein zwei drei vier f\u00fcnf sechs sieben acht neun zehn elf zw\u00f6lf",
    )
    for value, word in enumerate(spelt.split())
} | {
    word: 10 * (tens + 2)
    for spelt in (
        "twenty thirty forty fifty sixty seventy eighty ninety",
        "zwanzig dreissig vierzig f\u00fcnfzig sechzig siebzig achtzig neunzig",
    )
    for tens, word in enumerate(spelt.split())
}
_VALUES |= {"sechzehn": 16, "siebzehn": 17}
_TIMES = {
    word: times
    for times, spelt in {
        100: "hundred hundert",
        1_000: "thousand tausend grand k",
        1_000_000: "million millions millionen mio",
    }.items()
    for word in spelt.split()
}
_PARTS = "|".join(sorted({*_VALUES, *_TIMES} - {"k", "mio"}, key=len, reverse=True))
_PART = re.compile(_PARTS)
_SPELT = re.compile(
    rf"(?<![^\W_])(?:(?:{_PARTS})(?:und)?)+"
    rf"(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_PARTS})+)*(?![^\W_])"
)
"""A number in words, English or German: "nine hundred and fifty", "neunhundertf\u00fcnfzig"."""
_TIMED = re.compile(
    rf"(?<![\w.,'])(\d{{1,9}}(?:[.,]\d{{1,2}})?)\s?({'|'.join(sorted(_TIMES, key=len, reverse=True))})\b"
)
"""A number in figures and a word: "0.9k", "2 grand", "1,5 Mio"."""
_LEAST = 13
"""Smaller numbers in words count things more often than money, and are left as they are."""
_MOST_CHARS = 96
"""No number is longer in words."""


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


def in_figures(folded: str, *, before: re.Pattern[str]) -> str:
    """Returns a folded text with its numbers in words of thirteen and more, and smaller ones right before what a pattern tells,
    written in figures: "nine hundred euros" is "900 euros", "0.9k" is "900". English and German."""
    return _SPELT.sub(lambda match: _spelt(match, before), _TIMED.sub(_timed, folded))


def _spelt(match: re.Match[str], before: re.Pattern[str]) -> str:
    if len(match.group()) > _MOST_CHARS or match.group() == "grand":  # "the Grand Hotel"
        return match.group()
    whole = here = 0
    for part in _PART.findall(match.group()):
        times = _TIMES.get(part, 0)
        if times == 100:
            here = (here or 1) * times
        elif times:
            whole, here = whole + (here or 1) * times, 0
        else:
            here += _VALUES[part]
    number = str(whole + here)
    meant = whole + here >= _LEAST or before.match(match.string, match.end()) is not None
    return number if meant and len(number) <= MAX_DIGITS else match.group()


def _timed(match: re.Match[str]) -> str:
    value = Decimal(match[1].replace(",", ".")) * _TIMES[match[2]]
    return str(int(value)) if value == int(value) and len(str(int(value))) <= MAX_DIGITS else match.group()
