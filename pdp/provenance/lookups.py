"""What one action looks up in the store of provenance, within bounds: keyed hashes of the forms of its values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pdp.catalog_sinks import CONTENT
from pdp.provenance.forms import (
    HASH_BYTES,
    IN_RECORDS,
    IN_TEXT,
    NUMBERED,
    QUERY,
    STEERED,
    Form,
    hash_mark,
    value_forms,
)
from pdp.provenance.model import Lookup

MAX_LOOKUPS, MAX_HASHES, MAX_FORM_MARKS = 64, 512, 255
"""Values of one action, hashes of all of them, and hashes of one form: what a mailing to 64 people by name needs. Beyond
them nothing is known of any value of a sink, or one action could keep the server busy that others wait for."""

MAX_MORE_HASHES = 1_024
"""Hashes of what tells more of these values (names, details, the sum), after which no further name is looked up: of 64 people
by the names of a request of three lines."""

MAX_NAME_CHARS = 256
"""Longer arguments are texts; nobody points at anything by them."""


class Lookups:
    """Lookups of one action, within bounds. A value that does not fit is left out; `complete` tells that none was."""

    __slots__ = ("_hashes", "_more_hashes", "_values", "complete", "found")

    def __init__(self) -> None:
        self.found: list[Lookup] = []
        self.complete = True
        self._values = self._hashes = self._more_hashes = 0

    @property
    def is_full(self) -> bool:
        """True when no further name of a value is looked up."""
        return self._more_hashes >= MAX_MORE_HASHES

    def add(self, forms: tuple[tuple[int, bytes], ...]) -> None:
        """Adds a value that must be known."""
        self.complete = self.offer(forms) and self.complete

    def offer(self, forms: tuple[tuple[int, bytes], ...], naming: int = 0) -> bool:
        """Adds a value if it fits; returns whether it does."""
        sizes = [len(hashes) // HASH_BYTES for _, hashes in forms]
        hashes = self._hashes + sum(sizes)
        if self._values >= MAX_LOOKUPS or hashes > MAX_HASHES or max(sizes, default=0) > MAX_FORM_MARKS:
            return False
        self._values, self._hashes = self._values + 1, hashes
        self.found.append(Lookup(forms=forms, naming=naming))
        return True

    def also(self, lookup: Lookup) -> int:
        """Adds what tells more of the values, of which every caller adds few; returns its position."""
        self._more_hashes += sum(len(hashes) for _, hashes in lookup.forms) // HASH_BYTES
        self.found.append(lookup)
        return len(self.found) - 1

    def mark(self, places: Sequence[int], naming: int) -> None:
        """Says what hits of the lookups at these places name; only while all fit, since another stands in the place of one
        that did not."""
        for at in places:
            self.found[at] = Lookup(forms=self.found[at].forms, naming=naming)


def hashed(key: bytes, forms: Sequence[Form]) -> tuple[tuple[int, bytes], ...]:
    return tuple((form.where, b"".join(hash_mark(key, mark) for mark in form.marks)) for form in forms if form.marks)


def hashed_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    # Forms differ for few kinds; agents use few values again and again.
    kind = "account" if kind in NUMBERED else kind if kind in (QUERY, CONTENT) or kind in STEERED else ""
    if len(text) > MAX_NAME_CHARS:
        return hashed(key, value_forms(kind, text))
    return _remembered_forms(key, kind, text)


@lru_cache(maxsize=8_192)  # some 600 bytes each; texts that never come again, such as SQL, take their share
def _remembered_forms(key: bytes, kind: str, text: str) -> tuple[tuple[int, bytes], ...]:
    return hashed(key, value_forms(kind, text))


def any_of(key: bytes, marks: Sequence[str]) -> tuple[tuple[int, bytes], ...]:
    return tuple((IN_RECORDS | IN_TEXT, hash_mark(key, mark)) for mark in marks)
