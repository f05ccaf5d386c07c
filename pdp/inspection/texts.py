"""The texts of a document, laid end to end, so that one search covers them all.

Walks parsed JSON: every string, number and unusual member name is one text with its place. A separator that no match
crosses unnoticed stands between them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, TypeAlias

from pdp.inspection.model import MAX_VALUES
from writ.frozen import frozen
from writ.strict_json import MAX_DEPTH, Number

SEPARATOR = '"\x00"'
"""A quote on both sides, so that a word ends there as it does at the end of the value. A match that holds the NUL went
across, or its value holds one itself; both are searched again, value by value."""

NAME_CHARS = 15
"""A member name up to this length that is an identifier is not searched: no secret, address or phrase is that short."""

MAX_NUMBER_CHARS = 40
"""Longest number that is written out as an integer: no account or identity number has more digits."""

EDGE = "\x00"
"""Stands where a text begins and ends, for comparing."""

NAME = "name"
"""Step of a text that is the name of a member."""

NUMBER = "number"
"""Step of an integer that was written with a fraction or an exponent."""

JSON = "json"
"""Step of a text inside JSON that stood in a string; where it stood follows as a JSON pointer."""

Span: TypeAlias = tuple[int, int]

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Keys from the innermost outwards, so that children share the path of their parent."""


@frozen
class Origin:
    """Where a text comes from that is no argument as it came.

    `decoding` are the steps from the argument to the text, `source` is the span of the argument that was decoded (None
    when nothing was, as for names). `outer` leads to the argument when the path of the text is one inside JSON that the
    argument held. `basis` is the text, between two `EDGE`, that this one is another reading of, letter by letter; "" when it is
    none: what stands in both, with what stands around it, is judged once. `pieces` are the values that the text, or what it was
    decoded from, is made of, by path and by where they stand in that, when it is not the one value at the path of the text.
    """

    decoding: tuple[str, ...] = ()
    source: Span | None = None
    outer: Path = None
    basis: str = ""
    pieces: tuple[tuple[Path, Span], ...] = ()


AS_IT_CAME = Origin()
"""Of a string or number that is an argument."""

NAME_AS_IT_CAME = Origin(decoding=(NAME,))
"""Of the name of a member."""


def pointer(path: Path) -> str:
    """Returns the JSON pointer (RFC 6901) of a path."""
    parts: list[str] = []
    while path is not None:
        path, key = path
        parts.append(key.replace("~", "~0").replace("/", "~1") if type(key) is str else str(key))
    return "".join([f"/{part}" for part in reversed(parts)])


def _number(text: str) -> str:
    """Returns a number as text; one that is an integer without the fraction or exponent it was written with."""
    if len(text) > MAX_NUMBER_CHARS or ("." not in text and "e" not in text and "E" not in text):
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or value.adjusted() > MAX_NUMBER_CHARS or value != value.to_integral_value():
        return text
    return str(int(value))


