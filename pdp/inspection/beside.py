"""Reads together what stands in neighbouring values of a document: a value that is split over a list or over numbered members,
and a value whose name stands beside it (`{"name": "password", "value": …}`) or before it (`["--password", …]`).

Only short lists and objects of strings are read so: a longer one is data. Numbers are not: a list of them is a row of figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pdp.inspection.model import MAX_VALUES
from pdp.inspection.texts import Path, Span
from writ.frozen import frozen
from writ.strict_json import MAX_DEPTH

BESIDE = "beside"
"""Step of a text that several values are, read as one."""

MAX_PIECES, MAX_JOINED_CHARS = 32, 1_024
"""Most values that are read as one, and most characters of these."""

MAX_JOINED, MAX_ALL_CHARS = 128, 8 * 1024
"""Most texts that the values of one call are read as, and most characters of these: beyond, each stands for itself alone."""

_ENDS, _GOES_ON = "[0-9A-Z_+/.=-]", "[0-9A-Za-z.+/_=-]"

IN_LIST = (
    # Digits, capitals and signs on both sides of a border; the option of a command; words; a name and its value.
    rf'{_ENDS}"\s*,\s*"{_GOES_ON}[^":]*"\s*[,\]]',
    r'"--?[A-Za-z][A-Za-z0-9-]*"\s*,\s*"',
    r'[a-z] [^":\[\]{}]*"\s*,\s*"[^":]+"\s*[,\]]',
    r'\[\s*"[A-Za-z][A-Za-z0-9_-]*"\s*,\s*"[^":]*"\s*\]',
)
IN_OBJECT = (
    r'"[A-Za-z_-]*(?:2|_b|B|[Ss]econd[A-Za-z_]*|[Rr]ight|[Ss]uffix)"\s*:\s*"',
    r'"[by]"\s*:\s*"',
    r'"[Vv]al(?:ue)?"\s*:\s*"',
    r'"[A-Za-z_]*(?:selector|element|field|label)"\s*:\s*"',
)
"""Patterns for the prefilter: JSON in which none occurs holds nothing that is read together."""

_OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9-]{1,40}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,40}")
_LIST = re.compile("|".join(IN_LIST))
_NUMBERING = re.compile(
    r"\d+|first|second|third|fourth|left|right|prefix|suffix|(?<=_)[a-d]$|^[a-dx-z]$|(?<=[a-z])[A-D]$", re.IGNORECASE
)
_NAMING = re.compile(
    r"(?:[a-z]+_)?(?:name|key|field|header|label|selector|element|param|parameter|variable|setting|property|attribute|option)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"val(?:ue)?", re.IGNORECASE)
_TYPED = re.compile(r"text|content", re.IGNORECASE)
_PLACE = re.compile(r"(?:[a-z]+_)?(?:field|label|selector|element)", re.IGNORECASE)


@frozen
class Joined:
    """A text, the path that gives the names around it, and of which values it is made: their paths, and where they stand in
    it. What stands in one of several values alone is no part of what is new."""

    value: str
    path: Path
    pieces: tuple[tuple[Path, Span], ...]


def joined_texts(document: Any) -> Iterator[Joined]:
    """Yields what neighbouring values of parsed JSON are together, in no order that callers may count on."""
    waiting: list[tuple[Any, Path, int]] = [(document, None, MAX_DEPTH)] if type(document) in (dict, list) else []
    left, chars, values = MAX_JOINED, MAX_ALL_CHARS, MAX_VALUES
    while waiting and values > 0:
        value, path, levels = waiting.pop()
        members: list[tuple[Any, Any]] = list(
            islice(value.items() if type(value) is dict else enumerate(value), values)
        )
        values -= len(members)
        if levels > 1:
            waiting += [(inner, (path, key), levels - 1) for key, inner in members if type(inner) in (dict, list)]
        if 2 <= len(value) <= MAX_PIECES:
            for joined in (_of_object if type(value) is dict else _of_list)(members, path):
                left, chars = left - 1, chars - len(joined.value)
                if left < 0 or chars < 0:
                    return
                yield joined


def _of_list(members: list[tuple[Any, Any]], path: Path) -> Iterator[Joined]:
    value = [inner for _, inner in members if type(inner) is str]
    if (
        len(value) < len(members)
        or sum(map(len, value)) > MAX_JOINED_CHARS
        or not _LIST.search('["{}"]'.format('","'.join(value)))
    ):
        return
    yield from _together(members, path)
    for place, told in enumerate(value[:-1]):
        if _OPTION.fullmatch(told) or (len(value) == 2 and _NAME.fullmatch(told)):
            yield from _named(told, value[place + 1], (path, place + 1), path, " " if told[0] == "-" else ": ")


def _of_object(members: list[tuple[Any, Any]], path: Path) -> Iterator[Joined]:
    texts = [(key, inner) for key, inner in members if type(inner) is str and inner]
    run: list[tuple[str, str]] = []
    for key, inner in texts:
        if _NUMBERING.search(key) and (not run or _NUMBERING.sub("", key) == _NUMBERING.sub("", run[-1][0])):
            run.append((key, inner))
            continue
        yield from _together(run, path)
        run = [(key, inner)] if _NUMBERING.search(key) else []
    yield from _together(run, path)
    short = [(key, inner) for key, inner in texts if len(inner) <= MAX_JOINED_CHARS]
    for name, told in [(key, inner) for key, inner in short if _NAMING.fullmatch(key)]:
        for key, inner in short:
            if _NAMED.fullmatch(key) or (_PLACE.fullmatch(name) and _TYPED.fullmatch(key)):
                yield from _named(told, inner, (path, key), path, ": ")


def _named(name: str, value: str, place: Path, around: Path, sign: str) -> Iterator[Joined]:
    """Yields the value at `place` as that of a member `name`, and as text behind the name."""
    yield Joined(value=value, path=(around, name), pieces=((place, (0, len(value))),))
    start = len(name) + len(sign)
    yield Joined(value=f"{name}{sign}{value}", path=place, pieces=((place, (start, start + len(value))),))


def _together(members: list[tuple[Any, str]], path: Path) -> Iterator[Joined]:
    """Yields the values of `members` as one text, with nothing and with blanks between them."""
    if len(members) < 2 or sum(len(inner) for _, inner in members) > MAX_JOINED_CHARS:
        return
    for between in ("", " "):
        pieces, place = [], 0
        for key, inner in members:
            pieces.append(((path, key), (place, place + len(inner))))
            place += len(inner) + len(between)
        yield Joined(value=between.join([inner for _, inner in members]), path=path, pieces=tuple(pieces))
