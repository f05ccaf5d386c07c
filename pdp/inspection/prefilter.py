"""Tells in one pass which rules may hold in a text and which encodings may be in it. What it does not name is not there.

1. Fixed texts: a pattern is tried only where the texts are that it cannot match without (`literals`).
2. Patterns of digits and capitals only behind their gate (`gates`); rules that need context only where a context word is.
3. Patterns with neither, member names and signs of encodings are looked for in every text, cut short (`shorten`).
RE2 then tries the patterns that are left on the whole text, so a rule that is named nearly always finds something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.encodings import TRIGGERS
from pdp.inspection.fields import field_pattern
from pdp.inspection.gates import MIN_LITERAL_CHARS, Gate, gate_of
from pdp.inspection.literals import needed
from pdp.inspection.matcher import Matcher, build_literal_matcher, build_matcher
from pdp.inspection.rules import Rule, compile_pattern
from pdp.inspection.shorten import shortened

MIN_LITERAL_WORD_CHARS = 5
"""Shortest context word that is looked for as fixed text; a shorter one is in too many others."""

MAX_TRIED_BYTES = 768 * 1024
"""Most bytes on which patterns are tried before the search, over all patterns: beyond, the search's bound has to hold."""

INTEGRAL = "integral"
"""Step of a JSON number that may be an integer of six digits or more, written with a fraction or an exponent."""

_INTEGRAL_PATTERNS = (
    r"[:,\[]\s{0,8}-?\d{6,24}\.0",
    r"[:,\[]\s{0,8}-?\d{1,24}(?:\.\d{1,24})?[eE]\+?\d",
)

_SEARCH = re2._Anchor.UNANCHORED
_MISS = (-1, -1)
_SHORT_WORD_CHARS = 4


class Sign(Enum):
    """What a pattern is a sign of; beside it stands the number of a rule (with its program), a step, or a gate."""

    RULE = "a rule may hold"
    MAYBE = "a rule may hold if its whole pattern matches"
    CONTEXT = "the context that a rule needs may be there"
    FIELD = "a member may have a name that a rule means"
    ENCODING = "something may be encoded"
    GATE = "patterns behind a gate may match"


class Survey:
    """What may be in a text: `rules` by pattern, `fields` by name, and `steps` of decoding."""

    __slots__ = ("fields", "rules", "steps")

    def __init__(self) -> None:
        self.rules: set[int] = set()
        self.fields: set[int] = set()
        self.steps: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """True when nothing may be there."""
        return not (self.rules or self.fields or self.steps)


