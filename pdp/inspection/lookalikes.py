"""Reads text as a person or a model would: compatibility letters, look-alikes and marks become plain, hidden text visible.

Unlike `pdp.fold` it keeps case, since keys and tokens need it, and it also reads what is hidden on purpose: the Unicode
tags block and runs of variation selectors carry ASCII that no font shows.
"""

# ruff: noqa: RUF001  # look-alikes are what this module is about
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import re2  # type: ignore[import-untyped]  # has no types

_UPPER = dict(zip("АВЕЅІЈКМНОРСТУХҮԌԜЗЬ", "ABESIJKMHOPCTYXYGW3b", strict=True)) | dict(
    zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)
)
_LOWER = dict(zip("авгеіјкморстухһѕԁԛԝүѵьґӏп", "aBreijkmopctyxhsdqwyvbrln", strict=True)) | dict(
    zip("αβγεηικμνορτυχωϲϳ", "abyenikmvoptuxwcj", strict=True)
)
_OTHERS = dict(zip("օսհոցքɑɡıǀᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ouhngpagilABCDEFGHIJKLMNOPRSTUVWYZ", strict=True)) | {
    chr(base + number): chr(65 + number) for base in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for number in range(26)
}


def _decimal_digits() -> Iterator[tuple[int, str]]:
    """Yields value and letter of the digits of all scripts but Latin; NFKC knows mathematical and full-width ones."""
    for code in range(0x660, 0x20000):
        if unicodedata.category(chr(code)) == "Nd":
            yield unicodedata.decimal(chr(code)), chr(code)


_DIGITS = {char: str(value) for value, char in _decimal_digits()}
_LOOKALIKES = str.maketrans(_UPPER | _LOWER | _OTHERS | _DIGITS)
_LATIN_LOOKALIKES = str.maketrans("ABEKMHOPCTXaeopcyxkmti3", "АВЕКМНОРСТХаеорсухкмтіз")
# A word with letters of both scripts; what looks behind has each word tried once, from its first letter.
_MIXED = re.compile(
    "(?<![A-Za-z3\u0410-\u0451])(?:[A-Za-z3]++[\u0410-\u0451]|[\u0410-\u0451]++[A-Za-z3])[A-Za-z3\u0410-\u0451]*"
)
_CYRILLIC_ONLY = re.compile(
    "[\u0431\u0434\u0436\u0437\u0438\u0439\u043b\u043d\u0444\u0446-\u044f\u0411\u0414\u0416\u0418\u0419\u041b\u0424\u0426-\u042f]"
)
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f-\x9f"
)
_MARKS = "\u0300-\u036f\u0489\u20d0-\u20ff"
_DASHES = "[\u2010-\u2015\u2212]"
# A full stop that ends a label of a name (IDNA, RFC 3490 3.1), and dashes between groups of digits as a printer sets them.
# What is looked behind for stands second: the search for a character is quick, that for a place is not.
_STOP = re.compile("[\u3002\uff0e\uff61](?<=[0-9A-Za-z].)(?=[0-9A-Za-z])")
_DASH = re.compile(f"{_DASHES}(?<=[0-9].)(?=[0-9])")
_STRIPPED = re.compile(f"[{_INVISIBLE}{_MARKS}]")
# RE2, since `re` tries the ranges of so many letters one after the other: 500 µs for 1 KiB of German, which is 3 µs here.
_SUSPECT = re2.compile(
    f"[{_INVISIBLE}{''.join(map(chr, _LOOKALIKES))}{_MARKS}]|[0-9A-Za-z][\u3002\uff0e\uff61][0-9A-Za-z]"
    f"|[0-9]{{3,6}}{_DASHES}[0-9]{{2,6}}{_DASHES}[0-9]{{2,6}}"
)
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_UNTAGGED = {0xE0000 + code: code for code in range(0x20, 0x7F)}
_OVERRIDDEN = re.compile("\u202e([^\u202c\n]*)\u202c?")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_BESIDE = re.compile(f"{_TAGS.pattern}|{_SELECTORS.pattern}")


_SLICE = 2048
"""Characters of a text that are read at a time."""


def is_suspect(text: str) -> bool:
    """True when `plain_view` or `hidden_text` may have something else to say than `text` does."""
    return not text.isascii() and (
        _SUSPECT.search(text.encode("utf-8", "replace")) is not None or not unicodedata.is_normalized("NFKC", text)
    )


def plain_view(text: str) -> str:
    """Returns `text` with compatibility letters and look-alikes as Latin ones, without marks and invisible characters."""
    composed = unicodedata.normalize("NFKC", text)  # before marks go: an accent that belongs to its letter stays
    return _DASH.sub("-", _STOP.sub(".", _STRIPPED.sub("", composed).translate(_LOOKALIKES)))


def plain_view_within(text: str, most: int) -> tuple[str, bool]:
    """Returns `plain_view` of as much of `text` as gives `most` characters, and whether that is all: one letter may stand for
    eighteen."""
    parts: list[str] = []
    left = most
    for start in range(0, len(text), _SLICE):
        if left <= 0:
            return "".join(parts), False
        part = plain_view(text[start : start + _SLICE])
        if len(part) > left:
            return "".join([*parts, part[:left]]), False
        parts.append(part)
        left -= len(part)
    return "".join(parts), True


def hidden_text(text: str) -> str:
    """Returns what stands in tag characters and runs of variation selectors, "" when nothing does."""
    tagged = " ".join(_TAGS.findall(text)).translate(_UNTAGGED)
    return " ".join(part for part in (tagged, *map(_selected, _SELECTORS.findall(text))) if part)


def hidden_span(text: str) -> tuple[int, int]:
    """Returns the characters from the first to the last that `hidden_text` reads, of a `text` that holds some."""
    ends = [_BESIDE.search(one) for one in (text, text[::-1])]
    before, behind = (len(text) if end is None else end.start() for end in ends)
    return before, len(text) - behind


def bared_text(text: str) -> str:
    """Returns `text` without invisible characters, its letters as they are: words of scripts that Latin look-alikes stand for.
    Latin letters in a Cyrillic word are Cyrillic."""
    return _MIXED.sub(_in_cyrillic, _HIDDEN.sub("", text))


def _in_cyrillic(match: re.Match[str]) -> str:
    word = match[0]
    return word.translate(_LATIN_LOOKALIKES) if _CYRILLIC_ONLY.search(word) else word


def unmarked_text(text: str) -> str:
    """Returns `text` without the marks that join the letter before them (`e` and an acute accent), "" when it has none: NFKC
    gives accented letters, which belong there in one language and disguise a word in another."""
    return "" if unicodedata.is_normalized("NFC", text) else _STRIPPED.sub("", text)


def shown_text(text: str) -> str:
    """Returns `text` as bidirectional overrides show it: what stands in a right-to-left override, backwards."""
    return _OVERRIDDEN.sub(lambda match: match[1][::-1], text)


def _selected(run: str) -> str:
    """Returns the bytes that a run of variation selectors numbers, as text."""
    numbers = bytes(ord(c) - 0xFE00 if c <= "\ufe0f" else ord(c) - 0xE0100 + 16 for c in run)
    return numbers.decode("utf-8", "replace")
