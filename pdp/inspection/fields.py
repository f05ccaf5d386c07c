"""Names of JSON members, folded so that `dateOfBirth`, `date_of_birth`, `Date-Of-Birth` and `DATEOFBIRTH` are one name.

A rule names a member by its words (`date_of_birth`). A `*` in front or behind stands for any further words there, so
`*email` also means `customer_email` and `billingEmail`, but not `gmail`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME_CHARS = 64
"""Longest name of a member that can be a field; a longer one is data itself."""

MAX_WORDS = 8
"""Most words of a name that are compared; the parts between two `*` grow with the square."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_FIELD = re.compile(r"\*?[a-z0-9]+(?:_[a-z0-9]+)*\*?")


def words_of(name: str) -> tuple[str, ...]:
    """Returns at most eight words of a member's name in lower case: `billingEmail2` gives billing, email, 2."""
    name = name[:MAX_NAME_CHARS]
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    return tuple(word.casefold() for word in _WORD.findall(name)[:MAX_WORDS])


def is_field(text: str) -> bool:
    """True when `text` is a field of a rule: lower-case words joined by `_`, perhaps with `*` in front or behind."""
    return _FIELD.fullmatch(text) is not None


class FieldIndex:
    """Which rules mean a member, by its name. Words are compared joined (`dateofbirth`), since writers disagree on their
    borders; with `*` the part that is named begins or ends where a word of the name does."""

    def __init__(self, fields: Iterable[tuple[str, int]]) -> None:
        """`fields` are pairs of a field and the number of its rule."""
        self._tables: dict[tuple[bool, bool], dict[str, set[int]]] = {}
        for field, rule in fields:
            table = self._tables.setdefault((field.startswith("*"), field.endswith("*")), {})
            table.setdefault(field.strip("*").replace("_", ""), set()).add(rule)

    def rules(self, name: str) -> frozenset[int]:
        """Returns the numbers of the rules that mean the member `name`."""
        words = words_of(name)
        count = len(words)
        found: set[int] = set()
        for (open_start, open_end), table in self._tables.items():
            for start in range(count) if open_start else range(min(1, count)):
                for end in range(start + 1, count + 1) if open_end else (count,):
                    found |= table.get("".join(words[start:end]), set())
        return frozenset(found)
