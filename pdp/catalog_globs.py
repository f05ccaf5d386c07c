"""Globs of tool names within one server, ordered by how much of them is fixed; a tie fails the build."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import combinations

from pdp.catalog_model import Entry, ToolGlob
from writ.errors import ConfigurationError


def parse_globs(entries: Mapping[str, Entry], path: str) -> tuple[ToolGlob, ...]:
    """Returns the globs, the most specific first.

    Raises:
        ConfigurationError: CATALOG_TIE when two globs with equally many fixed characters match one name.
    """
    globs = [ToolGlob(glob=name, entry=entry, pattern=_compile(name)) for name, entry in entries.items()]
    for first, second in combinations(globs, 2):
        if first.weight == second.weight and overlap(first.glob, second.glob):
            raise ConfigurationError(
                "CATALOG_TIE", f"`{path}.{first.glob}` and `{second.glob}` are equally specific and match one name"
            )
    return tuple(sorted(globs, key=lambda glob: -glob.weight))


def overlap(first: str, second: str) -> bool:
    """True when some name matches both globs."""

    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(first) and j == len(second):
            return True
        if i < len(first) and first[i] == "*" and (meet(i + 1, j) or (j < len(second) and meet(i, j + 1))):
            return True
        if j < len(second) and second[j] == "*" and (meet(i, j + 1) or (i < len(first) and meet(i + 1, j))):
            return True
        if i == len(first) or j == len(second) or "*" in (first[i], second[j]):
            return False
        return (first[i] == second[j] or "?" in (first[i], second[j])) and meet(i + 1, j + 1)

    return meet(0, 0)


def _compile(glob: str) -> re.Pattern[str]:
    # Runs of `*` mean the same as one; a single `.*` per star backtracks at most |name| ** stars, so few are allowed.
    if glob.count("*") > 2:
        raise ConfigurationError("CATALOG_INVALID", f"expected at most two `*` in a tool glob, got `{glob}`")
    pieces = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", glob))
    return re.compile("".join(pieces), re.DOTALL)
