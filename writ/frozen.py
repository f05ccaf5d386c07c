"""Frozen dataclasses for the decision path: frozen for the type checker, as cheap as plain ones at run time.

`dataclass(frozen=True)` sets every field through `object.__setattr__`, which made half of the cost of a canonical action.
mypy refuses an assignment to a field of these classes; at run time nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Makes a slotted, keyword-only, hashable dataclass whose fields are set once."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
