"""Finds where in the texts a rule that was hit holds: RE2 for the place, validators and context for the confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.fields import words_of
from pdp.inspection.model import MAX_CANDIDATES, MAX_FINDINGS, MAX_SEARCH_BYTES, Finding
from pdp.inspection.rules import Rule, compile_pattern
from pdp.inspection.texts import Layout, Text
from pdp.inspection.validators import VALIDATORS

CONTEXT_CHARS = 64
"""How far from a match, before and behind, its context words may stand: about ten words of text."""

UNLESS_CHARS = 32
"""How far before a match a word that speaks against it may stand: `order no. 4111…`."""

_UNANCHORED = re2._Anchor.UNANCHORED
_BOTH = re2._Anchor.ANCHOR_BOTH
_NOTHING = (-1, -1)
_LETTER = r"[\pL\pN]"

Span = tuple[int, int]


class Located:
    """One rule, ready to be searched for."""

    def __init__(self, rule: Rule) -> None:
        where = f"inspection.{rule.group}.rules.{rule.id}"
        # The wrapper of the library makes an object for each match; its program answers with plain spans.
        self.programs = [compile_pattern(pattern, where)._regexp for pattern in rule.patterns]
        self.rule = rule
        self.validators = [VALIDATORS[name] for name in rule.validators]
        self._context = (
            compile_pattern(context_pattern(rule.context_words), where)._regexp if rule.context_words else None
        )
        self._unless = compile_pattern(context_pattern(rule.unless), where)._regexp if rule.unless else None

    def confidence(self, text: Text, start: int, end: int) -> int:
        """Returns the confidence of a hit at the characters `start` to `end` of `text`; 0 means that it is none."""
        value = text.value
        if self._context is not None:
            near = f"{value[max(0, start - CONTEXT_CHARS) : start]}\n{value[end : end + CONTEXT_CHARS]}"
            if _says(self._context, near, text.names[:3]):
                return self.rule.context_confidence
        if self._unless is not None and _says(
            self._unless, value[max(0, start - UNLESS_CHARS) : start], text.names[:1]
        ):
            return 0
        return self.rule.confidence


def _says(program: re2._re2.RE2, near: str, names: Sequence[str]) -> bool:
    around = f" {near} {' '.join(' '.join((name, *words_of(name))) for name in names)} ".encode()
    return bool(program.Match(_UNANCHORED, around, 0, len(around))[0] != _NOTHING)


def context_pattern(words: Sequence[str]) -> str:
    """Returns the pattern of context words: whole words, any case, any blanks or joints between them."""
    joined = "|".join(r"[\s_.-]*".join(re2.escape(part) for part in word.split()) for word in words)
    return rf"(?i)(?:^|[^\pL\pN])(?:{joined})(?:$|[^\pL\pN])"


class Search:
    """One inspection's work and findings, bounded; `truncated` says that a bound ended it early."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.truncated = False
        self._candidates = MAX_CANDIDATES
        self._bytes = MAX_SEARCH_BYTES
        self._seen: set[tuple[str, str, str]] = set()

    def patterns(self, located: Located, layout: Layout, numbers: Sequence[int] | None = None) -> None:
        """Adds what the rule finds in all texts, or in those with the given `numbers` only."""
        taken: dict[int, list[Span]] = {}
        for program in located.programs:
            spans = self._each(program, layout, numbers) if numbers is not None else self._spans(program, layout)
            for start, end in spans:
                if not self._allow():
                    return
                number = layout.at(start)
                first, last = layout.span(number)
                if located.rule.whole and not _whole(program, layout.buffer, first, last):
                    continue
                others = taken.setdefault(number, [])
                if all(end <= other[0] or other[1] <= start for other in others) and self._judge(
                    located, layout.texts[number], _chars(layout, first, start), _chars(layout, first, end)
                ):
                    others.append((start, end))

    def values(self, located: Located, layout: Layout, numbers: Sequence[int]) -> None:
        """Adds the whole values of the texts `numbers`, for a rule with fields alone."""
        for number in numbers:
            text = layout.texts[number]
            if text.value.strip():
                if not self._allow():
                    return
                self._judge(located, text, 0, len(text.value))

    def _judge(self, located: Located, text: Text, start: int, end: int) -> bool:
        matched = text.value[start:end]
        if located.rule.alone and is_joined(text.value, start, end):
            return False
        if not all(validate(matched) for validate in located.validators):
            return False
        confidence = located.confidence(text, start, end)
        if confidence == 0:
            return False
        rule, place = located.rule, text.pointer
        key = (rule.id, place, matched)
        if text.decoding and key in self._seen:
            return True  # the same thing, seen before it was decoded
        self._seen.add(key)
        source = text.source or (start, end)
        self.findings.append(
            Finding(
                rule=rule.id,
                kind=rule.kind,
                data_class=rule.data_class,
                pointer=place,
                start=start,
                end=end,
                source_start=source[0],
                source_end=source[1],
                confidence=confidence,
                sensitivity=rule.sensitivity,
                decoding=text.steps,
            )
        )
        return True

    def _spans(self, program: re2._re2.RE2, layout: Layout) -> Iterator[Span]:
        """Yields matches in the whole buffer; from the first that touches a separator on, text by text."""
        buffer = layout.buffer
        position, end = 0, len(buffer)
        while position < end and self._spend(end - position):
            spans = program.Match(_UNANCHORED, buffer, position, end)
            self._bytes += end - max(spans[0][1], position) if spans[0] != _NOTHING else 0
            if spans[0] == _NOTHING:
                return
            if buffer.find(b"\x00", *spans[0]) >= 0:
                yield from self._each(program, layout, range(layout.at(spans[0][0]), len(layout.texts)), spans[0][0])
                return
            yield spans[-1] if spans[-1] != _NOTHING else spans[0]
            position = spans[0][1]

    def _each(self, program: re2._re2.RE2, layout: Layout, numbers: Sequence[int], start: int = 0) -> Iterator[Span]:
        """Yields matches that begin at `start` or later, in each of the texts `numbers` alone."""
        for number in numbers:
            first, last = layout.span(number)
            value = layout.buffer[first:last]
            position = max(0, start - first)
            while position < len(value) and self._spend(len(value) - position):
                spans = program.Match(_UNANCHORED, value, position, len(value))
                if spans[0] == _NOTHING:
                    break
                left, right = spans[-1] if spans[-1] != _NOTHING else spans[0]
                yield first + left, first + right
                position = spans[0][1]

    def _spend(self, size: int) -> bool:
        self._bytes -= size
        if self._bytes < 0:
            self.truncated = True
        return self._bytes >= 0

    def _allow(self) -> bool:
        self._candidates -= 1
        if self._candidates < 0 or len(self.findings) >= MAX_FINDINGS:
            self.truncated = True
            return False
        return True


def _whole(program: re2._re2.RE2, buffer: bytes, first: int, last: int) -> bool:
    value = buffer[first:last].strip()
    return bool(program.Match(_BOTH, value, 0, len(value))[0] != _NOTHING)


def _chars(layout: Layout, first: int, offset: int) -> int:
    """Returns how many characters the bytes from `first` to `offset` are."""
    part = layout.buffer[first:offset]
    return len(part) if part.isascii() else len(part.decode("utf-8", "replace"))


def is_joined(value: str, start: int, end: int) -> bool:
    """True when the characters `start` to `end` are part of a longer token: `A-123`, `v1.123`, `123.45`, `123_x`."""
    before, after = value[max(0, start - 2) : start], value[end : end + 2]
    if before and (before[-1].isalnum() or before[-1] in "_+"):
        return True
    if len(before) == 2 and before[-1] in "-." and before[0].isalnum():
        return True
    if after and (after[0].isalnum() or after[0] == "_"):
        return True
    return len(after) == 2 and after[0] in "-." and (after[1].isdigit() or (after[0] == "-" and after[1].isalpha()))
