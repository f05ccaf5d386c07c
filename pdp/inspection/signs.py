"""What a text must show before a rule can hold in it, worked out from the rules: fixed texts, patterns behind gates, words,
names of members, signs of encodings. `prefilter` looks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from pdp.inspection.beside import BESIDE, IN_LIST, IN_OBJECT
from pdp.inspection.encodings import TRIGGERS
from pdp.inspection.fields import field_pattern
from pdp.inspection.gates import Gate, gate_of, has_text
from pdp.inspection.literals import is_telling, needed, needed_by_alternative
from pdp.inspection.rules import Program, Rule, program_of
from pdp.inspection.shorten import is_long, relaxed, shortened

MIN_LITERAL_WORD_CHARS = 5
"""Shortest context word that is looked for as fixed text; a shorter one is in too many others."""

MAX_RELAXED_CHARS = 400
"""Longest pattern that is asked for nearly whole; the automaton of a longer one takes megabytes, for what RE2 does in µs."""

INTEGRAL = "integral"
"""Step of a JSON number that may be an integer of six digits or more, written with a fraction or an exponent."""

_INTEGRAL_PATTERNS = (
    r"[:,\[]\s{0,8}-?\d{6,24}\.0",
    r"[:,\[]\s{0,8}-?\d{1,24}(?:\.\d{1,24})?[eE]\+?\d",
)

MAX_SIGN_CHARS = 2
"""Longest fixed text that is a sign rather than a word."""

_SHORT_WORD_CHARS = 4


class Sign(Enum):
    """What a pattern is a sign of; beside it stands a candidate, the number of a rule, a step, or a gate."""

    MAYBE = "a rule may hold if its whole pattern matches"
    CONTEXT = "the context that a rule needs may be there"
    FIELD = "a member may have a name that a rule means"
    ENCODING = "something may be encoded"
    GATE = "patterns behind a gate may match"
    LITERAL = "a fixed text is there"


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One pattern of a rule: the rule's number, the place of the pattern in it, and the program that tells. One object each."""

    rule: int
    place: int
    program: Program


