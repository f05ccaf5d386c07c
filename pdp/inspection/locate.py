"""Finds where in the texts a rule that was hit holds: RE2 for the place, validators and context for the confidence."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Sequence

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.beside import BESIDE
from pdp.inspection.model import MAX_DEAR_US, MAX_FINDINGS, MAX_JUDGED_CHARS, MAX_JUDGED_HITS, UNJUDGED, Finding
from pdp.inspection.rules import Program, Rule, program_of
from pdp.inspection.texts import EDGE, Origin, Span, Texts, pointer
from pdp.inspection.validators import COST_US, DEAR_US, REFUSED_US, USUAL_US, VALIDATORS, Validator
from pdp.inspection.words import UNSPACED_SCRIPTS, Known, Words
from pdp.inspection.work import FOUND_NS, JUDGED_NS, MATCH_NS, TEXT_NS, Work, program_ns

CONTEXT_CHARS = 64
"""How far from a match, before and behind, its context words may stand: about ten words of text."""

UNLESS_CHARS = 32
"""How far before a match a word that speaks against it may stand: `order no. 4111…`."""

_UNANCHORED = re2._Anchor.UNANCHORED
_BOTH = re2._Anchor.ANCHOR_BOTH
_NOTHING = (-1, -1)


class Located:
    """One rule, ready to be searched for."""

    def __init__(self, rule: Rule, known: Known) -> None:
        """`known` is shared by the rules of an inspector."""
        self.programs = [program_of(pattern) for pattern in rule.patterns]
        self.rule = rule
        self.validators = [_judging(name) for name in rule.validators]
        self._context = Words(rule.context_words, known) if rule.context_words else None
        self._unless = Words(rule.unless, known) if rule.unless else None
        phrases = [words for words in rule.unless if " " in words]
        self._named = Words(phrases, known) if phrases and rule.context_words else None
        self._before = [program_of(pattern) for pattern in rule.unless_before]
        self.heeds_before = bool(self._before)  # something before a match, anywhere in its text, may speak against it
        self.heeds_name = self._unless is not None and self._context is None  # so may the name of its member alone

    def first_before(self, text: bytes) -> int:
        """Returns where in `text` the first of what speaks against all later matches begins; its length when none does."""
        starts = [program.match(_UNANCHORED, text, 0, len(text))[0][0] for program in self._before]
        return min((start for start in starts if start >= 0), default=len(text))

    def is_named_otherwise(self, texts: Texts, number: int) -> bool:
        """True when the name of the member alone says that the rule finds nothing in text `number`; for one that heeds names."""
        name = texts.name(number)
        return name != "" and self._unless is not None and self._unless.said("", [name])

    def confidence(self, texts: Texts, number: int, start: int, end: int) -> int:
        """Returns the confidence of a hit at the characters `start` to `end` of text `number`; 0 means that it is none."""
        value = texts.values[number]
        if self._context is not None:
            if self._named is not None and self._named.said("", texts.names(number)[:1]):
                return 0  # `next token` says more than `token`
            near = f"{value[max(0, start - CONTEXT_CHARS) : start]}\n{value[end : end + CONTEXT_CHARS]}"
            if self._context.said(near, texts.names(number)[:3]):
                return self.rule.context_confidence
        if self._unless is not None:
            before = value[max(0, start - UNLESS_CHARS) : start]
            if self._unless.said(before, texts.names(number)[:1]):
                return 0
        return self.rule.confidence


def _judging(name: str) -> tuple[Validator, int, int, int]:
    """Returns a validator, what it takes in ns when it agrees and when it refuses, and in µs where few are asked."""
    cost = COST_US.get(name, USUAL_US)
    return VALIDATORS[name], 1_000 * cost, 1_000 * REFUSED_US.get(name, cost), DEAR_US.get(name, 0)


def is_joined(value: str, start: int, end: int) -> bool:
    """True when the characters `start` to `end` are part of a longer token: `A-123`, `v1.123`, `123.45`, `123_x`."""
    before, after = value[max(0, start - 2) : start], value[end : end + 2]
    if before and (_is_of_word(before[-1]) or before[-1] in "_+"):
        return True
    if len(before) == 2 and before[-1] in "-." and _is_of_word(before[0]):
        return True
    if after and (_is_of_word(after[0]) or after[0] == "_"):
        return True
    return len(after) == 2 and after[0] in "-." and (after[1].isdigit() or (after[0] == "-" and after[1].isalpha()))


def _is_of_word(character: str) -> bool:
    return character < UNSPACED_SCRIPTS and character.isalnum()


class Search:
    """One inspection's findings, within its work; `truncated` says that a bound ended it early."""

    def __init__(self, work: Work) -> None:
        self.findings: list[Finding] = []
        self.truncated = False
        self._work = work
        self._dear_us = MAX_DEAR_US
        self._seen: dict[tuple[str, str, str], list[Span]] = {}  # where in the argument
        self._alone: dict[tuple[str, str], list[Span]] = {}  # what rules found in one value
        self._hits: dict[str, int] = {}
        self._skip = 0  # up to this byte of the buffer, further matches of the pattern are nothing

    def patterns(
        self,
        located: Located,
        texts: Texts,
        numbers: Sequence[int] | None = None,
        which: Collection[int] | None = None,
    ) -> None:
        """Adds what the rule finds in all texts, or in those with the given `numbers` only, by all of its patterns or by
        those of the numbers `which`."""
        taken: dict[int, list[Span]] = {}
        before: dict[int, int] = {}
        for place, program in enumerate(located.programs):
            if which is not None and place not in which:
                continue
            self._skip = 0
            spans = self._each(program, texts, numbers) if numbers is not None else self._spans(program, texts)
            for start, end in spans:
                number = texts.at(start + 1)  # a match may begin with the quote before its text
                first, last = texts.span(number)
                if located.heeds_name and located.is_named_otherwise(texts, number):
                    self._work.spend(TEXT_NS)
                    self._skip = last  # a thousand order numbers are no candidates
                    continue
                if not self._allow(MATCH_NS):
                    return
                if start < first:
                    start = first
                if end > last:
                    end = last
                if located.heeds_before:
                    if number not in before:  # once for a text, however many matches it has
                        before[number] = first - 1 + self._first_before(located, texts.buffer[first - 1 : last + 1])
                    if start > before[number]:
                        self._skip = last
                        continue
                if located.rule.whole and not _whole(program, texts.buffer, (first, last)):
                    self._skip = last
                    continue
                others = taken.setdefault(number, [])
                if _is_free(others, start, end):
                    span = texts.chars(number, start, end)
                    if number not in texts.origins or not self._is_known(located.rule, texts, number, span):
                        if not self._allow(JUDGED_NS):
                            return
                        if not self._judge(located, texts, number, span):
                            continue
                    insort(others, (start, end))

    def unjudged(self, left: Sequence[Located]) -> None:
        """Adds what the rules `left` may find, for which there is no work: the gravest of each class."""
        self.truncated = True
        gravest: dict[str, Rule] = {}
        for rule in sorted((located.rule for located in left), key=lambda rule: rule.sensitivity):
            gravest[rule.data_class] = rule
        for rule in gravest.values():
            self._add(rule, "", (0, 0), (0, 0), rule.context_confidence, (UNJUDGED,))

    @property
    def is_over(self) -> bool:
        """True when nothing more is looked at."""
        return self._work.is_over or len(self.findings) >= MAX_FINDINGS

    def _first_before(self, located: Located, text: bytes) -> int:
        return located.first_before(text) if self._spend(len(text)) else len(text)

    def values(self, located: Located, texts: Texts, numbers: Sequence[int]) -> None:
        """Adds the whole values of the texts `numbers`, for a rule with fields alone."""
        for number in numbers:
            value = texts.values[number]
            if value.strip():
                if not self._allow(MATCH_NS + JUDGED_NS):
                    return
                self._judge(located, texts, number, (0, len(value)))

    def _is_known(self, rule: Rule, texts: Texts, number: int, span: Span) -> bool:
        """True when the same was found before it was decoded: JSON in a string is seen as a text, then value by value."""
        origin = texts.origin(number)
        if not origin.decoding or origin.source is None or origin.pieces:
            return False
        matched = texts.values[number][span[0] : span[1]]
        return _meets(self._seen.get((rule.id, texts.place(number), matched)), origin.source)

    def _judge(self, located: Located, texts: Texts, number: int, span: Span) -> bool:
        start, end = span
        rule, value, origin = located.rule, texts.values[number], texts.origin(number)
        if origin.basis and not rule.whole and _stands_in(origin.basis, value, start, end):
            return False  # was judged there
        matched = value[start:end]
        if rule.alone and is_joined(value, start, end):
            return False
        hits = self._hits.get(rule.id, 0)
        if hits < MAX_JUDGED_HITS and not self._validated(located, matched[:MAX_JUDGED_CHARS]):
            return False
        self._work.spend(FOUND_NS)
        confidence = located.confidence(texts, number, start, end)
        if confidence == 0:
            return False
        places = [(texts.place(number), origin.source or span)]
        if origin.pieces:
            places = _in_pieces(origin, start, end)
            matched = matched if len(origin.pieces) == 1 else ""  # of several, it is the same with and without blanks
        if not origin.decoding or BESIDE not in origin.decoding:
            self._alone.setdefault((rule.id, places[0][0]), []).append(places[0][1])
        elif len(origin.pieces) != 1:
            known = [_meets(self._alone.get((rule.id, place)), at) for place, at in places]
            if any(known) if origin.decoding[-1] == BESIDE else all(known):
                return False  # of two telephone numbers, the end of one and the beginning of the other are none
        self._hits[rule.id] = hits + bool(places)
        for place, source in places:
            seen = self._seen.setdefault((rule.id, place, matched), [])
            if origin.decoding and _meets(seen, source):
                continue  # the same thing, seen before it was decoded
            seen.append(source)
            self._add(rule, place, span, source, confidence, texts.steps(number) if origin.decoding else ())
        return bool(places)

    def _add(
        self, rule: Rule, place: str, span: Span, source: Span, confidence: int, decoding: tuple[str, ...]
    ) -> None:
        self.findings.append(
            Finding(
                rule=rule.id,
                kind=rule.kind,
                data_class=rule.data_class,
                pointer=place,
                start=span[0],
                end=span[1],
                source_start=source[0],
                source_end=source[1],
                confidence=confidence,
                sensitivity=rule.sensitivity,
                decoding=decoding,
            )
        )

    def _validated(self, located: Located, judged: str) -> bool:
        """True when all validators agree, but for those that there is no more time for: what is not judged counts as found."""
        for validate, cost_ns, refused_ns, dear_us in located.validators:
            if dear_us:
                if self._dear_us < 0:
                    continue
                self._dear_us -= dear_us
            if not validate(judged):
                self._work.spend(refused_ns)
                return False
            self._work.spend(cost_ns)
        return True

    def _spans(self, program: Program, texts: Texts) -> Iterator[Span]:
        """Yields matches in the whole buffer; from the first that touches a separator on, text by text."""
        buffer = texts.buffer
        position, end = 0, len(buffer)
        if not self._spend(end):
            return
        while position < end:
            spans = program.match(_UNANCHORED, buffer, position, end)
            left, right = spans[0]
            if left < 0:
                return
            if buffer.find(b"\x00", left, right) >= 0:
                yield from self._each(program, texts, range(texts.at(left), len(texts.values)), left)
                return
            yield spans[-1] if spans[-1] != _NOTHING else spans[0]
            position = max(right, self._skip)

    def _each(self, program: Program, texts: Texts, numbers: Sequence[int], start: int = 0) -> Iterator[Span]:
        """Yields matches that begin at `start` or later, in each of the texts `numbers` alone."""
        for number in numbers:
            first, last = texts.span(number)
            first -= 1  # the quotes around a text are there for patterns that want its beginning or its end
            value = texts.buffer[first : last + 1]
            position = max(0, start - first)
            if not self._allow(TEXT_NS + program_ns(len(value))):
                return
            while position < len(value):
                spans = program.match(_UNANCHORED, value, position, len(value))
                if spans[0] == _NOTHING:
                    break
                left, right = spans[-1] if spans[-1] != _NOTHING else spans[0]
                yield first + left, first + right
                position = max(spans[0][1], self._skip - first)

    def _spend(self, size: int) -> bool:
        return self._allow(program_ns(size))

    def _allow(self, nanoseconds: int) -> bool:
        if self._work.spend(nanoseconds) and len(self.findings) < MAX_FINDINGS:
            return True
        self.truncated = True
        return False


