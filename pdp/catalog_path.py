"""Compiled JMESPath: where in the arguments a fact stands, and which arguments it reads.

Plain paths (`customer`, `filter.customer`) are looked up directly, everything else runs in the interpreter. What a path
reads counts as mapped (`Coverage`); an argument that no path reads makes the action UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from pdp.catalog_read import wrong

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_UNFIT = (JMESPathError, TypeError, ValueError, ArithmeticError)
"""What the interpreter raises for values that an expression does not fit: comparing a text with a number, Python's own error."""

EACH = "[]"
"""Step of a trail that stands for every element of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentPath:
    """A compiled expression. `name` is the argument of a path of one step, else ""; `trails` are what it reads; `of_names`:
    it takes the names of members, as `keys(shared_with)` does."""

    expression: str
    name: str
    steps: tuple[str, ...]
    trails: tuple[tuple[str, ...], ...]
    pointer: str
    compiled: Any = field(repr=False, compare=False)
    of_names: bool = False

    def find(self, document: Mapping[str, Any]) -> Any:
        """Returns the value, None when there is none. Raises LookupError when the expression does not fit the value."""
        if self.name:
            return document.get(self.name)
        if self.steps:
            value: Any = document
            for step in self.steps:
                if type(value) is not dict:
                    return None
                value = value.get(step)
            return value
        try:
            return self.compiled.search(document)
        except _UNFIT as e:
            raise LookupError(self.expression) from e

    def search(self, document: Any) -> Any:
        """Returns what the whole expression finds in any JSON, None when it does not fit."""
        try:
            return self.compiled.search(document)
        except _UNFIT:
            return None


def parse_path(expression: str, at: str) -> ArgumentPath:
    """Compiles an expression. Raises ConfigurationError naming `at` when it is no JMESPath."""
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError:
        wrong(at, "a JMESPath expression", expression)
    plain = tuple(expression.split(".")) if _PLAIN.fullmatch(expression) else ()
    trails: set[tuple[str, ...]] = set()
    for end in _walk(compiled.parsed, (), trails):
        trails.add(end)
    return ArgumentPath(
        expression=expression,
        name=plain[0] if len(plain) == 1 else "",
        steps=plain,
        trails=tuple(sorted(trails)),
        pointer="".join(f"/{step}" for step in plain),
        compiled=compiled,
        of_names=compiled.parsed["type"] == "function_expression" and compiled.parsed["value"] == "keys",
    )


def _walk(node: Mapping[str, Any], base: tuple[str, ...], read: set[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Returns the trails that `node` evaluates to, seen from `base`, and adds to `read` what it looks at besides."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        return [(*base, node["value"])]
    if kind in ("identity", "current"):
        return [base] if base else []
    if kind in ("subexpression", "index_expression", "pipe"):
        return _chain(children, base, read)
    if kind in ("index", "slice"):
        return [(*base, EACH)]
    if kind == "flatten":
        return _walk(children[0], base, read)
    if kind in ("projection", "filter_projection"):
        ends = [(*end, EACH) for end in _walk(children[0], base, read)]
        for end in ends:
            if kind == "filter_projection":
                read.update(_walk(children[2], end, read))
        return [inner for end in ends for inner in _walk(children[1], end, read) or [end]]
    if kind == "value_projection":
        return _walk(children[0], base, read)
    # Functions, comparisons, multi-selects: everything that they look at is read, and nothing of it is looked into.
    for child in children:
        if isinstance(child, Mapping):
            read.update(_walk(child, base, read))
    return []


def _chain(children: Iterable[Mapping[str, Any]], base: tuple[str, ...], read: set[tuple[str, ...]]) -> list[Any]:
    ends = [base]
    for child in children:
        ends = [inner for end in ends for inner in _walk(child, end, read)]
    return ends


class Coverage:
    """The arguments that an entry maps or lists as irrelevant, as a tree of names."""

    def __init__(self, trails: Iterable[tuple[str, ...]]) -> None:
        self._tree: dict[str, Any] = {}
        for trail in sorted(trails, key=len, reverse=True):
            node = self._tree
            for step in trail[:-1]:
                node = node.setdefault(step, {})
            if trail:
                node[trail[-1]] = None  # read as a whole, also when a longer trail looks into it
        self._whole = frozenset(name for name, inner in self._tree.items() if inner is None)

    def covers(self, trail: tuple[str, ...]) -> bool:
        """True when something of what a trail reads is mapped or listed as irrelevant."""
        node: Any = self._tree
        for step in trail:
            if node is None:
                return True
            if step not in node:
                return False
            node = node[step]
        return True

    def unmapped(self, document: Mapping[str, Any]) -> str:
        """Returns the JSON pointer of an argument that is not mapped, "" when all are."""
        if self._whole.issuperset(document):
            return ""
        return _unmapped(self._tree, document, "")


def _unmapped(tree: Mapping[str, Any], value: Any, pointer: str) -> str:
    if type(value) is dict:
        for name, item in value.items():
            at = f"{pointer}/{escape_pointer(name)}"
            if name not in tree or name == EACH:
                return at
            if tree[name] is not None and (found := _unmapped(tree[name], item, at)):
                return found
        return ""
    if type(value) is list:
        if EACH not in tree:
            return "" if not value else pointer
        inner = tree[EACH]
        for index, item in enumerate(value):
            if inner is not None and (found := _unmapped(inner, item, f"{pointer}/{index}")):
                return found
        return ""
    # A scalar where an object or a list was declared: nothing reads it.
    return "" if value is None else pointer


def escape_pointer(name: str) -> str:
    """Returns a name as one step of a JSON pointer (RFC 6901 3)."""
    return name.replace("~", "~0").replace("/", "~1")