class Texts:
    """Texts of one level of decoding. Filled first, then laid out by `lay_out`, then read.

    `truncated` says that there was more than the bounds let in. `buffer` is UTF-8, between quotes as in JSON.
    """

    __slots__ = ("_left", "_pointers", "_starts", "buffer", "origins", "paths", "truncated", "values")

    def __init__(self, max_chars: int) -> None:
        self.values: list[str] = []
        self.paths: list[Path] = []
        self.origins: dict[int, Origin] = {}
        self.truncated = False
        self.buffer = b""
        self._starts: list[int] = []
        self._pointers: dict[int, str] = {}
        self._left = max_chars

    def document(self, value: Any) -> None:
        """Adds the texts of a parsed call in the order of the document."""
        kind = type(value)
        if kind is dict or kind is list:
            self._walk(value, None, MAX_DEPTH)
        else:
            self._scalar(value, None)

    def inside(self, value: Any, other: Texts, number: int) -> None:
        """Adds the texts of JSON that was parsed from text `number` of `other`."""
        first = len(self.values)
        self.document(value)
        origin = other.inner(number)
        name = replace(origin, decoding=(*origin.decoding, NAME))
        for one in range(first, len(self.values)):
            self.origins[one] = name if self.origins.get(one) is NAME_AS_IT_CAME else origin

    def add(self, value: str, path: Path, origin: Origin) -> None:
        """Adds one text."""
        self.origins[len(self.values)] = origin
        self.values.append(value)
        self.paths.append(path)

    def lay_out(self) -> int:
        """Lays the texts out, cut where the bound on characters is reached. Returns how many characters they are."""
        sizes = [len(value) for value in self.values]
        total = sum(sizes)
        if total > self._left:
            total = self._cut(sizes)
        joined = SEPARATOR.join(self.values)
        if not joined.isascii():
            joined = joined.encode("utf-8", "replace").decode("utf-8")
            sizes = [len(value.encode("utf-8", "replace")) for value in self.values]
        self.buffer = b'"%b"' % joined.encode("utf-8")
        self._starts = list(accumulate([size + len(SEPARATOR) for size in sizes], initial=1))
        return total

    def with_names(self) -> bytes:
        """Returns the buffer with the member names around its texts, as they stand in JSON."""
        names = {name for number in range(len(self.values)) for name in self.names(number)}
        joined = "".join(f'"{name}":' for name in sorted(names))
        return self.buffer + joined.encode("utf-8", "replace")

    def at(self, offset: int) -> int:
        """Returns the number of the text that holds byte `offset` of the buffer, or of the one before a separator."""
        behind = bisect_right(self._starts, offset)
        return behind - 1 if 0 < behind < len(self._starts) else min(behind, len(self.values) - 1)

    def span(self, number: int) -> Span:
        """Returns where text `number` begins and ends in the buffer, in bytes."""
        return self._starts[number], self._starts[number + 1] - len(SEPARATOR)

    def chars(self, number: int, start: int, end: int) -> Span:
        """Returns the characters of text `number` that the bytes `start` to `end` of the buffer are."""
        first = self._starts[number]
        if self.values[number].isascii():
            return start - first, end - first
        before = len(self.buffer[first:start].decode("utf-8", "replace"))
        return before, before + len(self.buffer[start:end].decode("utf-8", "replace"))

    def origin(self, number: int) -> Origin:
        """Returns where text `number` comes from."""
        return self.origins.get(number, AS_IT_CAME)

    def steps(self, number: int) -> tuple[str, ...]:
        """Returns the decoding of text `number`, with its place inside JSON."""
        decoding, path = self.origin(number).decoding, self.paths[number]
        if JSON not in decoding[-2:] or path is None:
            return decoding
        return tuple(f"{JSON}:{pointer(path)}" if step == JSON else step for step in decoding)

    def inner(self, number: int) -> Origin:
        """Returns where texts inside JSON that text `number` holds come from."""
        origin = self.origin(number)
        return Origin(
            decoding=(*self.steps(number), JSON),
            source=origin.source or (0, len(self.values[number])),
            outer=self.argument(number),
            pieces=origin.pieces,
        )

    def argument(self, number: int) -> Path:
        """Returns the path of the argument that text `number` is, or was decoded from."""
        outer = self.origin(number).outer
        return self.paths[number] if outer is None else outer

    def place(self, number: int) -> str:
        """Returns the JSON pointer of `argument`: several rules find something in the same value."""
        known = self._pointers.get(number)
        if known is None:
            known = self._pointers[number] = pointer(self.argument(number))
        return known

    def names(self, number: int) -> list[str]:
        """Returns names of the members around text `number`, innermost first; inside JSON first, then outside."""
        found = []
        for path in (self.paths[number], self.origin(number).outer):
            while path is not None:
                path, key = path
                if type(key) is str:
                    found.append(key)
        return found

    def name(self, number: int) -> str:
        """Returns the name of the nearest member around text `number`, "" when there is none."""
        path = self.paths[number]
        while path is not None:
            path, key = path
            if type(key) is str:
                return key
        return next(iter(self.names(number)), "") if self.origins else ""

    def is_name(self, number: int) -> bool:
        """True when text `number` is, or was decoded from, the name of a member."""
        return NAME in self.origin(number).decoding

    def _walk(self, value: Any, path: Path, levels: int) -> None:
        if levels == 0:
            self.truncated = True
            return
        values, paths = self.values, self.paths
        for key, item in value.items() if type(value) is dict else enumerate(value):
            if len(values) >= MAX_VALUES:
                self.truncated = True
                return
            inner = (path, key)
            if type(key) is str and (len(key) > NAME_CHARS or not key.isidentifier()):
                self.add(key, inner, NAME_AS_IT_CAME)
            kind = type(item)
            if kind is str:
                values.append(item)
                paths.append(inner)
            elif kind is int:
                values.append(str(item))
                paths.append(inner)
            elif kind is dict or kind is list:
                self._walk(item, inner, levels - 1)
            else:
                self._scalar(item, inner)

    def _scalar(self, value: Any, path: Path) -> None:
        kind = type(value)
        if kind is str or kind is int or kind is float or kind is Number:
            text = value if kind is str else value.lexeme if kind is Number else str(value)
            is_written = kind is str or kind is int or (kind is float and not value.is_integer())
            plain = text if is_written else _number(text)
            if plain != text:  # spans of the digits are none of the number as it was written
                self.origins[len(self.values)] = Origin(decoding=(NUMBER,), source=(0, len(text)))
            self.values.append(plain)
            self.paths.append(path)

    def _cut(self, sizes: list[int]) -> int:
        """Cuts the text that crosses the bound, and drops those behind it."""
        self.truncated = True
        ends = list(accumulate(sizes))
        last = bisect_right(ends, self._left)
        keep = self._left - (ends[last - 1] if last else 0)
        self.values[last:] = [self.values[last][:keep]]
        sizes[last:] = [keep]
        return self._left
