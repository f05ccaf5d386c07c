"""The sum that a request names: who says "pay Meier 900 EUR" means no 9,000.

Told where a request states sums behind a verb of paying, and reckons nothing. "Split the 90 EUR" and "half of the 50 EUR" leave
the sum to whoever works it out, up to their total (`pdp.wording.ceilings`). "At most 900 EUR" names every sum up to it. Pure, in
linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from pdp.catalog_model import Sum
from pdp.currencies import SIGNS, UNKNOWN_CURRENCY, decimals_of
from pdp.fold import fold
from pdp.steps import Steps, finish
from pdp.suggest.words import word_set
from pdp.wording.ceilings import Sentence, Stated, ceilings
from pdp.wording.grammar import COURTESIES, FORGET, FUNCTION_WORDS, MERELY, MODAL_NOT, NOT
from pdp.wording.lexicon import HANDING, PAYING, TOLD_BY_NUMBER, TOLD_BY_NUMBER_ENDINGS, TRANSFERS
from pdp.wording.numbers import MAX_DIGITS, in_figures, plain_number
from pdp.wording.things import THINGS, singular

_CURRENCIES = {
    word: code
    for code, spelt in {
        "EUR": "eur euro euronen euros \u20ac",
        "USD": "usd dollar dollars buck bucks $",
        "GBP": "gbp pound pounds quid \u00a3",
        "CHF": "chf franc francs franken",
        "JPY": "jpy yen \u00a5",
        "INR": "inr rupee rupees \u20b9",
        "SEK": "sek",
        "NOK": "nok",
        "DKK": "dkk",
        "PLN": "pln zl zloty z\u0142",
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
    rf"(?P<before>{_SIGNS}|\b(?:{_NAMES})(?![^\W\d_]))\s?(?P<number>{_DIGITS}){_NO_MORE}"
    rf"|(?<![\w.,])(?P<leading>{_DIGITS})(?:,-|,--)?\s?(?:us[- ])?(?P<behind>{_SIGNS}|(?:{_NAMES})\b)"
)
_MONEY = re.compile(rf"\s?(?:{_SIGNS}|(?:{_NAMES})\b)")
_GROUPED = re.compile(rf"[0-9] [0-9]{{3}}(?:[.,][0-9]{{1,2}})?\s?(?:{_SIGNS}|(?:{_NAMES})\b)")
"""A sum with blanks in its number, or two numbers: "1 200 EUR", "invoice 7 200 EUR"."""
_BARE = re.compile(
    rf"(?<![^\W_])(?P<whom>[^\W\d_]{{1,64}}) (?P<bare>{_DIGITS})(?![\w%])(?![.,'\u2019]?[0-9])"
    r"(?=[.,;!]?$|[,;] |,? (?:to|for|an|für|pour|para|por|a|pls|please|bitte|today|now)\b)"
)
"""A number right behind the verb or a name that ends what is said, or before whom or what it is for."""
_BEFORE_THOUSANDS = re.compile(r"(?<![\w.,])[0-9]{1,3}(?: [0-9]{3})* $")
_THOUSANDS = re.compile(r"[0-9]{3}(?![0-9])")
_CURRENCY = re.compile(rf"{_SIGNS}|(?<![^\W\d_])(?:{_NAMES})(?![^\W_])")
_MOST = (
    "at (?:the )?most|up to|max|maximum|maximal|a maximum of|höchstens|bis(?: zu)?|au plus|jusqu'à|hasta|(?:como )?máximo"
    "|(?:the )?(?:budget|cap|ceiling|limit|obergrenze)(?: is| of| ist| von|:)?|cap it at"
    rf"|(?:between|zwischen|from|von) {_DIGITS}\s?(?:{_NAMES}|{_SIGNS})? (?:and|bis|to|und)"
)
_LESS = "below|fewer than|less than|under|unter|weniger als|moins de|menos de"
_LEAST = "at (?:the very )?least|a minimum of|mindestens|au moins|al menos"
_MORE = "more than|mehr als|plus de|más de"
_OVER = "above|beyond|exceed(?:ing)?|over|über"
_BOUND = re.compile(
    rf"\b(?:(?P<most>{_MOST})|(?P<less>{_LESS})|(?P<least>{_LEAST})|(?P<more>{_MORE})|(?P<over>{_OVER})) $"
)
_BOUND_CHARS = 32
_BOUND_BEHIND = re.compile(
    r"[ ,(]{1,2}(?:(?P<most>at (?:the )?most|max|maximum|maximal|or less|tops"
    r"|(?:is|as|ist|als) (?:my|our|the|a|meine|unsere|die)? ?(?:budget|cap|ceiling|limit|maximum|obergrenze)"
    r"|höchstens|oder weniger|au maximum|como máximo"
    r"|(?:and |und )?(?:no|not an?|keinen?|nicht)(?: (?:cent|dollar|euro|penny))? (?:more|mehr)\b(?! than))"
    r"|(?P<least>at least|or more|minimum|mindestens|oder mehr))\b"
)
"""Words that bound the sum behind them, and the sum before them."""
_DENYING = NOT | MODAL_NOT | word_set("kein keinen keinesfalls keineswegs nie niemals no")
_REFUSING = (_DENYING - {"no"}) | word_set("anstatt instead rather statt")
"""Before a sum, these say which is not to be paid, "900 EUR, not 9000 EUR"; "no" stands before a number …"""
_LIFTING = FORGET | MERELY | {"why"}
"""… and these lift them: "don't forget to pay him 900 EUR"."""
_DENIED_CHARS = 96
_PARTED = re.compile(r"[,;:]|\b(?:aber|and|but|et|mais|or|pero|sino|sondern|und|y)\b")
_DENIED = re.compile("[^\\W\\d_]+(?:['\u2019][^\\W\\d_]+)*")
"""What denies a bound in its part of the sentence turns it round: "never pay him more than 900 EUR"."""
_ABOUT = re.compile(
    r"\b(?:about|almost|approximately|around|at|until|up|circa|ca\.?|nearly|roughly|some"
    r"|etwa|fast|gut|knapp|rund|ungefähr|environ|unos) $"
)
"""Words that leave the sum behind them open; "tell him about it" and "until Friday" do not."""
_BEFORE_DAYS = word_set("ab al am au bis del im le nach seit vor zum zur")
"""A bare number behind one of these is a day, or nothing that is known."""
_SMALL = FUNCTION_WORDS - word_set("her his the their")
"""Behind these stands no bare sum; "pay Meier his 900" names one."""
_PART_OF = re.compile(r"[0-9]/[0-9] (?:of|von|de) ")
"""Before a sum, a part of it: "1/2 of 900 EUR"."""
_ANY = "#"
"""Stands for any currency."""
_MAX_SUMS = 6
_LINES = re.compile(r"[\r\n]+")
_SENTENCE = re.compile(
    r"[!?;]\s|(?<!\.[1-9])(?<!\.0[1-9])(?<!\.1[0-2])\.\s(?!(?:jan|feb|mar|mär|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[^\W\d_]{0,6}\b)"
)
"""Where a sentence ends; "by 30. November" and "bis 30.11. 900 EUR" end none."""
_WORD = re.compile(r"[^\W\d_]+|[%\u00d7]")
_SHARING = word_set("begleiche divide settle split teile")
"""What is settled or shared out comes to no more than is stated."""
_PAYING = PAYING | HANDING | {"zahl"}
"""Who buys or books may mean a price of one of several."""
_PAYMENT = TRANSFERS | {"payment"}
"""What a request without such a verb may ask for: "make a payment of 900 EUR"."""
_ALSO_PAYS = word_set("begleiche buy kaufe purchase settle subscribe achète compra")
"""Beside another verb of paying, these may pay something else."""
_RECKONED = word_set(
    "above additional average balance below between but cheaper cheapest cost costs"
    " decrease difference discount double both each either every except excluding extra fee fees fewer half if increase"
    " instead least less limit max maximum min minimum minus more most or owe owed owes per percent plus raise"
    " range rate remainder remaining rest share should split sum third times total x triple twice under unless"
    " what within wrong mal"
    " differenz doppelt falls höchstens hälfte je jeweils mehr mindestens pro rest weniger wenn"
    " cada chacun chaque hasta mitad moins moitié más menos reste resto si"
)
"""Words by which a sum is bounded, shared out, worked out or put into question."""
_UNCLEAR = _RECKONED | {"%", "\u00d7"}
_BOUNDED_ALL_THE_SAME = word_set("cada chacun chaque each every falls if je jeweils per pro should si unless wenn what")
"""Words beside which a sum is bounded all the same: "what he asks for, at most 900 EUR"."""
_SCALE, _MAX_SCALED_DIGITS = 100, MAX_DIGITS + 2
_MIN_CODE_DIGITS = 4
"""Ids of fewer digits are not told from sums."""

_Said: TypeAlias = tuple[str, str, str]
"""Currency, number, and "<" or ">" where it bounds the sum, or _NOT_PAID."""
_NOT_PAID = "!"


def stated_marks(text: str) -> tuple[str, ...]:
    """Returns the marks of the sums that a request asks to pay; of a sum that is open those of all up to what the request can
    come to, or the mark of an open sum where nothing bounds it; none where it asks to pay nothing, or speaks of no number."""
    return finish(stated_in_steps(text))


def stated_in_steps(text: str) -> Steps[tuple[str, ...]]:
    """Does what `stated_marks` does, in steps."""
    sums: dict[_Said, None] = {}
    refused: dict[_Said, None] = {}
    payments = 0
    pays = is_open = is_about = said = False
    sentences = list(_sentences(text))
    paying = _PAYING if any(word in _PAYING for each in sentences for word in _WORD.findall(each)) else _PAYMENT
    told: list[Sentence] = []
    for sentence in sentences:
        yield
        words = list(_WORD.finditer(sentence))
        verb = next((word.end() for word in words if word.group() in paying), -1)
        said = said or any(map(str.isdecimal, sentence))
        told.append(_told(sentence, pays=verb >= 0 or any(word.group() in _SHARING for word in words)))
        if verb < 0:
            continue
        yield
        pays = True
        found, spans, about = _sums_behind(sentence, verb)
        kept = _UNCLEAR - _BOUNDED_ALL_THE_SAME if spans else _UNCLEAR
        reckons = any(
            word.group() in kept and not any(start <= word.start() < end for start, end in spans) for word in words
        )
        grouped = _GROUPED.search(sentence) is not None
        is_open = is_open or reckons or about or grouped or _PART_OF.search(sentence) is not None
        is_about = is_about or about
        payments += sum(
            (word.group() in _ALSO_PAYS or (word.group() in _PAYING and word.group() not in HANDING))
            and not any(start <= word.start() < end for start, end in spans)
            for word in words
        )
        sums.update((one, None) for one in found if one[2] != _NOT_PAID)
        refused.update(((*one[:2], ""), None) for one in found if one[2] == _NOT_PAID)
    sums = sums or refused  # "don't wait to pay him 900 EUR"
    if is_open or not sums or payments > len(sums) or len(sums) > _MAX_SUMS or not all(number for _, number, _ in sums):
        most = _at_most(told, payments, about=is_about)
        if not most:
            return ("s:?",) if said and pays else ()
        sums = dict.fromkeys(most)
    marks = [
        mark
        for currency, number, bound in sums
        for code in (currency, "")
        for mark in (f"s:{code}", *(f"s:{code} {each}" for each in _numbers(number, bound)))
    ]
    return tuple(dict.fromkeys(marks))


def _at_most(told: Sequence[Sentence], payments: int, *, about: bool) -> list[_Said]:
    """Returns the ceilings of what is paid, [] where nothing bounds it."""
    stated = sum(len(each.sums) for each in told)
    if not payments <= stated <= _MAX_SUMS or not any(each.pays for each in told):
        return []
    most = [(currency, plain_number(number), "<") for currency, number in ceilings(told, about=about)]
    return most if all(number for _, number, _ in most) else []


def _told(sentence: str, *, pays: bool) -> Sentence:
    currencies = sum(1 for _ in _CURRENCY.finditer(sentence))
    return Sentence(text=sentence, pays=pays, currencies=currencies, sums=tuple(_all_sums(sentence)))


def _all_sums(sentence: str) -> Iterator[Stated]:
    """Yields the sums of a sentence that have a currency, wherever they stand."""
    for match in _SUM.finditer(sentence):
        currency = _CURRENCIES[match["before"] or match["behind"]]
        number, (start, end) = match["number"] or match["leading"], match.span()
        before = _BEFORE_THOUSANDS.search(sentence, max(0, start - MAX_DIGITS), start) if match["leading"] else None
        if before is not None and _THOUSANDS.match(number) is not None:
            # "1 200 EUR"; or 200 EUR of the invoice 1
            number, start = before.group().replace(" ", "") + number, before.start()
        bound = _bound(sentence, start, end)[0]
        yield Stated(currency=currency, number=plain_number(number), start=start, end=end, bound=bound)


def _sentences(text: str) -> Iterator[str]:
    for line in _LINES.split(text):
        yield from _SENTENCE.split(in_figures(fold(line), before=_MONEY))


def _sums_behind(sentence: str, verb: int) -> tuple[list[_Said], list[tuple[int, int]], bool]:
    """Returns the sums behind a verb of paying, where the words stand that bound them, and whether one is only about so much."""
    found: list[_Said] = []
    spans: list[tuple[int, int]] = []
    about = False
    numbers = [
        (_CURRENCIES[match["before"] or match["behind"]], match["number"] or match["leading"], match.span())
        for match in _SUM.finditer(sentence, verb)
    ] or _bare_sums(sentence, verb)
    for currency, number, (start, end) in numbers[: _MAX_SUMS + 1]:
        before = sentence[max(0, start - _BOUND_CHARS) : start]
        sign, span = _bound(sentence, start, end)
        if sign:
            spans.append(span)
        about = about or (not sign and _ABOUT.search(before) is not None)
        found.append((currency, plain_number(number), sign))
    return found, spans, about


def _bound(sentence: str, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """Returns "<" or ">" where words bound the sum that stands from `start` to `end`, _NOT_PAID where they deny it, "" where none
    do, and where they stand."""
    match = _BOUND.search(sentence, max(0, start - _BOUND_CHARS), start)
    behind = _BOUND_BEHIND.match(sentence, end) if match is None else None
    if behind is not None:
        return "<" if behind["most"] else ">", behind.span()
    if match is not None and (match["most"] or match["least"]):
        return "<" if match["most"] else ">", match.span()
    until = match.start() if match else start
    first = said = max(0, until - _DENIED_CHARS)
    for parting in _PARTED.finditer(sentence, first, until):
        first, said = parting.span()
    before = _DENIED.findall(sentence, said, until)
    if match is None:
        denied = not _REFUSING.isdisjoint(before) and _LIFTING.isdisjoint(before)
        return (_NOT_PAID if denied else ""), (first, end)
    if not _DENYING.isdisjoint(before):
        return ">" if match["less"] else "<", (first, match.end())
    return ("<" if match["less"] else ">" if match["more"] else ""), match.span()


def _bare_sums(sentence: str, verb: int) -> list[tuple[str, str, tuple[int, int]]]:
    """ "Pay Meier 900" and "pay up to 900" name a sum; "pay invoice 4711" and "pay Tegel job 118" name none."""
    match = _BARE.search(sentence, max(0, sentence.rfind(" ", 0, verb)))
    if match is None:
        return []
    whom, span = match["whom"], match.span("bare")
    bounded = _bound(sentence, *span)[0] in ("<", ">")
    if whom in _BEFORE_DAYS:
        return []
    if whom in COURTESIES:
        whom = ""  # "zahl Meier bitte 900"
    is_thing = singular(whom) in THINGS or singular(whom) in TOLD_BY_NUMBER or whom in _SMALL
    if not bounded and whom not in _PAYING and (is_thing or whom.endswith(TOLD_BY_NUMBER_ENDINGS)):
        return []
    return [(_ANY, match["bare"], span)]


def _numbers(number: str, bound: str) -> Iterator[str]:
    """Yields the number; of a bound the beginnings of all numbers of hundredths on its side of it, each behind how many digits
    these have: of 0.25 at most `<1:`, `<2:1`, `<2:20` to `<2:24` and `<2:25`. So a sum is looked up by its first digits."""
    if not bound:
        yield number
        return
    digits = _hundredths(number)
    above, count = bound == ">", len(digits)
    yield from (f"<{many}:" for many in (range(count + 1, _MAX_SCALED_DIGITS + 1) if above else range(1, count)))
    for at, digit in enumerate(digits):
        others = range(int(digit) + 1, 10) if above else range(0 if at else 1, int(digit))
        yield from (f"<{count}:{digits[:at]}{other}" for other in others)
    yield f"<{count}:{digits}"


def _hundredths(number: str) -> str:
    return str(int(Decimal(number or "0") * _SCALE))


def sum_marks(paid: Sum, codes: Collection[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the marks each of which tells that the request states a sum that this one can be compared with, and those each of
    which tells that this is it, or that the request leaves one open. `codes`: the ids of the same call, since a number without a
    currency that is one of them is no sum ("refund 47110").

    Where the catalog gives the currency, a sum of another one is not compared, since the tool may change money; where the agent
    chooses it, it is another sum."""
    code = "" if paid.currency == UNKNOWN_CURRENCY else paid.currency
    numbers = {plain_number(paid.number)}
    if paid.exponent == 0 and paid.number.isdecimal() and decimals_of(paid.currency) > 0:
        numbers.add(plain_number(str(Decimal(paid.number).scaleb(-decimals_of(paid.currency)))))
    numbers.discard("")
    each_code = ("",) if not code else (code, _ANY)
    states = ("s:",) if paid.chosen else tuple(f"s:{each}" for each in each_code)
    bounded = (digits for number in sorted(numbers) for digits in (_hundredths(number),))
    told = [f"<{len(digits)}:{digits[:at]}" for digits in bounded for at in range(len(digits) + 1)]
    same = [f"s:{each} {number}" for each in each_code for number in (*sorted(numbers), *told)]
    ids = {plain_number(one) for one in codes if one.isdecimal() and len(one) >= _MIN_CODE_DIGITS} - {""}
    return states, (*same, *(f"s:{_ANY} {one}" for one in sorted(ids)), "s:?")
