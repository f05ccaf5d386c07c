"""Names of JSON members, folded so that `dateOfBirth`, `date_of_birth`, `Date-Of-Birth` and `DATEOFBIRTH` are one name.

A rule names a member by its words (`date_of_birth`). A `*` in front or behind stands for any further words there, so
`*email` also means `customer_email` and `billingEmail`, but not `gmail`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pdp.inspection.lookalikes import plain_view

MAX_NAME_CHARS = 64
"""Longest name of a member that can be a field; a longer one is data itself."""

MAX_WORDS = 8
"""Most words of a name that are compared; the parts between two `*` grow with the square."""

MAX_KNOWN_NAMES = 4_096
"""Most member names whose rules are remembered; the names of real tools are few and come again."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_FIELD = re.compile(r"\*?[a-z0-9]+(?:_[a-z0-9]+)*\*?")


def words_of(name: str) -> tuple[str, ...]:
    """Returns at most eight words of a member's name in lower case: `billingEmail2` gives billing, email, 2."""
    return tuple(word.casefold() for word in _WORD.findall(_plain(name))[:MAX_WORDS])


def _plain(name: str) -> str:
    name = name[:MAX_NAME_CHARS]
    return name if name.isascii() else plain_view(name)


def is_field(text: str) -> bool:
    """True when `text` is a field of a rule: lower-case words joined by `_`, perhaps with `*` in front or behind."""
    return _FIELD.fullmatch(text) is not None


_GAP = "[ _./-]{0,2}"


def field_pattern(field: str) -> str:
    """Returns a pattern that hits JSON text wherever a member may have a name that `field` means; it may hit more."""
    body = _GAP.join(field.strip("*").split("_"))
    before = "" if field.startswith("*") else f'"{_GAP}'
    behind = f'[^"]{{0,{MAX_NAME_CHARS}}}' if field.endswith("*") else _GAP
    return f'(?i){before}{body}{behind}"\\s{{0,8}}:'


class FieldIndex:
    """Which rules mean a member, by its name.

    The words of a field may stand joined (`dateofbirth`), since writers disagree on their borders; with `*` the part that
    is named begins or ends where a word of the name does.
    """

    def __init__(self, fields: Iterable[tuple[str, int]]) -> None:
        """`fields` are pairs of a field and the number of its rule."""
        self._tables: dict[tuple[bool, bool], dict[str, list[tuple[int, re.Pattern[str]]]]] = {}
        for field, rule in fields:
            table = self._tables.setdefault((field.startswith("*"), field.endswith("*")), {})
            entry = (rule, re.compile(field_pattern(field)))
            table.setdefault(field.strip("*").replace("_", ""), []).append(entry)
        self._known: dict[str, frozenset[int]] = {}

    def rules(self, name: str) -> frozenset[int]:
        """Returns the numbers of the rules that mean the member `name`."""
        known = self._known.get(name)
        if known is None:
            known = self._look_up(words_of(name), f'"{_plain(name)}":')
            if len(self._known) >= MAX_KNOWN_NAMES:
                self._known.clear()
            if len(name) <= MAX_NAME_CHARS:
                self._known[name] = known
        return known

    def _look_up(self, words: tuple[str, ...], member: str) -> frozenset[int]:
        count = len(words)
        found: set[int] = set()
        for (open_start, open_end), table in self._tables.items():
            for start in range(count) if open_start else range(min(1, count)):
                for end in range(start + 1, count + 1) if open_end else (count,):
                    for rule, pattern in table.get("".join(words[start:end]), ()):
                        if pattern.search(member):  # else a prefilter that sees names in their JSON would not agree
                            found.add(rule)
        return frozenset(found)
