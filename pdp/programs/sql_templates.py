"""What statements do that differ from a parsed one only in literals that cannot steer it. Never guesses, keeps no doubt.

A shape that comes again is parsed with made-up literals in its free places (`sql_shapes`). Where these come out again, in
equalities, assignments and limits, are the template's slots. It is kept only when it gives what the parser gives for three
more fillings: other literals in another order, the same one everywhere, and those of the statement at hand. What is UNKNOWN,
has a finding or touches anything but tables never becomes a template, nor does a long program.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pdp.programs.model import ColumnUse, Program, SqlEffect
from pdp.programs.sql_shapes import (
    DECIMAL,
    INTEGER,
    MAX_LITERALS,
    NUMBER_AND_TEXT,
    TEXT,
    cut,
    free_places,
    is_plain,
    kind_of,
    value_of,
)
from writ.action import Verb
from writ.frozen import frozen

_K = TypeVar("_K")
_V = TypeVar("_V")

MAX_SHAPES = 512
MAX_TEMPLATES = 512
"""Shapes and templates kept, the least used go first: usually 1 MiB, some 15 MiB when all are as large as they may be."""

MAX_TEXT = 1024
"""Longest text that gets a template: to make one costs three more parses, each some 1 ms for as long a text."""

MAX_EFFECTS = 8
"""Most effects of a template: so many the walker looks back to leave out what it has said already."""

Parse = Callable[[str, str], Program]
"""Parses a text in a dialect in full."""

Value = int | str
"""The index of a literal, or a text that is always the same."""


@frozen
class EffectTemplate:
    """An effect of which some values are literals of the statement."""

    verb: Verb
    table: str
    equalities: tuple[tuple[str, tuple[Value, ...]], ...]
    assignments: tuple[tuple[str, Value], ...]
    limit: int | None
    limit_slot: int | None


_KINDS = frozenset({INTEGER, DECIMAL, TEXT, NUMBER_AND_TEXT})


@frozen
class Template:
    """What a statement does. The columns that it names are never among its literals."""

    effects: tuple[EffectTemplate, ...] = ()
    columns: tuple[ColumnUse, ...] = ()


_NO_TEMPLATE = Template()
"""For a shape that was tried and has none."""


class Shape:
    """A text without its literals, in a dialect. Two shapes are equal only when they are the same object."""

    __slots__ = ("_pieces", "dialect", "free", "is_free")

    def __init__(self, dialect: str, pieces: tuple[str, ...]) -> None:
        """`pieces` stand before, between and behind the literals."""
        self.dialect = dialect
        self._pieces = pieces
        self.free = free_places(pieces)
        self.is_free = any(self.free)

    def text(self, literals: Sequence[str]) -> str:
        """Returns the text with these literals."""
        rest = self._pieces[1:]
        return self._pieces[0] + "".join(item + piece for item, piece in zip(literals, rest, strict=True))


class Templates:
    """Templates by shape. Safe to share within one thread."""

    def __init__(self, parse: Parse, *, max_shapes: int = MAX_SHAPES, max_templates: int = MAX_TEMPLATES) -> None:
        """`parse` parses a text in a dialect in full."""
        self._parse = parse
        self._max_shapes = max_shapes
        self._max_templates = max_templates
        self._shapes: OrderedDict[tuple[str, tuple[str, ...]], Shape | None] = OrderedDict()
        self._templates: OrderedDict[tuple[Shape, tuple[str, ...]], Template | None] = OrderedDict()

    def __len__(self) -> int:
        """The number of shapes and templates that are kept."""
        return len(self._shapes) + len(self._templates)

    def program(self, text: str, dialect: str) -> Program:
        """Returns exactly what parsing the text in full would."""
        pieces, literals = cut(text) if len(text) <= MAX_TEXT else ((), [])
        if not 0 < len(literals) <= MAX_LITERALS:
            return self._parse(text, dialect)
        shape = self._shape(dialect, pieces)
        if shape is None or not shape.is_free:
            return self._parse(text, dialect)
        # The place of a literal that is not free, or has no kind, holds that literal: a part of the template's key.
        marks = tuple([(free and kind_of(item)) or item for free, item in zip(shape.free, literals, strict=True)])
        key = (shape, marks)
        template = self._templates.get(key)
        if template is not None and template.effects:
            self._templates.move_to_end(key)
            return _filled(template, literals)
        program = self._parse(text, dialect)
        if template is None:
            # With literals that stay, there may be no second statement with the same ones.
            is_new = key not in self._templates and not _KINDS.issuperset(marks)
            made = None if is_new else self._made(text, program, shape, marks, literals)
            _keep(self._templates, key, made, self._max_templates)
        return program

    def _shape(self, dialect: str, pieces: tuple[str, ...]) -> Shape | None:
        """Returns the shape that was seen before, None for a new one: most are seen once, and not worth a look."""
        key = (dialect, pieces)
        if key not in self._shapes:
            _keep(self._shapes, key, None, self._max_shapes)
            return None
        self._shapes.move_to_end(key)
        shape = self._shapes[key]
        if shape is None:
            shape = self._shapes[key] = Shape(dialect, pieces)
        return shape

    def _made(
        self, text: str, program: Program, shape: Shape, marks: tuple[str, ...], literals: Sequence[str]
    ) -> Template:
        """Returns the template, empty when the program has none or when it is not exactly what the parser says."""
        if _is_open(program) or not is_plain(text):
            return _NO_TEMPLATE
        first, *others = _fillings(marks)
        template = _template(self._parse(shape.text(first), shape.dialect), marks, first)
        if not template.effects or _filled(template, literals) != program:
            return _NO_TEMPLATE
        for filling in others:
            if _filled(template, filling) != self._parse(shape.text(filling), shape.dialect):
                return _NO_TEMPLATE
        return template


def _filled(template: Template, literals: Sequence[str]) -> Program:
    """Returns the program of a template for the literals of a statement."""
    values = [value_of(item) for item in literals]
    effects: list[SqlEffect] = []
    for part in template.effects:
        slot = part.limit_slot
        effect = SqlEffect(
            verb=part.verb,
            table=part.table,
            equalities={column: _values(items, values) for column, items in part.equalities},
            assignments={
                column: values[item] if type(item) is int else item  # type: ignore[misc]  # mypy does not narrow by type()
                for column, item in part.assignments
            },
            limit=part.limit if slot is None else int(values[slot]),
        )
        # Two effects may be one with these values, as the walker would say too.
        if not effects or effect not in effects:
            effects.append(effect)
    return Program(effects=tuple(effects), columns=template.columns)


def _values(items: tuple[Value, ...], values: Sequence[str]) -> tuple[str, ...]:
    if len(items) == 1:
        item = items[0]
        return (values[item] if isinstance(item, int) else item,)
    return tuple(sorted({values[item] if isinstance(item, int) else item for item in items}))


def _template(program: Program, marks: Sequence[str], filling: Sequence[str]) -> Template:
    if _is_open(program):
        return _NO_TEMPLATE
    slots = {
        value_of(item): index for index, (mark, item) in enumerate(zip(marks, filling, strict=True)) if mark in _KINDS
    }
    effects = tuple(_effect(effect, slots) for effect in program.effects if isinstance(effect, SqlEffect))
    return Template(effects=effects, columns=program.columns)


def _effect(effect: SqlEffect, slots: Mapping[str, int]) -> EffectTemplate:
    return EffectTemplate(
        verb=effect.verb,
        table=effect.table,
        equalities=tuple(
            (column, tuple(slots.get(item, item) for item in items)) for column, items in effect.equalities.items()
        ),
        assignments=tuple((column, slots.get(item, item)) for column, item in effect.assignments.items()),
        limit=effect.limit,
        limit_slot=slots.get(str(effect.limit)),
    )


def _is_open(program: Program) -> bool:
    """True for a program of which more is to be said than the tables that it touches."""
    effects = program.effects
    return bool(program.findings) or len(effects) > MAX_EFFECTS or not all(type(item) is SqlEffect for item in effects)


def _fillings(marks: Sequence[str]) -> tuple[list[str], ...]:
    """Returns three lists of literals: no two alike, no two alike in another order, and all of a kind alike."""
    rows = [_made_up(mark, index) for index, mark in enumerate(marks)]
    return tuple(list(column) for column in zip(*rows, strict=True))


def _made_up(mark: str, index: int) -> tuple[str, str, str]:
    if mark == INTEGER:
        return str(700_000_000_000_000 + 7_919 * index), str(9_000_000 - 13 * index), "5"
    if mark == DECIMAL:
        return f"{index + 1}.2575", f"{900 - 9 * index}.5", "0.5"
    if mark == TEXT:
        return f"'value {index:03} of these'", f"'x-{900 - index}'", "'7'"
    if mark == NUMBER_AND_TEXT:
        return f"'7 values {index:03}'", f"'{900 - index}-x'", "'7x'"
    return mark, mark, mark


def _keep(cache: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    cache[key] = value
    if len(cache) > most:
        cache.popitem(last=False)
