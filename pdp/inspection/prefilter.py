"""Tells in one pass which rules may hold in a text and which encodings may be in it. What it does not name is not there.

1. Fixed texts: a pattern is tried only where the texts are that it cannot match without (`literals`).
2. Patterns of digits and capitals only behind their gate (`gates`); rules that need context only where a context word is.
3. Patterns with neither, member names and signs of encodings are looked for in every text, cut short (`shorten`).
RE2 then tries the patterns that are left on the whole text, so a rule that is named nearly always finds something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.encodings import TRIGGERS
from pdp.inspection.fields import field_pattern
from pdp.inspection.gates import MIN_LITERAL_CHARS, Gate, gate_of
from pdp.inspection.literals import needed
from pdp.inspection.matcher import Matcher, build_matcher, build_mixed_matcher
from pdp.inspection.rules import Rule, compile_pattern
from pdp.inspection.shorten import is_long, relaxed, shortened

MIN_LITERAL_WORD_CHARS = 5
"""Shortest context word that is looked for as fixed text; a shorter one is in too many others."""

MAX_TRIED_BYTES = 768 * 1024
"""Most bytes on which patterns are tried before the search, over all patterns: beyond, the search's bound has to hold."""

MIN_TOGETHER = 3
"""Fewest candidates of one group that are asked for together; each alone takes RE2 1 µs and 1.5 ns a byte."""

MAX_RELAXED_CHARS = 400
"""Longest pattern that is asked for nearly whole; the automaton of a longer one takes megabytes, for what RE2 does in µs."""

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
    """What a pattern is a sign of; beside it stands a candidate, the number of a rule, a step, or a gate."""

    MAYBE = "a rule may hold if its whole pattern matches"
    CONTEXT = "the context that a rule needs may be there"
    FIELD = "a member may have a name that a rule means"
    ENCODING = "something may be encoded"
    GATE = "patterns behind a gate may match"
    LITERAL = "a fixed text is there"


class Candidate(NamedTuple):
    """One pattern of a rule: the rule's number, the place of the pattern in it, and the program that tells."""

    rule: int
    place: int
    program: Any


class Survey:
    """What may be in a text: `rules` with those of their patterns that may match, `fields` by name, and `steps` of
    decoding."""

    __slots__ = ("fields", "rules", "steps")

    def __init__(self) -> None:
        self.rules: dict[int, set[int]] = {}
        self.fields: set[int] = set()
        self.steps: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """True when nothing may be there."""
        return not (self.rules or self.fields or self.steps)

    def add(self, rule: int, place: int) -> None:
        """Adds a pattern that may match."""
        self.rules.setdefault(rule, set()).add(place)


