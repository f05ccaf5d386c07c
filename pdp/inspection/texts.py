"""The texts of a document, laid end to end, so that one search covers them all.

Walks parsed JSON: every string, number and unusual member name is one text with its place. A separator that no value
can match across unnoticed stands between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, TypeAlias

from pdp.inspection.model import MAX_VALUES
from writ.strict_json import Number

SEPARATOR = b'"\x00"'
"""A quote on both sides, so that a word ends there as it does at the end of the value. A match that holds the NUL went
across, or its value holds one itself; both are searched again, value by value."""

NAME_CHARS = 15
"""A member name up to this length that is an identifier is not searched: no secret, address or phrase is that short."""

NAME = "name"
"""Step of a text that is the name of a member."""

JSON = "json"
"""Step of a text inside JSON that stood in a string; where it stood follows as a JSON pointer."""

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Keys from the innermost outwards, so that children share the path of their parent."""


class Text:
    """One text, and where it came from.

    `path` leads to it inside the innermost JSON document, `outer` to the argument that this document stood in (None when
    it is the call itself). `decoding` are the steps from the argument to the text. `source` is the span of the argument
    that it was made of, None when it is the argument, character for character.
    """

    __slots__ = ("decoding", "outer", "path", "source", "value")

    def __init__(
        self,
        value: str,
        path: Path,
        decoding: tuple[str, ...] = (),
        source: tuple[int, int] | None = None,
        outer: Path = None,
    ) -> None:
        self.value = value
        self.path = path
        self.decoding = decoding
        self.source = source
        self.outer = outer

    @property
    def names(self) -> list[str]:
        """Names of the members around the text, innermost first; those of JSON inside a string before those outside."""
        found = []
        for path in (self.path, self.outer):
            while path is not None:
                path, key = path
                if type(key) is str:
                    found.append(key)
        return found

    @property
    def pointer(self) -> str:
        """JSON pointer of the argument."""
        return pointer(self.path if self.outer is None else self.outer)

    @property
    def steps(self) -> tuple[str, ...]:
        """The decoding, with the place inside JSON."""
        if self.outer is None or self.decoding[-1] != JSON or self.path is None:
            return self.decoding
        return (*self.decoding[:-1], f"{JSON}:{pointer(self.path)}")


def pointer(path: Path) -> str:
    """Returns the JSON pointer (RFC 6901) of a path."""
    parts: list[str] = []
    while path is not None:
        path, key = path
        parts.append(key.replace("~", "~0").replace("/", "~1") if type(key) is str else str(key))
    return "".join(f"/{part}" for part in reversed(parts))


class Collector:
    """Collects texts up to `max_chars` and `MAX_VALUES`; `truncated` says that there was more."""

    def __init__(self, max_chars: int) -> None:
        self.texts: list[Text] = []
        self.truncated = False
        self._left = max_chars

    def document(self, value: Any) -> None:
        """Adds the texts of a parsed call in the order of the document. Nesting is bounded by its parser."""
        self._walk(value, None, (), None, None)

    def inside(self, value: Any, text: Text) -> None:
        """Adds the texts of JSON that was parsed from `text`."""
        source = text.source or (0, len(text.value))
        self._walk(value, None, (*text.steps, JSON), source, text.path if text.outer is None else text.outer)

    def add(self, text: Text) -> None:
        """Adds one text, cut where the bound is reached."""
        left = self._left
        if left <= 0 or len(self.texts) >= MAX_VALUES:
            self.truncated = True
            return
        self._left = left - len(text.value)
        if self._left < 0:
            self.truncated = True
            text.value = text.value[:left]
        self.texts.append(text)

    def _walk(
        self, value: Any, path: Path, decoding: tuple[str, ...], source: tuple[int, int] | None, outer: Path
    ) -> None:
        kind = type(value)
        if kind is str:
            self.add(Text(value, path, decoding, source, outer))
        elif kind is dict:
            for key, item in value.items():
                inner = (path, key)
                if len(key) > NAME_CHARS or not key.isidentifier():
                    self.add(Text(key, inner, (*decoding, NAME), source, outer))
                self._walk(item, inner, decoding, source, outer)
        elif kind is list:
            for index, item in enumerate(value):
                if self.truncated:
                    return
                self._walk(item, (path, index), decoding, source, outer)
        elif kind is int or kind is float:
            self.add(Text(str(value), path, decoding, source, outer))
        elif kind is Number:
            self.add(Text(value.lexeme, path, decoding, source, outer))


class Layout:
    """Texts laid end to end."""

    __slots__ = ("_starts", "buffer", "texts")

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        encoded = [text.value.encode("utf-8", "replace") for text in texts]
        self.buffer = SEPARATOR.join(encoded)
        starts = []
        position = 0
        for part in encoded:
            starts.append(position)
            position += len(part) + len(SEPARATOR)
        self._starts = starts

    def at(self, offset: int) -> int:
        """Returns the number of the text that holds byte `offset` of the buffer, or of the one before a separator."""
        return bisect_right(self._starts, offset) - 1

    def span(self, number: int) -> tuple[int, int]:
        """Returns where text `number` begins and ends in the buffer, in bytes."""
        start = self._starts[number]
        following = self._starts[number + 1] - len(SEPARATOR) if number + 1 < len(self._starts) else len(self.buffer)
        return start, following