class _Literals:
    """Fixed texts by number, and what waits for them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.patterns: dict[int, list[tuple[int, Any, list[frozenset[int]]]]] = {}
        self.context: dict[int, list[tuple[int, frozenset[int]]]] = {}

    def _numbers(self, texts: frozenset[str]) -> frozenset[int]:
        return frozenset(self.numbers.setdefault(text, len(self.numbers)) for text in sorted(texts))

    def add(self, number: int, program: Any, clauses: Sequence[frozenset[str]]) -> None:
        """Adds a pattern of rule `number`, to be tried when a text of each clause is there."""
        first, *others = [self._numbers(clause) for clause in clauses]
        for literal in first:
            self.patterns.setdefault(literal, []).append((number, program, others))

    def add_context(self, number: int, word: str, others: frozenset[str]) -> None:
        """Adds a context of rule `number`: its longest word, and others that stand beside it."""
        (literal,) = self._numbers(frozenset({word}))
        self.context.setdefault(literal, []).append((number, self._numbers(others)))


class Prefilter:
    """The patterns of all rules, in the order of what they cost."""

    def __init__(self, rules: Sequence[Rule], *, with_hyperscan: bool | None, cache: Path | None = None) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        gated: dict[Gate, list[tuple[Sign, Any, str]]] = {gate: [] for gate in Gate}
        self._literals = _Literals()
        everything = list(_signs(rules, gated, self._literals))
        # Words around numbers matter only where numbers are.
        late = {n for n, rule in enumerate(rules) if rule.needs_context and all(map(gate_of, rule.patterns))}
        words = [(what, pattern) for sign, what, pattern in everything if sign is Sign.CONTEXT and what in late]
        signs = [one for one in everything if not (one[0] is Sign.CONTEXT and one[1] in late)]
        self._signs = [(sign, what) for sign, what, _ in signs]
        self._late = [number for number, _ in words]
        self._words = build_matcher([pattern for _, pattern in words], with_hyperscan=with_hyperscan, cache=cache)
        self._fixed = build_literal_matcher(list(self._literals.numbers), with_hyperscan=with_hyperscan, cache=cache)
        self._first = build_matcher([pattern for _, _, pattern in signs], with_hyperscan=with_hyperscan, cache=cache)
        self._gated: dict[Gate, tuple[Matcher, list[tuple[Sign, Any]]]] = {
            gate: (
                build_matcher([pattern for _, _, pattern in some], with_hyperscan=with_hyperscan, cache=cache),
                [(sign, what) for sign, what, _ in some],
            )
            for gate, some in gated.items()
            if some
        }
        self._in_context = {
            number: [(gate_of(pattern), compile_pattern(pattern, rule.id)._regexp) for pattern in rule.patterns]
            for number, rule in enumerate(rules)
            if rule.needs_context
        }

    def survey(self, text: bytes) -> Survey:
        """Returns what may be in `text`: values as they are between quotes, and the names of their members."""
        found = Survey()
        gates: set[Gate] = set()
        told: set[int] = set()
        unsure: list[tuple[int, Any]] = []
        self._by_literals(text, told, unsure)
        for hit in self._first.hits(text):
            sign, what = self._signs[hit]
            if sign is Sign.MAYBE:
                unsure.append(what)
            elif sign is Sign.CONTEXT:
                told.add(what)
            elif sign is Sign.FIELD:
                found.fields.add(what)
            elif sign is Sign.ENCODING:
                found.steps.add(what)
            elif sign is Sign.RULE:
                found.rules.add(what)
            else:
                gates.add(what)
        if gates:
            told.update(map(self._late.__getitem__, self._words.hits(text)))
        for gate in gates:
            if gate in self._gated:
                matcher, signs = self._gated[gate]
                for sign, what in map(signs.__getitem__, matcher.hits(text)):
                    if sign is Sign.MAYBE:
                        unsure.append(what)
                    else:
                        (found.steps if sign is Sign.ENCODING else found.rules).add(what)
        tries = MAX_TRIED_BYTES // (len(text) + 1)
        for number, program in unsure:
            if number not in found.rules:
                tries -= 1
                if tries < 0 or _matches(program, text):
                    found.rules.add(number)
        for number in told:
            if self._holds(number, text, gates):
                found.rules.add(number)
        return found

    def _by_literals(self, text: bytes, told: set[int], unsure: list[tuple[int, Any]]) -> None:
        """Adds the rules whose context words are in `text`, and the patterns whose fixed texts are."""
        hits = self._fixed.hits(text)
        if not hits:
            return
        there = set(hits)
        tried: set[int] = set()
        for hit in hits:
            for number, others in self._literals.context.get(hit, ()):
                if others <= there:
                    told.add(number)
            for number, program, clauses in self._literals.patterns.get(hit, ()):
                if id(program) not in tried and not any(clause.isdisjoint(there) for clause in clauses):
                    tried.add(id(program))
                    unsure.append((number, program))

    def _holds(self, number: int, text: bytes, gates: set[Gate]) -> bool:
        return any(
            (gate is None or gate in gates) and _matches(program, text) for gate, program in self._in_context[number]
        )


def _matches(program: Any, text: bytes) -> bool:
    return bool(program.Match(_SEARCH, text, 0, len(text))[0] != _MISS)


def _signs(
    rules: Sequence[Rule], gated: dict[Gate, list[tuple[Sign, Any, str]]], literals: _Literals
) -> Iterator[tuple[Sign, Any, str]]:
    """Yields what every text is searched for by pattern, and fills `gated` and `literals`."""
    for number, rule in enumerate(rules):
        if rule.fields:
            yield from ((Sign.FIELD, number, field_pattern(field)) for field in rule.fields)
        elif rule.needs_context:
            yield from _context_signs(number, rule.context_words, literals)
        else:
            for pattern in rule.patterns:
                yield from _pattern_signs(number, rule, pattern, gated, literals)
    yield from ((Sign.GATE, gate, gate.pattern) for gate in Gate)
    for step, patterns in (*TRIGGERS.items(), (INTEGRAL, _INTEGRAL_PATTERNS)):
        for pattern in patterns:
            gate = gate_of(pattern)
            if gate is None:
                yield Sign.ENCODING, step, pattern
            else:
                gated[gate].append((Sign.ENCODING, step, pattern))


def _pattern_signs(
    number: int, rule: Rule, pattern: str, gated: dict[Gate, list[tuple[Sign, Any, str]]], literals: _Literals
) -> Iterator[tuple[Sign, Any, str]]:
    program = compile_pattern(pattern, rule.id)._regexp
    gate = gate_of(pattern)
    clauses = needed(pattern)
    short = shortened(pattern)
    sign = (Sign.MAYBE, (number, program), short) if short != pattern else (Sign.RULE, number, pattern)
    if gate is not None:
        gated[gate].append(sign)
    elif len(clauses) > 1 or (clauses and min(map(len, clauses[0])) > 1):
        literals.add(number, program, clauses)
    else:
        yield sign


def _context_signs(number: int, words: Sequence[str], literals: _Literals) -> Iterator[tuple[Sign, Any, str]]:
    rest = []
    for word in words:
        parts = word.lower().split()
        longest = max(parts, key=len)
        if longest.isascii() and len(longest) >= MIN_LITERAL_WORD_CHARS:
            others = {part for part in parts if part.isascii() and len(part) >= MIN_LITERAL_CHARS}
            literals.add_context(number, longest, frozenset(others - {longest}))
        else:
            rest.append(word)
    if rest:
        yield Sign.CONTEXT, number, context_sign(rest)


def context_sign(words: Sequence[str]) -> str:
    """Returns a pattern that hits JSON text wherever one of the context `words` may stand, in a value or in a name.

    The parts of a word may stand joined, as in names. A short word counts only where a word or a part of a name begins
    and ends: `rg` is in every `large`.
    """
    return "|".join(_word_sign(word) for word in words)


def _word_sign(word: str) -> str:
    parts = [re.escape(part) for part in word.split()]
    body = r"[\s_.-]*".join(parts)
    if sum(map(len, word.split())) > _SHORT_WORD_CHARS or not word.isascii():
        return f"(?i:{body})"
    hump = r"[\s_.-]*".join(part.capitalize() for part in parts)
    return rf"(?:\b|_)(?i:{body})(?:\b|_)|[a-z0-9]{hump}(?:\b|[A-Z_0-9])|(?:\b|_)(?i:{body})[A-Z0-9]"
