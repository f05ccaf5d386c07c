"""Fixed texts that a pattern cannot match without, worked out from the pattern itself.

Thousands of fixed texts are found in one pass at the price of few; a pattern is tried only where its texts are. The texts
are in lower case and compared without case, so the answer holds for patterns that heed case as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

MIN_CHARS = 3
"""Shortest text that is worth looking for when it holds a sign, such as `../`."""

MIN_WORD_CHARS = 5
"""Shortest text of letters and blanks that is; shorter words stand in every text, and each costs a call."""

MAX_ALTERNATIVES = 120
"""Most texts of which one must be there; more are too many to be rare."""

MAX_CLAUSES = 2
"""Most conditions that are kept of one pattern: the two with the longest texts."""

_RARE_SIGNS = frozenset("@;|&`$%<>=()\\#*~^!?+")  # in neither JSON nor most prose, so one of them is enough

_MAX_EXACT = 24  # strings that a stretch of a pattern may stand for before it is cut

Clause: TypeAlias = frozenset[str]


@lru_cache(maxsize=4096)
def needed(pattern: str) -> tuple[Clause, ...]:
    """Returns conditions that every text with a match fulfils: of each, at least one member occurs in it, whatever its
    case. () when nothing is sure."""
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError):
        return ()
    possible = {clause for clause in _clauses(tree) if len(clause) <= MAX_ALTERNATIVES}
    clauses = {clause for clause in possible if all(_is_rare(text, MIN_WORD_CHARS) for text in clause)}
    clauses = clauses or {clause for clause in possible if all(_is_rare(text, MIN_WORD_CHARS - 1) for text in clause)}
    return tuple(sorted(clauses, key=lambda clause: (-_length(clause), len(clause), sorted(clause))))[:MAX_CLAUSES]


def _is_rare(text: str, word_chars: int) -> bool:
    if not _RARE_SIGNS.isdisjoint(text):
        return True
    words = text.replace(" ", "")
    return len(words) >= (word_chars if words.isalpha() else MIN_CHARS)


def _length(clause: Clause) -> int:
    return min(map(len, clause), default=0)


def _clauses(tree: Sequence[Any]) -> list[Clause]:
    """Returns the conditions of a sequence."""
    found: list[Clause] = []
    run: Clause = frozenset({""})
    for op, arg in tree:
        exact = _exact(op, arg)
        if exact is not None and len(run) * len(exact) <= _MAX_EXACT:
            run = frozenset(left + right for left in run for right in exact)
            continue
        found.append(run)
        run = frozenset({""})
        if exact is not None:
            run = exact
        elif op is ops.SUBPATTERN:
            found += _clauses(arg[3])
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and arg[0]:
            found += _clauses(arg[2])
        elif op is ops.BRANCH:
            best = [max(_clauses(branch), key=_length) for branch in arg[1]]
            found.append(frozenset().union(*best))
    found.append(run)
    return found


def _exact(op: Any, arg: Any) -> Clause | None:
    """Returns all texts that one place of a pattern stands for, in lower case; None when there are many."""
    if op is ops.AT:
        return frozenset({""})
    if op is ops.LITERAL:
        return frozenset({chr(arg).lower()}) if arg < 128 else None
    if op is ops.IN:
        if len(arg) > 4 or not all(kind is ops.LITERAL and value < 128 for kind, value in arg):
            return None
        return frozenset(chr(value).lower() for _, value in arg)
    if op is ops.SUBPATTERN:
        return _exact_sequence(arg[3])
    if op is ops.BRANCH:
        branches = [_exact_sequence(branch) for branch in arg[1]]
        if any(branch is None for branch in branches):
            return None
        union = frozenset().union(*(branch for branch in branches if branch is not None))
        return union if len(union) <= MAX_ALTERNATIVES else None
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and (arg[0], arg[1]) == (0, 1):
        inner = _exact_sequence(arg[2])
        return None if inner is None else inner | {""}
    return None


def _exact_sequence(tree: Sequence[Any]) -> Clause | None:
    run: Clause = frozenset({""})
    for op, arg in tree:
        exact = _exact(op, arg)
        if exact is None or len(run) * len(exact) > MAX_ALTERNATIVES:
            return None
        run = frozenset(left + right for left in run for right in exact)
    return run
