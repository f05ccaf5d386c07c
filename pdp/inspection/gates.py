"""Cheap conditions that a pattern cannot do without, worked out from the pattern itself.

A pattern of digits and separators has no fixed text, so a prefilter would run it over every byte of every call. But no card
number occurs where no nine digits stand close together. Such patterns are searched for only where their gate was seen.

Patterns are read by the parser of the standard library: RE2 reads nearly the same syntax, and what it does not read has
no gate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from string import ascii_letters
from typing import Any

from writ.frozen import frozen

MIN_LITERAL_CHARS = 3
"""Shortest fixed text that makes a pattern cheap by itself."""

_FOREVER = 1 << 16
_MAX_ROUNDS = 64  # of a repetition: no gate needs more


class Gate(Enum):
    """Characters that must stand close together: how many, with at most how many others between two of them. A pattern is behind
    the first that it cannot do without, so a single digit stands behind what says more."""

    __hash__ = object.__hash__  # that of Enum is Python

    DIGITS_9 = ("0123456789", 9, 2)
    DIGITS_6 = ("0123456789", 6, 2)
    CODE_14 = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 14, 1)
    CAPITALS_8 = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<", 8, 0)
    CODE_8 = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 8, 1)
    RUN_16 = (f"0123456789{ascii_letters}+/_-", 16, 0)
    DIGIT = ("0123456789", 1, 0)
    LINE = ("\n", 1, 0)
    BRACKET = ("[", 1, 0)
    APOSTROPHE = ("'", 1, 0)
    DENSE_30 = (f"0123456789{ascii_letters}!#$%&'()*+,-./:;<=>?@[\\]^_`{{|}}~", 30, 0)

    @property
    def mark(self) -> bytes:
        """The one character that the gate is, b"" when it is more than that."""
        letters = self.value[0]
        return letters.encode() if len(letters) == 1 else b""

    @property
    def pattern(self) -> str:
        """A pattern that matches wherever the gate is open."""
        letters, count, gap = self.value
        inside = f"[{letters}]" if letters.isalnum() else f"[{re.escape(letters)}]"
        if not gap:
            return f"{inside}{{{count}}}"
        outside = f"[^{letters}]{{0,{gap}}}"
        return f"{inside}(?:{outside}{inside}){{{count - 1}}}"


_RE2_ONLY = re.compile(r"\\x\{([0-9a-fA-F]{1,6})\}|\\[pP](?:\{[^}]*\}|[A-Z])|\\.", re.DOTALL)


def parse(pattern: str) -> Any:
    """Returns the tree of a pattern; a class of Unicode stands in it as `\\w`, which is as unknown.

    Raises:
        re.error: the standard library does not read the pattern.
    """
    return parser.parse(_RE2_ONLY.sub(_plain_escape, pattern))


def _plain_escape(match: re.Match[str]) -> str:
    if match[1]:
        return f"\\U{int(match[1], 16):08x}"
    return r"\w" if match[0][1] in "pP" else match[0]


@lru_cache(maxsize=4096)
def gate_of(pattern: str) -> Gate | None:
    """Returns the first gate that every match of `pattern` opens, None when it has fixed text or no gate is sure."""
    try:
        tree = parse(pattern)
    except (re.error, OverflowError):
        return None
    caseless = bool(tree.state.flags & re.IGNORECASE)
    gates: Iterable[Gate] = Gate if literal_chars(tree) < MIN_LITERAL_CHARS else (Gate.BRACKET,)
    return next((gate for gate in gates if _opens(tree, gate, caseless)), None)


@lru_cache(maxsize=4096)
def has_text(pattern: str) -> bool:
    """True when every match of each alternative of `pattern` holds fixed text of two characters or more."""
    try:
        return literal_chars(parse(pattern)) >= 2
    except (re.error, OverflowError):
        return True


def literal_chars(tree: Sequence[Any]) -> int:
    """Returns the length of the longest text that every match holds, whatever its case."""
    best = run = 0
    for op, arg in tree:
        inner = 0
        if op is ops.LITERAL:
            run += 1
        elif op is not ops.AT:
            run = 0
        if op is ops.SUBPATTERN:
            inner = literal_chars(arg[3])
        elif op is ops.BRANCH:
            inner = min(literal_chars(branch) for branch in arg[1])
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and arg[0]:
            inner = literal_chars(arg[2])
        best = max(best, run, inner)
    return best


@frozen
class _Chain:
    """What is sure so far: `count` wanted characters in a row, and at most `gap` others since; `done` when enough."""

    count: int = 0
    gap: int = 0
    done: bool = False


def _opens(tree: Sequence[Any], gate: Gate, caseless: bool) -> bool:
    letters, count, gap = gate.value
    wanted = frozenset(letters)

    def one(chain: _Chain, is_wanted: bool) -> _Chain:
        if chain.done:
            return chain
        if not is_wanted:
            return _Chain(count=chain.count, gap=chain.gap + 1)
        now = chain.count + 1 if chain.gap <= gap else 1
        return _Chain(count=now, done=now >= count)

    return _follow(tree, _Chain(), lambda chars: chars <= wanted, one, caseless).done


def _follow(
    tree: Sequence[Any],
    chain: _Chain,
    is_wanted: Callable[[frozenset[str]], bool],
    one: Callable[[_Chain, bool], _Chain],
    caseless: bool,
) -> _Chain:
    for op, arg in tree:
        if op is ops.AT:
            continue
        if op is ops.SUBPATTERN:
            _, added, removed, body = arg
            inner = (caseless or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE
            chain = _follow(body, chain, is_wanted, one, inner)
        elif op is ops.BRANCH:
            chain = _worst([_follow(branch, chain, is_wanted, one, caseless) for branch in arg[1]])
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            least, most, body = arg
            for _ in range(min(least, _MAX_ROUNDS)):
                chain = _follow(body, chain, is_wanted, one, caseless)
            if most > least and not chain.done and not _only(body, is_wanted, caseless):
                extra = min((int(most) - least) * body.getwidth()[1], _FOREVER)
                chain = _Chain(count=chain.count, gap=chain.gap + extra)
        else:
            chain = one(chain, is_wanted(_chars(op, arg, caseless)))
    return chain


def _worst(chains: list[_Chain]) -> _Chain:
    open_ones = [chain for chain in chains if not chain.done]
    if not open_ones:
        return chains[0]
    return _Chain(count=min(chain.count for chain in open_ones), gap=max(chain.gap for chain in open_ones))


def _only(body: Sequence[Any], is_wanted: Callable[[frozenset[str]], bool], caseless: bool) -> bool:
    """True when a repeated part holds wanted characters alone, so that more of it widens no gap."""
    return (
        len(body) == 1 and body[0][0] in (ops.LITERAL, ops.IN) and is_wanted(_chars(body[0][0], body[0][1], caseless))
    )


def _chars(op: Any, arg: Any, caseless: bool) -> frozenset[str]:
    """Returns the characters that one place of a pattern may hold, or a set with "\\0" when these are many."""
    many = frozenset("\0")
    if op is ops.LITERAL:
        found = {chr(arg)}
    elif op is ops.IN:
        found = set()
        for kind, value in arg:
            if kind is ops.LITERAL:
                found.add(chr(value))
            elif kind is ops.RANGE and value[1] - value[0] < 128:
                found |= {chr(code) for code in range(value[0], value[1] + 1)}
            elif kind is ops.CATEGORY and value is ops.CATEGORY_DIGIT:
                found |= set("0123456789")
            else:
                return many
    else:
        return many
    return frozenset(found | {c.swapcase() for c in found} if caseless else found)
