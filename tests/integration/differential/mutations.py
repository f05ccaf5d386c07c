"""Statements that nobody thought of: those of the corpus with words swapped, dropped, doubled and put elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

WORDS = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_][A-Za-z_0-9]*|[0-9]+|\s+|--[^\n]*\n?|/\*.*?\*/|[<>=!|&~+*/-]+|.", re.DOTALL
)
PUT = (
    *("delete_all_invoices()", " delete_all_invoices ( ) ", "; DELETE FROM invoices", "; DELETE FROM lines -- ", "DELETE"),
    *(" AS ", " ON ", " IN ", " OR ", " NOT ", "(", ")", ",", ";", "'", '"', "`", "[", "]", "--", "/*", "*/", "\n", "\\"),
    *(" 1 ", " id ", " = ", " * ", ".", " RETURNING * ", " UNION ", " SELECT ", " FROM ", " WHERE ", " WITH x AS ", "/**/"),
    *(" INTO ", " TABLE ", " EXPLAIN ", " BEGIN; ", " CASE WHEN ", " THEN ", " END ", " LIMIT ", "\t", "''", " USING "),
)  # fmt: skip


LEFT_ALONE = re.compile(r"program|/dev/|system|role|database|sleep|reload|cancel|sequences|blob", re.IGNORECASE)
"""Statements that, changed by chance, could reach beyond the database or take it down."""


def mutations(texts: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """Yields statements made of `texts` by one to three changes each, the same ones for the same seed."""
    draw = random.Random(seed)
    words = [WORDS.findall(text) for text in texts if not LEFT_ALONE.search(text)]
    for _ in range(count):
        changed = list(draw.choice(words))
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            at = draw.randrange(len(changed) + 1)
            kind = draw.random()
            if kind < 0.4:
                changed.insert(at, draw.choice(PUT))
            elif kind < 0.6:
                changed[at : at + 1] = [draw.choice(PUT)]
            elif kind < 0.8:
                other = draw.choice(words)
                start = draw.randrange(len(other))
                changed[at : at + draw.randint(0, 3)] = other[start : start + draw.randint(1, 8)]
            else:
                del changed[at : at + draw.randint(1, 3)]
        yield "".join(changed)
