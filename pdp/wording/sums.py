"""The sum that a request names: who says "pay Meier 900 EUR" means no 9,000.

Told where a request states one sum behind a verb of paying, and reckons nothing: "split the 90 EUR", "up to 900 EUR" and
"half of the 50" leave the sum to whoever works it out. Pure, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pdp.catalog_model import Sum
from pdp.currencies import SIGNS, UNKNOWN_CURRENCY, decimals_of
from pdp.fold import fold
from pdp.suggest.words import word_set
from pdp.wording.grammar import FUNCTION_WORDS
from pdp.wording.lexicon import HANDING, PAYING
from pdp.wording.numbers import plain_number
from pdp.wording.things import THINGS, singular

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
_SIGNS = f"[{SIGNS}]"
_DIGITS = r"[0-9]{1,12}(?:[.,'\u2019][0-9]{1,3}){0,4}"
_NO_MORE = (
    r"(?![.,'\u2019]?[0-9])(?! [0-9]{3}\b)"
    r"(?!\s?(?:k|m|mio|bn|grand|hundert|hundred|million|millionen|millions|tausend|thousand)\b)"
)
_SUM = re.compile(
    rf"(?P<before>{_SIGNS}|\b(?:{_NAMES})\b)\s?(?P<number>{_DIGITS}){_NO_MORE}"
    rf"|(?<![\w.,])(?P<leading>{_DIGITS})(?:,-|,--)?\s?(?P<behind>{_SIGNS}|(?:{_NAMES})\b)"
)
_GROUPED = re.compile(rf"[0-9] [0-9]{{3}}(?:[.,][0-9]{{1,2}})?\s?(?:{_SIGNS}|(?:{_NAMES})\b)")
"""A sum with blanks in its number, or two numbers: "1 200 EUR", "invoice 7 200 EUR"."""
_BARE = re.compile(
    rf"(?<![^\W_])(?P<whom>[^\W\d_]{{1,64}}) (?P<bare>{_DIGITS})(?![\w%])(?![.,'\u2019]?[0-9])"
    r"(?=[.,;!]?$|[,;] |,? (?:to|for|an|für|pour|para|por|a|pls|please|bitte|today|now)\b)"
)
"""A number right behind the verb or a name that ends what is said, or before whom or what it is for."""
_ANY = "#"
"""Stands for any currency."""
_MAX_SUMS = 6
_LINES = re.compile(r"[\r\n]+")
_SENTENCE = re.compile(r"[.!?;]\s")
_WORD = re.compile(r"[^\W\d_]+|[%\u00d7]")
_PAYING = PAYING | HANDING
"""Who buys or books may mean a price of one of several."""
_ALSO_PAYS = word_set("begleiche buy kaufe purchase settle subscribe achète compra")
"""Beside another verb of paying, these may pay something else."""
_RECKONED = word_set(
    "about above additional approximately around at average balance below between but ca circa cheaper cheapest cost costs"
    " decrease difference discount double both each either every except excluding extra fee fees fewer half if increase"
    " instead least less limit max maximum min minimum minus more most or owe owed owes per percent plus raise"
    " range rate remainder remaining rest roughly share should split sum third times total x triple twice under unless"
    " until up what within wrong mal"
    " bis circa differenz doppelt etwa falls höchstens hälfte je jeweils mehr mindestens pro rest ungefähr weniger wenn"
    " cada chacun chaque environ hasta mitad moins moitié más menos reste resto si unos"
)
"""Words by which a sum is bounded, shared out, worked out or put into question."""
_UNCLEAR = _RECKONED | {"%", "\u00d7"}


def stated_marks(text: str) -> tuple[str, ...]:
    """Returns the marks of the sums that a request asks to pay; the mark of a sum that is open where it may ask to pay another;
    none where it asks to pay nothing, or speaks of no number."""
    sums: dict[tuple[str, str], None] = {}
    payments = 0
    is_open = False
    for sentence in _sentences(text):
        words = _WORD.findall(sentence)
        verb = next((match.end() for match in _WORD.finditer(sentence) if match.group() in _PAYING), -1)
        if verb < 0:
            continue
        found = _sums_behind(sentence, verb)
        is_open = is_open or not _UNCLEAR.isdisjoint(words) or _GROUPED.search(sentence) is not None
        payments += sum(word in _ALSO_PAYS or (word in _PAYING and word not in HANDING) for word in words)
        sums.update(dict.fromkeys(found))
    if is_open or not sums or payments > len(sums) or len(sums) > _MAX_SUMS or not all(number for _, number in sums):
        said = any(character.isdigit() for character in text) and not _PAYING.isdisjoint(_WORD.findall(fold(text)))
        return ("s:?",) if said else ()
    marks = [(f"s:{code}", f"s:{code} {number}") for currency, number in sums for code in (currency, "")]
    return tuple(dict.fromkeys(mark for both in marks for mark in both))


def _sentences(text: str) -> Iterator[str]:
    for line in _LINES.split(text):
        yield from _SENTENCE.split(fold(line))


def _sums_behind(sentence: str, verb: int) -> list[tuple[str, str]]:
    """Returns the sums behind a verb of paying, each with its currency; "pay Meier 900" names none."""
    found = [
        (_CURRENCIES[match["before"] or match["behind"]], plain_number(match["number"] or match["leading"]))
        for match in _SUM.finditer(sentence, verb)
    ]
    if found:
        return found
    bare = _BARE.search(sentence, max(0, sentence.rfind(" ", 0, verb)))
    if bare is None:
        return []
    whom = bare["whom"]
    if whom not in _PAYING and (singular(whom) in THINGS or whom in FUNCTION_WORDS):
        return []  # "pay invoice 4711"
    return [(_ANY, plain_number(bare["bare"]))]


def sum_marks(paid: Sum) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the marks each of which tells that the request states a sum that this one can be compared with, and those each of
    which tells that this is it, or that the request leaves one open.

    Where the catalog gives the currency, a sum of another one is not compared, since the tool may change money; where the agent
    chooses it, it is another sum."""
    code = "" if paid.currency == UNKNOWN_CURRENCY else paid.currency
    numbers = {plain_number(paid.number)}
    if paid.exponent == 0 and paid.number.isdecimal() and decimals_of(paid.currency) > 0:
        numbers.add(plain_number(str(Decimal(paid.number).scaleb(-decimals_of(paid.currency)))))
    numbers.discard("")
    codes = ("",) if not code else (code, _ANY)
    states = ("s:",) if paid.chosen else tuple(f"s:{each}" for each in codes)
    return states, (*(f"s:{each} {number}" for each in codes for number in sorted(numbers)), "s:?")
