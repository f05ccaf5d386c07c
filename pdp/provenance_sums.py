"""The sum that a request names: who says "pay Meier 900 EUR" means no 9,000.

Told only where a request states one sum behind a verb of paying, and reckons nothing: "split the 90 EUR", "up to 900 EUR" and
"half of the 50" leave the sum to whoever works it out. Pure, in linear time.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pdp.fold import fold
from pdp.provenance_told import plain_number
from pdp.suggest.words import word_set
from writ.frozen import frozen

UNKNOWN_CURRENCY = "XXX"
"""ISO 4217: no currency."""

_CURRENCIES = {
    word: code
    for code, spelt in {
        "EUR": "eur euro euros \u20ac",
        "USD": "usd dollar dollars buck bucks $",
        "GBP": "gbp pound pounds quid \u00a3",
        "CHF": "chf franc francs franken",
        "JPY": "jpy yen \u00a5",
        "INR": "inr rupee rupees \u20b9",
        "SEK": "sek",
        "NOK": "nok",
        "DKK": "dkk",
        "PLN": "pln zloty",
        "CZK": "czk",
        "CAD": "cad",
        "AUD": "aud",
    }.items()
    for word in spelt.split()
}
_NAMES = "|".join(sorted((word for word in _CURRENCIES if word.isalpha()), key=len, reverse=True))
_SIGNS = "[$\u20ac\u00a3\u00a5\u20b9]"
_DIGITS = r"[0-9]{1,12}(?:[.,'\u2019][0-9]{1,3}){0,4}"
_NO_MORE = (
    r"(?![.,'\u2019]?[0-9])(?!\s?(?:k|m|mio|bn|grand|hundert|hundred|million|millionen|millions|tausend|thousand)\b)"
)
_SUM = re.compile(
    rf"(?P<before>{_SIGNS}|\b(?:{_NAMES})\b)\s?(?P<number>{_DIGITS}){_NO_MORE}"
    rf"|(?<![\w.,])(?P<leading>{_DIGITS})(?:,-|,--)?\s?(?P<behind>{_SIGNS}|(?:{_NAMES})\b)"
)
_WORD = re.compile(r"[^\W\d_]+|[.!?;\n](?=\s|$)|%")
_ENDS = frozenset(".!?;\n")
_PAYING = word_set(
    "compensate donate give pay refund reimburse remit repay send tip transfer wire bezahle erstatte gib schicke sende überweise"
    " zahle envoie paie rembourse verse envía paga reembolsa transfiere"
)
"""Who buys or books may mean a price of one of several."""
_RECKONED = word_set(
    "about above additional all approximately around at average balance below between but ca circa cheaper cheapest cost costs"
    " decrease difference discount double both each either every except excluding extra fee fees fewer half how if increase"
    " instead least less limit max maximum min minimum minus more most only or over owe owed owes per percent plus raise"
    " range rate remainder remaining rest roughly share should split sum third times total triple twice under unless"
    " until up was were what within wrong"
    " bis circa differenz doppelt etwa falls höchstens hälfte je jeweils mehr mindestens pro rest ungefähr weniger wenn"
    " cada chacun chaque environ hasta mitad moins moitié más menos reste resto si unos"
)
"""Words by which a sum is bounded, shared out, worked out or put into question."""


@frozen
class Sum:
    """A sum of money of an action: the JSON pointer of its value, the value as the arguments have it, the decimal places that the
    catalog declares for it (0: it may be in minor units), and its ISO 4217 code."""

    pointer: str
    number: str
    exponent: int
    currency: str


def stated_marks(text: str) -> tuple[str, ...]:
    """Returns the marks of the one sum that a request asks to pay; the mark of a sum that is open where it asks to pay another;
    none where it asks to pay nothing."""
    folded = fold(text)
    words = _WORD.findall(folded)
    if _PAYING.isdisjoint(words):
        return ()
    sums = {
        (_CURRENCIES[match["before"] or match["behind"]], plain_number(match["number"] or match["leading"]))
        for match in _SUM.finditer(folded)
    }
    if len(sums) == 1 and "%" not in words and _RECKONED.isdisjoint(words) and _is_to_be_paid(folded):
        currency, number = next(iter(sums))
        if number:
            return (*(f"s:{code}" for code in (currency, "")), *(f"s:{code} {number}" for code in (currency, "")))
    return ("s:?",) if sums else ()


def _is_to_be_paid(folded: str) -> bool:
    """Tells whether a verb of paying stands before the first sum, in its sentence."""
    match = _SUM.search(folded)
    before = _WORD.findall(folded[: match.start()]) if match is not None else []
    for word in reversed(before):
        if word in _ENDS:
            return False
        if word in _PAYING:
            return True
    return False


def sum_marks(paid: Sum) -> tuple[str, tuple[str, ...]]:
    """Returns the mark which tells that the request states a sum that this one can be compared with, and those which tell that
    this is it, or that the request leaves one open."""
    code = "" if paid.currency == UNKNOWN_CURRENCY else paid.currency
    numbers = {plain_number(paid.number)}
    if paid.exponent == 0 and paid.number.isdecimal():
        numbers.add(plain_number(str(Decimal(paid.number).scaleb(-2))))
    return f"s:{code}", (*(f"s:{code} {number}" for number in sorted(numbers) if number), "s:?")