def _in_pieces(origin: Origin, start: int, end: int) -> list[tuple[str, Span]]:
    """Returns where in which values the characters `start` to `end` of what they are together stand, all of each where that was
    decoded; [] when they are in one of several, which is judged by itself."""
    pieces = origin.pieces
    if origin.decoding[-1] != BESIDE:
        return [(pointer(path), (0, last - first)) for path, (first, last) in pieces]
    found = [
        (pointer(path), (max(start, first) - first, min(end, last) - first))
        for path, (first, last) in pieces
        if start < last and first < end
    ]
    return found if len(found) > 1 or len(pieces) == 1 else []


def _meets(spans: Sequence[Span] | None, span: Span) -> bool:
    return spans is not None and any(span[0] < right and left < span[1] for left, right in spans)


def _stands_in(basis: str, value: str, start: int, end: int) -> bool:
    """True when the same, with the same around it, stands in the text that `value` is another reading of."""
    first, last = max(0, start - CONTEXT_CHARS), end + CONTEXT_CHARS
    around = f"{'' if first else EDGE}{value[first:last]}{'' if last < len(value) else EDGE}"
    return around in basis


def _is_free(spans: list[Span], start: int, end: int) -> bool:
    """True when `start` to `end` meets none of the sorted `spans`."""
    place = bisect_left(spans, (start, end))
    return (place == 0 or spans[place - 1][1] <= start) and (place == len(spans) or end <= spans[place][0])


def _whole(program: Program, buffer: bytes, span: Span) -> bool:
    value = buffer[span[0] : span[1]].strip()
    return bool(program.match(_BOTH, value, 0, len(value))[0] != _NOTHING)
