"""Reads a declared document strictly: each key is read once and by type, and a key that nobody read is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from writ.errors import ConfigurationError


class Reader:
    """One mapping of the document and its dotted path in error messages."""

    def __init__(self, document: object, path: str) -> None:
        """Raises ConfigurationError unless `document` is a mapping with keys that are strings."""
        self.path = path
        if not isinstance(document, Mapping) or not all(isinstance(key, str) and key.isascii() for key in document):
            wrong(path, "a mapping with ASCII keys", document)
        self._document: Mapping[str, Any] = document
        self._unread = set(document)

    def has(self, key: str) -> bool:
        """True when the key is there; it stays unread."""
        return key in self._document

    def value(self, key: str) -> Any:
        """Returns the value as it stands, None when it is absent."""
        self._unread.discard(key)
        return self._document.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a non-empty string. Without a default the key is required."""
        if key not in self._document and default is not None:
            return default
        value = self.value(key)
        if not isinstance(value, str) or not value:
            wrong(self._at(key), "a non-empty string", value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns a list of non-empty strings without repetition, () when it is absent."""
        value = self.value(key)
        if value is None and key not in self._document:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            wrong(self._at(key), "a list of non-empty strings", value)
        if len(set(value)) != len(value):
            wrong(self._at(key), "every entry once", value)
        return tuple(value)

    def count(self, key: str) -> int | None:
        """Returns an integer from 0 on, None when it is absent."""
        value = self.value(key)
        if value is None and key not in self._document:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            wrong(self._at(key), "an integer from 0 on", value)
        return value

    def text_map(self, key: str) -> dict[str, str]:
        """Returns a mapping of strings to non-empty strings, {} when it is absent."""
        inner = self.inner(key)
        return {name: inner.text(name) for name in inner.names()}

    def inner(self, key: str) -> Reader:
        """Returns the reader of a mapping inside this one, of an empty one when it is absent."""
        value = self.value(key)
        return Reader({} if value is None and key not in self._document else value, self._at(key))

    def inners(self, key: str) -> list[Reader]:
        """Returns readers of a list of mappings, [] when it is absent."""
        value = self.value(key)
        if value is None and key not in self._document:
            return []
        if not isinstance(value, list):
            wrong(self._at(key), "a list", value)
        return [Reader(item, f"{self._at(key)}[{index}]") for index, item in enumerate(value)]

    def names(self) -> list[str]:
        """Returns the keys, sorted."""
        return sorted(self._document)

    def finish(self) -> None:
        """Raises ConfigurationError when a key was not read."""
        if self._unread:
            key = min(self._unread)
            raise ConfigurationError("CATALOG_KEY_UNKNOWN", f"`{self._at(key)}` is not a key of the catalog")

    def wrong(self, key: str, expected: str, came: object) -> NoReturn:
        """Raises ConfigurationError for the value of `key`."""
        wrong(self._at(key), expected, came)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}"


def wrong(path: str, expected: str, came: object) -> NoReturn:
    """Raises ConfigurationError CATALOG_INVALID; catalogs hold no secrets, so what came may be shown, shortened."""
    raise ConfigurationError("CATALOG_INVALID", f"expected `{path}` to be {expected}, got `{came!r:.80}`")
