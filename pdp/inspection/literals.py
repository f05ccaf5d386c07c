"""Fixed texts that a pattern cannot match without, worked out from the pattern itself.

Thousands of fixed texts are found in one pass at the price of few; a pattern is tried only where its texts are. A text
with a capital letter is looked for as it is, one without in any case: so the answer holds for every pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any, TypeAlias

from pdp.inspection.gates import parse
from pdp.inspection.shorten import alternatives

MIN_CHARS = 3
"""Shortest text that is worth looking for when it holds a sign or a capital letter, such as `../` and `Ann`."""

MIN_WORD_CHARS = 5
"""Shortest text of letters and blanks that is; shorter words stand in every text, and each costs a call."""

MAX_ALTERNATIVES = 260
"""Most texts of which one must be there; more are too many to be rare. A list of names has about 200."""

MAX_CLAUSES = 4
"""Most conditions that are kept of one pattern: those with the longest texts, the first of which is the rarest."""

_COMMON = frozenset(
    (
        "your",
        "have",
        "will",
        "this",
        "that",
        "them",
        "with",
        "from",
        "about",
        "over",
        "then",
        "when",
        "what",
        "name",
        "data",
    )
)

_COMMON_SHORT = frozenset(
    "the and for any all are has was his her its our out you who how can may now new one day pay int".split()  # noqa: SIM905 - words read better in a row
)

_RARE_SIGNS = frozenset("@;|&`$%<>=()\\#*~^!?+")  # in neither JSON nor most prose, so one of them is enough

_MAX_EXACT = 80  # strings that a stretch of a pattern may stand for before it is cut

Clause: TypeAlias = frozenset[str]


@lru_cache(maxsize=4096)
def needed(pattern: str) -> tuple[Clause, ...]:
    """Returns conditions that every text with a match fulfils: of each, at least one member occurs in it, whatever its
    case when it has no capital letter. () when nothing is sure."""
    try:
        tree = parse(pattern)
    except (re.error, OverflowError):
        return ()
    caseless = bool(tree.state.flags & re.IGNORECASE)
    possible = {clause for clause in _clauses(tree, caseless) if len(clause) <= MAX_ALTERNATIVES}
    rare = {clause for clause in possible if all(_is_rare(text, MIN_WORD_CHARS) for text in clause)}
    rare = rare or {clause for clause in possible if all(_is_rare(text, MIN_WORD_CHARS - 1) for text in clause)}
    firm = {clause for clause in possible - rare if all(_is_firm(text) for text in clause)}
    if not rare and len(firm) < 2:
        return ()
    short = {clause for clause in possible - rare - firm if all(is_telling(text) for text in clause)}
    return tuple(map(_least, (*_sorted(rare), *_sorted(firm), *_sorted(short))[:MAX_CLAUSES]))


def _least(clause: Clause) -> Clause:
    """Returns the texts of a clause without those that hold another: `rewrite` is there only where `write` is."""
    return frozenset(
        text
        for text in clause
        if not any(other != text and other in (text if other != other.lower() else text.lower()) for other in clause)
    )


def needed_by_alternative(pattern: str) -> list[tuple[Clause, ...]]:
    """Returns the conditions of each alternative of `pattern`, one of which every text with a match fulfils; those of the whole
    pattern alone when an alternative has none."""
    whole = needed(pattern)
    found = [needed(one) for one in alternatives(pattern)]
    return found if all(found) else [whole]


def _sorted(clauses: set[Clause]) -> list[Clause]:
    return sorted(clauses, key=lambda clause: (-_length(clause), len(clause), sorted(clause)))


def _is_firm(text: str) -> bool:
    """True for what is worth asking for beside something else: no word that is in every other text."""
    return len(text.strip()) > MIN_CHARS and text.strip() not in _COMMON


def is_telling(text: str) -> bool:
    """True for what is worth asking for when the rest is there."""
    return len(text.strip()) >= MIN_CHARS and text.strip() not in _COMMON | _COMMON_SHORT


def _is_rare(text: str, word_chars: int) -> bool:
    if not _RARE_SIGNS.isdisjoint(text) or not text.isascii():
        return True
    words = text.replace(" ", "")
    return len(words) >= (word_chars if words.isalpha() and words == words.lower() else MIN_CHARS)


def _length(clause: Clause) -> int:
    return min(map(len, clause), default=0)


def _clauses(tree: Sequence[Any], caseless: bool) -> list[Clause]:
    """Returns the conditions of a sequence."""
    found: list[Clause] = []
    run: Clause = frozenset({""})
    for op, arg in tree:
        exact = _exact(op, arg, caseless)
        if exact is not None and len(run) * len(exact) <= _MAX_EXACT:
            run = frozenset(left + right for left in run for right in exact)
            continue
        found.append(run)
        run = frozenset({""})
        if exact is not None:
            run = exact
        elif op is ops.SUBPATTERN:
            found += _clauses(arg[3], caseless or bool(arg[1] & re.IGNORECASE))
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and arg[0]:
            found += _clauses(arg[2], caseless)
        elif op is ops.BRANCH:
            branches = [_clauses(branch, caseless) for branch in arg[1]]
            found += set(branches[0]).intersection(*branches[1:])
            found.append(frozenset().union(*[max(branch, key=_length) for branch in branches]))
    found.append(run)
    return found


def _exact(op: Any, arg: Any, caseless: bool) -> Clause | None:
    """Returns all texts that one place of a pattern stands for, folded by `_one`; None when there are many."""
    if op is ops.AT:
        return frozenset({""})
    if op is ops.LITERAL:
        return _one(arg, caseless)
    if op is ops.IN:
        if len(arg) > 4 or not all(kind is ops.LITERAL for kind, _ in arg):
            return None
        return _union([_one(value, caseless) for _, value in arg])
    if op is ops.SUBPATTERN:
        return _exact_sequence(arg[3], caseless or bool(arg[1] & re.IGNORECASE))
    if op is ops.BRANCH:
        union = _union([_exact_sequence(branch, caseless) for branch in arg[1]])
        return union if union is not None and len(union) <= MAX_ALTERNATIVES else None
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and (arg[0], arg[1]) == (0, 1):
        inner = _exact_sequence(arg[2], caseless)
        return None if inner is None else inner | {""}
    return None


def _one(code: int, caseless: bool) -> Clause | None:
    """Returns a character, in lower case where the pattern heeds no case; None for letters that fold beyond ASCII."""
    character = chr(code)
    if not caseless:
        return frozenset({character})
    if code >= 128 and not character.lower() == character.upper() == character.casefold():
        return None
    return frozenset({character.lower()})


def _union(clauses: Sequence[Clause | None]) -> Clause | None:
    known = [clause for clause in clauses if clause is not None]
    return frozenset().union(*known) if len(known) == len(clauses) else None


def _exact_sequence(tree: Sequence[Any], caseless: bool) -> Clause | None:
    run: Clause = frozenset({""})
    for op, arg in tree:
        exact = _exact(op, arg, caseless)
        if exact is None or len(run) * len(exact) > MAX_ALTERNATIVES:
            return None
        run = frozenset(left + right for left in run for right in exact)
    return run
