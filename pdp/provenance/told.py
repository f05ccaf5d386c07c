"""Who told the details of an action: the user, or a sentence by which outsiders bid the reader act.

"Book Alto Suites from July 1 to 14" in a review names a house and days that the user never spoke of. Addresses are judged
as sinks; this is about what else an order decides: names, amounts, days, and the record that an id stands for. A result
leaves the marks of its orders and links from ids to the names of their records; an action asks whether its values, or the
names of its records, stand in orders and not in the request. Pure; gives marks, judges nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from pdp.fold import fold
from pdp.provenance.leaves import Leaf
from pdp.remembered import remembered
from pdp.steps import Steps, finish
from pdp.wording.grammar import BIDDING, COMMON, NOT, OF_A_THING, OF_SOMEBODY
from pdp.wording.lexicon import DEEDS, Deed
from pdp.wording.marks import identifiers, pieces, words
from pdp.wording.numbers import MAX_DIGITS, plain_number
from pdp.wording.things import THINGS, singular
from writ.frozen import frozen

MAX_DETAILS = 16
"""Values of one action that are looked up so; tools with more that matter are not known."""

MAX_LINKS = 400
"""Links of one result, some 4 KiB; of what lies beyond no name is known."""

MIN_NUMBER = 10
"""Smaller numbers stand in any text by chance."""


MAX_BIDDEN_WORDS = 120
MAX_DETAIL_CHARS, MAX_DETAIL_WORDS = 96, 12
MAX_COPIED_CHARS, MAX_COPIED_WORDS = 160, 24
MIN_NAME_CHARS, MIN_COPIED_WORDS = 3, 4
MAX_RECORD_LEAVES = 24

MAX_NAME_WORDS = 4
"""A longer name is told by two words of it in a row."""

DAY, NUMBER, NAME, CODE, RECORD = "day", "number", "name", "code", "record"

_MONTHS: dict[str, int] = {}
for _row in (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
):
    _MONTHS.update({fold(_name): _number for _number, _name in enumerate(_row.split(), start=1)})

_TENS = {
    word: number
    for row in (
        "ten=10 eleven=11 twelve=12 fifteen=15 twenty=20 thirty=30 forty=40 fifty=50 hundred=100 dozen=12",
        "zehn=10 zwölf=12 zwanzig=20 fünfzig=50 hundert=100 dix=10 vingt=20 cent=100 diez=10 veinte=20 cien=100",
    )
    for word, _, number in (pair.partition("=") for pair in row.split())
}
_ISO = re.compile(r"(?<!\d)\d{4}-(\d\d)-(\d\d)(?!\d)")
_POINTS = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(?:\d{2,4})?(?!\d)")
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:[.,'\u2019]\d+)*(?![\w:/-]|[.,'\u2019]\d)")
_ORDINAL = frozenset({"st", "nd", "rd", "th", ".", "of", "de", "the"})
_BETWEEN = frozenset(
    {"to", "until", "till", "and", "or", "-", "\u2013", "bis", "und", "au", "et", "al", "y", "through"}
)
_NAME_FIELD = re.compile(
    r"(?i:name|title|label|handle|alias|customer|client|carrier|company|vendor|supplier|provider|owner|host|sender|author"
    r"|seller|firm|agency|contact|person|partner|brand|landlord|tenant|employer|organi[sz]ation)$"
)
_ID = re.compile(r"(?=\S*[0-9])[^\s@/]{2,64}")
_NO_ID = re.compile(r"[0-9:.,T+Z-]*[0-9:.,+Z-]")


@frozen
class Detail:
    """One value to look up: its sort (DAY, NUMBER, NAME, RECORD, or CODE for a name with digits) and the marks that together
    stand for it."""

    sort: str
    marks: tuple[str, ...]


def detail_marks(text: str) -> set[str]:
    """Returns the marks of the days (`d:07-14`) and of the numbers of two digits or more (`m:9000`) that a text holds."""
    found = {f"d:{month}-{day}" for month, day in _ISO.findall(text)}
    if any(character.isdigit() for character in text):
        found |= {f"d:{int(month):02}-{int(day):02}" for day, month in _POINTS.findall(text)}
        found |= _spoken_days(fold(text))
        found |= {f"m:{number}" for number in map(_number, set(_NUMBER.findall(text))) if number}
    return found | {f"m:{_TENS[word]}" for word in words(text) if word in _TENS}


def _spoken_days(folded: str) -> set[str]:
    """ "June 24th", "24. Juni", "from July 4 to 7"."""
    found: set[str] = set()
    parts = _WORD.findall(folded)
    month = 0  # of the day before, for the second of two days
    for at, part in enumerate(parts):
        if part in _MONTHS:
            month = _MONTHS[part]
            if at + 1 < len(parts) and parts[at + 1] == ".":
                continue
        day = int(part) if part.isdecimal() and len(part) <= 2 else 0
        if not 1 <= day <= 31:
            continue
        near = [*_skipped(parts[at + 1 : at + 4]), ""][0]
        before = [*_skipped(parts[max(0, at - 3) : at][::-1]), ""][0]
        told = _MONTHS.get(before) or _MONTHS.get(near) or (month if before in _BETWEEN else 0)
        if told:
            found.add(f"d:{told:02}-{day:02}")
    return found


def _skipped(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part not in _ORDINAL]


def detail_number(text: str) -> str:
    """Returns the mark of a value that is a number of two digits or more, "" for any other."""
    bare = text.strip()
    number = _number(bare) if bare.replace(".", "", 1).isdecimal() else ""
    return f"m:{number}" if number else ""


def _number(text: str) -> str:
    """Returns a number without separators and empty decimals, "" for a small one."""
    if text.isdecimal():
        text = text.lstrip("0")
        return text if len(str(MIN_NUMBER)) <= len(text) <= MAX_DIGITS else ""
    number = plain_number(text)
    return number if len(str(MIN_NUMBER)) <= len(number.partition(".")[0]) else ""


def bidden_marks(sentence: str) -> set[str]:
    """Returns what a sentence that bids its reader do something holds: addresses, words, words in a row, days, numbers."""
    told = identifiers(sentence)
    for mark in told:
        if mark[0] in "eu":  # a part of an address names nobody
            sentence = re.sub(re.escape(mark[2:]), " ", sentence, flags=re.IGNORECASE)
    parts = words(sentence)[:MAX_BIDDEN_WORDS]
    found = {f"w:{part}" for part in parts} | {f"b:{one} {two}" for one, two in pairwise(parts)}
    return found | told | detail_marks(sentence)


@remembered(4_096)
def details(text: str, copied: bool = False) -> tuple[Detail, ...]:
    """Returns what an order would have to hold to name an argument; nothing for addresses, long texts and small numbers.
    `copied`: it is composed by the agent, whose words stand in many texts: only several in a row tell."""
    bare = text.strip()
    if (
        not bare
        or len(bare) > (MAX_COPIED_CHARS if copied else MAX_DETAIL_CHARS)
        or "@" in bare
        or "://" in bare
        or "\n" in bare
    ):
        return ()
    days = tuple(f"d:{month}-{day}" for month, day in _ISO.findall(bare))
    if days:
        return tuple(Detail(sort=DAY, marks=(day,)) for day in dict.fromkeys(days))
    if bare.replace(".", "", 1).isdecimal():
        number = _number(bare)
        return (Detail(sort=NUMBER, marks=(f"m:{number}",)),) if number else ()
    found = []
    parts = words(bare)
    sort = CODE if any(character.isdigit() for character in bare) else NAME
    if copied and len(parts) < MIN_COPIED_WORDS:
        return ()
    if len(parts) == 1:
        if len(parts[0]) >= MIN_NAME_CHARS and _distinguishes(parts[0]):
            found.append(Detail(sort=sort, marks=("w:" + parts[0],)))
    elif 1 < len(parts) <= (MAX_COPIED_WORDS if copied else MAX_DETAIL_WORDS):
        found.append(Detail(sort=sort, marks=tuple(dict.fromkeys(f"b:{one} {two}" for one, two in pairwise(parts)))))
    if len(bare.split()) == 1:
        found.append(Detail(sort=RECORD, marks=(link_mark(bare),)))
    return tuple(found)


@lru_cache(maxsize=256)
def deed_marks(deeds: int) -> tuple[str, ...]:
    """Returns the marks of kinds of deeds (bits of Deed): those that sentences of outsiders ask for."""
    return tuple(f"D:{deed.name}" for deed in Deed if deeds & deed)


def said_marks(request: str) -> frozenset[str]:
    """Returns the marks of a request that details are compared with."""
    return finish(said_in_steps(request))


def said_in_steps(request: str) -> Steps[frozenset[str]]:
    """Does what `said_marks` does, in steps."""
    parts = words(request)
    held = {f"w:{part}" for part in parts} | {f"b:{one} {two}" for one, two in pairwise(parts)}
    yield
    return frozenset(held | (yield from details_in_steps(request)))


def details_in_steps(text: str) -> Steps[set[str]]:
    """Does what `detail_marks` does, in steps; a day that stands across two pieces is not read."""
    found: set[str] = set()
    for piece in pieces(text):
        found |= detail_marks(piece)
        yield
    return found


def states(said: Iterable[str], sort: str) -> bool:
    """Tells whether a request, by its marks, states days or numbers of its own, and so leaves none to what is read."""
    prefix = {DAY: "d:", NUMBER: "m:"}.get(sort, "")
    return not prefix or any(mark.startswith(prefix) for mark in said)


def links(records: Sequence[Sequence[Leaf]]) -> list[tuple[str, str]]:
    """Returns (mark of an id, mark of a name) for objects given as the short leaves that stand directly in them: what a
    sentence may call the record that the id stands for. A word that several records of a result hold names none of them."""
    told = [_told(leaves) for leaves in records]
    common = Counter(mark for _, names in told for mark in names)
    found: dict[tuple[str, str], None] = {}
    for ids, names in told:
        for value in ids:
            for mark in names:
                if common[mark] == 1:
                    found[value, mark] = None
        if len(found) > MAX_LINKS:
            break
    return list(found)[:MAX_LINKS]


def own_matter(leaves: Sequence[Leaf]) -> set[str]:
    """Returns what the short leaves of an object call its matter: words in a row of those that are no names."""
    return {
        mark
        for leaf in leaves
        if len(leaf.text) <= MAX_DETAIL_CHARS and not _NAME_FIELD.search(leaf.pointer)
        for mark in _in_a_row(words(leaf.text)[:MAX_DETAIL_WORDS])
    }


def _in_a_row(parts: Sequence[str]) -> set[str]:
    return {f"b:{one} {two}" for one, two in pairwise(parts) if _tells(one) and _tells(two)}


def _told(leaves: Sequence[Leaf]) -> tuple[list[str], set[str]]:
    if not 2 <= len(leaves) <= MAX_RECORD_LEAVES:
        return [], set()
    ids: dict[str, None] = {}
    names: set[str] = set()
    for leaf in leaves:
        bare = leaf.text.strip()
        if _ID.fullmatch(bare) and not _NO_ID.fullmatch(bare):
            ids[link_mark(bare)] = None
        elif "@" in bare and len(bare.split()) == 1 and len(bare) <= MAX_DETAIL_CHARS:
            ids[link_mark(bare)] = None  # whom an address belongs to
        elif "@" not in bare and "://" not in bare and len(bare) <= MAX_DETAIL_CHARS:
            if leaf.is_id and len(bare.split()) == 1:
                ids[link_mark(bare)] = None
            parts = words(bare)[:MAX_DETAIL_WORDS]
            if len(parts) <= MAX_NAME_WORDS and _NAME_FIELD.search(leaf.pointer):
                names.update("w:" + part for part in parts if _distinguishes(part))
            names |= _in_a_row(parts)
    return list(ids), names


def link_mark(value: str) -> str:
    """Returns the mark by which links from a value are found."""
    return "l:" + fold(value).strip()


def _distinguishes(part: str) -> bool:
    return _tells(part) and singular(part) not in THINGS and part not in THINGS and part not in DEEDS


def _tells(part: str) -> bool:
    if len(part) < 2 or part.isdecimal() or part in COMMON:
        return False
    return not (part in OF_A_THING or part in OF_SOMEBODY or part in BIDDING or part in NOT or part in _MONTHS)
