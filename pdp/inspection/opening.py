"""Opens what is encoded in texts, one level at a time, within the bounds of one inspection.

Takes the texts of a level and gives those of the next. What it opens must be mostly text; what it has opened before it
leaves alone, so that two decoders cannot feed each other for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import orjson

from pdp.inspection import encodings
from pdp.inspection.beside import BESIDE, MAX_ALL_CHARS, MAX_JOINED, joined_texts
from pdp.inspection.bytes_text import TooMuch, text_of
from pdp.inspection.lookalikes import (
    bared_text,
    hidden_span,
    hidden_text,
    is_suspect,
    plain_view_within,
    shown_text,
    unmarked_text,
)
from pdp.inspection.model import MAX_DECODED_BYTES, MAX_DECODED_TEXTS
from pdp.inspection.texts import AS_IT_CAME, EDGE, JSON, Origin, Path, Span, Texts
from pdp.inspection.work import (
    DECODED_BYTE_NS,
    DOCUMENT_NS,
    JOINED_NS,
    LETTER_NS,
    OPENED_NS,
    RUN_BYTE_NS,
    RUN_NS,
    SURVEY_BYTE_NS,
    TRIAL_NS,
    Work,
)

MAX_WHOLE_CHARS = 12 * 1024
"""Longest text whose percent signs, entities or escapes are undone; at up to 100 ns a character."""

MAX_BASE32_BYTES = 4 * 1024
"""Longest run of base32 that is decoded; at up to 100 ns a byte, ten times as much as the others."""

MAX_PLAIN_CHARS = 24 * 1024
"""Most characters beyond ASCII texts that are read as a person would, over all texts, and most that come of it; at up to 100 ns
a character."""

MAX_REPEATED_CHARS = 8 * 1024
"""Most characters that are opened once more where they stand in another place, so that redaction finds them there as well;
further repeats stay closed: what is in them is known."""

MIN_REPEATED_CHARS = 64
"""What a shorter text counts for there."""

PART_CHARS, AROUND_CHARS, SHARED_CHARS = 1_024, 320, 64
"""A part of a text that is asked whether it is encoded, how much around such a part is inspected with it, and how much two
parts share: more than any sign of a code is long."""

_BLANKS = (" ", "\n")
_EDGES = {"{": "}", "[": "]"}

_Place: TypeAlias = tuple[str, Path, Span]
"""What was opened, of which argument, and from which of its characters."""


class Opener:
    """The decodings of one inspection; `truncated` says that a bound left something closed."""

    def __init__(self, work: Work) -> None:
        self.truncated = False
        self._work = work
        self._seen: set[str] = set()
        self._places: set[_Place] = set()
        self._repeated = MAX_REPEATED_CHARS
        self._parsed: dict[str, object | None] = {}
        self._opened = MAX_DECODED_TEXTS
        self._chars = MAX_DECODED_BYTES + MAX_REPEATED_CHARS
        self._plain = self._viewed = MAX_PLAIN_CHARS
        self._joined, self._joined_chars = MAX_JOINED, MAX_ALL_CHARS

    def open(self, texts: Texts, steps: Collection[str], document: Any = None) -> Texts:
        """Returns the texts inside those of `texts`, whose prefilter named the encodings `steps`; `document` is the parsed call
        when these are its values, which are read together as well."""
        opened = Texts(self._chars)
        if BESIDE in steps:
            self._beside(opened, document, AS_IT_CAME)
        if not texts.buffer.isascii():
            for number, value in enumerate(texts.values):
                if is_suspect(value) and not self._work.is_over:
                    self._letters(opened, texts, number, self._readable(value))
                self.truncated |= self._work.is_over
        if b"{" in texts.buffer or b"[" in texts.buffer:
            self._json(opened, texts, beside=BESIDE in steps)
        for step in sorted(steps):
            if step == BESIDE:
                continue
            if self._work.is_over:
                self.truncated = True
                break
            if encodings.is_run(step):
                self._runs(opened, texts, step)
            else:
                self._whole(opened, texts, step)
        self._chars -= opened.lay_out()
        self.truncated |= opened.truncated
        return opened

    def _beside(self, opened: Texts, document: Any, inside: Origin) -> None:
        """Adds what neighbouring values of parsed JSON are together. `inside` is where it stood: what is found in JSON that was
        decoded stands where that was."""
        decoding = (*inside.decoding, BESIDE)
        for joined in joined_texts(document) if self._joined > 0 else ():
            self._joined -= 1
            self._joined_chars -= len(joined.value)
            if self._joined < 0 or self._joined_chars < 0 or not self._allow(JOINED_NS):
                return
            if inside is AS_IT_CAME:
                place, (first, last) = joined.pieces[0]
                origin = Origin(decoding=decoding, source=(0, last - first), outer=place, pieces=joined.pieces)
            else:
                origin = replace(inside, decoding=decoding)
            opened.add(joined.value, joined.path, origin)

    def _letters(self, opened: Texts, texts: Texts, number: int, value: str) -> None:
        for start, end in changed_parts(value, is_suspect):  # one letter may stand for eighteen: none is read to ask
            part = value[start:end]
            self._work.spend(LETTER_NS * len(part))
            plain, whole = plain_view_within(part, self._viewed)
            self._viewed -= len(plain)
            self.truncated |= not whole
            for reading in (plain, bared_text(part), unmarked_text(part)):
                self._put(opened, texts, number, reading, ("unicode",), (start, end), part)
        hidden = hidden_text(value)  # of all of it: an order may stand in pieces, far from one another
        if hidden:
            self._work.spend(LETTER_NS * len(hidden))
            self._put(opened, texts, number, hidden, ("tags",), hidden_span(value))
        if "\u202e" in value:
            self._put(opened, texts, number, shown_text(value), ("bidi",))

    def _readable(self, value: str) -> str:
        """Returns as much of `value` as the bound on such texts leaves."""
        self.truncated |= len(value) > self._plain
        value = value[: self._plain]
        self._plain -= len(value)
        self._work.spend(TRIAL_NS + DECODED_BYTE_NS * len(value))
        return value

    def _whole(self, opened: Texts, texts: Texts, step: str) -> None:
        for number in _showing(step, texts):
            value = texts.values[number]
            self.truncated |= len(value) > MAX_WHOLE_CHARS
            value = value[:MAX_WHOLE_CHARS]
            if not self._allow(TRIAL_NS + DECODED_BYTE_NS * len(value)):
                return
            for start, end in changed_parts(value, partial(encodings.is_undone, step)):
                part = value[start:end]
                self._work.spend((DECODED_BYTE_NS if step == "quoted_printable" else LETTER_NS) * len(part))
                self._put(opened, texts, number, encodings.undone(step, part), (step,), (start, end), part)

    def _runs(self, opened: Texts, texts: Texts, step: str) -> None:
        self._work.spend(RUN_BYTE_NS * len(texts.buffer))
        for start, end in encodings.runs(step, texts.buffer):
            self._work.spend(RUN_NS)
            number = texts.at(start + 1)  # a run may begin with the quote before its text, and end with the one behind
            first, last = texts.span(number)
            start, end = max(start, first), min(end, last)
            if step == "base32" and end - start > MAX_BASE32_BYTES:
                self.truncated = True
                end = start + MAX_BASE32_BYTES
            for data in encodings.bytes_of(step, texts.buffer[start:end]):
                if not self._allow(TRIAL_NS + DECODED_BYTE_NS * (end - start)):
                    return
                try:
                    found = text_of(data, self._chars)
                except TooMuch:
                    self.truncated = True
                    continue
                if found is not None:
                    span = texts.chars(number, start, end)
                    self._put(opened, texts, number, found[0], (step, *found[1]), span)
                    break

    def _json(self, opened: Texts, texts: Texts, *, beside: bool) -> None:
        for number in _showing("json", texts):
            value = texts.values[number]
            # As text, it may have been opened before: what base64 held is searched as it is, then taken apart.
            place = (f"{JSON}:{value}", texts.argument(number), texts.origin(number).source or (0, len(value)))
            if not self._is_due(place):
                continue
            document = self._parsed.get(value)
            if document is None:
                if not self._allow(DOCUMENT_NS + DECODED_BYTE_NS * len(value)):
                    return
                document = self._parsed[value] = _document(value)
            if document is not None and self._admit(place):
                opened.inside(document, texts, number)
                if beside and self._allow(SURVEY_BYTE_NS * len(value)):
                    self._beside(opened, document, texts.inner(number))

    def _put(
        self,
        opened: Texts,
        texts: Texts,
        number: int,
        value: str,
        steps: tuple[str, ...],
        span: Span | None = None,
        basis: str = "",
    ) -> None:
        """Adds `value`, which `span` of a text stands for; `basis` is that part of the text when it stands for it as a whole."""
        if not value or value == basis:
            return
        before = texts.values[number]
        origin = texts.origin(number)
        pieces = origin.pieces
        if pieces and span and origin.decoding[-1] == BESIDE:
            pieces = tuple([piece for piece in pieces if piece[1][0] < span[1] and span[0] < piece[1][1]])
            if len(pieces) < min(2, len(origin.pieces)):
                return  # is opened where it stands
        source = origin.source or span or (0, len(before))
        if value != before and self._admit((value, texts.argument(number), source)):
            decoding = (*texts.steps(number), *steps)
            opened.add(
                value,
                texts.paths[number],
                Origin(
                    decoding=decoding,
                    source=source,
                    outer=origin.outer,
                    basis=f"{EDGE}{basis}{EDGE}" if basis else "",
                    pieces=pieces,
                ),
            )

    def _allow(self, nanoseconds: int) -> bool:
        is_left = self._work.spend(nanoseconds)
        self.truncated |= not is_left
        return is_left

    def _is_due(self, place: _Place) -> bool:
        """False for what was opened from the same part of the same argument, and for repeats that are too many."""
        value = place[0]
        return value not in self._seen or (place not in self._places and len(value) <= self._repeated)

    def _admit(self, place: _Place) -> bool:
        if not self._is_due(place):
            return False
        value = place[0]
        self._places.add(place)
        if value in self._seen:
            self._repeated -= max(len(value), MIN_REPEATED_CHARS)
            return True
        self._seen.add(value)
        self._work.spend(OPENED_NS)
        self._opened -= 1
        if self._opened < 0:
            self.truncated = True
        return self._opened >= 0


def changed_parts(text: str, is_changed: Callable[[str], bool]) -> list[Span]:
    """Returns the parts of a text that are read otherwise, with what stands around them up to a blank; all of a short one.

    A long document with one odd letter is not inspected twice for it. `is_changed` must tell from any part that holds a sign
    of at most `SHARED_CHARS` characters.
    """
    size = len(text)
    if size <= 2 * PART_CHARS:
        return [(0, size)]
    parts: list[Span] = []
    for first in range(0, size, PART_CHARS):
        seen = text[max(0, first - SHARED_CHARS) : first + PART_CHARS + SHARED_CHARS]
        if not is_changed(seen):
            continue
        start, end = max(0, first - AROUND_CHARS), min(size, first + PART_CHARS + AROUND_CHARS)
        start = max(text.rfind(blank, 0, start) for blank in _BLANKS) + 1  # never within a word, or what has no blanks
        end = min((place for place in (text.find(blank, end) for blank in _BLANKS) if place >= 0), default=size)
        if parts and start <= parts[-1][1]:
            start = parts.pop()[0]
        parts.append((start, end))
    return parts


def _showing(step: str, texts: Texts) -> Iterator[int]:
    """Yields the numbers of the texts that show an encoding, each once."""
    place = 0
    while (place := encodings.next_place(step, texts.buffer, place)) >= 0:
        number = texts.at(place)
        yield number
        place = max(place, texts.span(number)[1]) + 1


def _document(text: str) -> object | None:
    """Returns the JSON that `text` is or holds between its first and last bracket, None when there is none.

    Quotes that are escaped once more, as in JSON that was written into JSON twice, are read too.
    """
    found = _between_brackets(text)
    return _between_brackets(text.replace('\\"', '"')) if found is None and '\\"' in text else found


def _between_brackets(text: str) -> object | None:
    starts = sorted(place for place in (text.find("{"), text.find("[")) if place >= 0)
    for start in starts:
        try:
            found: object = orjson.loads(text[start : text.rfind(_EDGES[text[start]]) + 1])
        except orjson.JSONDecodeError:
            continue
        return found
    return None
