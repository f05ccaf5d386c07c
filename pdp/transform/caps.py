"""What a cap makes of the value at its place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from writ.errors import InvalidInput
from writ.strict_json import Number

ROWS, AMOUNT = "rows", "amount"
MEANINGS = (ROWS, AMOUNT)

_COUNT = re.compile(r"[0-9]{1,15}", re.ASCII)
"""A number of rows that stands as text, as `pdp.operation` reads it."""

_DECIMAL = re.compile(r"[0-9]{1,32}(?:\.[0-9]{1,31})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most that may stand at a place, and what it counts: `rows` (1 or more) or an `amount` of money (0 or more)."""

    limit: int
    of: str = ROWS

    @property
    def least(self) -> int:
        """The smallest value that the cap leaves as it came. Many tools take 0 or -1 rows for all of them."""
        return 1 if self.of == ROWS else 0

    def holds(self, value: object) -> bool:
        """True when a rule may set `value` at the place of this cap."""
        return type(value) is int and self.least <= value <= self.limit

    def applied_to(self, value: Any) -> Any:
        """Returns what has to stand in place of `value` (parsed JSON; None where nothing stands), itself when it may stay.

        Raises:
            InvalidInput: CAP_NOT_NUMBER for an object or array, a part of one row, and an amount that is none or negative.
        """
        if type(value) in (dict, list):
            raise InvalidInput("CAP_NOT_NUMBER", "expected a number at the place of a cap, got an object or array")
        return self._amount(value) if self.of == AMOUNT else self._rows(value)

    def _rows(self, value: Any) -> Any:
        number = _number(value, _COUNT)
        if number is None:
            return self.limit  # nothing, `all`, true: no bound
        if number < 1 and number != number.to_integral_value():
            # Nobody asks for half a row: this may be money, which must never be raised.
            raise InvalidInput("CAP_NOT_NUMBER", "expected whole rows or `of: amount` at a cap, got a fraction below 1")
        return value if 1 <= number <= self.limit else self._like(value)  # 0 and -1 are no bound either

    def _amount(self, value: Any) -> Any:
        number = _number(value, _DECIMAL)
        if number is None or number < 0:
            raise InvalidInput(
                "CAP_NOT_NUMBER", "expected an amount of 0 or more at the place of a cap, got something else"
            )
        return value if number <= self.limit else self._like(value)

    def _like(self, value: object) -> int | str:
        return str(self.limit) if type(value) is str else self.limit


def _number(value: object, text: re.Pattern[str]) -> Decimal | None:
    """Returns the number that stands there, or in the text there; its digits and exponent are bounded by the parser."""
    if isinstance(value, Number):
        return Decimal(value.lexeme)
    if type(value) is str:
        return Decimal(value) if text.fullmatch(value) else None
    return Decimal(value) if type(value) is int else None
