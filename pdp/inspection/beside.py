"""Reads together what stands in neighbouring values of a document: a value that is split over a list or over numbered members,
and a value whose name stands beside it (`{"name": "password", "value": …}`) or before it (`["--password", …]`).

Only short lists and objects are read so, and in them strings: a longer one is data. Numbers are not: a list of them is a row of
figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, islice, pairwise
from typing import Any, TypeAlias

from pdp.inspection.fields import MAX_NAME_CHARS
from pdp.inspection.texts import Path, Span
from writ.frozen import frozen
from writ.strict_json import MAX_DEPTH

BESIDE = "beside"
"""Step of a text that several values are, read as one."""

MAX_PIECES, MAX_JOINED_CHARS = 32, 1_024
"""Most values that are read as one, and most characters of these."""

MAX_JOINED, MAX_ALL_CHARS = 128, 8 * 1024
"""Most texts that the values of one call are read as, and most characters of these: beyond, each stands for itself alone."""

MAX_NEIGHBOURS = 1_024
"""Most values of one document that are looked at, at a microsecond or two."""

_ENDS, _GOES_ON = "[0-9A-Z_+/.=:@-]", "[0-9A-Za-z.+/_=@-]"

IN_LIST = (
    # Digits, capitals and signs on both sides of a border, or before it one that ends in a digit or capital and small letters;
    # what is escaped; the option of a command; words; a name and its value.
    rf'(?:{_ENDS}|[0-9][0-9a-z]{{1,64}}|[A-Z][a-z]{{1,2}})"\s*,\s*"{_GOES_ON}[^":]*"\s*[,\]]',
    r'%[0-9A-Fa-f]{2}[^":]*"\s*,\s*"',
    r'"--?[A-Za-z][A-Za-z0-9-]*"\s*,\s*"',
    r'[a-z] [^":\[\]{}]*"\s*,\s*"[^":]+"\s*[,\]]',
    r'"[A-Za-z]+"\s*,\s*"[a-z]+"\s*,\s*"[a-z]+"\s*,\s*"[a-z]+"',
    r'\[\s*"[A-Za-z][A-Za-z0-9_-]*"\s*,\s*"[^":]*"\s*\]',
)
_LATER = (
    # Digits other than a one; words; letters at the end of a name, or alone.
    r'(?:[02-9]|11)[^":,]*"\s*:\s*"',
    r'(?i:second|third|fourth|right|suffix)[^":,]*"\s*:\s*"',
    r'(?:_[b-dB-D]|[a-z][B-D]|"[b-dyzB-DYZ])"\s*:\s*"',
)
_IN_COLUMN = r'"(?:text|content|part|chunk)"\s*:\s*"'
IN_OBJECT = (
    *_LATER,
    r'(?i)"val(?:ue)?"\s*:\s*"',
    r'(?i)"[a-z_]*(?:selector|element|field|label)"\s*:\s*"',
    rf"(?s){_IN_COLUMN}.*{_IN_COLUMN}",
)
"""Patterns for the prefilter: JSON in which none occurs holds nothing that is read together. What is read together is chosen by
the same patterns, so that it does not depend on whether there was a prefilter."""

_OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9-]{1,40}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,40}")
_LIST = re.compile("|".join(IN_LIST))
_IS_LATER = re.compile("|".join(_LATER))
_NUMBERING = re.compile(
    r"\d+|(?i:first|second|third|fourth|left|right|prefix|suffix|(?<=_)[a-d]$|^[a-dx-z]$)|(?<=[a-z])[A-D]$"
)
_NAMING = re.compile(
    r"(?:[a-z]+_)?(?:name|key|field|header|label|selector|element|param|parameter|variable|setting|property|attribute|option)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"val(?:ue)?", re.IGNORECASE)
_TYPED = re.compile(r"text|content", re.IGNORECASE)
_PLACE = re.compile(r"(?:[a-z]+_)?(?:field|label|selector|element)", re.IGNORECASE)
_COLUMNS = ("text", "content", "part", "chunk")

_Piece: TypeAlias = tuple[Path, str]
"""A value, and where it stands."""


@frozen
class Joined:
    """A text, the path that gives the names around it, and of which values it is made: their paths, and where they stand in
    it. What stands in one of several values alone is no part of what is new."""

    value: str
    path: Path
    pieces: tuple[tuple[Path, Span], ...]


def joined_texts(document: Any) -> Iterator[Joined]:
    """Yields what neighbouring values of parsed JSON are together, in no order that callers may count on; who takes them stops at
    `MAX_JOINED` and `MAX_ALL_CHARS`."""
    waiting: list[tuple[Any, Path, int]] = [(document, None, MAX_DEPTH)] if type(document) in (dict, list) else []
    values = MAX_NEIGHBOURS
    while waiting and values > 0:
        value, path, levels = waiting.pop()
        members: list[tuple[Any, Any]] = list(
            islice(value.items() if type(value) is dict else enumerate(value), values)
        )
        values -= len(members)
        if levels > 1:
            waiting += [(inner, (path, key), levels - 1) for key, inner in members if type(inner) in (dict, list)]
        if 2 <= len(value) <= MAX_PIECES:
            yield from _of_object(members, path) if type(value) is dict else _of_list(members, path)


def _of_list(members: list[tuple[Any, Any]], path: Path) -> Iterator[Joined]:
    for kind, group in groupby(members, lambda member: type(member[1])):
        run = list(group)
        if kind is dict:
            for name in _COLUMNS:
                yield from _together(
                    [(((path, key), name), inner[name]) for key, inner in run if type(inner.get(name)) is str]
                )
        elif kind is str and len(run) > 1 and _size(run) <= MAX_JOINED_CHARS:
            is_all = len(run) == len(members)
            yield from _of_strings([((path, key), inner) for key, inner in run], path, is_all=is_all)


def _of_strings(run: list[_Piece], path: Path, *, is_all: bool) -> Iterator[Joined]:
    """`is_all` says that the list holds nothing else."""
    values = [value for _, value in run]
    text = '","'.join(values)
    if not _LIST.search(f'["{text}"]' if is_all else f',"{text}",'):
        return
    yield from _together(run)
    for (_, told), (place, value) in pairwise(run):
        if _OPTION.fullmatch(told) or (is_all and len(run) == 2 and _NAME.fullmatch(told)):
            yield from _named(told, value, place, path, " " if told[0] == "-" else ": ")


def _of_object(members: list[tuple[Any, Any]], path: Path) -> Iterator[Joined]:
    texts = [(key, inner) for key, inner in members if type(inner) is str and len(inner) <= MAX_JOINED_CHARS]
    numbered = [
        (key, inner, stem)
        for key, inner in texts
        if len(key) <= MAX_NAME_CHARS and (stem := _NUMBERING.sub("#", key)) != key
    ]
    for _, group in groupby(numbered, lambda one: one[2]):
        run = list(group)
        if any(_IS_LATER.search(f'"{key}":"') for key, _, _ in run):
            yield from _together([((path, key), inner) for key, inner, _ in run])
    for name, told in texts:
        if not told or not _NAMING.fullmatch(name):
            continue
        for key, inner in texts:
            if _NAMED.fullmatch(key) or (_PLACE.fullmatch(name) and _TYPED.fullmatch(key)):
                yield from _named(told, inner, (path, key), path, ": ")


def _named(name: str, value: str, place: Path, around: Path, sign: str) -> Iterator[Joined]:
    """Yields the value at `place` as that of a member `name`, and as text behind the name."""
    yield Joined(value=value, path=(around, name), pieces=((place, (0, len(value))),))
    start = len(name) + len(sign)
    yield Joined(value=f"{name}{sign}{value}", path=place, pieces=((place, (start, start + len(value))),))


def _together(run: list[_Piece]) -> Iterator[Joined]:
    """Yields the values of `run` as one text, with nothing and with blanks between them."""
    if len(run) < 2 or _size(run) > MAX_JOINED_CHARS:
        return
    for between in ("", " "):
        pieces, start = [], 0
        for path, value in run:
            pieces.append((path, (start, start + len(value))))
            start += len(value) + len(between)
        yield Joined(value=between.join([value for _, value in run]), path=run[0][0], pieces=tuple(pieces))


def _size(run: list[tuple[Any, str]]) -> int:
    return sum(len(value) for _, value in run)