class Literals:
    """Fixed texts by number, and what waits for them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.sole: dict[int, list[Candidate]] = {}
        self.patterns: dict[int, list[tuple[Candidate, list[frozenset[int]]]]] = {}
        self.context: dict[int, list[tuple[int, frozenset[int]]]] = {}

    def _numbers(self, texts: frozenset[str]) -> frozenset[int]:
        return frozenset(self.numbers.setdefault(text, len(self.numbers)) for text in sorted(texts))

    def add(self, candidate: Candidate, clauses: Sequence[frozenset[str]]) -> None:
        """Adds a pattern, to be tried when a text of each clause is there."""
        first, *others = [self._numbers(clause) for clause in clauses]
        for literal in sorted(first):
            if others:
                self.patterns.setdefault(literal, []).append((candidate, others))
            else:
                self.sole.setdefault(literal, []).append(candidate)

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
        sole, patterns = self.sole, self.patterns
        found: set[Candidate] = set()
        for hit in there:
            if hit in sole:
                found.update(sole[hit])
            if hit in patterns:
                for candidate, clauses in patterns[hit]:
                    for clause in clauses:
                        if there.isdisjoint(clause):
                            break
                    else:
                        found.add(candidate)
        return found


def _is_cheap_itself(pattern: str) -> bool:
    """True for a pattern behind a sign such as `;`, without which nothing else is asked of a text: it tells more than its sign,
    and an engine that begins with the sign is quick."""
    short = shortened(pattern)
    return _is_by_sign(pattern) and _is_by_sign(short)


def _is_by_sign(pattern: str) -> bool:
    return any(len(one) == 1 and min(map(len, one[0])) <= MAX_SIGN_CHARS for one in needed_by_alternative(pattern))


def _is_seldom(pattern: str) -> bool:
    return has_text(pattern) or bool(needed(pattern))


SignList: TypeAlias = list[tuple[Sign, Any, str]]


NO_NUMBERS = frozenset((None, Gate.LINE, Gate.BRACKET, Gate.APOSTROPHE, Gate.DENSE_30))
"""Gates behind which words say more than the gate does."""


class Signs:
    """The signs of all rules, sorted by when they are looked for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.first: SignList = []
        self.bare: SignList = []
        self.borders: SignList = []
        self.marks: list[tuple[Gate, bytes]] = []
        self.gated: dict[Gate, SignList] = {gate: [] for gate in Gate}
        self.words: SignList = []
        self.literals = Literals()
        self.late_literals = Literals()
        self.groups: dict[str, list[tuple[Candidate, str]]] = {}
        for number, rule in enumerate(rules):
            if rule.fields:
                self.first += [(Sign.FIELD, number, field_pattern(field)) for field in rule.fields]
            elif rule.needs_context:
                self._context(number, rule)
            else:
                for place, pattern in enumerate(rule.patterns):
                    self._pattern(Candidate(number, place, program_of(pattern)), rule.group, pattern)
        for step, patterns in (*TRIGGERS.items(), (INTEGRAL, _INTEGRAL_PATTERNS)):
            self._step(step, patterns, self.first)
        self._step(BESIDE, (*IN_LIST, *IN_OBJECT), self.borders)
        in_context = {gate_of(pattern) for rule in rules if rule.needs_context for pattern in rule.patterns}
        for gate in Gate:
            if gate in in_context or self.gated[gate]:
                if gate.mark:
                    self.marks.append((gate, gate.mark))
                else:
                    self.borders.append((Sign.GATE, gate, gate.pattern))
        # Beside thousands of fixed texts, patterns take half as long again as alone, what has no fixed text three times as long;
        # and both do beside gates, which are long runs of one class of letters.
        self.bare = [sign for sign in self.first if sign[0] is Sign.MAYBE or not _is_seldom(sign[2])]
        self.first = [sign for sign in self.first if sign[0] is not Sign.MAYBE and _is_seldom(sign[2])]

    def _pattern(self, candidate: Candidate, group: str, pattern: str) -> None:
        gate, clauses = gate_of(pattern), needed(pattern)
        if gate in NO_NUMBERS and clauses and not _is_cheap_itself(pattern):
            for one in needed_by_alternative(pattern):
                self.literals.add(candidate, one)
            narrow = relaxed(pattern) if len(pattern) <= MAX_RELAXED_CHARS else shortened(pattern)
            if len(pattern) <= MAX_RELAXED_CHARS or not is_long(narrow):
                self.groups.setdefault(group, []).append((candidate, narrow))
        else:
            (self.first if gate is None else self.gated[gate]).append((Sign.MAYBE, candidate, shortened(pattern)))

    def _step(self, step: str, patterns: Sequence[str], ungated: SignList) -> None:
        for pattern in patterns:
            gate = gate_of(pattern)
            (ungated if gate is None else self.gated[gate]).append((Sign.ENCODING, step, pattern))

    def _context(self, number: int, rule: Rule) -> None:
        """Words around numbers matter only where numbers are; those around rare words only where these are."""
        clauses = [needed(pattern) if gate_of(pattern) in NO_NUMBERS else () for pattern in rule.patterns]
        if all(clauses):
            for place, pattern in enumerate(rule.patterns):
                self.literals.add(Candidate(number, place, program_of(pattern)), clauses[place])
            return
        is_late = all(gate_of(pattern) not in NO_NUMBERS for pattern in rule.patterns)
        literals, signs = (self.late_literals, self.words) if is_late else (self.literals, self.first)
        signs += _context_signs(number, rule.context_words, literals)


def _context_signs(number: int, words: Sequence[str], literals: Literals) -> Iterator[tuple[Sign, Any, str]]:
    rest = []
    for word in words:
        parts = word.lower().split()
        longest = max(parts, key=len)
        if longest.isascii() and len(longest) >= MIN_LITERAL_WORD_CHARS:
            others = {part for part in parts if part.isascii() and is_telling(part)}
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
    # In JSON, something always stands before and behind: a border that is no place between two characters is cheap to see.
    return rf"[^A-Za-z0-9](?i:{body})[^a-z]|[a-z0-9]{hump}[^a-z]"
