"""Dates of birth of people who do not exist."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random


def day_of_birth(random: Random, first: int = 1945, last: int = 2006) -> date:
    """Returns a day from January of year `first` to December of year `last`."""
    start = date(first, 1, 1)
    return start + timedelta(days=random.randrange((date(last, 12, 31) - start).days))
