"""A cache for functions of texts, bounded by what it holds: agents choose how long their texts are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

MAX_CHARS = 256
"""Longest texts of one call that are kept; ids, names and addresses are shorter."""

F = TypeVar("F", bound=Callable[..., Any])


def remembered(count: int) -> Callable[[F], F]:
    """Remembers up to `count` results of a function of short texts and tuples of such, a few hundred bytes each; then begins
    anew.
    Arguments are given by position."""

    def around(function: F) -> F:
        known: dict[tuple[Any, ...], Any] = {}

        @wraps(function)
        def call(*args: Any) -> Any:
            try:
                return known[args]
            except KeyError:
                found = function(*args)
            if _size(args) <= MAX_CHARS:
                if len(known) >= count:
                    known.clear()
                known[args] = found
            return found

        return cast(F, call)

    return around


def _size(args: tuple[Any, ...]) -> int:
    return sum(
        len(arg) if isinstance(arg, str | bytes) else len(arg) + sum(map(len, arg)) if isinstance(arg, tuple) else 0
        for arg in args
    )
