"""Listings that a tool returns as text: a record in each line, its fields apart by one sign.

Many servers answer `th_31 | Label colours | open` where others answer JSON. Only for results of tools that list, and only when
every line has the same form; anything else stays a text. Pure.
"""

from __future__ import annotations

import re

MIN_FIELDS, MAX_FIELDS = 2, 12

MAX_ROWS, MAX_CHARS = 512, 32_768
"""A longer listing stays a text, of which as much is known as of any other."""

MAX_FIELD_CHARS, MAX_FIELD_WORDS = 96, 10
"""A longer field is told, not listed."""

_SIGNS = ("\t", " | ", "|", " ; ", ";", " - ", " \N{EM DASH} ", " \N{EN DASH} ", ", ", ": ")
"""What parts fields, the surest first."""

_SURE_SIGNS = 3
"""The first of them stand in no prose, so that one line alone is a listing."""

_BULLET = re.compile(r"(?:[-*\N{BULLET}]|\d{1,3}[.)])\s+")
_SENTENCE = re.compile(r"[.!?](?:\s|$)")


def rows_in(text: str) -> list[dict[str, str]] | list[str] | None:
    """Returns the records of a listing, or its values where each line is one; None when the text is none.

    The first field is called `id` where all are single words and none comes twice, else `name`; others `field_2_name` and so on.
    """
    if len(text) > MAX_CHARS:
        return None
    lines = [_BULLET.sub("", line.strip(), count=1) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > 1 and lines[0].endswith(":"):
        del lines[0]  # what it is a list of
    if not lines or len(lines) > MAX_ROWS:
        return None
    for at, sign in enumerate(_SIGNS):
        rows = _parted(lines, sign)
        if rows is not None and (len(rows) > 1 or at < _SURE_SIGNS):
            return _named(rows)
    sure = _SIGNS[:_SURE_SIGNS]
    return (
        lines
        if len(lines) > 1 and all(_is_field(line) and not any(map(line.__contains__, sure)) for line in lines)
        else None
    )


def _parted(lines: list[str], sign: str) -> list[list[str]] | None:
    rows = [[field.strip() for field in line.split(sign)] for line in lines]
    fields = len(rows[0])
    if not MIN_FIELDS <= fields <= MAX_FIELDS or any(len(row) != fields for row in rows):
        return None
    return rows if all(_is_field(field) for row in rows for field in row) else None


def _is_field(text: str) -> bool:
    return len(text) <= MAX_FIELD_CHARS and len(text.split()) <= MAX_FIELD_WORDS and not _SENTENCE.search(text)


def _named(rows: list[list[str]]) -> list[dict[str, str]]:
    firsts = [row[0] for row in rows]
    is_id = len(set(firsts)) == len(firsts) and all(len(first.split()) == 1 for first in firsts)
    names = ["id" if is_id else "name", *(f"field_{number}_name" for number in range(2, len(rows[0]) + 1))]
    return [dict(zip(names, row, strict=True)) for row in rows]
