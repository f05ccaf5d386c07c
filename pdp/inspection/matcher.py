"""Which patterns occur in a text: hyperscan where its wheel exists, else RE2 sets. Both answer the same.

Answers a superset filter: what it names is then searched by RE2, which says where. Neither backtracks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from os import getpid
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.shorten import alternatives, in_bytes
from writ.errors import ConfigurationError

try:
    import hyperscan
except ImportError:  # no wheel for this platform
    hyperscan = None  # type: ignore[assignment]

_SET_SIZE = 16
"""Patterns in one RE2 set: its automaton grows with the product of what they may be in the middle of."""

_SET_BYTES = 32 * 1024 * 1024
"""Memory of one RE2 set. A set that runs out of it says nothing instead of failing, hence the sentinel."""

_SENTINEL = b"\x00\x02writ\x02\x00"
"""Ends every text that a set sees. A set that does not see it ran out of memory, and is searched singly."""


class Matcher(Protocol):
    """Says which of its patterns occur in a text."""

    def hits(self, text: bytes) -> list[int]:
        """Returns the numbers of the patterns that match anywhere in `text`, valid UTF-8; each once, in any order."""
        ...


def has_hyperscan() -> bool:
    """True when this platform has hyperscan."""
    return hyperscan is not None


def build_matcher(patterns: Sequence[str], *, with_hyperscan: bool | None = None, cache: Path | None = None) -> Matcher:
    """Returns the matcher of `patterns`; `with_hyperscan` None takes what the platform has.

    `cache` is a folder of our own where compiled patterns are kept: compiling takes seconds, reading milliseconds.

    Raises:
        ConfigurationError: INSPECTION_PATTERN_REFUSED for a pattern that the engine cannot compile.
    """
    if with_hyperscan if with_hyperscan is not None else has_hyperscan():
        return HyperscanMatcher(patterns, cache)
    return SetMatcher(patterns)


def build_mixed_matcher(
    literals: Sequence[str],
    patterns: Sequence[str],
    *,
    with_hyperscan: bool | None = None,
    cache: Path | None = None,
) -> Matcher:
    """Returns the matcher of fixed texts, and behind them of patterns; their numbers follow those of the texts.

    A fixed text with a capital letter is looked for as it is, others whatever their case in ASCII.

    Raises:
        ConfigurationError: INSPECTION_PATTERN_REFUSED for a pattern that the engine cannot compile.
    """
    if with_hyperscan if with_hyperscan is not None else has_hyperscan():
        return HyperscanMatcher(patterns, cache, literals)
    return MixedMatcher(literals, patterns)


def _has_case(literal: str) -> bool:
    return literal != literal.lower()


class LiteralMatcher:
    """Fixed texts, looked for one by one."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._literals = [(literal.encode("utf-8"), _has_case(literal)) for literal in literals]

    def hits(self, text: bytes) -> list[int]:
        """Returns the numbers of the texts that occur in `text`, whatever their case when they have no capital letter."""
        lowered = text.lower()
        return [
            number
            for number, (literal, has_case) in enumerate(self._literals)
            if literal in (text if has_case else lowered)
        ]


class MixedMatcher:
    """Fixed texts, looked for one by one, and patterns in RE2 sets."""

    def __init__(self, literals: Sequence[str], patterns: Sequence[str]) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        self._literals = LiteralMatcher(literals)
        self._patterns = SetMatcher(patterns)
        self._first = len(literals)

    def hits(self, text: bytes) -> list[int]:
        """Returns the numbers of the texts and, behind them, of the patterns that occur in `text`."""
        return self._literals.hits(text) + [self._first + number for number in self._patterns.hits(text)]


