"""Tells in one pass which rules may hold in a text and which encodings may be in it. What it does not name is not there.

1. Every text, in three passes, which together would take half as long again: fixed texts that patterns cannot match without,
   member names and signs of encodings; the few patterns of which these say too little, cut short, and signs with no fixed
   text; gates, and borders between values that may be read together.
2. Where fixed texts of several patterns of a group are: these patterns, relaxed (`shorten`), all at once.
3. Where a gate is open: the patterns behind it and, when it is one of numbers, the words that rules want beside numbers.
RE2 then tries the patterns that are left on the whole text, so a pattern that is named nearly always finds something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.gates import Gate, gate_of
from pdp.inspection.matcher import Matcher, build_matcher, build_mixed_matcher
from pdp.inspection.rules import Program, Rule, program_of
from pdp.inspection.signs import NO_NUMBERS, Candidate, Literals, Sign, SignList, Signs
from pdp.inspection.work import HIT_NS, PASS_BYTE_NS, PASS_NS, SEARCH_NS, Work, program_ns

MIN_TOGETHER = 3
"""Fewest candidates of one group that are asked for together; each alone takes RE2 1 µs and 1.5 ns a byte."""

MAX_TOGETHER_BYTES = 16 * 1024
"""Longest text of which they are; a longer one full of their first words takes 30 ns a byte, and few are tried then."""

FIRST_BYTE_NS = 8
"""Each byte of the first pass: 5 ns in prose, 40 where the text is nothing but what it looks for."""

GATED_BYTE_NS = {
    Gate.DIGITS_9: 60,
    Gate.DIGITS_6: 14,
    Gate.RUN_16: 12,
    Gate.DIGIT: 8,
    **dict.fromkeys((Gate.LINE, Gate.BRACKET, Gate.APOSTROPHE, Gate.CAPITALS_8, Gate.CODE_8, Gate.DENSE_30), 2),
}
"""The same behind gates, where there are as many digits as in a list of telephone numbers: many patterns, or very few."""

_SEARCH = re2._Anchor.UNANCHORED
_MISS = (-1, -1)


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


class Prefilter:
    """The patterns of all rules, in the order of what they cost."""

    def __init__(self, rules: Sequence[Rule], *, with_hyperscan: bool | None, cache: Path | None = None) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        build = Signs(rules)

        def mixed(literals: Literals, signs: SignList, byte_ns: int = PASS_BYTE_NS) -> _Mixed:
            # hyperscan joins automata in their order: the longest first took up to a third less than other orders.
            signs = sorted(signs, key=lambda sign: -len(sign[2]))
            texts, patterns = list(literals.numbers), [pattern for _, _, pattern in signs]
            matcher = build_mixed_matcher(texts, patterns, with_hyperscan=with_hyperscan, cache=cache)
            return _Pass(matcher, byte_ns), len(texts), [(sign, what) for sign, what, _ in signs]

        self._literals, self._late_literals = build.literals, build.late_literals
        self._first = mixed(build.literals, build.first, FIRST_BYTE_NS)
        self._others = [mixed(Literals(), signs) for signs in (build.bare, build.borders)]
        self._marks = build.marks
        self._words = mixed(build.late_literals, build.words)
        self._gated = {
            gate: mixed(Literals(), signs, GATED_BYTE_NS.get(gate, PASS_BYTE_NS))
            for gate, signs in build.gated.items()
            if signs
        }
        self._groups = [
            (
                _Pass(build_matcher([pattern for _, pattern in some], with_hyperscan=with_hyperscan, cache=cache)),
                [candidate for candidate, _ in some],
            )
            for some in build.groups.values()
        ]
        self._group_of = {one: place for place, (_, some) in enumerate(self._groups) for one in some}
        self._in_context = {
            number: [
                (gate_of(pattern), Candidate(number, place, program_of(pattern)))
                for place, pattern in enumerate(rule.patterns)
            ]
            for number, rule in enumerate(rules)
            if rule.needs_context
        }

    def survey(self, text: bytes, work: Work) -> Survey:
        """Returns what may be in `text`: values as they are between quotes, and the names of their members. What `work`
        leaves no trial for may be there."""
        found = Survey()
        matcher, count, signs = self._first
        there: set[int] = set()
        others: list[tuple[Sign, Any]] = []
        for hit in matcher.hits(text, work):
            if hit < count:
                there.add(hit)
            else:
                others.append(signs[hit - count])
        for matcher, _, signs in self._others:
            others += [signs[hit] for hit in matcher.hits(text, work)]
        told: set[int] = set()
        maybe: list[Candidate] = []
        gates: list[Gate] = [gate for gate, mark in self._marks if mark in text]
        for sign, what in others:
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
            maybe += sorted(self._narrowed(self._literals.candidates(there), text, work), key=_ORDER)
        if gates:
            if not NO_NUMBERS.issuperset(gates):
                told |= self._late(text, work)
            for gate in gates:
                if gate in self._gated:
                    self._behind(gate, text, maybe, found, work)
        tries: dict[Program, bool] = {}
        if maybe:
            self._try(maybe, text, found, tries, work)
        if told:
            self._try_told(told, text, gates, found, tries, work)
        return found

    def _try(self, maybe: list[Candidate], text: bytes, found: Survey, tries: dict[Program, bool], work: Work) -> None:
        """Adds the candidates that match, and those of a rule that holds anyway: the search tries these too."""
        for candidate in maybe:
            if candidate.rule in found.rules or _may_match(candidate.program, text, tries, work):
                found.add(candidate.rule, candidate.place)

    def _try_told(
        self,
        told: set[int],
        text: bytes,
        gates: list[Gate],
        found: Survey,
        tries: dict[Program, bool],
        work: Work,
    ) -> None:
        """Adds patterns of the rules whose words are there, where they match; many rules share one."""
        for number in sorted(told):  # by rule: the bounds fall alike
            for gate, candidate in self._in_context[number]:
                if gate is not None and gate not in gates:
                    continue
                if number in found.rules or _may_match(candidate.program, text, tries, work):
                    found.add(number, candidate.place)

    def _late(self, text: bytes, work: Work) -> set[int]:
        """Returns the rules whose context words are in `text`, of those that only numbers need."""
        matcher, count, signs = self._words
        hits = matcher.hits(text, work)
        told = self._late_literals.told({hit for hit in hits if hit < count})
        told.update([signs[hit - count][1] for hit in hits if hit >= count])
        return told

    def _behind(self, gate: Gate, text: bytes, maybe: list[Candidate], found: Survey, work: Work) -> None:
        matcher, _, signs = self._gated[gate]
        for hit in matcher.hits(text, work):
            sign, what = signs[hit]
            if sign is _MAYBE:
                maybe.append(what)
            else:
                found.steps.add(what)

    def _narrowed(self, candidates: set[Candidate], text: bytes, work: Work) -> Iterable[Candidate]:
        """Returns those of `candidates` whose relaxed pattern is in `text`, where asking for many at once is cheaper."""
        if len(candidates) < MIN_TOGETHER or len(text) > MAX_TOGETHER_BYTES:
            return candidates
        groups: dict[int, list[Candidate]] = {}
        for candidate in candidates:
            groups.setdefault(self._group_of.get(candidate, _ALONE), []).append(candidate)
        left: list[Candidate] = []
        for place, some in groups.items():
            if len(some) >= MIN_TOGETHER and place != _ALONE:
                matcher, members = self._groups[place]
                left += {members[hit] for hit in matcher.hits(text, work)}.intersection(some)
            else:
                left += some
        return left


_ALONE = -1

_ORDER = attrgetter("rule", "place")  # by rule: the bounds fall alike


class _Pass:
    """A matcher, and what each byte takes it."""

    __slots__ = ("_byte_ns", "_hits")

    def __init__(self, matcher: Matcher, byte_ns: int = PASS_BYTE_NS) -> None:
        self._hits = matcher.hits
        self._byte_ns = byte_ns

    def hits(self, text: bytes, work: Work) -> list[int]:
        found = self._hits(text)
        work.spend(PASS_NS + self._byte_ns * len(text) + HIT_NS * len(found))
        return found


_Mixed: TypeAlias = tuple[_Pass, int, list[tuple[Sign, Any]]]

_GATE, _MAYBE, _FIELD, _CONTEXT = Sign.GATE, Sign.MAYBE, Sign.FIELD, Sign.CONTEXT  # an enum's attribute is slow to read


def _may_match(program: Program, text: bytes, tries: dict[Program, bool], work: Work) -> bool:
    """True when the program matches in `text`, or nothing is left to try it; `tries` are those that were tried before."""
    known = tries.get(program)
    if known is None:
        if work.left_ns < SEARCH_NS:
            return True
        work.spend(program_ns(len(text)))
        known = tries[program] = program.match(_SEARCH, text, 0, len(text))[0] != _MISS
    return known