class _Literals:
    """Fixed texts by number, and what waits for them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.patterns: dict[int, list[tuple[Candidate, list[frozenset[int]]]]] = {}
        self.context: dict[int, list[tuple[int, frozenset[int]]]] = {}

    def _numbers(self, texts: frozenset[str]) -> frozenset[int]:
        return frozenset(self.numbers.setdefault(text, len(self.numbers)) for text in sorted(texts))

    def add(self, candidate: Candidate, clauses: Sequence[frozenset[str]]) -> None:
        """Adds a pattern, to be tried when a text of each clause is there."""
        first, *others = [self._numbers(clause) for clause in clauses]
        for literal in first:
            self.patterns.setdefault(literal, []).append((candidate, others))

    def add_context(self, number: int, word: str, others: frozenset[str]) -> None:
        """Adds a context of rule `number`: its longest word, and others that stand beside it."""
        (literal,) = self._numbers(frozenset({word}))
        self.context.setdefault(literal, []).append((number, self._numbers(others)))

    def told(self, there: set[int]) -> set[int]:
        """Returns the rules whose context is among the texts that are `there`."""
        context = self.context
        return {number for hit in there if hit in context for number, others in context[hit] if others <= there}

    def candidates(self, there: set[int]) -> set[Candidate]:
        """Returns the patterns whose fixed texts are `there`."""
        patterns = self.patterns
        return {
            candidate
            for hit in there
            if hit in patterns
            for candidate, clauses in patterns[hit]
            if not any(map(there.isdisjoint, clauses))
        }


_Signs: TypeAlias = list[tuple[Sign, Any, str]]


_NO_NUMBERS = frozenset((None, Gate.LINE, Gate.BRACKET))
"""Gates behind which words say more than the gate does."""


class _Build:
    """The signs of all rules, sorted by when they are looked for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.first: _Signs = []
        self.gated: dict[Gate, _Signs] = {gate: [] for gate in Gate}
        self.words: _Signs = []
        self.literals = _Literals()
        self.late_literals = _Literals()
        self.groups: dict[str, list[tuple[Candidate, str]]] = {}
        for number, rule in enumerate(rules):
            if rule.fields:
                self.first += [(Sign.FIELD, number, field_pattern(field)) for field in rule.fields]
            elif rule.needs_context:
                self._context(number, rule)
            else:
                for place, pattern in enumerate(rule.patterns):
                    self._pattern(Candidate(number, place, program_of(rule, pattern)), rule.group, pattern)
        for step, patterns in (*TRIGGERS.items(), (INTEGRAL, _INTEGRAL_PATTERNS)):
            for pattern in patterns:
                gate = gate_of(pattern)
                (self.first if gate is None else self.gated[gate]).append((Sign.ENCODING, step, pattern))
        in_context = {gate_of(pattern) for rule in rules if rule.needs_context for pattern in rule.patterns}
        self.first += [(Sign.GATE, gate, gate.pattern) for gate in Gate if gate in in_context or self.gated[gate]]

    def _pattern(self, candidate: Candidate, group: str, pattern: str) -> None:
        gate, clauses = gate_of(pattern), needed(pattern)
        if gate in _NO_NUMBERS and clauses:
            self.literals.add(candidate, clauses)
            narrow = relaxed(pattern) if len(pattern) <= MAX_RELAXED_CHARS else shortened(pattern)
            if len(pattern) <= MAX_RELAXED_CHARS or not is_long(narrow):
                self.groups.setdefault(group, []).append((candidate, narrow))
        else:
            (self.first if gate is None else self.gated[gate]).append((Sign.MAYBE, candidate, shortened(pattern)))

    def _context(self, number: int, rule: Rule) -> None:
        """Words around numbers matter only where numbers are; those around rare words only where these are."""
        clauses = [needed(pattern) if gate_of(pattern) in _NO_NUMBERS else () for pattern in rule.patterns]
        if all(clauses):
            for place, pattern in enumerate(rule.patterns):
                self.literals.add(Candidate(number, place, program_of(rule, pattern)), clauses[place])
            return
        is_late = all(gate_of(pattern) not in _NO_NUMBERS for pattern in rule.patterns)
        literals, signs = (self.late_literals, self.words) if is_late else (self.literals, self.first)
        signs += _context_signs(number, rule.context_words, literals)


