"""What the corpus is made of: samples, and the kinds of values that go into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Maker = Callable[[Random], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Arguments of one call and the classes that have to be found in them.

    `kind` says what was put in, `carrier` how. `may` are classes that are right as well, but not asked for.
    A sample that is `held_out` is only ever counted: its text is never printed, so that nobody tunes a rule to it.
    """

    args: dict[str, Any]
    wants: frozenset[str]
    may: frozenset[str]
    kind: str
    carrier: str
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of value of a class.

    `labels` are words that people put beside it. A value that is `plain` is told by its form alone; any other comes only
    with a label or in a field named like one. `may`: further classes that are right for it.
    """

    name: str
    data_class: str
    make: Maker
    labels: tuple[str, ...]
    plain: bool = True
    may: frozenset[str] = frozenset()
    weight: int = 1