class HyperscanMatcher:
    """One block-mode database and one scratch: for one thread."""

    def __init__(self, patterns: Sequence[str], cache: Path | None = None, literals: Sequence[str] = ()) -> None:
        """`literals` are fixed texts, whose numbers come first. Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        expressions = _expressions(literals, patterns)
        self._empty = not expressions
        parts = [part for text, *numbers in expressions for part in (text, *map(str, numbers))]
        name = sha256("\0".join((version("hyperscan"), *parts)).encode("utf-8")).hexdigest()
        file = cache / f"{name}.hs" if cache is not None and expressions else None
        self._database: Any = _read(file) if file is not None else None
        if self._database is None:
            self._database = _compile(expressions)
            if file is not None:
                _write(file, hyperscan.dumpb(self._database))
        self._scan = self._database.scan

    def hits(self, text: bytes) -> list[int]:
        """Returns the numbers of the patterns that match anywhere in `text`."""
        found: list[int] = []
        if text and not self._empty:
            self._scan(text, _note, 0, found)  # by place: names of arguments cost as much as the call
        return found


_Expression: TypeAlias = tuple[str, int, int]
"""A pattern, its number, and flags. Of expressions with the same number at most one is reported."""


def _expressions(literals: Sequence[str], patterns: Sequence[str]) -> list[_Expression]:
    """Returns what is compiled. Alternatives stand apart: most are then fixed text, and only the others cost an automaton."""
    once = hyperscan.HS_FLAG_SINGLEMATCH
    found = [
        (re.escape(literal), number, once if _has_case(literal) else once | hyperscan.HS_FLAG_CASELESS)
        for number, literal in enumerate(literals)
    ]
    for number, pattern in enumerate(patterns, len(literals)):
        for one in alternatives(pattern):
            plain = in_bytes(one)
            found.append((one, number, once | hyperscan.HS_FLAG_UTF8) if plain is None else (plain, number, once))
    return found


def _compile(expressions: Sequence[_Expression]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        if expressions:
            _fill(database, expressions)
    except hyperscan.error as e:
        raise ConfigurationError(
            "INSPECTION_PATTERN_REFUSED",
            f"expected patterns that hyperscan compiles, got `{_refused(expressions):.80}`: {e}",
        ) from e
    return database


def _fill(database: Any, expressions: Sequence[_Expression]) -> None:
    database.compile(
        expressions=[pattern.encode("utf-8") for pattern, _, _ in expressions],
        ids=[number for _, number, _ in expressions],
        elements=len(expressions),
        flags=[flags for _, _, flags in expressions],
    )


def _read(file: Path) -> Any:
    """Returns the compiled patterns of a file, None when there are none that this processor can use."""
    try:
        database = hyperscan.loadb(file.read_bytes(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.error):
        return None
    return database


def _write(file: Path, data: bytes) -> None:
    """Keeps compiled patterns; a crash leaves a file of another name, and a folder that cannot be written no file."""
    part = file.with_suffix(f".{getpid()}.part")
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(file)


def _refused(expressions: Sequence[_Expression]) -> str:
    """Returns the first pattern that hyperscan does not compile alone, "" when only all together are too much."""
    for expression in expressions:
        try:
            _fill(hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK), [expression])
        except hyperscan.error:
            return expression[0]
    return ""


def _note(number: int, _start: int, _end: int, _flags: int, found: list[int]) -> None:
    found.append(number)


class SetMatcher:
    """RE2 sets of a few patterns each."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        self._groups = [
            _Group(first, patterns[first : first + _SET_SIZE]) for first in range(0, len(patterns), _SET_SIZE)
        ]

    def hits(self, text: bytes) -> list[int]:
        """Returns the numbers of the patterns that match anywhere in `text`."""
        ended = text + _SENTINEL
        return [number for group in self._groups for number in group.hits(text, ended)]


class _Group:
    def __init__(self, first: int, patterns: Sequence[str]) -> None:
        options = re2.Options()
        options.max_mem = _SET_BYTES
        options.log_errors = False
        self._first = first
        self._size = len(patterns)
        self._set = re2.Set.SearchSet(options)
        self._single = [re2.compile(pattern, options) for pattern in patterns]
        try:
            for pattern in (*patterns, r"\x00\x02writ\x02\x00"):
                self._set.Add(pattern)
            self._set.Compile()
        except re2.error as e:
            raise ConfigurationError("INSPECTION_PATTERN_REFUSED", f"expected patterns for RE2, got: {e}") from e

    def hits(self, text: bytes, ended: bytes) -> list[int]:
        found = self._set.Match(ended)
        if self._size in found:
            return [self._first + number for number in found if number != self._size]
        return [self._first + number for number, one in enumerate(self._single) if one.search(text) is not None]
