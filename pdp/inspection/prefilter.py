"""Tells in one pass which rules may hold in a text and which encodings may be in it. What it does not name is not there.

Patterns with fixed text, context words, member names and signs of encodings are looked for in every text. Patterns of
digits and capitals are looked for only behind their gate; patterns of rules that need context only when a context word is
there, since words are cheap and digits are everywhere.
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
from pdp.inspection.gates import Gate, gate_of
from pdp.inspection.matcher import Matcher, build_matcher
from pdp.inspection.rules import Rule, compile_pattern
from pdp.inspection.shorten import shortened

_SEARCH = re2._Anchor.UNANCHORED
_MISS = (-1, -1)
_SHORT_WORD_CHARS = 4


class Sign(Enum):
    """What a pattern is a sign of; beside it stands the number of a rule (with its program), the step of an encoding, a gate."""

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


class Prefilter:
    """The patterns of all rules, in the order of how often they are looked at."""

    def __init__(self, rules: Sequence[Rule], *, with_hyperscan: bool | None, cache: Path | None = None) -> None:
        """Raises ConfigurationError INSPECTION_PATTERN_REFUSED."""
        gated: dict[Gate, list[tuple[Sign, Any, str]]] = {gate: [] for gate in Gate}
        signs = list(_signs(rules, gated))
        self._signs = [(sign, what) for sign, what, _ in signs]
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
        told: list[int] = []
        unsure: list[tuple[int, Any]] = []
        for hit in self._first.hits(text):
            sign, what = self._signs[hit]
            if sign is Sign.RULE:
                found.rules.add(what)
            elif sign is Sign.MAYBE:
                unsure.append(what)
            elif sign is Sign.CONTEXT:
                told.append(what)
            elif sign is Sign.FIELD:
                found.fields.add(what)
            elif sign is Sign.ENCODING:
                found.steps.add(what)
            else:
                gates.add(what)
        for gate in gates:
            if gate in self._gated:
                matcher, signs = self._gated[gate]
                for sign, what in map(signs.__getitem__, matcher.hits(text)):
                    (found.steps if sign is Sign.ENCODING else found.rules).add(what)
        for number, program in unsure:
            if number not in found.rules and _matches(program, text):
                found.rules.add(number)
        for number in told:
            if self._holds(number, text, gates):
                found.rules.add(number)
        return found

    def _holds(self, number: int, text: bytes, gates: set[Gate]) -> bool:
        return any(
            (gate is None or gate in gates) and _matches(program, text) for gate, program in self._in_context[number]
        )


def _matches(program: Any, text: bytes) -> bool:
    return bool(program.Match(_SEARCH, text, 0, len(text))[0] != _MISS)


def _signs(rules: Sequence[Rule], gated: dict[Gate, list[tuple[Sign, Any, str]]]) -> Iterator[tuple[Sign, Any, str]]:
    """Yields what every text is searched for, and fills `gated`."""
    for number, rule in enumerate(rules):
        if rule.fields:
            yield from ((Sign.FIELD, number, field_pattern(field)) for field in rule.fields)
        elif rule.needs_context:
            yield Sign.CONTEXT, number, context_sign(rule.context_words)
        else:
            for pattern in rule.patterns:
                gate = gate_of(pattern)
                short = shortened(pattern) if gate is None else pattern
                if short != pattern:
                    yield Sign.MAYBE, (number, compile_pattern(pattern, rule.id)._regexp), short
                elif gate is None:
                    yield Sign.RULE, number, pattern
                else:
                    gated[gate].append((Sign.RULE, number, pattern))
    yield from ((Sign.GATE, gate, gate.pattern) for gate in Gate)
    for step, patterns in TRIGGERS.items():
        for pattern in patterns:
            gate = gate_of(pattern)
            if gate is None:
                yield Sign.ENCODING, step, pattern
            else:
                gated[gate].append((Sign.ENCODING, step, pattern))


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