class Prefilter:
    """The patterns of all rules, in the order of what they cost."""

    def __init__(self, rules: Sequence[Rule], *, with_hyperscan: bool | None, cache: Path | None = None) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        build = _Build(rules)

        def mixed(literals: _Literals, signs: _Signs) -> _Mixed:
            texts, patterns = list(literals.numbers), [pattern for _, _, pattern in signs]
            matcher = build_mixed_matcher(texts, patterns, with_hyperscan=with_hyperscan, cache=cache)
            return matcher, len(texts), [(sign, what) for sign, what, _ in signs]

        self._literals, self._late_literals = build.literals, build.late_literals
        self._first = mixed(build.literals, build.first)
        self._words = mixed(build.late_literals, build.words)
        self._gated = {gate: mixed(_Literals(), signs) for gate, signs in build.gated.items() if signs}
        self._groups = [
            (
                build_matcher([pattern for _, pattern in some], with_hyperscan=with_hyperscan, cache=cache),
                [candidate for candidate, _ in some],
            )
            for some in build.groups.values()
        ]
        self._group_of = {one: place for place, (_, some) in enumerate(self._groups) for one in some}
        self._in_context = {
            number: [
                (gate_of(pattern), Candidate(number, place, program_of(rule, pattern)))
                for place, pattern in enumerate(rule.patterns)
            ]
            for number, rule in enumerate(rules)
            if rule.needs_context
        }

    def survey(self, text: bytes) -> Survey:
        """Returns what may be in `text`: values as they are between quotes, and the names of their members."""
        found = Survey()
        matcher, count, signs = self._first
        there: set[int] = set()
        told: set[int] = set()
        maybe: list[Candidate] = []
        gates: list[Gate] = []
        for hit in matcher.hits(text):
            if hit < count:
                there.add(hit)
                continue
            sign, what = signs[hit - count]
            if sign is _GATE:
                gates.append(what)
            elif sign is _MAYBE:
                maybe.append(what)
            elif sign is _FIELD:
                found.fields.add(what)
            elif sign is _CONTEXT:
                told.add(what)
            else:
                found.steps.add(what)
        if there:
            told |= self._literals.told(there)
            maybe += self._narrowed(self._literals.candidates(there), text)
        if gates:
            if not _NO_NUMBERS.issuperset(gates):
                told |= self._late(text)
            for gate in gates:
                if gate in self._gated:
                    self._behind(gate, text, maybe, found)
        if maybe:
            self._try(maybe, text, found)
        for number in told:
            self._add_in_context(number, text, gates, found)
        return found

    def _late(self, text: bytes) -> set[int]:
        """Returns the rules whose context words are in `text`, of those that only numbers need."""
        matcher, count, signs = self._words
        hits = matcher.hits(text)
        told = self._late_literals.told({hit for hit in hits if hit < count})
        told.update([signs[hit - count][1] for hit in hits if hit >= count])
        return told

    def _behind(self, gate: Gate, text: bytes, maybe: list[Candidate], found: Survey) -> None:
        matcher, _, signs = self._gated[gate]
        for hit in matcher.hits(text):
            sign, what = signs[hit]
            if sign is _MAYBE:
                maybe.append(what)
            else:
                found.steps.add(what)

    def _narrowed(self, candidates: set[Candidate], text: bytes) -> Iterable[Candidate]:
        """Returns those of `candidates` whose relaxed pattern is in `text`, where asking for many at once is cheaper."""
        if len(candidates) < MIN_TOGETHER:
            return candidates
        groups: dict[int, list[Candidate]] = {}
        for candidate in candidates:
            groups.setdefault(self._group_of.get(candidate, _ALONE), []).append(candidate)
        left: list[Candidate] = []
        for place, some in groups.items():
            if len(some) >= MIN_TOGETHER and place != _ALONE:
                matcher, members = self._groups[place]
                left += candidates.intersection(map(members.__getitem__, matcher.hits(text)))
            else:
                left += some
        return left

    def _try(self, maybe: list[Candidate], text: bytes, found: Survey) -> None:
        """Adds the candidates that match, and those of a rule that holds anyway: the search tries these too."""
        tries = MAX_TRIED_BYTES // (len(text) + 1)
        for candidate in maybe:
            if candidate.rule not in found.rules:
                tries -= 1
                if tries >= 0 and not _matches(candidate.program, text):
                    continue
            found.add(candidate.rule, candidate.place)

    def _add_in_context(self, number: int, text: bytes, gates: list[Gate], found: Survey) -> None:
        for gate, candidate in self._in_context[number]:
            if (gate is None or gate in gates) and (number in found.rules or _matches(candidate.program, text)):
                found.add(number, candidate.place)


_ALONE = -1

_Mixed: TypeAlias = tuple[Matcher, int, list[tuple[Sign, Any]]]

_GATE, _MAYBE, _FIELD, _CONTEXT = Sign.GATE, Sign.MAYBE, Sign.FIELD, Sign.CONTEXT  # an enum's attribute is slow to read


def program_of(rule: Rule, pattern: str) -> Any:
    """Returns the RE2 program of a pattern of a rule."""
    return compile_pattern(pattern, rule.id)._regexp


def _matches(program: Any, text: bytes) -> bool:
    return bool(program.Match(_SEARCH, text, 0, len(text))[0] != _MISS)


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
