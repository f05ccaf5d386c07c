"""Opens what is encoded in texts, one level at a time, within the bounds of one inspection.

Takes the texts of a level and gives those of the next. What it opens must be mostly text; what it has opened before it
leaves alone, so that two decoders cannot feed each other for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import orjson

from pdp.inspection import encodings
from pdp.inspection.bytes_text import TooMuch, text_of
from pdp.inspection.lookalikes import bared_text, hidden_text, is_suspect, plain_view_within, shown_text, unmarked_text
from pdp.inspection.model import MAX_DECODED_BYTES, MAX_DECODED_TEXTS
from pdp.inspection.texts import Origin, Path, Span, Texts

MAX_TRIALS = 512
"""Most runs that one inspection tries to decode; each trial takes about 2 µs."""

MAX_WHOLE_CHARS = 16 * 1024
"""Longest text whose percent signs, entities or escapes are undone; at up to 100 ns a character."""

MAX_UNDONE_CHARS = 24 * 1024
"""Most characters of all texts whose percent signs, entities or escapes are undone, level by level."""

MIN_UNDONE_CHARS = 64
"""What a shorter text counts for there: each takes some µs, however short."""

MAX_DOCUMENTS = 512
"""Most texts of one inspection that are read as JSON; each takes 2 µs and more."""

MAX_BASE32_BYTES = 4 * 1024
"""Longest run of base32 that is decoded; at up to 100 ns a byte, ten times as much as the others."""

MAX_PLAIN_CHARS = 24 * 1024
"""Most characters beyond ASCII texts that are read as a person would, over all texts, and most that come of it; at up to 100 ns
a character."""

MAX_REPEATED_CHARS = 8 * 1024
"""Most characters that are opened once more where they stand in another place, so that redaction finds them there as well;
further repeats stay closed: what is in them is known."""

_EDGES = {"{": "}", "[": "]"}

_Place: TypeAlias = tuple[str, Path, Span]
"""What was opened, of which argument, and from which of its characters."""


class Opener:
    """The decodings of one inspection; `truncated` says that a bound left something closed."""

    def __init__(self) -> None:
        self.truncated = False
        self._seen: set[str] = set()
        self._places: set[_Place] = set()
        self._repeated = MAX_REPEATED_CHARS
        self._trials = MAX_TRIALS
        self._documents = MAX_DOCUMENTS
        self._parsed: dict[str, object | None] = {}
        self._opened = MAX_DECODED_TEXTS
        self._chars = MAX_DECODED_BYTES + MAX_REPEATED_CHARS
        self._plain = self._viewed = MAX_PLAIN_CHARS
        self._undone = MAX_UNDONE_CHARS

    def open(self, texts: Texts, steps: Iterable[str]) -> Texts:
        """Returns the texts inside those of `texts`, whose prefilter named the encodings `steps`."""
        opened = Texts(self._chars)
        if not texts.buffer.isascii():
            for number, value in enumerate(texts.values):
                if is_suspect(value):
                    value = self._readable(value)
                    plain, whole = plain_view_within(value, self._viewed)
                    self._viewed -= len(plain)
                    self.truncated |= not whole
                    self._put(opened, texts, number, plain, ("unicode",))
                    self._put(opened, texts, number, bared_text(value), ("unicode",))
                    self._put(opened, texts, number, unmarked_text(value), ("unicode",))
                    self._put(opened, texts, number, hidden_text(value), ("tags",))
                    if "\u202e" in value:
                        self._put(opened, texts, number, shown_text(value), ("bidi",))
        if b"{" in texts.buffer or b"[" in texts.buffer:
            self._json(opened, texts)
        for step in steps:
            if encodings.is_run(step):
                self._runs(opened, texts, step)
            else:
                self._whole(opened, texts, step)
        self._chars -= opened.lay_out()
        self.truncated |= opened.truncated
        return opened

    def _readable(self, value: str) -> str:
        """Returns as much of `value` as the bound on such texts leaves."""
        self.truncated |= len(value) > self._plain
        value = value[: self._plain]
        self._plain -= len(value)
        return value

    def _whole(self, opened: Texts, texts: Texts, step: str) -> None:
        for number in _showing(step, texts):
            value = texts.values[number]
            most = min(MAX_WHOLE_CHARS, self._undone)
            self.truncated |= len(value) > most
            if most <= 0:
                return
            self._undone -= max(min(len(value), most), MIN_UNDONE_CHARS)
            self._put(opened, texts, number, encodings.undone(step, value[:most]), (step,))

    def _runs(self, opened: Texts, texts: Texts, step: str) -> None:
        for start, end in encodings.runs(step, texts.buffer):
            if step == "base32" and end - start > MAX_BASE32_BYTES:
                self.truncated = True
                end = start + MAX_BASE32_BYTES
            for data in encodings.bytes_of(step, texts.buffer[start:end]):
                self._trials -= 1
                if self._trials < 0:
                    self.truncated = True
                    return
                try:
                    found = text_of(data, self._chars)
                except TooMuch:
                    self.truncated = True
                    continue
                if found is not None:
                    number = texts.at(start)
                    span = texts.chars(number, start, end)
                    self._put(opened, texts, number, found[0], (step, *found[1]), span)
                    break

    def _json(self, opened: Texts, texts: Texts) -> None:
        for number in _showing("json", texts):
            value = texts.values[number]
            place = (value, texts.argument(number), texts.origin(number).source or (0, len(value)))
            if not self._is_due(place):
                continue
            document = self._parsed.get(value)
            if document is None:
                self._documents -= 1
                if self._documents < 0:
                    self.truncated = True
                    return
                document = self._parsed[value] = _document(value)
            if document is not None and self._allow(place):
                opened.inside(document, texts, number)

    def _put(
        self, opened: Texts, texts: Texts, number: int, value: str, steps: tuple[str, ...], span: Span | None = None
    ) -> None:
        before = texts.values[number]
        origin = texts.origin(number)
        source = origin.source or span or (0, len(before))
        if value and value != before and self._allow((value, texts.argument(number), source)):
            decoding = (*texts.steps(number), *steps)
            opened.add(value, texts.paths[number], Origin(decoding=decoding, source=source, outer=origin.outer))

    def _is_due(self, place: _Place) -> bool:
        """False for what was opened from the same part of the same argument, and for repeats that are too many."""
        value = place[0]
        return value not in self._seen or (place not in self._places and len(value) <= self._repeated)

    def _allow(self, place: _Place) -> bool:
        if not self._is_due(place):
            return False
        value = place[0]
        self._places.add(place)
        if value in self._seen:
            self._repeated -= max(len(value), MIN_UNDONE_CHARS)
            return True
        self._seen.add(value)
        self._opened -= 1
        if self._opened < 0:
            self.truncated = True
        return self._opened >= 0


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
