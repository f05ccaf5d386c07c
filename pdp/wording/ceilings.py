"""What a request that reckons its sum means at most: who says "split the 900 EUR" or "the rent is 900 EUR, pay Meier" means no
9,000.

The ceiling is the total of the sums that the request states. Where none stands in a sentence that asks to pay, there is one only
if a single sum is stated, and not for another deed or time. None either where a word or a number may multiply a sum, or it is a
floor. By words alone, in linear time; `pdp.wording.sums` reads the sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.grammar import ALSO_BIDS, COURTESIES
from pdp.wording.lexicon import DEEDS, OFTEN_NOUNS
from writ.frozen import frozen

_WORD = re.compile(r"[^\W\d_]+|[%\u00d7]")
_MULTIPLYING = word_set(
    "additional additionally all another balance both bills costs daily double doubled each every excluding extra fee fees"
    " hourly increase invoices monthly minimum more nights persons people per plus price raise rate tickets times tip triple"
    " twice weekly x yearly"
    " alle aufschlag beide doppelt doppelte gebühr gebühren je jeder jedem jeweils jährlich mal mehr mehrere mindestens monatlich"
    " nächte personen preis pro rechnungen steuer trinkgeld verdopple weitere wöchentlich zusätzlich zuzüglich"
    " cada chacun chaque más"
) | {"%", "\u00d7"}
"""Words beside which more may be paid than is stated."""
_DIFFERENCE = word_set(
    "above back beyond by cheaper coupon credit deduct deducting difference discount exceeding higher increased keep less lower"
    " minus next off over rebate reduced reduction risen rose round subtract up voucher without withhold"
    " abzug abzüglich behalte differenz erhöht gesenkt gestiegen gesunken gutschein gutschrift höher nachlass ohne rabatt skonto"
    " um weniger über menos moins"
)
"""Beside these a sum may be what another one differs by: "the bill minus 20 EUR", "the rent rose by 50 EUR"."""
_ELSEWHERE = word_set(
    "ago balance before cheaper earned expected formerly got had have if last left normally otherwise overpaid owes paid previous"
    " received refunded sent spent unless until used usually was were when yesterday"
    " bekam bekommen bezahlt bisher erhalten falls früher gestern hatte hatten kostete letzte letzten letzter letztes sonst"
    " überwiesen vorher war waren wenn zuletzt"
)
"""What a sentence without an order tells beside these was, or is not, the sum of the payment."""
_COUNTED = re.compile(
    r"(?<![\w.,:/#-])(?:[2-9]|[1-9][0-9]{1,2})(?= [^\W\d_])"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|couple|several"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|dutzend)\b"
)
"""A number of things; the sums themselves are left out before it is looked for."""
_RATE = re.compile(
    r"\s?(?:/|(?:an?|pro|per|im|am|die|der|in der|le|la|par|al|por)\s[^\W\d_]"
    r"|(?:annual|dai|hour|month|quarter|week|year)ly|(?:jähr|monat|stünd|täg|vierteljähr|wöchent)lich)"
)
"""Behind a sum: what it is paid for again and again, "20 EUR a month"."""
_EACH_AT, _EACH_CHARS = (" at ", " \u00e0 ", " zu "), 4
"""Before a sum: what each of several things costs, "3 shirts at 20 EUR"."""
_OTHER_DEEDS = DEEDS.keys() - OFTEN_NOUNS
"""A sentence that asks for another deed states its sum for that."""
_ALSO = ALSO_BIDS | COURTESIES | {"to"}
_MARGIN = Decimal("1.25")
"""How much more "about" may be."""


@frozen
class Stated:
    """A sum that a folded sentence states: currency (ISO 4217), number without separators ("" for one that cannot be read), where
    it stands, and whether it is a floor (">"), a ceiling ("<"), a sum ("") or refused ("!")."""

    currency: str
    number: str
    start: int
    end: int
    bound: str


@frozen
class Sentence:
    """A folded sentence, whether it asks to pay, how often it writes a currency (beside no sum: of a number that was not read),
    and the sums that it states, in the order of their places."""

    text: str
    pays: bool
    currencies: int
    sums: tuple[Stated, ...]


def ceilings(sentences: Sequence[Sentence], *, about: bool) -> tuple[tuple[str, str], ...]:
    """Returns currency and number of what the payments of a request come to at most, for each currency that it states; () where
    nothing bounds them. `about`: a quarter more is meant as well."""
    stated = {(one.currency, one.number): one for sentence in sentences for one in sentence.sums if one.bound != "!"}
    in_place = any(sentence.pays and sentence.sums for sentence in sentences)
    if not (in_place or len(stated) == 1) or not all(map(_is_bounded, sentences)):
        return ()
    totals: dict[str, Decimal] = {}
    for currency, number in stated:
        totals[currency] = totals.get(currency, Decimal(0)) + Decimal(number)
    return tuple((currency, f"{total * _MARGIN if about else total:.2f}") for currency, total in totals.items())


def _is_bounded(sentence: Sentence) -> bool:
    if not (sentence.pays or sentence.sums):
        return True
    text = _without_sums(sentence)
    words = frozenset(_WORD.findall(text))
    if (
        sentence.currencies > len(sentence.sums)
        or not words.isdisjoint(_MULTIPLYING)
        or _COUNTED.search(text) is not None
    ):
        return False
    if not words.isdisjoint(_DIFFERENCE) and not all(one.bound for one in sentence.sums):
        return False
    if not sentence.pays and not (words.isdisjoint(_ELSEWHERE) and _OTHER_DEEDS.isdisjoint(_bidding(text))):
        return False
    return not any(_is_open(sentence.text, one) for one in sentence.sums)


def _is_open(text: str, stated: Stated) -> bool:
    """Whether a sum is a floor, one that cannot be read, or one for each of several things or times."""
    a_piece = not stated.bound and text.endswith(_EACH_AT, max(0, stated.start - _EACH_CHARS), stated.start)
    return stated.bound == ">" or not stated.number or a_piece or _RATE.match(text, stated.end) is not None


def _bidding(text: str) -> list[str]:
    """Returns the words of a sentence that may bid: the first, and those behind "and" or "please"."""
    words = _WORD.findall(text)
    return words[:1] + [after for before, after in pairwise(words) if before in _ALSO]


def _without_sums(sentence: Sentence) -> str:
    text, at, kept = sentence.text, 0, []
    for stated in sentence.sums:
        kept.append(text[at : stated.start])
        at = stated.end
    return "  ".join((*kept, text[at:]))
